"""A project is moved from its file into PostgreSQL, and back into a file: every row, key and sequence, and the same answers afterwards.

    OFFSTAGE_TEST_POSTGRES="host=… dbname=postgres" python3 Tests/BlackBox/move.py
"""
import glob, json, os, shutil, signal, subprocess, uuid
from checks import check, end, holds
from offstage import PROGRAM, Project


ODD = r"""
create table odd (id int primary key, j json, jb jsonb, t timestamptz, b bytea, a text[], f float8, n numeric, "odd ""name" text,
  m interval, r int4range, up text generated always as (upper("odd ""name")) stored);
insert into odd values
  (1, 'null', 'null', 'infinity', '\x00ff', '{a,null}', 'NaN', 1.10, 'ü', '1 mon', '[1,5)'),
  (2, null, null, null, null, null, null, null, null, null, null),
  (3, '{"a": 1}', '[1, null]', '0044-01-01 BC', '', '{}', '-Infinity', 123456789012345678901234567890.123, e'a\nb', '-1 day', 'empty');
create table nokey (a int, b text);
insert into nokey select g, 'x' from generate_series(1, 3) g;
create table tree (id bigint generated always as identity primary key, parent bigint references tree);
insert into tree (parent) select null from generate_series(1, 5000);
update tree set parent = 5001 - id where id <> 5001 - id;
create table noted (id int primary key, word text);
create function note() returns trigger language plpgsql as $$ begin new.word = new.word || '!'; return new; end $$;
create trigger noting before insert on noted for each row execute function note();
insert into noted values (1, 'once');
"""
server = os.environ["OFFSTAGE_TEST_POSTGRES"]
psql = lambda sql, database="postgres": subprocess.run(["psql", f"{server} dbname={database}", "-qXAtc", sql], check=True, capture_output=True, text=True).stdout.strip()
names = []


def database():
    names.append("offstage_" + uuid.uuid4().hex)
    psql(f"create database {names[-1]} template template0")
    return f"{server} dbname={names[-1]}"


def same_migrations(one, as_other):
    for path in glob.glob(f"{one.folder}/migrations/*") + glob.glob(f"{one.folder}/seed/*"):
        os.remove(path)
    for path in glob.glob(f"{as_other.folder}/migrations/*"):
        shutil.copy(path, f"{one.folder}/migrations/")


