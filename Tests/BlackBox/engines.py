"""The same project on both engines, asked the same: status, headers and bodies must be equal, byte for byte.

    OFFSTAGE_TEST_POSTGRES="host=… dbname=postgres" python3 Tests/BlackBox/engines.py [REQUESTS [SEED]]
"""
import csv, glob, json, os, random, sys, time, urllib.parse
from offstage import Project, ROOT

wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 150
seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(os.environ.get("OFFSTAGE_SEED") or 11)
dice = random.Random(seed)
if not os.environ.get("OFFSTAGE_TEST_POSTGRES"):
    sys.exit("set OFFSTAGE_TEST_POSTGRES to a PostgreSQL of no worth, or run Scripts/test")

EXTRA = r"""
create schema if not exists extensions;
create type mood as enum ('sad', 'ok', 'happy');
create domain short as text check (length(value) < 9);
create table kinds (
  id int primary key, s smallint, b bigint, n numeric, p numeric(6,2), r real, d double precision, t boolean, c char(4), v varchar(6), x text,
  u uuid, y bytea, da date, ti time, ts timestamp, tz timestamptz, iv interval, j json, jb jsonb, a int[], ta text[], m mood, w short, ip inet,
  rg int4range, vec tsvector, made text generated always as (upper(x)) stored, count int, "odd name" text, "Ünï ""q" int);
comment on table kinds is 'One of each.';
alter table kinds enable row level security;
create policy all_of_it on kinds using (id < 100) with check (id < 200);
grant select, insert, update, delete on kinds to anon, authenticated;
insert into kinds (id, s, b, n, p, r, d, t, c, v, x, u, y, da, ti, ts, tz, iv, j, jb, a, ta, m, w, ip, rg, vec, count, "odd name", "Ünï ""q") values
 (1, 1, 9007199254740993, 1.10, 2.50, 0.1, 0.1, true, 'ab', 'ab', 'a"b\c', '11111111-1111-1111-1111-111111111111', '\x00ff', '2024-02-29', '13:14:15.5',
  '2024-02-29 13:14:15.678', '2024-02-29 13:14:15.678+02', '1 day 02:03:04', '{"b" : 1,  "a":[1, 2]}', '{"b": 1, "a": [1, 2.50, null]}', '{1,2,null}', '{"a b","c,d",null,""}',
  'happy', 'w', '10.0.0.1', '[1,5)', to_tsvector('simple', 'quick brown fox'), 3, 'odd', 1),
 (2, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
 (3, -5, 0, 123456789012345678901234567890.5, -0.01, 1e10, 1e300, false, '', '', E'line\nline\ttab', '22222222-2222-2222-2222-222222222222', '', 'infinity', '00:00', '0044-03-15 00:00:00 BC',
  '-infinity', '-1 mon', '[]', '"text"', '{}', '{}', 'sad', '', '::1', 'empty', '', 0, '', -1),
 (4, 7, 7, 0.00, 7.00, 'NaN', 'Infinity', true, 'x', 'ünï', 'ünï ☕ 𝒳', null, '\x61', '1999-12-31', '23:59:59.999999', '1999-12-31 23:59:59', '1999-12-31 23:59:59+00', '00:00:00', '{}', '{}', '{5}', '{a}', 'ok', 'ünï', '192.168.0.0/16',
  '(,5]', to_tsvector('simple', 'lazy dog'), 1, null, null);
create table kinds_twin (like kinds);
grant select, insert, update, delete on kinds_twin to anon;
create table defaults (id int primary key, name text default 'nobody', j jsonb default '{"a": 1}', k json);
grant select, insert, update, delete on defaults to anon;
create function kept(j json, jb jsonb, n numeric default 1.50, a int[] default '{}') returns text language sql immutable as $$ select j::text || jb::text || n::text || a::text $$;
grant execute on function kept to anon;
create function shout(k kinds) returns text language sql stable as $$ select upper(k.x) || '!' $$;
grant execute on function shout to anon, authenticated;
create function add(a int, b int default 10) returns int language sql immutable as $$ select a + b $$;
create function names(prefix text) returns setof text language sql stable as $$ select name from authors where name like prefix || '%' order by name $$;
create function cheap(most numeric) returns setof books language sql stable as $$ select * from books where price < most order by id $$;
create function pair(n int) returns table (a int, b text) language sql stable as $$ select n, n::text union all select n + 1, (n + 1)::text $$;
create function echo(jsonb) returns jsonb language sql immutable as $$ select $1 $$;
create function nothing() returns void language sql stable as $$ select null::void $$;
create function total(variadic numbers int[]) returns bigint language sql immutable as $$ select sum(n) from unnest(numbers) n $$;
create function fails(code text) returns int language plpgsql stable as $$ begin raise exception 'failed with %', code using errcode = code, detail = 'the detail', hint = 'the hint'; end $$;
create function whoami() returns jsonb language sql stable as $$ select jsonb_build_object('role', auth.role(), 'uid', auth.uid(), 'method', current_setting('request.method', true)) $$;
create function teapot() returns text language plpgsql stable as $$
begin
  perform set_config('response.status', '418', true);
  perform set_config('response.headers', '[{"X-Tea": "green"}, {"Content-Type": "text/tea"}]', true);
  return 'tea';
end $$;
create function poured(cup text) returns text language plpgsql as $$
begin
  perform set_config('response.status', '202', true);
  perform set_config('response.headers', '[{"Location": "/cups/' || cup || '"}]', true);
  return cup;
end $$;
create function misspoken(what text, value text) returns int language plpgsql stable as $$
begin
  perform set_config('response.' || what, value, true);
  return 1;
end $$;
create function quota(message text, detail text) returns int language plpgsql stable as $$
begin
  raise sqlstate 'PGRST' using message = message, detail = detail;
end $$;
grant execute on function teapot, poured, misspoken, quota to anon;
grant execute on function add, names, cheap, pair, echo, nothing, total, fails, whoami to anon, authenticated;
create view shelf with (security_invoker = true) as select b.id, b.title, b.price * 2 as twice, ba.author_id from books b join book_authors ba on ba.book_id = b.id;
grant select on shelf to anon, authenticated;
create table logs (id bigint generated by default as identity primary key, body text not null, level int default 3, at_ timestamptz default '2024-01-01');
alter table logs enable row level security;
create policy any_log on logs using (true) with check (level < 10);
grant select, insert, update, delete on logs to anon, authenticated;
create function told(json) returns text language sql immutable as $$ select $1::text $$;
create function told_b(jsonb) returns text language sql immutable as $$ select $1::text $$;
create function told_json(json) returns json language sql immutable as $$ select $1 $$;
create function told_by_name(j json, k json default null) returns text language sql immutable as $$ select j::text || coalesce(k::text, ' and none') $$;
create function joined_up(variadic words text[]) returns text language sql immutable as $$ select array_to_string(words, '|', 'null') $$;
create function at_least(n int, variadic numbers int[] default '{7}') returns text language sql immutable as $$ select n || ':' || numbers::text $$;
create function of_json(variadic items jsonb[]) returns text language sql immutable as $$ select items::text $$;
grant execute on function told, told_b, told_json, told_by_name, joined_up, at_least, of_json to anon;
create table closed (id int primary key);
-- Every kind of result.
create type place as (street text, number int, spots int[]);
create type journey as (start place, stops place[], note text);
create domain home as place;
create domain a_book as books;
create function at_place(n int) returns place language sql stable as $$ select row('Main "St"', n, array[1, null])::place $$;
create function at_null() returns place language sql stable as $$ select null::place $$;
create function at_none() returns place language sql stable as $$ select row('x', 1, null)::place where false $$;
create function places(n int) returns setof place language sql stable as $$ select ('S' || i, i, '{}'::int[])::place from generate_series(1, n) i order by i $$;
create function at_home(n int) returns home language sql stable as $$ select row('Home', n, null)::home $$;
create function stepped_place(n int) returns place language plpgsql stable as $$ declare p place; begin p.street := 'Step'; p.number := n; return p; end $$;
create function stepped_places(n int) returns setof place language plpgsql stable as $$ declare p place; begin for i in 1..n loop p.number := i; return next p; end loop; end $$;
create function trip() returns journey language sql stable as $$ select row(row('A', 1, null)::place, array[row('B', 2, '{3}')::place, null], 'n')::journey $$;
create function moved(p place, by int default 1) returns place language sql immutable as $$ select row((p).street, (p).number + by, (p).spots)::place $$;
create function one_out(n int, out twice int) language sql immutable as $$ select n * 2 $$;
create function one_json_out(a int, b text, out my_json json) language sql immutable as $$ select json_build_object('a', a, 'b', b) $$;
create function in_out(inout num int) language plpgsql immutable as $$ begin num := num + 1; end $$;
create function place_out(n int, out p place) language sql immutable as $$ select row('Out', n, null)::place $$;
create function many_out(n int, out a int, out b text) language sql immutable as $$ select n, n::text $$;
create function many_in_out(inout num int, inout str text default 'x', inout yes boolean default true) language sql immutable as $$ select num, str, yes $$;
create function set_out(n int, out i int) returns setof int language sql immutable as $$ select * from generate_series(1, n) $$;
create function stepped_set_out(n int, out i int) returns setof int language plpgsql immutable as $$ begin for k in 1..n loop i := k * k; return next; end loop; end $$;
create function one_column() returns table (a text) language sql immutable as $$ select 'A'::text $$;
create function book(n bigint) returns books language sql stable as $$ select * from books where id = n $$;
create function book_of_domain(n bigint) returns a_book language sql stable as $$ select books::a_book from books where id = n $$;
create function books_by(a authors) returns setof books language sql stable as $$ select b.* from books b join book_authors x on x.book_id = b.id where x.author_id = a.id order by b.id $$;
create function enum_of(n int) returns mood language sql immutable as $$ select case n when 1 then 'ok'::mood end $$;
create function short_of(t text) returns short language sql immutable as $$ select t::short $$;
create function list_of(n int) returns int[] language sql immutable as $$ select array(select generate_series(1, n)) $$;
create function lists_of(n int) returns setof int[] language sql immutable as $$ select array[i, null] from generate_series(1, n) i $$;
create function places_list() returns place[] language sql immutable as $$ select array[row('L', 1, '{2}')::place] $$;
create function range_of(a int, b int) returns int4range language sql immutable as $$ select int4range(a, b) $$;
create function bytes_of() returns bytea language sql immutable as $$ select '\x00ff'::bytea $$;
create function nulls_of() returns setof text language sql immutable as $$ select t from (values ('a'), (null), ('b')) v(t) $$;
create function any_record() returns record language sql stable as $$ select id, title, price from books order by id limit 1 $$;
create function any_records() returns setof record language sql stable as $$ select id, title, price from books order by id limit 2 $$;
create function kept_place(n int) returns place language plpgsql as $$ begin insert into logs (id, body, level) values (n, 'kept', 1); return row('K', n, null)::place; end $$;
-- Every type.
create table shapes (id int primary key, n numeric(10,2), nn numeric, f real, d double precision, ts timestamp, tz timestamptz, dt date, ti time, tt timetz, iv interval, y bytea, j json, jb jsonb, a int[], ta text[],
  tza timestamptz[], ja json[], jba jsonb[], na numeric[], ba bytea[], ma mood[], p place, pa place[], rg numrange, tr tstzrange, m mood, w short, ch char(5), ip inet, ci cidr, mac macaddr, bi bit(3), vb varbit, u uuid, o oid, nm name);
create table pairs (a int, b text, "c d" text default 'standard', n int default 5, primary key (a, b));
grant select, insert, update, delete on shapes, pairs to anon;
create table partly (id int primary key, shown text not null, hidden text default 'secret', unique (shown, hidden), constraint positive check (id > 0), constraint short check (length(hidden || shown) < 20));
create table partly_referring (id int primary key, partly int default 77 references partly, name text);
grant select (id, shown), insert (id, shown), update (id, shown) on partly to anon;
grant select (id, name), insert (id, name) on partly_referring to anon;
grant update (id) on partly_referring to anon;
grant execute on function at_place, at_null, at_none, places, at_home, stepped_place, stepped_places, trip, moved, one_out, one_json_out, in_out, place_out, many_out, many_in_out, set_out, stepped_set_out,
  one_column, book, book_of_domain, books_by, enum_of, short_of, list_of, lists_of, places_list, range_of, bytes_of, nulls_of, any_record, any_records, kept_place to anon;
-- Views that take every write, some, and none.
create view plain as select id, body, level * 2 as twice from logs;
create view inner_plain as select id, twice, body as words from plain where id > 0;
create view counted as select level, count(*) from logs group by level;
create view nothing_given as select id + 1 as next from logs;
create view shown_kinds as select id, x, made from kinds;
create view joined as select l.id, l.body, k.x from logs l join kinds k on k.id = l.id;
create function put_joined() returns trigger language plpgsql as $$ begin insert into logs (id, body) values (new.id, new.body); return new; end $$;
create trigger put_joined instead of insert on joined for each row execute function put_joined();
create view of_joined as select body as words, id from joined;
create view of_joined_only as select upper(body) as words from joined;
create view all_joined as select l.id, l.body from logs l join kinds k on k.id = l.id;
create function nothing_joined() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger put_all instead of insert or update or delete on all_joined for each row execute function nothing_joined();
create view part_of_all as select id, lower(body) as low from all_joined;
create materialized view stored as select id, title from books;
create view limited as select id from logs limit 5;
create view aggregate_one as select max(id) from logs;
create view unnested as select unnest(a) as one from kinds;
create view from_values as values (1, 2);
create view books_less as select id, title, century from books;
create table keyed (id bigint generated always as identity primary key, name text not null);
create view keyed_shown as select id, name from keyed;
create table recoded (id bigint primary key, code text unique, n int default 0);
create table recoded_under_policy (id bigint primary key, code text unique, n int default 0);
alter table recoded_under_policy enable row level security;
create policy small on recoded_under_policy using (n < 5) with check (n < 7);
grant select, insert, update, delete on plain, inner_plain, counted, nothing_given, shown_kinds, joined, of_joined, of_joined_only, all_joined, part_of_all, limited, keyed, keyed_shown, recoded, recoded_under_policy to anon;
grant select on stored to anon;
grant select (id), insert (id), update (body) on plain to authenticated;
"""


