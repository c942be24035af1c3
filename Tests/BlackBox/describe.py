"""The description of the API: valid, and only of what its reader may do.

    python3 Tests/BlackBox/describe.py [PYTHON-WITH-openapi-spec-validator]
"""
import json, os, shutil, subprocess, sys, tempfile, types as types_of_python, typing
from checks import check, end
from offstage import Project



ODD = """
create table "odd {name}/x" (id int primary key, "a b" text, m numeric(5,2) default 1, t varchar(9) not null, j jsonb, a int[], k timestamptz default now(), flag boolean default true);
create type mood as enum ('sad', 'happy');
create table moods (id bigint generated always as identity primary key, mood mood not null, parent bigint references moods);
comment on table moods is 'How <b>one</b> is.';
comment on column moods.mood is 'The mood.';
grant select on "odd {name}/x", moods to anon;
grant insert on moods to authenticated;
create table closed (id int primary key, secret text);
grant select (id) on closed to anon;
create table hidden (id int primary key);
create table closed_words (secret_word text primary key, told int);
grant select (told) on closed_words to anon;
create function feel(m mood, n int default 1) returns setof moods language sql stable as $$ select * from moods where mood = m limit n $$;
create function change() returns void language sql as $$ update moods set mood = 'sad' $$;
create table keeps (id int primary key, hidden_id int references hidden, closed_id int references closed, hush text references closed_words);
grant select on keeps to anon;
grant select, insert on keeps to authenticated;
create view moods_shown as select id, mood, upper(mood::text) as loud from moods;
create view moods_counted as select mood, count(*) as many from moods group by mood;
create view moods_put as select mood, count(*) as many from moods group by mood;
create function put_mood() returns trigger language plpgsql as $$ begin insert into moods (mood) values (new.mood); return new; end $$;
create trigger put_mood instead of insert on moods_put for each row execute function put_mood();
grant select, insert, update, delete on moods_shown, moods_counted, moods_put to anon;
create function listed(a int[], variadic b int[]) returns int language sql stable as $$ select 1 $$;
create function whole(json) returns json language sql stable as $$ select $1 $$;
grant execute on function listed, whole to anon;
create type place as (street text, number int, kinds mood[]);
create table visits (id int primary key, at place, was place[], m mood[], j json, kept jsonb, b bigint, n numeric, d date, ok boolean not null, u uuid);
grant select, insert on visits to service_role;
create function visit(n int) returns visits language sql stable as $$ select * from visits where id = $1 $$;
create function visited() returns table (m mood, many bigint, at place) language sql stable as $$ select m[1], count(*), null::place from visits group by m[1] $$;
create function most() returns mood language sql stable as $$ select max(mood) from moods $$;
create function feelings() returns setof mood language sql stable as $$ select unnest(enum_range(null::mood)) $$;
create function where_to(p place) returns place language sql stable as $$ select p $$;
create function said(variadic words text[]) returns text[] language sql stable as $$ select words || null::text $$;
create function loud(moods) returns text language sql stable as $$ select upper($1.mood::text) $$;
create function packed(items json[], places place[], moods mood[]) returns json[] language sql stable as $$ select items $$;
create table words ("select" int primary key, "order" text, "or" int, after int, "if-match" int);
grant select on words to anon, service_role;
create function doubled(n int, out twice int) language sql stable as $$ select n * 2 $$;
create function homes() returns setof place language sql stable as $$ select row('a', 1, null)::place $$;
grant execute on function packed, doubled, homes to anon;
create function done() returns void language sql stable as $$ select null::void $$;
create view visits_shown as select id, at, m, b, ok from visits;
create function secret_one() returns int language sql stable as $$ select 1 $$;
grant execute on function feel to anon;
grant execute on function change to authenticated;
"""
project = Project()
try:
    with open(f"{project.folder}/migrations/0006_odd.sql", "w") as file:
        file.write(ODD)
    # The page at /docs would have more in the description than the command prints.
    project.start("--set", "api.docs=false")
    user = {"Authorization": "Bearer " + project.token({"sub": "7b0c9b1e-6a1f-4d53-9d5e-333333333333"})}
    service = {"Authorization": "Bearer " + project.key("service_role")}
    MODERN = {"Accept": "application/openapi+json"}
    for who, headers in [("anon", {}), ("user", user), ("service", service)]:
        status, answered, body = project.request("GET", "/rest/v1/", headers={**headers, **MODERN})
        document = json.loads(body)
        check(f"{who}: it is OpenAPI 3.1", (status, document["openapi"], answered["Content-Type"]), (200, "3.1.0", "application/openapi+json; charset=utf-8"))
        paths, schemas = document["paths"], document["components"]["schemas"]
        check(f"{who}: tables it may not use are not named", ("/hidden" in paths, "secret_one" in body.decode()), (who == "service", who == "service"))
        check(f"{who}: columns neither", list(schemas.get("closed", {}).get("properties", {})), {"anon": ["id"], "user": [], "service": ["id", "secret"]}[who])
        check(f"{who}: methods are those it may use", sorted(paths["/moods"]), {"anon": ["get"], "user": ["post"], "service": ["delete", "get", "patch", "post"]}[who])
        check(f"{who}: functions", sorted(path for path in paths if path in ("/rpc/feel", "/rpc/change")), {"anon": ["/rpc/feel"], "user": ["/rpc/change"], "service": ["/rpc/change", "/rpc/feel"]}[who])
        role = {"anon": "anon", "user": "authenticated", "service": "service_role"}[who]
        check(f"{who}: the command prints the same", project.run("openapi", "--role", role).stdout.strip(), body.decode())
        status, answered, body = project.request("GET", "/rest/v1/", headers=headers)
        swagger = json.loads(body)
        check(f"{who}: Swagger 2 by default", (status, swagger["swagger"], swagger["host"]), (200, "2.0", f"127.0.0.1:{project.port}"))
        check(f"{who}: with the same tables", {path for path in swagger["paths"] if path != "/"} == set(paths), True)
        # A foreign key to what is hidden tells nothing, in no form of the document.
        for form, text in [("OpenAPI", json.dumps(document)), ("Swagger", body.decode())]:
            names = [name for name in ("hidden'", "hidden.id", "`hidden", "secret_word") if name in text]
            check(f"{who}: {form} names nothing hidden", bool(names), who == "service")
            check(f"{who}: {form} tells of the key that may be seen", "closed.id" in text, who != "user")
        views = {name: sorted(paths.get("/" + name, {})) for name in ("moods_shown", "moods_counted", "moods_put")}
        check(f"{who}: views take what they can", views, {"moods_shown": [], "moods_counted": [], "moods_put": []} if who == "user" else {"moods_shown": ["delete", "get", "patch", "post"], "moods_counted": ["get"], "moods_put": ["get", "post"]})
        if who != "user":
            check(f"{who}: columns that a view can be given", [sorted(schemas[name]["properties"]) for name in ("moods_shown.insert", "moods_shown.update", "moods_put.insert")], [["mood"], ["mood"], ["many", "mood"]])
            check(f"{who}: and those it must be given", [schemas[name].get("required") for name in ("moods_shown.insert", "moods_put.insert")], [["mood"], None])
            fields = lambda path: paths[path]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
            check(f"{who}: results are rows of fields", [sorted(fields("/rpc/doubled")["properties"]), sorted(fields("/rpc/homes")["items"]["properties"])], [["twice"], ["kinds", "number", "street"]])
            asked = lambda path, method: [item.get("name") or item["$ref"].rpartition("/")[2] for item in paths[path][method]["parameters"]]
            check(f"{who}: what is asked of a call", (asked("/rpc/homes", "post"), asked("/rpc/doubled", "get")),
                  (["street", "number", "kinds", "and", "or", "not.and", "not.or", "select", "order", "limit", "offset", "columns", "Prefer", "Content-Profile"], ["n", "Prefer", "Accept-Profile"]))
            check(f"{who}: names that mean something else", asked("/words", "get"), ["after", "if-match", "and", "or", "not.and", "not.or", "select", "order", "limit", "offset", "Range", "Prefer", "If-None-Match", "Accept-Profile"])
            check(f"{who}: lists of json in a URL", [(item["name"], item["items"]["type"]) for item in swagger["paths"]["/rpc/packed"]["get"]["parameters"]], [("items", "string"), ("places", "string"), ("moods", "string")])
            check(f"{who}: and no others", [name for name in ("moods_counted.insert", "moods_put.update") if name in schemas], [])
            for name in views:
                allowed = project.request("OPTIONS", f"/rest/v1/{name}", headers=headers)[1]["Allow"].lower().split(",")
                check(f"{who}: OPTIONS agrees on {name}", sorted(set(allowed) - {"options", "head", "put"}), views[name])
            check(f"{who}: a view that takes nothing", project.request("PATCH", "/rest/v1/moods_counted?many=eq.1", {"mood": "sad"}, headers)[0] >= 400, True)
            check(f"{who}: one that takes a row", project.request("POST", "/rest/v1/moods_put", {"mood": "happy"}, headers)[0], 201 if who == "service" else 401)
            parameters = {item["name"]: item["schema"]["type"] for item in paths["/rpc/listed"]["get"]["parameters"] if "name" in item}
            check(f"{who}: lists in a URL", parameters, {"a": "string", "b": "array"})
            check(f"{who}: a body taken whole", paths["/rpc/whole"]["post"]["requestBody"]["content"], {"application/json": {"schema": {}}})
            check(f"{who}: forms of rows", [sorted(paths["/odd %7Bname%7D%2Fx"]["get"]["responses"]["200"]["content"])], [["application/json", "application/vnd.pgrst.object+json", "application/x-ndjson", "application/xml", "text/csv", "text/xml"]])
        if who == "service":
            put = paths["/odd %7Bname%7D%2Fx"]["put"]
            check("a row is put by its key", ([(item["name"], item["required"]) for item in put["parameters"] if "name" in item], "put" in paths["/moods"], put["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]["required"]), ([("id", True)], False, ["id", "t"]))
            check("forms of bodies", sorted(paths["/moods"]["post"]["requestBody"]["content"]), ["application/json", "application/x-www-form-urlencoded", "application/xml", "text/csv", "text/xml"])
        if len(sys.argv) > 1:
            with tempfile.NamedTemporaryFile("wb", suffix=".json") as file:
                for text in (json.dumps(document).encode(), body):
                    file.seek(0)
                    file.truncate()
                    file.write(text)
                    file.flush()
                    ran = subprocess.run([sys.argv[1], "-m", "openapi_spec_validator", file.name], capture_output=True, text=True)
                    check(f"{who}: the document is valid", (ran.returncode, ran.stdout.strip().split("\n")[-1] if ran.returncode else ""), (0, ""))
    types = project.run("types", "--typescript").stdout
    for line in ['      "odd {name}/x": {', '          "a b": string | null', '          mood: Database["public"]["Enums"]["mood"]', "          id?: never", '            foreignKeyName: "moods_parent_fkey"',
                 '      moods_counted: {', '          many?: number | null', '        Update: never', '      mood: "sad" | "happy"', '      feel: { Args: { m: Database["public"]["Enums"]["mood"]; n?: number }; Returns: { id: number; mood: Database["public"]["Enums"]["mood"]; parent: number | null }[] }',
                 '      whole: { Args: Json; Returns: Json }', '      where_to: { Args: { p: Database["public"]["CompositeTypes"]["place"] }; Returns: Database["public"]["CompositeTypes"]["place"] }',
                 '          at: Database["public"]["CompositeTypes"]["place"] | null',
                 '      listed: { Args: { a: number[]; b: number[] }; Returns: number }']:
        check(f"types: {line.strip()}", line in types.split("\n"), True)
    compiler = "/usr/share/nodejs/typescript/bin/tsc"
    if os.path.exists(compiler):
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/database.ts", "w") as file:
                file.write(types)
            with open(f"{folder}/use.ts", "w") as file:
                file.write('import type { Database } from "./database";\n'
                           'type Moods = Database["public"]["Tables"]["moods"];\nconst given: Moods["Insert"] = { mood: "sad" };\nconst read: number | null = (null as any as Moods["Row"]).parent;\n')
            ran = subprocess.run(["node", compiler, "--noEmit", "--strict", f"{folder}/use.ts"], capture_output=True, text=True)
            check("types: they compile", ran.stdout, "")
    else:
        print("TypeScript is not installed: its types are compared as text only")
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/database.py", "w") as file:
            file.write(project.run("types", "--python").stdout)
        with open(f"{folder}/use.py", "w") as file:
            file.write('from database import Feel, Mood, Moods, MoodsInsert, OddNameX\n'
                       'import database, typing\nhints = typing.get_type_hints(MoodsInsert)\n'
                       'print(typing.get_args(Mood), sorted(MoodsInsert.__required_keys__), "id" in hints, sorted(OddNameX.__annotations__), Feel.__args__[0].__annotations__["parent"])\n')
        ran = subprocess.run([sys.executable, f"{folder}/use.py"], capture_output=True, text=True)
        check("types for Python", ran.stdout + ran.stderr[-300:], "('sad', 'happy') ['mood'] False ['a', 'a b', 'flag', 'id', 'j', 'k', 'm', 't'] int | None\n")
        with open(f"{folder}/database.swift", "w") as file:
            file.write(project.run("types", "--swift").stdout)
        with open(f"{folder}/main.swift", "w") as file:
            file.write('import Foundation\nlet given = PublicSchema.Moods.Insert(mood: .sad)\nlet odd = #"[{"id":7,"mood":"happy","parent":null}]"#\n'
                       'let read = try JSONDecoder().decode(PublicSchema.Feel.Returns.self, from: Data(odd.utf8))\n'
                       'let text = String(decoding: try JSONEncoder().encode(given), as: UTF8.self)\nprint(text, read[0].id ?? 0, PublicSchema.OddNameX.name)\n')
        if shutil.which("swiftc"):
            built = subprocess.run(["swiftc", "-o", f"{folder}/use", f"{folder}/main.swift", f"{folder}/database.swift"], capture_output=True, text=True)
            ran = subprocess.run([f"{folder}/use"], capture_output=True, text=True) if built.returncode == 0 else built
            check("types for Swift", ran.stdout + ran.stderr[-2000:], '{"mood":"sad"} 7 odd {name}/x\n')
    # What the types say is what is answered.
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/answered_types.py", "w") as file:
            file.write(project.run("types", "--python").stdout)
        sys.path.insert(0, folder)
        import answered_types
        sys.path.pop(0)

    def fits(value, hint):
        """Whether a value of JSON is of a type: of a dictionary, every key and no other."""
        if hint in (None, type(None)):
            return value is None
        if isinstance(hint, (str, typing.ForwardRef)) or hint is answered_types.Json:
            return True
        origin, inside = typing.get_origin(hint), typing.get_args(hint)
        if origin in (typing.Union, types_of_python.UnionType):
            return any(fits(value, one) for one in inside)
        if origin is typing.Literal:
            return value in inside
        if origin is dict:
            return isinstance(value, dict)
        if origin is list:
            return isinstance(value, list) and all(fits(one, inside[0]) for one in value)
        if typing.is_typeddict(hint):
            hints = typing.get_type_hints(hint)
            return isinstance(value, dict) and set(value) == set(hints) and all(fits(value[name], hints[name]) for name in hints)
        return isinstance(value, (int, float) if hint is float else hint) and (hint is bool or not isinstance(value, bool))

    VISIT = {"id": 1, "at": {"street": "a", "number": 1, "kinds": ["sad", None]}, "was": [{"street": None, "number": None, "kinds": None}], "m": ["happy"], "j": {"b": [1]}, "kept": [], "b": 9007199254740993, "n": 1.50, "d": "2024-01-01", "ok": True,
             "u": "7b0c9b1e-6a1f-4d53-9d5e-333333333333"}
    check("a row of each type is written", project.request("POST", "/rest/v1/visits", [VISIT, {**{name: None for name in VISIT}, "id": 2, "ok": False}], service)[0], 201)
    check("and one of moods", project.request("POST", "/rest/v1/moods", {"mood": "happy"}, service)[0], 201)
    check("a hint that does not fit is seen", (fits("x", int), fits(None, int), fits({"a": 1}, answered_types.Visits), fits(["angry"], list[answered_types.Mood])), (False, False, False, False))
    for path, name, body in [("visits", "Visits", None), ("moods", "Moods", None), ("moods_shown", "MoodsShown", None), ("moods_counted", "MoodsCounted", None), ("visits_shown", "VisitsShown", None), ("rpc/visit", "Visit", {"n": 1}), ("rpc/visit", "Visit", {"n": 2}),
                             ("rpc/visited", "Visited", {}), ("rpc/most", "Most", {}), ("rpc/feelings", "Feelings", {}), ("rpc/where_to", "WhereTo", {"p": VISIT["at"]}), ("rpc/said", "Said", {"words": ["a"]}), ("rpc/feel", "Feel", {"m": "happy"}),
                             ("rpc/whole", "Whole", {"a": 1}), ("rpc/listed", "Listed", {"a": [1], "b": [2]})]:
        status, _, answer = project.request("GET" if body is None else "POST", "/rest/v1/" + path, body, service)
        value, hint = json.loads(answer), getattr(answered_types, name)
        check(f"types: {path} is answered as they say: {value}", (status, fits(value, hint if body is not None else list[hint])), (200, True))
    check("types: of nothing", (project.request("POST", "/rest/v1/rpc/done", {}, service)[0], answered_types.Done), (204, None))
    check("types: a function of a row is no call", [name for name in dir(answered_types) if name.startswith("Loud")], [])
    mood = swagger["definitions"]["moods"]
    check("an enum's words", mood["properties"]["mood"], {"description": "The mood.", "type": "string", "format": "public.mood", "enum": ["sad", "happy"]})
    check("keys are told", "<pk/>" in mood["properties"]["id"]["description"] and "<fk table='moods' column='id'/>" in mood["properties"]["parent"]["description"], True)
    check("what must be given", schemas["moods.insert"]["required"], ["mood"])
    check("a generated key is not asked for", "id" in schemas["moods.insert"]["properties"], False)
    check("null is a type", schemas["moods"]["properties"]["parent"]["type"], ["integer", "null"])
    check("a host that is none is left out", "host" in json.loads(project.request("GET", "/rest/v1/", headers={"Host": 'x"y'})[2]), False)
    check("HEAD has no body", project.request("HEAD", "/rest/v1/")[2], b"")
    check("nothing else is written there", project.request("POST", "/rest/v1/", {})[0], 405)
    check("nor given as CSV", project.request("GET", "/rest/v1/", headers={"Accept": "text/csv"})[0], 406)
    project.stop()
    project.environment["OFFSTAGE_API__OPENAPI"] = "false"
    project.start()
    check("it can be switched off", (lambda answer: (answer[0], json.loads(answer[2])["code"]))(project.request("GET", "/rest/v1/")), (404, "PGRST126"))
finally:
    project.close()
end()