def killed_while_moving(one, target):
    """A move that is ended when all its rows have been copied, and nothing is kept yet."""
    words = [PROGRAM, "move", "--to", target, "--directory", one.folder]
    process = subprocess.Popen(words, env=one.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in process.stdout:
        if "alike on both sides" in line:
            process.send_signal(signal.SIGKILL)
            break
    return process.wait()


def there_already(told):
    """Of a table that changed and one that did not, those that a move did not copy again."""
    return [table for table in ["tree", "noted"] for line in told.split("\n") if line.startswith(f"public.{table}: ") and "rows are there already" in line]


def answered_alike(one, other):
    service = [{"Authorization": f"Bearer {each.key('service_role')}"} for each in (one, other)]
    for path in ["odd?order=id", "books?order=id&limit=1000", "authors?order=id", "reviews?order=id", "orders?order=id", "order_lines?order=id", "tree?order=id&limit=1000&offset=4000",
                 "books?select=title,authors(name),tags(name)&order=id&limit=200", "customers?order=id"]:
        answers = [each.request("GET", "/rest/v1/" + path, headers=who) for each, who in zip((one, other), service)]
        check(f"{path} is answered alike", answers[0][0] == 200 and (answers[0][0], answers[0][2]) == (answers[1][0], answers[1][2]), True)
    for path in ["books?limit=5&order=id", "customers", "orders", "odd"]:
        answers = [each.request("GET", "/rest/v1/" + path) for each in (one, other)]
        check(f"{path} of anyone, too", (answers[0][0], answers[0][2]), (answers[1][0], answers[1][2]))


project = Project(engine="embedded")
moved = Project(engine="embedded")
back = Project(engine="embedded")
try:
    with open(f"{project.folder}/migrations/0006_odd.sql", "w") as file:
        file.write(ODD)
    project.run("migrate", "up")
    for path in sorted(glob.glob(f"{project.folder}/seed/*.csv")):
        project.run("import", path, "--table", os.path.basename(path)[3:-4])
        os.remove(path)
    target = database()
    dry = project.run("move", "--to", target, "--dry-run", check=False)
    check("it can be tried", (dry.returncode, "public.tree: 5000 rows, alike on both sides" in dry.stdout, "Nothing was kept" in dry.stdout), (0, True, True))
    check("and leaves no row", psql("select count(*) from books", names[-1]), "0")
    moved.environment["OFFSTAGE_DATABASE_URL"] = target
    refused = moved.run("migrate", "status", check=False)
    check("nothing is served from a move that did not end", (refused.returncode, "did not end" in refused.stderr), (1, True))

    # With the server running, it is the server that moves.
    project.start()
    ran = project.run("move", "--to", target, check=False)
    check("it moves", (ran.returncode, ran.stderr.count("hint")), (0, 0))
    check("keys hold and sequences go on", "foreign keys hold" in ran.stdout, True)
    again = project.run("move", "--to", target, check=False)
    check("not twice", (again.returncode, "55000" in again.stderr), (1, True))
    check("a trigger did not fire again", psql("select word from noted", names[-1]), "once!")
    check("JSON's null is not SQL's", psql("select jb is null, jb::text from odd where id = 1", names[-1]), "f|null")
    check("the next id follows", psql("insert into tree default values returning id", names[-1]), "5001")
    psql("delete from tree where id = 5001", names[-1])

    same_migrations(moved, project)
    moved.start()
    answered_alike(project, moved)

    # The way back, into a file; the server on PostgreSQL is asked to do it.
    same_migrations(back, project)
    folder = f"{back.folder}/data"
    file = f"sqlite:{folder}"
    own = moved.run("move", "--to", "postgres:///elsewhere", check=False)
    check("from one PostgreSQL to another is pg_dump's work", (own.returncode, "pg_dump" in own.stderr), (1, True))
    odd = moved.run("move", "--to", f"{file}/shop.db", check=False)
    check("the file's name is given", (odd.returncode, "app.db" in odd.stderr), (1, True))
    dry = moved.run("move", "--to", file, "--dry-run", check=False)
    check("the way back can be tried", (dry.returncode, "public.tree: 5000 rows, alike on both sides" in dry.stdout, "Nothing was kept" in dry.stdout, dry.stderr), (0, True, True, ""))
    refused = back.run("migrate", "status", check=False)
    check("nothing is served from a file whose move did not end", (refused.returncode, "did not end" in refused.stderr), (1, True))
    back.environment["OFFSTAGE_DATABASE_URL"] = target
    check("a move to a file can be killed", killed_while_moving(back, file), -signal.SIGKILL)
    del back.environment["OFFSTAGE_DATABASE_URL"]
    refused = back.run("migrate", "status", check=False)
    check("it is not served afterwards", (refused.returncode, "did not end" in refused.stderr), (1, True))
    psql("update noted set word = 'late!'", names[-1])
    ran = moved.run("move", "--to", file, check=False)
    check("and goes on", (ran.returncode, "foreign keys hold" in ran.stdout, "sample requests are answered alike" in ran.stdout, ran.stderr), (0, True, True, ""))
    check("with the rows that are there", there_already(ran.stdout), ["tree"])
    again = moved.run("move", "--to", file, check=False)
    check("but not twice", (again.returncode, "55000" in again.stderr), (1, True))
    back.start()
    answered_alike(project, back)
    rows = lambda sql: json.loads(back.run("sql", sql, "--format", "json").stdout)
    check("a trigger did not fire on the way", rows("select word from noted"), [{"word": "late!"}])
    check("but it does now", rows("insert into noted values (2, 'twice') returning word"), [{"word": "twice!"}])
    check("ids go on in the file", rows("insert into tree default values returning id"), [{"id": 5002}])
    broken = back.run("sql", "insert into tree (parent) values (77777)", check=False)
    check("keys hold in the file", (broken.returncode, "23503" in broken.stderr), (1, True))

    # An export is the same from both, and read back as what it was.
    for one in (moved, back):
        one.run("sql", 'create table bare (id int, "odd, name" text)')
        one.run("sql", 'create table named (id int, "odd, name" text, "a""b" int); insert into named values (1, null, 2), (2, e\'a\\nb\', 3)')
    for table in ["odd", "books", "authors", "nokey", "bare", "named"]:
        for words in [["csv"], ["json"], ["ndjson"], ["csv", "--for-spreadsheet"]]:
            texts = [one.run("export", "--table", table, "--format", *words).stdout for one in (moved, back)]
            check(f"{table} is exported alike as {words}", texts[0], texts[1])
            if table == "bare" and words[0] == "csv":
                check("a header without rows", texts[0].strip("\ufeff").replace('"id"', "id"), 'id,"odd, name"\n')
            if table == "odd" and len(words) == 1:
                holds(f"as {words[0]} it has its rows", "1,null,null" in texts[0] or '"id":1' in texts[0], texts[0])
    for one in (moved, back):
        one.run("sql", "drop table bare; drop table named")
    missing = [one.run("export", "--table", "oddd", check=False) for one in (moved, back)]
    check("what is not there is told alike", (missing[0].returncode, missing[0].stderr), (1, missing[1].stderr))

    # Rows of a file come by COPY there, and mean what they mean here; where one does not fit, its line is named.
    for name, lines in [("good", r'''10,"{""a"": ""x\ty""}","[1, null]",2024-01-01,\x00ff,"{a,""b c"",NULL}",NaN,1.10
11,null,"""text""",,,,,
12,,,,,{},,"0"
13,"{""a"": ""\\""}",,,,"{""\\."",""a,b
c""}",,
'''), ("bad", "20,,,,,,,1\n21,{,,,,,,1\n22,,,,,,,x\n10,,,,,,,1\n")]:
        for one in (moved, back):
            one.write(f"{name}.csv", "id,j,jb,t,b,a,f,n\n" + lines)
    for one in (moved, back):
        good = one.run("import", f"{one.folder}/good.csv", "--table", "odd", check=False)
        check("a file is imported", (good.returncode, good.stdout, good.stderr), (0, "4 rows into odd\n", ""))
        bad = one.run("import", f"{one.folder}/bad.csv", "--table", "odd", check=False)
        told = [line.split(" ")[:3] for line in bad.stderr.split("\n") if line.startswith("line ")]
        check("and the lines that do not fit are told", (bad.returncode, told), (1, [["line", "3:", "22P02:"], ["line", "4:", "22P02:"], ["line", "5:", "23505:"]]))
    lines = r'''{"id": 30, "j": {"a": [1, "x\\ty"]}, "jb": "text", "t": "2024-01-01", "b": "\\x00ff", "a": ["a", null, "b,\"c"], "f": "NaN", "n": 1.10, "odd \"name": "ü\\n\\\\"}
{"id": 31, "j": null, "jb": [1, null], "f": 1e3, "n": "2"}
{"id": 32, "a": []}
{"odd \"name": 5, "id": 33, "jb": true, "j": 1.50}
{"odd \"name": {"b": 1}, "id": "34", "m": "1 mon", "r": "[1,5)"}'''
    for one in (moved, back):
        one.write("good.ndjson", lines)
        one.write("good.json", "[" + lines.replace("\n", ",\n").replace('"id": 3', '"id": 4').replace('"id": "3', '"id": "4') + "]")
        one.write("bad.ndjson", '{"id": 50, "n": 1}\n{"id": 51, "n": "x"}\n\n{"id": 52, "a": 1}\n{"id": 10}\n')
        for name in ("good.ndjson", "good.json"):
            good = one.run("import", f"{one.folder}/{name}", "--table", "odd", check=False)
            check(f"{name} is imported", (good.returncode, good.stdout, good.stderr), (0, "5 rows into odd\n", ""))
        bad = one.run("import", f"{one.folder}/bad.ndjson", "--table", "odd", check=False)
        told = [line.split(" ")[:2] for line in bad.stderr.split("\n") if line.startswith("line ")]
        check("and the objects that do not fit are told", (bad.returncode, told), (1, [["line", "2:"], ["line", "4:"], ["line", "5:"]]))
    service = [{"Authorization": f"Bearer {one.key('service_role')}"} for one in (moved, back)]
    answers = [one.rows("odd?id=gte.10&order=id", headers=who) for one, who in zip((moved, back), service)]
    check("imported rows are the same on both", answers[0], answers[1])
    check("texts of JSON columns are JSON", [row["jb"] for row in answers[0]], [[1, None], "text", None, None] + 2 * ["text", [1, None], None, True, None])

    # What was made without a migration is named before a row is copied, and the file is marked.
    places = []

    def refusal(what, made, undone, *words):
        psql(made, names[-1])
        places.append(f"{back.home}/{uuid.uuid4().hex}")
        place = places[-1]
        ran = moved.run("move", "--to", f"sqlite:{place}", check=False)
        check(what, (ran.returncode, "OFS403" in ran.stderr, [word for word in words if word not in ran.stderr]), (1, True, []))
        if undone:
            psql(undone, names[-1])
        return ran.stdout

    refusal("a table without a migration is named", "create table stray (id int primary key)", "drop table stray", "public.stray")
    refusal("so is a column", "alter table noted add column stray int", "alter table noted drop column stray", "public.noted", "stray")
    told = refusal("and a type", "alter table noted alter column word type varchar(9)", "alter table noted alter column word type text", "public.noted", "word", "character varying(9)")
    check("before anything was copied", "alike" in told, False)
    granted = psql("select has_table_privilege('anon', 'customers', 'select')", names[-1]) == "t"
    told = refusal("a policy that is gone changes answers", "create policy more on customers for select to anon using (true); grant select on customers to anon", None, "public.customers", "anon")
    check("which the rows did not tell", "public.customers: " in told, True)
    psql("drop policy more on customers" + ("" if granted else "; revoke select on customers from anon"), names[-1])
    ran = moved.run("move", "--to", f"sqlite:{places[-1]}", check=False)
    check("when it is as it was, the move is made again", (ran.returncode, "sample requests are answered alike" in ran.stdout, ran.stderr), (0, True, ""))

    # A move to PostgreSQL that was killed is started again.
    target = database()
    project.stop()
    check("a move to PostgreSQL can be killed, too", killed_while_moving(project, target), -signal.SIGKILL)
    project.environment["OFFSTAGE_DATABASE_URL"] = target
    refused = project.run("migrate", "status", check=False)
    del project.environment["OFFSTAGE_DATABASE_URL"]
    check("nor is that served", (refused.returncode, "did not end" in refused.stderr), (1, True))
    check("what was copied is there, and its keys are not", psql("select (select count(*) from tree), (select count(*) from pg_constraint where conrelid = 'tree'::regclass and contype = 'f')", names[-1]), "5000|0")
    project.run("sql", "insert into noted values (9, 'late')")
    ran = project.run("move", "--to", target, check=False)
    check("and it is done by the next", (ran.returncode, "sample requests are answered alike" in ran.stdout, ran.stderr), (0, True, ""))
    check("which goes on with what is there", there_already(ran.stdout), ["tree"])
    check("and copies again what is another", psql("select count(*), max(word) filter (where id = 9) from noted", names[-1]), "2|late!")
    check("all of it is whole again", psql("select (select count(*) from tree), (select count(*) from pg_constraint where conrelid = 'tree'::regclass and contype = 'f'), (select count(*) from pg_trigger where tgrelid = 'noted'::regclass and tgenabled = 'O'), (select count(*) from offstage.meta where key like 'moving%')", names[-1]), "5000|1|1|0")
    target = database()
    check("another is killed", killed_while_moving(project, target), -signal.SIGKILL)
    project.write("migrations/0099_late.sql", "create table late (id int);\n")
    project.run("migrate", "up")
    changed = project.run("move", "--to", target, check=False)
    check("a migration that came meanwhile is not run between rows", (changed.returncode, "55000" in changed.stderr), (1, True))

    # Another table there than here: nothing is kept.
    target = database()
    psql("alter database %s set default_transaction_read_only = off" % names[-1])
    psql("create function spoil() returns event_trigger language plpgsql as $$ begin if exists (select from pg_class where relname = 'noted') and not exists (select from pg_attribute where attname = 'stray') "
         "then alter table noted add column stray int; end if; end $$; create event trigger spoil on ddl_command_end when tag in ('CREATE TABLE') execute function spoil()", names[-1])
    ran = project.run("move", "--to", target, check=False)
    check("a table that differs is told", (ran.returncode, "OFS403" in ran.stderr), (1, True))
    check("and nothing was kept", psql("select count(*) from books", names[-1]), "0")
finally:
    for one in (project, moved, back):
        one.close()
    for name in names:
        psql(f"drop database if exists {name} with (force)")
end()