def literal(text):
    return "null" if text == "" else "'" + text.replace("'", "''") + "'"


def data():
    for path in sorted(glob.glob(f"{ROOT}/Examples/Bookshop/seed/*.csv")):
        table = os.path.basename(path)[3:-4]
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        for row in rows[1:]:
            yield f"insert into {table} ({', '.join(rows[0])}) values ({', '.join(map(literal, row))});"
    for table in ["authors", "books", "reviews", "customers", "orders"]:
        yield f"update {table} set created_at = '2024-05-06 07:08:09.123456+00';"


failed = []
asked = 0


def begin(engine):
    project = Project(engine=engine)
    with open(f"{project.folder}/migrations/0006_data.sql", "w") as file:
        file.write("\n".join(data()) + "\n")
    with open(f"{project.folder}/migrations/0007_extra.sql", "w") as file:
        file.write(EXTRA)
    for path in glob.glob(f"{project.folder}/seed/*"):
        os.remove(path)
    project.environment["OFFSTAGE_API__AGGREGATES"] = "true"
    # What a developer is shown of a file of his own, PostgreSQL does not tell.
    project.environment["OFFSTAGE_API__DOCS"] = "false"
    ran = project.run("migrate", "up", check=False)
    if ran.returncode:
        sys.exit(f"the project does not migrate: {ran.stderr}")
    project.start()
    project.headers = {
        "anon": {},
        "reader": {"Authorization": "Bearer " + project.token({"sub": "11111111-1111-4111-8111-111111111111"})},
        "service": {"Authorization": "Bearer " + project.key("service_role")},
        "admin": {"Authorization": "Bearer " + project.token({"sub": "22222222-2222-4222-8222-222222222222", "app_metadata": {"role": "admin"}})},
    }
    return project


