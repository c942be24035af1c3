"""Pages by cursor: every row once, in order, whatever the order and whatever is inserted meanwhile; and what a stranger would try.

    pages.py [SEED]
"""
import base64, itertools, json, os, random, re, sys, urllib.parse
from checks import check, end
from offstage import Project

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("OFFSTAGE_SEED") or 11)
dice = random.Random(SEED)
MIGRATION = """
create extension if not exists citext;
create type mood as enum ('sad', 'ok', 'happy');
create table items (id int primary key, name text, price numeric(8,2), weight double precision, made timestamptz, day date, mood mood, ok boolean, small smallint not null,
    code char(3), ci citext, raw bytea, tags text[], span interval, addr inet, mark uuid, doc jsonb, part numrange, clock time);
create table pairs (a int, b text, value int, primary key (a, b));
create table plain (x int);
create table guarded (id int primary key, owner uuid not null, body text not null, secret int not null);
alter table items enable row level security; create policy "all" on items for all using (true) with check (true);
alter table pairs enable row level security; create policy "all" on pairs for all using (true) with check (true);
alter table plain enable row level security; create policy "all" on plain for all using (true) with check (true);
create view items_view as select * from items; grant select on items_view to anon;
alter table guarded enable row level security;
create policy own on guarded for select using (owner = auth.uid());
revoke all on guarded from anon, authenticated;
grant select (id, owner, body), insert on guarded to authenticated;
create table unkeyed_reader (id int primary key, body text);
alter table unkeyed_reader enable row level security; create policy "all" on unkeyed_reader for select using (true);
revoke all on unkeyed_reader from anon, authenticated;
grant select (body) on unkeyed_reader to anon;
"""


project = Project()
for name in os.listdir(f"{project.folder}/migrations"):
    os.remove(f"{project.folder}/migrations/{name}")
os.system(f"rm -rf {project.folder}/seed")
open(f"{project.folder}/migrations/0001_items.sql", "w").write(MIGRATION)


def ask(path, who=None, method="GET", body=None, **headers):
    if who:
        headers["Authorization"] = f"Bearer {who}"
    status, fields, answer = project.request(method, "/rest/v1" + path, body, headers)
    return status, {name.lower(): value for name, value in fields.items()}, answer.decode()


def code(answer):
    return json.loads(answer[2])["code"]


def following(relation, fields):
    link = fields.get("link")
    if link is None:
        return None
    found = re.fullmatch(r'<(\?[!-;=?-~]+)>; rel="next"', link)
    assert found, link
    return relation + found[1]


def walk(relation, query, who=None, between=lambda page: None, limit=400, **headers):
    rows, path, pages = [], f"{relation}?{query}&after=cursor:", 0
    while path:
        status, fields, body = ask(path, who, **headers)
        assert status in (200, 206), (path, status, body)
        page = json.loads(body)
        rows += page
        path = following(relation, fields)
        pages += 1
        assert pages < limit, "there is no end"
        between(pages)
    return rows


def item(id):
    maybe = lambda value: value if dice.random() < 0.8 else None
    return {
        "id": id, "name": maybe(dice.choice(["a", "B", "ä", "", "x,y", "%", '"q"', "a b", "long " * 20])), "price": maybe(dice.choice([1.5, 2, 10, -3, 99.99, "NaN"])),
        "weight": maybe(dice.choice([0.1, 1e-9, 1e300, -0.5, 3, 0.1 + 0.2, "NaN", "Infinity", "-Infinity", "-0"])), "made": maybe(f"2024-0{dice.randint(1, 3)}-01T00:00:00.{dice.randint(0, 3)}00001+00:00"),
        "day": maybe(dice.choice(["2024-02-01", "2024-02-29", "infinity", "-infinity", "0044-03-15 BC"])), "mood": maybe(dice.choice(["sad", "ok", "happy"])), "ok": maybe(dice.choice([True, False])),
        "small": dice.randint(1, 4), "code": maybe(dice.choice(["a", "ab ", "abc"])), "ci": maybe(dice.choice(["x", "X", "y", "Ä"])), "raw": maybe(dice.choice(["\\x00", "\\xff00", "\\x"])),
        "tags": maybe(dice.choice([[], ["a"], ["a", "b,c"], [None, "x"]])), "span": maybe(dice.choice(["1 mon", "30 days", "-1 day", "00:00:01.5"])), "addr": maybe(dice.choice(["10.0.0.1", "10.0.0.0/8", "::1"])),
        "mark": maybe(dice.choice(["00000000-0000-4000-8000-000000000001", "f0000000-0000-4000-8000-000000000001"])), "doc": maybe(dice.choice([{"a": 1}, [1, 2], "s", 5, True])),
        "part": maybe(dice.choice(["[1,2)", "(,5]", "empty"])), "clock": maybe(dice.choice(["01:02:03", "23:59:59.999999", "24:00:00"])),
    }


