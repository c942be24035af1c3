"""Every public method of the query builders of the official Python client, both kinds, asked of the running server.

The methods are found in the classes themselves: one that is neither driven here nor in NOT_DRIVEN fails the test, so that a new version of the client tells what is new.

    .build-python/bin/python Tests/BlackBox/client_methods.py
"""
import asyncio, importlib, inspect, os, shutil, warnings
from checks import check, end, holds
from offstage import ENGINE, Project

warnings.simplefilter("ignore", DeprecationWarning)
MIGRATION = """
create table makers (id int primary key, name text not null, founded int);
create table things (
  id int primary key, name text not null unique, n int not null default 7, tags text[], span int4range, doc jsonb, flag boolean, note text, maker int references makers);
insert into makers values (1, 'Ada', 1815), (2, 'Bob', null);
insert into things values
  (1, 'Alpha one', 1, '{a,b}', '[1,5)', '{"k": 1}', true, null, 1), (2, 'Beta two', 2, '{b}', '[5,10)', '{"k": 2}', false, 'x', 1),
  (3, 'Gamma three', 3, '{c}', '[20,30)', '{"j": 3}', null, 'y', 2), (4, 'alphabet, say', 4, '{a,b,c}', '[4,8)', '{}', true, 'z', null);
grant select, insert, update, delete on things, makers to service_role;
create function least_of(lowest int) returns setof things language sql stable as 'select * from things where n >= lowest order by id';
create function tell(what text, more int[] default '{}') returns text language sql stable as $$ select what || cardinality(more) $$;
create function touch(lowest int) returns setof things language sql volatile as 'update things set note = note where n >= lowest returning *';
grant execute on function least_of, tell, touch to service_role;
create schema if not exists side;
create table side.things (id int primary key, name text);
insert into side.things values (1, 'beside');
grant usage on schema side to service_role;
grant select on side.things to service_role;
"""
# What is not driven, and why. A class alone stands for all of its methods.
NOT_DRIVEN = {
    "QueryRequestBuilder": "a base that is never made alone: its methods are driven on the SelectRequestBuilder",
    "FilterRequestBuilder": "no method of the client makes one: updates and deletes give a SelectRequestBuilder",
}
# Each filter, and whose rows it lets through.
FILTERS = [
    ("filter", ("n", "eq", "2"), {2}), ("eq", ("n", 2), {2}), ("eq", ("name", "alphabet, say"), {4}), ("neq", ("n", 2), {1, 3, 4}), ("gt", ("n", 2), {3, 4}), ("gte", ("n", 2), {2, 3, 4}),
    ("lt", ("n", 2), {1}), ("lte", ("n", 2), {1, 2}), ("is_", ("note", None), {1}), ("is_", ("flag", True), {1, 4}), ("is_", ("flag", "not_null"), {1, 2, 4}),
    ("like", ("name", "%lpha%"), {1, 4}), ("like_all_of", ("name", "A%,%one"), {1}), ("like_any_of", ("name", "A%,G%"), {1, 3}), ("ilike", ("name", "alpha%"), {1, 4}),
    ("ilike_all_of", ("name", "a%,%E"), {1}), ("ilike_any_of", ("name", "alpha%,beta%"), {1, 2, 4}), ("or_", ("n.eq.1,and(n.gt.2,flag.is.null)",), {1, 3}),
    ("fts", ("name", "alpha & one"), {1}), ("plfts", ("name", "two beta"), {2}), ("phfts", ("name", "gamma three"), {3}), ("wfts", ("name", "beta or gamma"), {2, 3}),
    ("in_", ("n", [1, 4]), {1, 4}), ("in_", ("name", ["alphabet, say", "x"]), {4}), ("cs", ("tags", ["a", "b"]), {1, 4}), ("cd", ("tags", ["a", "b"]), {1, 2}),
    ("contains", ("tags", ["c"]), {3, 4}), ("contains", ("doc", {"k": 2}), {2}), ("contains", ("span", "[6,7)"), {2, 4}), ("contained_by", ("span", "[0,9)"), {1, 4}),
    ("contained_by", ("tags", ["b", "z"]), {2}), ("ov", ("tags", ["a", "c"]), {1, 3, 4}), ("overlaps", ("span", "[7,21)"), {2, 3, 4}), ("sl", ("span", (8, 12)), {1, 4}), ("sr", ("span", (1, 5)), {2, 3}),
    ("nxl", ("span", (5, 9)), {3}), ("nxr", ("span", (5, 9)), {1, 4}), ("adj", ("span", (9, 19)), {2}), ("range_gt", ("span", (1, 5)), {2, 3}), ("range_gte", ("span", (5, 9)), {3}),
    ("range_lt", ("span", (8, 12)), {1, 4}), ("range_lte", ("span", (5, 9)), {1, 4}), ("range_adjacent", ("span", (9, 19)), {2}), ("match", ({"n": 1, "name": "Alpha one"},), {1}),
]
ALL = {1, 2, 3, 4}
driven = set()
depth = 0


