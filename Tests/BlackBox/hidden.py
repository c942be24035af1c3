"""Two projects that differ only in what a caller may not see. Whatever that caller asks, both answer the same: status, headers, bytes.

What differs: other people's rows, the values of a column without a grant, the columns of a table and the arguments of a function without any.
Where PostgreSQL itself tells (a unique key that is taken, a foreign key that leads somewhere), the answer must not say more than that.

    python3 Tests/BlackBox/hidden.py
"""
import base64, json, os, shutil, uuid
from checks import check, end, holds
from offstage import ENGINE, Project

ANN, BEN = "10000000-0000-4000-8000-000000000001", "10000000-0000-4000-8000-000000000002"
SCHEMA = """
create table folders (id int primary key, name text not null);
create table notes (
  id int primary key, owner uuid not null default auth.uid(), folder int references folders, body text not null, n numeric, meta jsonb, tags text[], day date, flag boolean, secret text unique,
  code text unique);
create table replies (id int primary key, note int not null references notes, owner uuid not null default auth.uid(), text text);
create table pairs (note int references notes, folder int references folders, primary key (note, folder));
create table vault (id int primary key, COLUMN text unique, note int references notes, folder int references folders);
create table links (folder int references folders, other int references folders, KEY int references folders, primary key (folder, other));
create view recent with (security_invoker = true) as select id, body, n from notes where n > 0;
alter table notes enable row level security; create policy own on notes using (owner = auth.uid()) with check (owner = auth.uid());
alter table replies enable row level security; create policy own on replies using (owner = auth.uid()) with check (owner = auth.uid());
alter table pairs enable row level security; create policy own on pairs using (note in (select id from notes));
revoke all on notes, replies, folders, pairs, vault, links, recent from anon, authenticated;
grant select (id, owner, folder, body, n, meta, tags, day, flag, code), insert, update, delete on notes to authenticated;
grant select, insert, update, delete on replies, pairs to authenticated;
grant select on folders, recent to authenticated;
grant select (folder, other) on links to authenticated;
create function count_notes() returns bigint language sql stable as 'select count(*) from notes';
create function like_it(pattern text) returns setof replies language sql stable as 'select * from replies where text like pattern';
create function private(ARGUMENT int) returns int language sql stable as 'select 1';
create function shout(r replies) returns text language sql stable as 'select upper(r.text)';
revoke all on function count_notes(), like_it(text), private(int), shout(replies) from public, anon, authenticated;
grant execute on function count_notes(), like_it(text), shout(replies) to authenticated;
insert into folders values (1, 'in'), (2, 'out');
insert into notes values (1, 'ANN', 1, '5', 1.5, '{"a": 1}', '{x}', '2024-01-01', true, 'SECRET', 'mine'), (5, 'ANN', null, '7', null, null, null, null, null, null, null);
insert into replies values (1, 1, 'ANN', '3');
insert into pairs values (1, 2);
insert into links values (1, 2, 1);
""".replace("ANN", ANN)
HIDDEN = "".join(
    f"insert into notes values ({n}, '{BEN}', {1 + n % 2}, 'not a number', 1e300, '{{\"a\": \"b\"}}', '{{x,y}}', '2024-02-0{1 + n % 9}', false, 's{n}', 'c{n}');"
    f" insert into replies values ({n}, {n}, '{BEN}', 'not a number'); insert into pairs values ({n}, 1);"
    for n in [*range(2, 5), *range(100, 160)]) + "insert into vault (id, note) values (1, 1), (2, 2), (3, 3);"
WORLDS = [
    ("full", {"COLUMN": "combination", "KEY": "extra", "ARGUMENT": "knob", "SECRET": "sesame"}, HIDDEN),
    ("bare", {"COLUMN": "wheel", "KEY": "spare", "ARGUMENT": "lever", "SECRET": "nothing"}, ""),
]
# What is the same only by chance.
PASSING = {"Date", "X-Request-Id", "Server", "Connection", "Transfer-Encoding", "Keep-Alive", "ETag"}


def begin(words, rows):
    project = Project()
    for name in os.listdir(f"{project.folder}/migrations"):
        os.remove(f"{project.folder}/migrations/{name}")
    shutil.rmtree(f"{project.folder}/seed")
    sql = SCHEMA
    for word, name in words.items():
        sql = sql.replace(word, name)
    project.write("migrations/0001_notes.sql", sql + rows + ("analyze;" if ENGINE == "postgres" else ""))
    project.environment.update(OFFSTAGE_API__AGGREGATES="true", OFFSTAGE_API__DOCS="false")
    # A plan without numbers. The way that SQLite chose still depends on how many rows there are.
    if ENGINE == "postgres":
        project.environment["OFFSTAGE_API__EXPLAIN"] = "true"
    project.start()
    project.callers = {"anon": {}, "ann": {"Authorization": "Bearer " + project.token({"sub": ANN})}}
    return project


