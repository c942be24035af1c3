"""What helps to find out why a request is slow, and the limits of a request: plans, Server-Timing, settings of limits."""
import json, os, re, tempfile
from checks import end, holds as check
from offstage import ENGINE, Project

folder = tempfile.mkdtemp(prefix="offstage-tuning.")
os.makedirs(f"{folder}/migrations")
open(f"{folder}/offstage.yaml", "w").write("api:\n  explain: true\n  server_timing: true\n  max_filters: 3\n  max_embed_depth: 2\ndatabase:\n  role_timeouts: [anon=200ms, authenticated=700ms]\n")
with open(f"{folder}/migrations/0001_books.sql", "w") as file:
    file.write(
        """create table authors (id int primary key, name text);
create table books (id int primary key, author int references authors, title text not null, price numeric);
create index on books (title);
create table secrets (id int primary key);
alter table books enable row level security;
create policy cheap on books for select using (price < 10);
create policy added on books for insert with check (true);
grant select on authors, books to anon, authenticated;
grant insert on books to anon, authenticated;
insert into authors values (1, 'A');
insert into books values (1, 1, 'x', 5), (2, 1, 'y', 50);
create table many (id int primary key, half int not null);
insert into many select i, i % 2 from generate_series(1, 3000) as g(i);
grant select on many to anon;
create function add_book(n int) returns int language sql volatile as 'insert into books values (n, 1, ''made'', 1) returning id';
grant execute on function add_book(int) to anon;
create function slow(n int) returns bigint language sql stable as 'select count(*) from generate_series(1, n) a, generate_series(1, 1000) b';
grant execute on function slow(int) to anon, authenticated, service_role;
"""
    )


