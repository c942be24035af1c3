"""Migrations on both engines: what `migrate up` says, what it grants by itself, and what a file leaves behind for the next.

    OFFSTAGE_TEST_POSTGRES="host=… dbname=postgres" python3 Tests/BlackBox/migrations.py
"""
import glob, os, re, shutil, subprocess, sys
from offstage import PROGRAM, Project

if not os.environ.get("OFFSTAGE_TEST_POSTGRES"):
    sys.exit("set OFFSTAGE_TEST_POSTGRES to a PostgreSQL of no worth, or run Scripts/test")

def held(table):
    """Who may do what, asked in a way that both engines answer."""
    asked = [(table, role, right) for role in ["anon", "authenticated"] for right in ["select", "insert", "update", "delete"]]
    named = table if "." in table else f"public.{table}"
    return " union all ".join(f"select '{t} {r} {p}' as what, has_table_privilege('{r}', '{named}', '{p}') as held" for t, r, p in asked)


LOOSE = "-- offstage: no transaction\n"
NOTE = "create table {0} (id int primary key); alter table {0} enable row level security;"

RIGHTS = "select " + ", ".join(f"has_schema_privilege('{role}', 'api', 'usage') as {role}" for role in ["anon", "authenticated", "service_role"])

# Each: a name, the files in their order, and the tables whose grants are compared. The schemas `public` and `api` are exposed.
CASES = [
    ("a table made again", [NOTE.format("note"), "drop table note;", NOTE.format("note")], ["note"]),
    ("a table made again in one file", [NOTE.format("note"), "drop table note; " + NOTE.format("note")], ["note"]),
    (
        "a table made again, unguarded and opened by hand",
        [NOTE.format("note"), "drop table note; create table note (id int primary key); grant select on note to anon;"],
        ["note"],
    ),
    ("a table renamed, and its name taken", [NOTE.format("note"), "alter table note rename to memo;", NOTE.format("note")], ["memo", "note"]),
    ("a table renamed and no longer guarded", [NOTE.format("note"), "alter table note rename to memo; alter table memo disable row level security;"], ["memo"]),
    (
        "what was granted by hand stays when the rest is taken back",
        [
            "create table note (id int primary key); grant select on note to anon;",
            "alter table note enable row level security;",
            "alter table note disable row level security;",
        ],
        ["note"],
    ),
    (
        "what was taken by hand is not given again",
        [NOTE.format("note"), "revoke insert on note from anon;", "alter table note disable row level security;", "alter table note enable row level security;"],
        ["note"],
    ),
    ("a file's search path is its own", ["create schema app; set search_path = app; create table a (id int);", "create table public.b (id int); create table note (id int);"], ["note"]),
    ("a dump's search path is its own", ["select pg_catalog.set_config('search_path', '', false); create table public.a (id int);", "create table note (id int);"], ["note"]),
    (
        "a file's settings are its own",
        [
            "set check_function_bodies = off; set time zone 'Asia/Tokyo'; create table note (id int);",
            "create table at_noon (t timestamptz); insert into at_noon values ('2024-01-01 12:00'); create view note2 as select t::text from at_noon;",
        ],
        ["note"],
        "select extract(epoch from t) from at_noon",
    ),
    ("grants in a schema of the search path", ["create schema app; set search_path = app, public; " + NOTE.format("public.note") + "grant select on note to anon;"], ["note"]),
    ("sequences", ["create table note (id int generated always as identity primary key); alter table note enable row level security;", "alter table note disable row level security;"], ["note"]),
    ("a statement that only PostgreSQL knows, beside grants", [NOTE.format("note") + "grant select on note to anon; create table other (id int); create view peek as select id from other limit 1;"], ["note"]),
    ("rows of a dump", ["create table note (id int, body text);\ncopy note (id, body) from stdin;\n1\tone\\ttab\n2\t\\N\n\\.\n\ninsert into note values (3, 'x');"], ["note"], "select id, body from note order by id"),
    ("no rows of a dump", ["create table note (id int, body text);\ncopy note from stdin;\n\\.\n"], ["note"], "select count(*) from note"),
    ("a command of psql", ["\\connect other\ncreate table note (id int);"], []),
    (
        "a file without a transaction",
        [NOTE.format("note") + "alter table note add b int;", LOOSE + "create index concurrently note_b on note (b);\ncreate index concurrently note_b2 on note (b, id);", "drop index note_b;"],
        ["note"],
    ),
    ("a file without a transaction gets the usual grants", [LOOSE + NOTE.format("note")], ["note"]),
    ("an exposed schema is made", ["create schema api; " + NOTE.format("api.note")], ["api.note"], RIGHTS),
    ("an exposed schema is made, and may be used", ["create schema api;", "grant usage on schema api to anon; " + NOTE.format("api.note")], ["api.note"], RIGHTS),
    ("an exposed schema is made where it is not there", ["create schema if not exists api; create table api.note (id int primary key);", "alter table api.note enable row level security;"], ["api.note"], RIGHTS),
    ("an exposed schema is made twice", ["create schema api;", "create schema api;"], [], RIGHTS),
    ("an exposed schema is made again", ["create schema api; create table api.old (id int);", "drop table api.old; drop schema api; create schema api; " + NOTE.format("api.note")], ["api.note"], RIGHTS),
    ("an exposed schema that nobody made", [NOTE.format("api.note")], []),
    ("an error in a file", [NOTE.format("note"), "create table fine (id int);\n\n-- ünï\ncreate table bad (id nonsense);"], ["note"]),
]