def ask(project, who, method, path, body, headers):
    status, told, answer = project.request(method, path, body, {**project.callers[who], **headers})
    told = {name.title(): value for name, value in told.items() if name.title() not in {item.title() for item in PASSING}}
    return status, told, answer.replace(str(project.port).encode(), b"PORT")


asked, statuses = 0, {}


def same(who, method, path, body=None, **headers):
    """Both worlds answer alike; gives that answer."""
    global asked
    asked += 1
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    full, bare = [ask(project, who, method, path, body, headers) for project in worlds]
    check(f"{who} {method} {path} {body if body is not None else ''} {headers or ''}", full, bare)
    statuses[full[0]] = statuses.get(full[0], 0) + 1
    holds(f"{method} {path} is no fault", full[0] not in (500, 502), full)
    return full


def token(order, *values):
    return base64.urlsafe_b64encode(json.dumps([order, *values]).encode()).decode().rstrip("=")


worlds = []
try:
    worlds += [begin(words, rows) for _, words, rows in WORLDS]
    rest = "/rest/v1/"

    # Rows of others: by every operator, order, count and form.
    tests = [
        "id=eq.2", "id=gt.1", "id=in.(1,2,3)", "id=not.in.(1)", "body=eq.not%20a%20number", "body=like.not*", "body=ilike.*NUMBER", "body=match.num", "body=imatch.NUM", "body=like.%5C", "body=like(any).{a*,n%5C%5C}",
        "body=fts.number", "body=wfts(simple).number", "n=eq.1e300", "n=is.null", "n=gt.1e299", "meta=cs.{%22a%22:%22b%22}", "meta->>a=eq.b", "meta->a=gt.1", "tags=cs.{y}", "tags=ov.{y}", "tags=cd.{x,y,z}", "day=gt.2024-01-31",
        "flag=is.false", "flag=isdistinct.true", "owner=eq." + BEN, "owner=neq." + ANN, "code=eq.c2", "or=(id.eq.2,body.eq.5)", "not.and=(id.eq.1,body.eq.5)", "folder=eq.1", "secret=eq.s2", "secret=eq.sesame", "secret=is.null",
        "secret=like.s*", "or=(id.eq.1,secret.eq.sesame)", "secret=not.is.null",
    ]
    for test in tests:
        same("ann", "GET", f"{rest}notes?select=id&{test}")
        for count in ("exact", "planned", "estimated"):
            same("ann", "GET", f"{rest}notes?select=id&limit=1&{test}", Prefer=f"count={count}")
        same("ann", "HEAD", f"{rest}notes?select=id&{test}", Prefer="count=planned")
        same("ann", "GET", f"{rest}folders?select=name,notes!inner(id)&notes.{test}", Prefer="count=planned")
        same("ann", "PATCH", f"{rest}notes?select=id&{test}", {"n": 1.5}, Prefer="return=representation, count=exact, tx=rollback")
        same("anon", "GET", f"{rest}notes?select=id&{test}", Prefer="count=planned")
        same("ann", "POST", "/batch/v1", [{"method": "GET", "path": f"/notes?select=id&{test}"}])
    for test in ("n=gt.1e299", "id=gt.2", "n=lt.0"):
        same("ann", "GET", f"{rest}recent?select=id&{test}", Prefer="count=planned")
    for column in ("id", "owner", "body", "n", "meta->a", "tags", "day", "secret", "code"):
        for direction in ("asc", "desc.nullslast"):
            same("ann", "GET", f"{rest}notes?select=id&order={column}.{direction}&limit=1")
            same("ann", "GET", f"{rest}notes?select=id&order={column}.{direction}&limit=1&after=cursor:")
    for select in (
        "*", "id,secret", "secret", "id,body::int", "body::int,n::int", "count()", "count", "body::int.sum()", "secret.max()", "id.max(),id.min(),n.sum()", "owner,count()", "folder,id.count()&order=folder", "id,replies(text::int)", "id,replies(count)", "id,pairs(folder)",
        "id,folders(name,notes(id))", "id,...folders(name)", "id,folders!pairs(id)", "id,vault(id)", "id,vault(note)", "id,vault!inner(id)", "id,vaul(id)", "id,secre", "id,secret::int", "id,folders(vault(id))", "id,s:secret->a",
    ):
        for accept in ("application/json", "text/csv", "application/x-ndjson", "application/xml", "application/vnd.pgrst.object+json", "application/vnd.pgrst.array+json;nulls=stripped", "application/vnd.pgrst.plan+json"):
            same("ann", "GET", f"{rest}notes?select={select}", Accept=accept)
        same("ann", "GET", f"{rest}notes?select={select}&id=eq.2", Prefer="count=exact")
    for query in (
        "select=name,notes(count)", "select=name,notes(id.max())", "select=name,notes!inner()", "select=name,notes()&notes=is.null", "select=name,...notes(id)", "select=name,notes(id)&notes.order=id.desc&notes.limit=1", "select=name,notes(id)&notes.offset=1",
        "select=name,pairs(notes(id))", "select=name,folders!links(name)", "select=name,folders(name)", "select=name,links(other)", "select=name,links!folder(other)", "select=name,links!links_folder_fkey(other)", "select=name,links!extra(other)", "select=name,links!spare(other)",
        "select=name,extra(name)", "select=name,vault(id)", "select=name&vault=is.null", "select=name,notes!vault(id)", "select=name,notes(secret)", "select=name,notes(secre)",
    ):
        same("ann", "GET", f"{rest}folders?{query}")
    for query in ("select=id,shout", "select=shout&order=shout", "shout=eq.NOT%20A%20NUMBER&select=id", "select=text::int", "order=notes(secret)&select=id,notes(id)", "select=id,notes(id)&order=notes(body).desc"):
        same("ann", "GET", f"{rest}replies?{query}", Prefer="count=planned")
    for offset in (1, 2, 3, 60):
        same("ann", "GET", f"{rest}notes?select=id&offset={offset}", Prefer="count=exact")
        same("ann", "GET", f"{rest}notes?select=id&order=id&offset={offset}", Prefer="count=planned")
        same("ann", "GET", f"{rest}notes?select=id&order=id", Range=f"{offset}-", Prefer="count=estimated")

    # Cursors made by a stranger.
    for order, values, query in [
        ("id.asc.nullslast", ["2"], ""), ("id.asc.nullslast", ["99"], ""), ("body.asc.nullslast,id.asc.nullslast", ["5", "1"], "&order=body"), ("body.asc.nullslast,id.asc.nullslast", ["not a number", "2"], "&order=body"),
        ("secret.asc.nullslast,id.asc.nullslast", ["s1", "1"], "&order=secret"), ("secret.asc.nullslast", ["s1"], ""), ("n.asc.nullslast,id.asc.nullslast", [None, "1"], "&order=n"), ("n.asc.nullslast,id.asc.nullslast", ["x", "1"], "&order=n"),
        ("id.asc.nullslast", [], ""), ("id.asc.nullslast", ["1", "2"], ""), ("id.asc.nullslast", [1], ""), ("id.asc.nullslast", [{"a": 1}], ""), ("id.asc.nullslast", ["99999999999999999999"], ""), ("id.asc.nullslast", ["1); drop table notes; --"], ""), ("", [], ""), (5, ["1"], ""),
        ("id.asc.nullslast", [None], ""), ("id.desc.nullsfirst", ["5"], "&order=id.desc"),
    ]:
        same("ann", "GET", f"{rest}notes?select=id&limit=1{query}&after=cursor:{token(order, *values)}", Prefer="count=exact")
    for text in ("e30", "W10", "bnVsbA", "IiI", "W1tdXQ", "!!!!", "A", "W" * 3000, base64.urlsafe_b64encode(b"[" * 4000).decode().rstrip("="), "%00", "WyJpZC5hc2MubnVsbHNsYXN0IiwiXHUwMDAwIl0", base64.urlsafe_b64encode(b'["id.asc.nullslast","\xff"]').decode().rstrip("="), "==", "W10=", "%C3%A9"):
        answer = same("ann", "GET", f"{rest}notes?select=id&after=cursor:{text}")
        check(f"a cursor {text[:20]} is refused", answer[0], 400)

    # Writes to what is not seen, and their conditions.
    for name in ("id=eq.2", "id=eq.99", "id=eq.2&owner=eq." + BEN, "code=eq.c2"):
        for method, body in (("PATCH", {"n": 2}), ("DELETE", None)):
            for prefer in ("return=minimal", "return=representation", "return=headers-only, count=exact", "handling=strict, max-affected=0", "count=planned"):
                same("ann", method, f"{rest}notes?{name}", body, Prefer=prefer)
            for condition in ({"If_Match": "*"}, {"If_Match": '"x"'}, {"If_None_Match": "*"}, {"If_None_Match": '"x"'}, {"If_Match": 'W/"x", "y"'}, {"If_Match": "x"}, {"If_Match": '"' + "x" * 5000 + '"'}, {"If_Match": ""}, {"If_Match": "*, *"}, {"If_Match": '"\\", "'}):
                same("ann", method, f"{rest}notes?{name}", body, **condition)
            same("ann", method, f"{rest}notes?{name}", body, Accept="application/vnd.pgrst.object+json")
            same("ann", "POST", "/batch/v1", [{"method": method, "path": f"/notes?{name}", **({"body": body} if body else {}), "headers": {"Prefer": "return=representation"}}, {"method": "GET", "path": "/notes?select=id", "filters": {"id": {"eq": {"$ref": "0.body.0.id"}}}}])
        for condition in ({"If_None_Match": "*"}, {"If_None_Match": '"x"'}, {"If_Match": "*"}):
            same("ann", "GET", f"{rest}notes?{name}", Prefer="etag", **condition)
    for body in ({"secret": "x"}, {"owner": BEN}, {"id": 1}, {"secre": 1}, {"body": None}, {"folder": 9}, {"n": "x"}):
        same("ann", "PATCH", f"{rest}notes?id=eq.1", body, Prefer="return=representation" if "secret" not in body else "return=minimal", **{"Idempotency_Key": "k" + json.dumps(body)[2:6]})
    for project in worlds:
        project.request("PATCH", f"{rest}notes?id=eq.1", {"secret": None}, project.callers["ann"])
    for body, query in [
        ({"id": 200, "body": None}, ""), ({"id": 200, "body": "x", "owner": BEN}, ""), ({"id": 1, "body": "x"}, ""), ({"id": 200, "body": "x", "folder": 9}, ""), ({"id": 200, "body": "x", "secre": 1}, ""), ({"id": 200, "body": "x"}, "?on_conflict=secret"),
        ({"id": 200, "body": "x"}, "?on_conflict=secre"), ({"id": 200, "body": "x"}, "?select=secret"), ({"id": 200, "body": "x"}, "?select=vault(id)"), ({"id": 200, "body": "x"}, "?columns=id,secre"),
    ]:
        for prefer in ("return=representation", "return=headers-only, resolution=merge-duplicates", "return=minimal, resolution=ignore-duplicates"):
            same("ann", "POST", f"{rest}notes{query}", body, Prefer=prefer)
        same("ann", "DELETE", f"{rest}notes?id=eq.200")

    # What has no grant at all says nothing of its columns, keys and arguments.
    for who in ("ann", "anon"):
        for name in ("combination", "wheel", "id", "nothing"):
            for method, query, body in [
                ("GET", f"?select={name}", None), ("GET", f"?{name}=eq.1", None), ("GET", f"?order={name}", None), ("GET", f"?select=*&or=({name}.eq.1,id.eq.1)", None), ("HEAD", f"?select={name}", None), ("GET", f"?select={name}.max()", None), ("POST", "", {name: "1"}), ("POST", "", [{name: "1"}]), ("POST", f"?columns={name}", {name: 1}),
                ("POST", f"?on_conflict={name}", {"id": 1}), ("PATCH", "", {name: 1}), ("PATCH", f"?{name}=eq.1", {"id": 1}), ("PUT", f"?{name}=eq.1", {name: 1}), ("DELETE", f"?{name}=eq.1", None), ("GET", f"?select=id&order={name}&after=cursor:", None), ("GET", "?select=notes(id)", None), ("GET", f"?{name}=bad.x", None),
                ("GET", f"?select={name}::nosuch", None), ("GET", f"?select=notes({name})", None),
                # PostgreSQL itself says which types its operators take before it looks at privileges.
                *([("GET", f"?{name}=cs.x", None), ("GET", f"?{name}=fts(nosuch).x", None)] if ENGINE == "embedded" else []),
            ]:
                status, _, answer = same(who, method, f"{rest}vault{query}", body, Prefer="resolution=merge-duplicates, return=representation" if method == "POST" else "count=planned")
                if method != "HEAD":
                    holds(f"{method} vault{query} names no column", b"combination" not in answer.replace(name.encode(), b"") and b"wheel" not in answer.replace(name.encode(), b""), answer)
        for argument in ("knob", "lever", "guess"):
            same(who, "GET", f"{rest}rpc/private?{argument}=1")
            same(who, "GET", f"{rest}rpc/private?{argument}=x")
            same(who, "POST", f"{rest}rpc/private", {argument: 1})
            same(who, "POST", f"{rest}rpc/privat", {argument: 1})
        for path in ("", "vault", "vaul", "notes", "links", "rpc/private", "rpc/privat", "rpc/count_notes", "recent"):
            for method in ("OPTIONS", "GET"):
                same(who, method, f"{rest}{path}")
            same(who, "OPTIONS", f"{rest}{path}", Origin="https://x.example", Access_Control_Request_Method="PATCH")
        same(who, "GET", rest, Accept="application/openapi+json")
        for accept in ("application/vnd.pgrst.plan+text", "application/vnd.pgrst.plan+json; options=analyze|verbose|buffers"):
            same(who, "GET", f"{rest}notes?select=id", Accept=accept)
    same("ann", "GET", f"{rest}rpc/count_notes")
    same("ann", "GET", f"{rest}rpc/like_it?pattern=not*&select=id", Prefer="count=planned")
    same("ann", "GET", f"{rest}rpc/like_it?pattern=*&text=like.not*")
    same("ann", "POST", f"{rest}rpc/like_it?select=id,notes(secret)", {"pattern": "%"})
    same("ann", "GET", f"{rest}rpc/like_it?pattern=*&select=text::int")

    # References in batches: to nothing, through what is hidden, and of every odd form.
    seen = {"method": "GET", "path": "/notes?select=id,body&order=id"}
    for text in ("0.body.2.id", "0.body.1.id", "0.body.0.secret", "0.body.0", "0.body", "0", "", ".", "0..body", "0.body.00", "0.body.-0", "0.body.0.id.", "0.body.0x0.id", "0.body.0.__proto__", "0.body.length", "0.body.9223372036854775808", "0.body.0.\u0000", "\ud83d\ude00", "0.body." + "0." * 5000, "٠.body.0.id"):
        for item in ({"method": "GET", "path": "/notes?select=id", "filters": {"id": {"eq": {"$ref": text}}}}, {"method": "PATCH", "path": "/notes?id=eq.1", "body": {"body": {"$ref": text}}}, {"method": "POST", "path": "/replies", "body": {"id": 300, "note": {"$ref": text}}}, {"method": "GET", "path": "/notes", "filters": {"id": {"in": [{"$ref": text}]}}}):
            same("ann", "POST", "/batch/v1", [seen, item])
    for body in ([{}], [None], [[]], [{"method": "GET", "path": "/vault?select=wheel"}], [{"method": "GET", "path": "/notes", "filters": {"secret": {"eq": "s2"}}}], [{"method": "GET", "path": "/notes", "filters": {"id": {"eq": {"$ref": "0.body"}, "gt": 1}}}], [{"method": "POST", "path": "/rpc/private", "body": {"knob": 1}}]):
        same("ann", "POST", "/batch/v1", body)

    # Another's Idempotency-Key is not met.
    for project in worlds:
        project.request("POST", f"{rest}folders", {"id": 1}, project.callers["ann"])
    key = str(uuid.uuid4())
    ben = {"Authorization": "Bearer " + worlds[0].token({"sub": BEN})}
    worlds[0].request("PATCH", f"{rest}notes?id=eq.2", {"n": 3}, {**ben, "Idempotency-Key": key, "Prefer": "return=representation"})
    for _ in range(2):
        same("ann", "PATCH", f"{rest}notes?id=eq.2", {"n": 3}, Idempotency_Key=key, Prefer="return=representation")

    # What PostgreSQL tells as well: that a key is taken, or leads nowhere; never whose, nor with what.
    for method, path, body in [("POST", "notes", {"id": 2, "body": "x"}), ("POST", "notes", {"id": 400, "body": "x", "secret": "s3"}), ("POST", "notes", {"id": 400, "body": "x", "code": "c3"}), ("POST", "replies", {"id": 400, "note": 9999}), ("PATCH", "notes?id=eq.1", {"code": "c4"}), ("PATCH", "notes?id=eq.1", {"body": None})]:
        status, _, answer = worlds[0].request(method, rest + path, body, worlds[0].callers["ann"])
        told = json.loads(answer)
        holds(f"{method} {path} {body} says no more than it must", status in (400, 409) and not any(word in answer for word in (b"(s", b"(c", b"number", b"sesame", BEN.encode(), b"Failing row contains", b"already exists")), answer)
    check("all of these were asked of rows and refusals", bool(statuses.get(200)) and bool(statuses.get(401)) and bool(statuses.get(403)) and bool(statuses.get(412)), True)
    for project in worlds:
        check("the server lives", project.get("/readyz")[0], 200)
finally:
    for project in worlds:
        project.close()
end(f"; {asked} questions")
