"""A project is moved from its file into PostgreSQL: every row, key and sequence, and the same answers afterwards.

    OFFSTAGE_TEST_POSTGRES="host=… dbname=postgres" python3 Tests/BlackBox/move.py
"""
import glob, json, os, subprocess, uuid
from checks import check, end
from offstage import Project



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


project = Project(engine="embedded")
moved = Project(engine="embedded")
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

    for path in glob.glob(f"{moved.folder}/migrations/*") + glob.glob(f"{moved.folder}/seed/*"):
        os.remove(path)
    for path in glob.glob(f"{project.folder}/migrations/*"):
        with open(path) as source, open(f"{moved.folder}/migrations/{os.path.basename(path)}", "w") as copy:
            copy.write(source.read())
    moved.start()
    service = [{"Authorization": f"Bearer {one.key('service_role')}"} for one in (project, moved)]
    for path in ["odd?order=id", "books?order=id&limit=1000", "authors?order=id", "reviews?order=id", "orders?order=id", "order_lines?order=id", "tree?order=id&limit=1000&offset=4000",
                 "books?select=title,authors(name),tags(name)&order=id&limit=200", "customers?order=id"]:
        answers = [one.request("GET", "/rest/v1/" + path, headers=who) for one, who in zip((project, moved), service)]
        check(f"{path} is answered alike", answers[0][0] == 200 and (answers[0][0], answers[0][2]) == (answers[1][0], answers[1][2]), True)
    for path in ["books?limit=5&order=id", "customers", "orders", "odd"]:
        answers = [one.request("GET", "/rest/v1/" + path) for one in (project, moved)]
        check(f"{path} of anyone, too", (answers[0][0], answers[0][2]), (answers[1][0], answers[1][2]))

    # Another table there than here: nothing is kept.
    target = database()
    psql("alter database %s set default_transaction_read_only = off" % names[-1])
    psql("create function spoil() returns event_trigger language plpgsql as $$ begin if exists (select from pg_class where relname = 'noted') and not exists (select from pg_attribute where attname = 'stray') "
         "then alter table noted add column stray int; end if; end $$; create event trigger spoil on ddl_command_end when tag in ('CREATE TABLE') execute function spoil()", names[-1])
    ran = project.run("move", "--to", target, check=False)
    check("a table that differs is told", (ran.returncode, "OFS403" in ran.stderr), (1, True))
    check("and nothing was kept", psql("select count(*) from books", names[-1]), "0")
finally:
    project.close()
    moved.close()
    for name in names:
        psql(f"drop database if exists {name} with (force)")
end()