project = Project(folder)
try:
    project.start()
    PLAN = "application/vnd.pgrst.plan"

    def ask(path, accept, method="GET", body=None, **headers):
        return project.request(method, "/rest/v1/" + path, body, {"Accept": accept, **{name.replace("_", "-"): value for name, value in headers.items()}})

    table = "t1" if ENGINE == "embedded" else "books"
    status, headers, text = ask("books?title=eq.x&select=title,authors(name)", PLAN + "+text")
    check("a plan as text", status == 200 and table in text.decode(), status, text)
    check("its type", headers["Content-Type"] == PLAN + '+text; for="application/json"; charset=utf-8', headers)
    status, headers, text = ask("books?title=eq.x", PLAN + '+json; for="text/csv"; options=verbose')
    plan = json.loads(text)
    check("a plan as JSON", status == 200 and "Plan" in plan[0], text)
    heeded = "" if ENGINE == "embedded" else "; options=verbose"
    check("its type names what it is of", headers["Content-Type"] == PLAN + f'+json; for="text/csv"{heeded}; charset=utf-8', headers)
    status, headers, text = ask("books?title=eq.x", PLAN)
    check("text is the usual form", status == 200 and headers["Content-Type"].startswith(PLAN + "+text"), headers)
    if ENGINE == "postgres":
        status, headers, text = ask("many?id=eq.5", PLAN + "+text; options=analyze|buffers")
        check("analyze measures", b"Execution Time" in text and b"cost=" in text and headers["Content-Type"].endswith("options=analyze|buffers; charset=utf-8"), text)
        # Where policies hide rows, numbers would count them.
        for path in ["books?title=eq.x", "authors?select=name,books(title)", "rpc/slow?n=1"]:
            status, headers, text = ask(path, PLAN + "+text; options=analyze|verbose|buffers")
            check(f"{path}: a plan without numbers", status == 200 and not any(word in text for word in (b"cost=", b"rows=", b"Time", b"Buffers")) and headers["Content-Type"].endswith("options=verbose; charset=utf-8"), headers, text)
        status, headers, text = ask("books?title=eq.x", PLAN + "+text; options=analyze", Authorization="Bearer " + project.key("service_role"))
        check("who sees all rows sees numbers", b"Execution Time" in text, text)
    status, headers, text = ask("books", PLAN + "+text; options=analyze", "POST", {"id": 7, "author": 1, "title": "new", "price": 1})
    check("a plan of a write", status == 200 and text, status, text)
    status, headers, text = ask("rpc/add_book", PLAN + "+text; options=analyze", "POST", {"n": 8})
    check("a plan of a call", status == 200 and text, status, text)
    check("nothing of it is kept", [row["id"] for row in project.rows("books?order=id")] == [1], project.rows("books?order=id"))
    status, headers, text = ask("books", PLAN + "+text", "POST", {"id": 7, "author": 1, "title": "new", "price": 1}, Idempotency_Key="0b8ad6a9-6c5b-4bd2-8a2f-4f3f4f3a7a11")
    check("with a key of its own it is refused", status == 400 and json.loads(text)["code"] == "PGRST127", text)
    status, headers, text = ask("secrets", PLAN + "+text")
    check("what is not granted has no plan", status == 401 and json.loads(text)["code"] == "42501", status, text)
    status, headers, text = ask("books?nothing=eq.1", PLAN + "+text")
    check("nor has what is not there", status == 400 and json.loads(text)["code"] == "42703", status, text)
    status, headers, text = ask("books", PLAN + '+text; for="application/vnd.pgrst.plan"')
    check("a plan of a plan is nothing", status == 406 and json.loads(text)["code"] == "PGRST107", status, text)

    # Server-Timing
    for path in ["books?id=eq.1", "rpc/slow?n=1"]:
        status, headers, _ = ask(path, "application/json")
        check(f"{path} tells its times", re.fullmatch(r"(\w+;dur=\d+\.\d{3}(, )?)+", headers.get("Server-Timing", "")) and headers["Server-Timing"].startswith("jwt;"), headers)
    status, headers, _ = ask("books?nothing=eq.1", "application/json")
    check("an error tells them, too", status == 400 and "Server-Timing" in headers, headers)

    # Counts: on the embedded engine exact whatever is asked; PostgreSQL's planner guesses.
    if ENGINE == "postgres":
        project.psql("analyze many")
    for path, exact in [("many?limit=2", 3000), ("many?half=eq.1&limit=2", 1500), ("many?id=lt.50&limit=2", 49)]:
        total = {}
        for kind in ["exact", "planned", "estimated"]:
            status, headers, body = ask(path, "application/json", Prefer=f"count={kind}")
            total[kind] = int(headers["Content-Range"].split("/")[1])
            check(f"{path}: {kind} is told", status == 206 and len(json.loads(body)) == 2 and headers["Preference-Applied"] == f"count={kind}", status, headers)
        check(f"{path}: the counts", total["exact"] == exact and abs(total["planned"] - exact) < exact / 5 and (total["estimated"] == exact if exact < 1000 or ENGINE == "embedded" else abs(total["estimated"] - exact) < exact / 5), total)
    status, headers, body = ask("many?id=gt.5&limit=2", "text/csv", Prefer="count=planned")
    check("planned with CSV", status == 206 and body.startswith(b"id,half\n6,0\n"), body)
    status, headers, body = project.request("HEAD", "/rest/v1/many?half=eq.0", headers={"Prefer": "count=planned"})
    check("planned with HEAD", status in (200, 206) and abs(int(headers["Content-Range"].split("/")[1]) - 1500) < 300, headers)
    status, headers, body = ask("books?select=id&limit=1", "application/json", Prefer="count=estimated")
    check("of what the caller may see", int(headers["Content-Range"].split("/")[1]) == 1, headers)

    # Limits
    status, _, text = ask("books?id=eq.1&price=eq.5&title=eq.x", "application/json")
    check("three conditions", status == 200, text)
    status, _, text = ask("books?id=eq.1&price=eq.5&title=eq.x&author=eq.1", "application/json")
    check("four are too many", status == 400 and json.loads(text)["code"] == "PGRST100", text)
    status, _, text = ask("books?select=authors(books(id))", "application/json")
    check("two levels", status == 200, text)
    status, _, text = ask("books?select=authors(books(authors(id)))", "application/json")
    check("three are too deep", status == 400 and json.loads(text)["code"] == "PGRST100", text)
    status, _, text = ask("rpc/slow?n=2000000", "application/json")
    check("the time of anon", status == 500 and json.loads(text)["code"] == "57014", status, text)

    for words in [("--set", "api.explain=false"), ()]:
        project.stop()
        if not words:
            open(f"{project.folder}/offstage.yaml", "w").write("\n")
        project.start(*words)
        status, headers, text = ask("books", PLAN + "+text")
        check("off by default", status == 406 and json.loads(text)["message"] == f"None of these media types are available: {PLAN}+text", status, text)
        status, headers, text = ask("books", PLAN + "+text, application/json;q=0.5")
        check("and something else is taken", status == 200 and json.loads(text)[0]["id"] == 1, text)
    check("no times by default", "Server-Timing" not in headers, headers)
    ran = project.run("serve", "--set", "database.role_timeouts=anon", check=False)
    check("a wrong timeout is told", ran.returncode != 0 and "role_timeouts" in ran.stderr and "anon=3s" in ran.stderr, ran)
finally:
    project.close()
end(f", on {ENGINE}")