def watched(kind, builder, name):
    """The method, noting that it was called from here and not by another of the client's."""
    inner = inspect.getattr_static(builder, name)

    def note(call, *given, **named):
        global depth
        if not depth:
            driven.add((kind, builder.__name__, name))
        depth += 1
        try:
            return call(*given, **named)
        finally:
            depth -= 1

    if isinstance(inner, property):
        return property(lambda self: note(inner.fget, self))
    return lambda self, *given, **named: note(inner, self, *given, **named)


def classes(kind):
    """The client of a kind and what it makes."""
    package = f"postgrest._{kind.lower()}"
    client = getattr(importlib.import_module(f"{package}.client"), f"{kind}PostgrestClient")
    builders = importlib.import_module(f"{package}.request_builder")
    return client, [client] + [item for item in vars(builders).values() if inspect.isclass(item) and item.__module__ == builders.__name__]


def methods(builder):
    return [name for name in dir(builder) if not name.startswith("_") and (callable(getattr(builder, name)) or isinstance(inspect.getattr_static(builder, name), property))]


def drive(kind, project):
    client_class, found = classes(kind)
    wanted = {(kind, builder.__name__, name) for builder in found for name in methods(builder)}
    wrappers = {(builder, name): watched(kind, builder, name) for builder in found for name in methods(builder)}
    for (builder, name), wrapper in wrappers.items():
        setattr(builder, name, wrapper)
    loop = asyncio.new_event_loop()

    def do(builder):
        answer = builder.execute()
        return loop.run_until_complete(answer) if inspect.isawaitable(answer) else answer

    def ids(builder):
        return {row["id"] for row in do(builder).data}

    def code(builder):
        try:
            return do(builder)
        except Exception as error:
            return getattr(error, "code", error)

    key = project.key("service_role")
    client = client_class(f"{project.url}/rest/v1", headers={"apikey": key})
    client.auth(key)
    table = lambda: client.from_("things")
    is_rows = lambda what, found, wanted: check(f"{kind}: {what}", found, wanted)

    # Filters: of reads, of functions by three ways, of updates and deletes.
    for name, given, rows in FILTERS:
        apply = lambda builder: getattr(builder, name)(*given)
        is_rows(f"select {name}{given}", ids(apply(table().select("id"))), rows)
        if name != "or_":
            is_rows(f"select not_.{name}{given}", ids(apply(table().select("id").not_)), set() if name == "match" else ALL - rows)
        is_rows(f"rpc {name}{given}", ids(apply(client.rpc("least_of", {"lowest": 0}).select("id"))), rows)
        is_rows(f"rpc by GET {name}{given}", ids(apply(client.rpc("least_of", {"lowest": 2}, get=True))), rows - {1})
        is_rows(f"update {name}{given}", ids(apply(table().update({"note": "seen"}, returning="representation"))), rows)
        do(table().update({"note": None}).eq("id", 1)), do(table().update({"note": "x"}).gt("id", 1))
    for name, given, rows in FILTERS[:6]:
        is_rows(f"delete {name}{given}", ids(getattr(table().delete(), name)(*given)), rows)
        do(table().upsert(ROWS))
    is_rows("not_ or_", ids(table().select("id").not_.or_("n.eq.1,n.eq.2")), {3, 4})
    is_rows("rpc not_", ids(client.rpc("least_of", {"lowest": 0}).not_.eq("n", 1)), {2, 3, 4})
    rows = do(client.table("makers").select("id,things(id)").or_("n.eq.1,n.eq.3", reference_table="things").order("id")).data
    is_rows("or_ of related rows", rows, [{"id": 1, "things": [{"id": 1}]}, {"id": 2, "things": [{"id": 3}]}])
    for most, kept in [(1, "PGRST124"), (2, [2, 3])]:
        found = code(table().update({"note": "x"}).in_("id", [2, 3]).max_affected(most))
        is_rows(f"max_affected {most}", found if isinstance(found, str) else sorted(row["id"] for row in found.data), kept)
    is_rows("rpc max_affected", code(client.rpc("touch", {"lowest": 2}).max_affected(2)), "PGRST124")

    # What shapes an answer.
    for what, build in [("select", lambda: table().select("id", "note", "flag")), ("rpc", lambda: client.rpc("least_of", {"lowest": 0}).select("id", "note", "flag"))]:
        list_of = lambda builder: [row["id"] for row in do(builder).data]
        is_rows(f"{what} order", list_of(build().order("id", desc=True)), [4, 3, 2, 1])
        is_rows(f"{what} order, nulls first", list_of(build().order("flag", nullsfirst=True).order("id")), [3, 2, 1, 4])
        is_rows(f"{what} limit", list_of(build().order("id").limit(2)), [1, 2])
        is_rows(f"{what} offset", list_of(build().order("id").offset(3)), [4])
        is_rows(f"{what} range", list_of(build().order("id").range(1, 2)), [2, 3])
        is_rows(f"{what} strip_nulls", do(build().eq("id", 1).strip_nulls()).data, [{"id": 1, "flag": True}])
        is_rows(f"{what} single", do(build().eq("id", 1).single()).data, {"id": 1, "note": None, "flag": True})
        is_rows(f"{what} single, stripped", do(build().eq("id", 1).strip_nulls().single()).data, {"id": 1, "flag": True})
        is_rows(f"{what} single of none", code(build().eq("id", 0).single()), "PGRST116")
        is_rows(f"{what} maybe_single", do(build().eq("id", 1).maybe_single()).data["id"], 1)
        is_rows(f"{what} maybe_single of none", do(build().eq("id", 0).maybe_single()), None)
        is_rows(f"{what} maybe_single of two", code(build().lt("id", 3).maybe_single()), "406")
        is_rows(f"{what} csv", do(build().eq("id", 1).csv()).data, "id,note,flag\n1,,t")
    for what, built in [("single", lambda b: b.single()), ("csv", lambda b: b.csv()), ("maybe_single", lambda b: b.maybe_single())]:
        for enabled in (True, False):
            holds(f"{kind}: {what} retry {enabled}", do(built(table().select("id").eq("id", 1)).retry(enabled)).data)
    is_rows("retry", ids(table().select("id").retry(False)), ALL)
    is_rows("rpc retry", ids(client.rpc("least_of", {"lowest": 0}).retry(False)), ALL)
    for options, rows in [({}, {1}), ({"type": "plain"}, {1}), ({"type": "phrase", "config": "english"}, {1}), ({"type": "web_search", "config": "simple"}, {1})]:
        is_rows(f"text_search {options}", ids(table().select("id").text_search("name", "alpha" if "type" not in options else "alpha one", options)), rows)
    rows = do(client.from_("makers").select("name", "things(id)").order("id").order("id", desc=True, foreign_table="things").limit(1, foreign_table="things")).data
    is_rows("order and limit of related rows", [row["things"] for row in rows], [[{"id": 2}], [{"id": 3}]])
    rows = do(client.from_("makers").select("things(id)").order("id").order("id", foreign_table="things").range(1, 1, foreign_table="things")).data
    is_rows("range of related rows", [row["things"] for row in rows], [[{"id": 2}], []])
    answer = do(table().select("id", count="exact", head=True))
    is_rows("head and count", (answer.data, answer.count), ([], 4))
    holds(f"{kind}: planned", do(table().select("id", count="planned")).count is not None)
    is_rows("estimated", do(table().select("id", count="estimated").limit(1)).count, 4)
    for form in ("text", "json"):
        told = do(table().select("id").explain(format=form).retry(False))
        holds(f"{kind}: explain {form}", told if form == "text" else told.data, told)
    if ENGINE == "postgres":
        told = do(table().select("id").explain(analyze=True, verbose=True, settings=True, buffers=True, wal=True))
        holds(f"{kind}: explain with all options", "actual time" in told, told)

    # Writes.
    made = do(table().insert({"id": 10, "name": "ten"})).data
    is_rows("insert", [(row["id"], row["n"]) for row in made], [(10, 7)])
    is_rows("insert and select", do(table().insert({"id": 11, "name": "eleven", "n": 1}).select("name", "n")).data, [{"name": "eleven", "n": 1}])
    is_rows("insert minimal", do(table().insert({"id": 12, "name": "twelve"}, returning="minimal")).data, [])
    answer = do(table().insert([{"id": 13, "name": "a", "n": 1}, {"id": 14, "name": "b"}], default_to_null=False, count="exact"))
    is_rows("insert with defaults", ([row["n"] for row in answer.data], answer.count), ([1, 7], 2))
    is_rows("insert with nulls", code(table().insert([{"id": 15, "name": "c", "n": 1}, {"id": 16, "name": "d"}])), "23502")
    is_rows("insert as upsert", [row["name"] for row in do(table().insert({"id": 10, "name": "10"}, upsert=True)).data], ["10"])
    is_rows("insert twice", code(table().insert({"id": 10, "name": "again"})), "23505")
    is_rows("upsert", do(table().upsert({"id": 99, "name": "10", "note": "met"}, on_conflict="name").select("id", "note")).data, [{"id": 99, "note": "met"}])
    is_rows("upsert ignoring", do(table().upsert([{"id": 99, "name": "x"}, {"id": 17, "name": "y"}], ignore_duplicates=True).select("id")).data, [{"id": 17}])
    is_rows("upsert with defaults", [row["n"] for row in do(table().upsert([{"id": 18, "name": "e", "n": 2}, {"id": 19, "name": "f"}], default_to_null=False, returning="representation")).data], [2, 7])
    answer = do(table().update({"note": "u"}, count="exact").gte("id", 10).select("id"))
    is_rows("update", (len(answer.data), answer.count), (8, 8))
    is_rows("update minimal", do(table().update({"note": "v"}, returning="minimal").eq("id", 11)).data, [])
    answer = do(table().delete(count="exact").gte("id", 12))
    is_rows("delete", (len(answer.data), answer.count), (7, 7))
    is_rows("delete minimal", do(table().delete(returning="minimal").eq("id", 11)).data, [])
    is_rows("nothing more is there", ids(table().select("id")), ALL)

    # Functions, schemas, keys.
    is_rows("rpc", do(client.rpc("tell", {"what": "a", "more": [1, 2]})).data, "a2")
    is_rows("rpc by GET", do(client.rpc("tell", {"what": "a", "more": [1]}, get=True)).data, "a1")
    is_rows("rpc by HEAD", do(client.rpc("least_of", {"lowest": 2}, count="exact", head=True)).count, 3)
    is_rows("from_table", ids(client.from_table("things").select("id")), ALL)
    is_rows("schema", do(client.schema("side").from_("things").select("*")).data, [{"id": 1, "name": "beside"}])
    is_rows("a schema that is not exposed", code(client.schema("pg_catalog").from_("pg_class").select("*")), "PGRST106")
    is_rows("a wrong token", code(client_class(f"{project.url}/rest/v1", headers={"apikey": key}).auth("no.t.oken").from_("things").select("*")), "PGRST301")
    closed = client.aclose()
    if inspect.isawaitable(closed):
        loop.run_until_complete(closed)

    excused = {method for method in wanted if method[1].removeprefix(kind) in NOT_DRIVEN}
    left = sorted(wanted - excused - driven)
    check(f"{kind}: methods of the client that nothing here drives", left, [])
    check(f"{kind}: excused though driven", sorted(excused & driven), [])
    return len(wanted - excused)


