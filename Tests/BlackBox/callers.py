"""Random callers on one warm server get, byte for byte, what each would get from a server that has just started: plans are cached, answers are not.

    python3 Tests/BlackBox/callers.py [REQUESTS [SEED]]
"""
import json, os, random, sys, tempfile
from offstage import Project

wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 30
seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(os.environ.get("OFFSTAGE_SEED") or 7)
dice = random.Random(seed)

MIGRATION = """
create table notes (id int primary key, owner uuid, team int, body text not null, score numeric(5,2), tags text[], extra jsonb);
create table remarks (id int primary key, note int references notes, author uuid, text text);
create function my_team() returns int language sql stable as $$ select (auth.jwt() ->> 'team')::int $$;
alter table notes enable row level security;
alter table remarks enable row level security;
create policy own on notes using (owner = auth.uid());
create policy team on notes for select using (team = my_team());
create policy open on notes for select to anon using (score > 5);
create policy seen on remarks for select using (note in (select id from notes));
create view best as select id, body, score from notes where score > 3;
alter view best set (security_invoker = true);
grant select on best to anon, authenticated;
revoke all on notes from anon;
grant select (id, body, score) on notes to anon;
grant select, insert, update, delete on notes to authenticated;
grant select on remarks to anon, authenticated;
"""
PEOPLE = [f"{n}0000000-0000-4000-8000-000000000000" for n in range(1, 5)]


def row(number):
    owner = dice.choice(PEOPLE + [None])
    text = lambda value: "null" if value is None else "'" + str(value).replace("'", "''") + "'"
    return (
        f"insert into notes values ({number}, {text(owner)}, {dice.choice(['null', 1, 2, 3])}, {text(dice.choice(['a', 'b%', 'Ünï', '', 'x, y']))},"
        f" {dice.choice(['null', 1.5, 4, 7.25])}, '{{a,b}}', '{{\"k\":{number}}}');"
        f" insert into remarks values ({number}, {number}, {text(dice.choice(PEOPLE))}, 'r{number}');"
    )


folder = tempfile.mkdtemp(prefix="offstage-callers.")
os.makedirs(f"{folder}/migrations")
open(f"{folder}/offstage.yaml", "w").write("\n")
with open(f"{folder}/migrations/0001_notes.sql", "w") as file:
    file.write(MIGRATION + "\n".join(row(number) for number in range(1, 40)) + "\n")


def request(callers):
    path = dice.choice(["notes", "notes", "remarks", "best"])
    query = [dice.choice(["select=id,body,score", "select=id,body", "select=*", "select=id"])]
    if path == "notes" and dice.random() < 0.3:
        query = ["select=id,remarks(id,text)"]
    if path == "remarks":
        query = [dice.choice(["select=id,text", "select=*,notes(id,body)", "select=id,notes!inner(score)"])]
    if path != "remarks" and dice.random() < 0.6:
        query.append(dice.choice(["id=gt.{}", "id=in.(1,{},9)", "score=gte.{}", "or=(id.lt.{},body.like.*n*)", "id=eq.{}", "body=eq.x{}"]).format(dice.randint(0, 12)))
    if dice.random() < 0.4:
        query.append(f"limit={dice.randint(0, 6)}")
    headers = {"Accept": dice.choice(["application/json", "application/json", "text/csv", "application/xml", "application/vnd.pgrst.object+json"])}
    if dice.random() < 0.3:
        headers["Prefer"] = "count=exact"
    headers.update(dice.choice(callers))
    return dice.choice(["GET", "GET", "GET", "HEAD"]), f"/rest/v1/{path}?{'&'.join([*query, 'order=id'])}", headers


def answer(project, item):
    method, path, headers = item
    status, got, body = project.request(method, path, headers=headers)
    return status, {name: got.get(name) for name in ("Content-Type", "Content-Range", "Content-Location")}, body


project = Project(folder)
try:
    project.start()
    tokens = [project.token({"sub": person, "team": dice.randint(1, 3)}) for person in PEOPLE]
    callers = [{}, {"Authorization": "Bearer " + project.key("service_role")}] + [{"Authorization": "Bearer " + token} for token in tokens]
    items = [request(callers) for _ in range(wanted)]
    order = [*items, *items, *items]
    dice.shuffle(order)
    warm = {}
    for item in order:
        key = json.dumps(item)
        seen = answer(project, item)
        if warm.setdefault(key, seen) != seen:
            sys.exit(f"FAILED, seed {seed}: one question, two answers\n{item}\n{warm[key]}\n{seen}")
    rows = refused = 0
    for item in items:
        project.stop()
        project.start()
        cold, seen = answer(project, item), warm[json.dumps(item)]
        if cold != seen:
            sys.exit(f"FAILED, seed {seed}: {item}\n  warm {seen}\n  cold {cold}")
        rows += cold[0] in (200, 206)
        refused += cold[0] >= 400
    if not rows or not refused:
        sys.exit(f"FAILED: {rows} answered and {refused} refused says nothing")
finally:
    project.close()
print(f"seed {seed}: {len(items)} questions of {len(callers)} callers, {len(order)} asked warm; {rows} answered, {refused} refused, all as cold")