def orders():
    columns = ["name", "price", "weight", "made", "day", "mood", "ok", "small", "id", "code", "ci", "raw", "tags", "span", "addr", "mark", "doc", "part", "clock"]
    terms = lambda count: ",".join(
        f"{column}{dice.choice(['', '.asc', '.desc'])}{dice.choice(['', '.nullsfirst', '.nullslast'])}" for column in dice.sample(columns, count))
    return [f"{column}{way}" for column in columns for way in ("", ".desc", ".asc.nullsfirst", ".desc.nullslast")] + [terms(dice.randint(2, 4)) for _ in range(40)]


try:
    project.start()
    ask("/items", method="POST", body=[item(id) for id in range(1, 61)])
    # Every order, in pages of several sizes, is what one read in that order gives.
    for order in orders():
        whole = [row["id"] for row in json.loads(ask(f"/items?select=id&order={order}")[2])]
        limit = dice.choice([1, 7, 13, 20, 59, 60, 61])
        check(f"order={order}&limit={limit}", [row["id"] for row in walk("/items", f"select=id&order={order}&limit={limit}")], whole)
    check("without an order, by key", [row["id"] for row in walk("/items", "select=id&limit=9")], list(range(1, 61)))
    check("with filters", [row["id"] for row in walk("/items", "select=id&small=eq.2&or=(id.lt.30,ok.is.true)&order=price&limit=3")],
        [row["id"] for row in json.loads(ask("/items?select=id&small=eq.2&or=(id.lt.30,ok.is.true)&order=price")[2])])
    check("the count is of all", ask("/items?select=id&limit=5&after=cursor:", Prefer="count=exact")[1]["content-range"], "0-4/60")
    second = following("/items", ask("/items?select=id&limit=5&after=cursor:")[1])
    check("on each page", ask(second, Prefer="count=exact")[1]["content-range"], "0-4/60")
    check("HEAD tells the way too", following("/items", ask("/items?select=id&limit=5&after=cursor:", method="HEAD")[1]), second)
    check("CSV", [ask(second, Accept="text/csv")[2].split("\n"), following("/items", ask(second, Accept="text/csv")[1]) is not None], [["id", "6", "7", "8", "9", "10"], True])
    check("the last page has no Link", "link" in ask("/items?select=id&order=id&limit=61&after=cursor:")[1], False)
    check("nor has a read without a cursor", "link" in ask("/items?select=id&order=id&limit=5")[1], False)
    check("limit=0", ask("/items?select=id&limit=0&after=cursor:")[::2], (200, "[]"))

    # Stable under inserts: what was there when the walk began comes once, whatever is put before and behind.
    new = itertools.count(1000)
    ask("/pairs", method="POST", body=[{"a": n % 5, "b": f"b {n}", "value": n} for n in range(40)])
    seen = walk("/pairs", "order=value.desc&limit=4", between=lambda page: [ask("/pairs", method="POST", body={"a": n, "b": "new", "value": dice.randint(-50, 100)}) for n in [next(new)]])
    check("a key of two columns, with inserts between", sorted(row["value"] for row in seen if row["b"] != "new"), list(range(40)))
    check("no row twice", len({(row["a"], row["b"]) for row in seen}), len(seen))
    check("deletes between", len(walk("/pairs", "order=a,b&limit=5&b=neq.new", between=lambda page: ask("/pairs?a=eq.0", method="DELETE"))) >= 32, True)

    # What is refused.
    token = urllib.parse.parse_qs(urllib.parse.urlsplit(second).query)["after"][0].removeprefix("cursor:")
    encode = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
    decoded = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    check("what a token holds", decoded, ["id.asc.nullslast", "5"])
    for what, after in [
        ("no base64", "!!!"), ("cut short", token[:-1]), ("no JSON", base64.urlsafe_b64encode(b"xx").decode().rstrip("=")), ("no list", encode({"a": 1})), ("no order", encode([1, "5"])),
        ("another order", encode(["id.desc.nullsfirst", "5"])), ("too few values", encode(["id.asc.nullslast"])), ("too many", encode(["id.asc.nullslast", "5", "6"])), ("a number", encode(["id.asc.nullslast", 5])),
        ("a list inside", encode(["id.asc.nullslast", ["5"]])), ("long", "A" * 7000), ("a NUL", encode(["id.asc.nullslast", "\0"])),
    ]:
        got = ask(f"/items?select=id&limit=5&after=cursor:{after}")
        check(what, (got[0], code(got)), (400, "OFS306"))
    for what, after in [("no integer", "x"), ("SQL", "5) or 1=1 --"), ("a quote", "5'"), ("out of range", "99999999999999")]:
        got = ask(f"/items?select=id&limit=5&after=cursor:{encode(['id.asc.nullslast', after])}")
        check(what, (got[0], code(got)), (400, "22003" if what == "out of range" else "22P02"))
    for query in ("order=name->a", "order=price&offset=3", "select=id,count()", "after=cursor:"):
        got = ask(f"/items?{query}&after=cursor:")
        check(query, (got[0], code(got)), (400, {"order=name->a": "OFS306", "select=id,count()": "PGRST123"}.get(query, "OFS306")))
    check("a Range", code(ask("/items?after=cursor:", Range="5-9")), "OFS306")
    check("no key", [code(ask(f"/{name}?after=cursor:")) for name in ("plain", "items_view")], ["OFS306"] * 2)
    check("on a write it is no cursor", code(ask("/items?after=cursor:", method="DELETE")), "PGRST100")
    check("another spelling of after", code(ask("/items?after=cursor")), "PGRST100")
    check("a filter on a column called so is still one", code(ask("/items?after=eq.5")), "42703")

    # Columns the caller may not order by; rows that a policy hides.
    ann, ben = [project.token({"sub": f"{n}0000000-0000-4000-8000-000000000000"}) for n in (1, 2)]
    service = project.key("service_role")
    ask("/guarded", service, "POST", [{"id": n, "owner": f"{1 + n % 2}0000000-0000-4000-8000-000000000000", "body": f"b{n % 3}", "secret": n} for n in range(20)])
    check("her own rows", sorted(row["id"] for row in walk("/guarded", "select=id&order=body&limit=3", ann)), list(range(0, 20, 2)))
    check("ordered by what is hidden", code(ask("/guarded?select=id&order=secret&after=cursor:", ann)), "42501")
    check("a token of what is hidden", code(ask(f"/guarded?select=id&order=secret&after=cursor:{encode(['secret.asc.nullslast,id.asc.nullslast', '5', '1'])}", ann)), "42501")
    check("a key that is hidden", code(ask("/unkeyed_reader?select=body&order=body&after=cursor:")), "42501")
    path = following("/guarded", ask("/guarded?select=id&order=body&limit=3&after=cursor:", ann)[1])
    check("her cursor shows another caller only what is that caller's", all(row["id"] % 2 for row in json.loads(ask(path, ben)[2])), True)
    # What the query holds cannot leave the header.
    got = ask("/items?select=id&limit=5&name=neq.%3E%22%0d%0aX:1&after=cursor:")
    check("nothing leaves the Link", (got[1]["link"].count(">"), got[1].get("x")), (1, None))
    check("and it can be followed", ask(following("/items", got[1]))[0], 200)
finally:
    project.close()
end()