ROWS = [
    {"id": 1, "name": "Alpha one", "n": 1, "tags": ["a", "b"], "span": "[1,5)", "doc": {"k": 1}, "flag": True, "note": None, "maker": 1},
    {"id": 2, "name": "Beta two", "n": 2, "tags": ["b"], "span": "[5,10)", "doc": {"k": 2}, "flag": False, "note": "x", "maker": 1},
    {"id": 3, "name": "Gamma three", "n": 3, "tags": ["c"], "span": "[20,30)", "doc": {"j": 3}, "flag": None, "note": "y", "maker": 2},
    {"id": 4, "name": "alphabet, say", "n": 4, "tags": ["a", "b", "c"], "span": "[4,8)", "doc": {}, "flag": True, "note": "z", "maker": None},
]

project = Project()
for name in os.listdir(f"{project.folder}/migrations"):
    os.remove(f"{project.folder}/migrations/{name}")
shutil.rmtree(f"{project.folder}/seed")
project.write("migrations/0001_things.sql", MIGRATION)
project.environment.update(OFFSTAGE_API__EXPLAIN="true", OFFSTAGE_API__SCHEMAS="public,side")
try:
    project.start()
    counted = [drive(kind, project) for kind in ("Sync", "Async")]
finally:
    project.close()
end(f"; {sum(counted)} methods of the client's builders")