failed = 0


def migrate(engine, files, tables, question=None):
    project = Project(engine=engine)
    # One connection, so that what a file leaves on it meets the next.
    project.environment.update(OFFSTAGE_DATABASE__CONNECTIONS="1", OFFSTAGE_API__SCHEMAS="public,api")
    try:
        for path in glob.glob(f"{project.folder}/migrations/*") + glob.glob(f"{project.folder}/seed/*"):
            os.remove(path)
        for number, text in enumerate(files, 1):
            with open(f"{project.folder}/migrations/{number:04}_step.sql", "w") as file:
                file.write(text + "\n")
        ran = project.run("migrate", "up", check=False)
        # How long a file took is not compared, nor what has no effect on one of the engines.
        said = re.sub(r"[\d.,]+ ?(ms|s|µs)\b", "…", ran.stdout + ran.stderr)
        said = re.sub(r"  line \d+ has no effect here.*\n", "", said)
        answers = [project.run("sql", sql, check=False) for sql in [held(table) for table in tables] + ([question] if question else [])]
        return ran.returncode, said, "".join(answer.stdout + answer.stderr for answer in answers)
    finally:
        project.close()


for name, *case in CASES:
    embedded, postgres = migrate("embedded", *case), migrate("postgres", *case)
    if embedded != postgres:
        failed += 1
        print(f"\n{name}:")
        for engine, (code, said, answered) in [("embedded", embedded), ("PostgreSQL", postgres)]:
            print(f"--- {engine}: {code}\n{said}{answered if embedded[2] != postgres[2] else ''}")

# Only there: what ran before an error stays, the error says so, and the file can be mended and run again.
project = Project(engine="postgres")
try:
    with open(f"{project.folder}/migrations/0099_loose.sql", "w") as file:
        file.write(LOOSE + "create table if not exists fine (id int);\nset search_path = nowhere;\ncreate table public.bad (id nonsense);\n")
    ran = project.run("migrate", "up", check=False)
    assert ran.returncode == 1 and "0099_loose.sql:4:29: 42704" in ran.stderr and "outside a transaction" in ran.stderr, ran
    assert "Nothing of this file" not in ran.stderr, ran
    assert project.psql("select to_regclass('public.fine'), to_regclass('public.bad')").strip() == "fine|"
    with open(f"{project.folder}/migrations/0099_loose.sql", "w") as file:
        file.write(LOOSE + "create table if not exists fine (id int);\ncreate index concurrently on fine (id);\nvacuum fine;\n")
    # Servers that start at once, each with its own folder, run it once.
    folders = [shutil.copytree(project.folder, f"{project.home}/server{number}") for number in range(4)]
    servers = [
        subprocess.Popen([PROGRAM, "migrate", "up", "--directory", folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=project.environment)
        for folder in folders
    ]
    said = [server.communicate(timeout=60) for server in servers]
    assert all(server.returncode == 0 for server in servers), said
    assert project.psql("select count(*) from pg_index where indrelid = 'fine'::regclass").strip() == "1", said
    assert project.psql("select count(*) from offstage.migration where name = '0099_loose.sql'").strip() == "1", said
finally:
    project.close()
if failed:
    sys.exit(f"{failed} of {len(CASES)} rows of migrations end differently")
print(f"{len(CASES)} rows of migrations end alike on both engines")