TOLD = ["Content-Type", "Content-Range", "Content-Location", "Location", "Preference-Applied", "Content-Profile", "Allow", "Link", "X-Tea", "X-Powered-By"]


def ask(project, who, method, path, headers, body):
    status, answered, answer = project.request(method, "/rest/v1/" + path, body, {**project.headers[who], **headers})
    return status, {name: answered.get(name) for name in TOLD}, answer


def same(who, method, path, body=None, **headers):
    global asked
    asked += 1
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    answers = [ask(project, who, method, path, headers, body) for project in both]
    if answers[0] != answers[1]:
        failed.append((who, method, path, body, headers, *answers))


def same_output(*words):
    """A command says the same on both."""
    global asked
    asked += 1
    runs = [project.run(*words, check=False) for project in both]
    answers = [(run.returncode, {name: None for name in TOLD}, (run.stdout + run.stderr).encode()) for run in runs]
    if answers[0] != answers[1]:
        failed.append(("owner", words[0], " ".join(words[1:]), None, {}, *answers))


both = []
try:
    both.append(begin("embedded"))
    both.append(begin("postgres"))
    exec(open(f"{ROOT}/Tests/BlackBox/engine_requests.py").read())
finally:
    for project in both:
        project.close()
for who, method, path, body, headers, first, second in failed[:60]:
    sent = '' if body is None else body if isinstance(body, bytes) else json.dumps(body)
    print(f"\n{who} {method} {path} {headers} {sent}")
    start = max(0, next((i for i, (a, b) in enumerate(zip(first[2], second[2])) if a != b), 0) - 300)
    for label, answer in [("embedded  ", first), ("PostgreSQL", second)]:
        print(f"  {label} {answer[0]} { {k: v for k, v in answer[1].items() if v is not None and first[1][k] != second[1][k]} } {answer[2][start:start + 700]!r}")
if failed:
    sys.exit(f"{len(failed)} of {asked} requests are answered differently (seed {seed})")
print(f"{asked} requests are answered alike by both engines (seed {seed})")
