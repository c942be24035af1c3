"""kill -9 while eight writers write: no acknowledged write is lost, and nothing is there that was not sent.

    kill.py 5        five kills (CI); Scripts/test --long does fifty
"""
import json, os, random, sqlite3, sys, threading, time, urllib.error, urllib.request
from offstage import Project

KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
SEED = int(os.environ.get("OFFSTAGE_SEED") or random.randrange(1 << 30))
random.seed(SEED)
print(f"seed {SEED}, {KILLS} kills")

MIGRATION = """
create table ledger (id bigint primary key, writer integer not null, amount numeric(10,2) not null);
alter table ledger enable row level security;
create policy "all" on ledger for all using (true) with check (true);
"""

project = Project()
for name in os.listdir(f"{project.folder}/migrations"):
    os.remove(f"{project.folder}/migrations/{name}")
os.system(f"rm -rf {project.folder}/seed")
open(f"{project.folder}/migrations/0001_ledger.sql", "w").write(MIGRATION)
sent, acknowledged = set(), set()
lock = threading.Lock()
next_id = [1]


def write(stop):
    while not stop.is_set():
        with lock:
            size = random.choice([1, 1, 1, 5])
            ids = list(range(next_id[0], next_id[0] + size))
            next_id[0] += size
            sent.update(ids)
        body = json.dumps([{"id": id, "writer": threading.get_ident() % 1000, "amount": id / 100} for id in ids]).encode()
        request = urllib.request.Request(project.url + "/rest/v1/ledger", data=body, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                if answer.status == 201:
                    with lock:
                        acknowledged.update(ids)
        except (OSError, urllib.error.URLError):
            return


slowest = 0.0
try:
    for round in range(KILLS):
        began = time.time()
        project.start()
        if round:
            slowest = max(slowest, time.time() - began)
        stop = threading.Event()
        writers = [threading.Thread(target=write, args=(stop,)) for _ in range(8)]
        before = len(acknowledged)
        for writer in writers:
            writer.start()
        # The moment is the test: anywhere from the first writes on.
        limit = time.time() + 20
        goal = before + random.randint(20, 400)
        while len(acknowledged) < goal and time.time() < limit:
            time.sleep(random.uniform(0.001, 0.02))
        project.kill()
        stop.set()
        for writer in writers:
            writer.join()
    project.start()
    found = set()
    while True:
        rows = project.rows(f"ledger?select=id&order=id&offset={len(found)}&limit=1000")
        if not rows:
            break
        found.update(row["id"] for row in rows)
    lost, phantom = acknowledged - found, found - sent
    project.stop()
    database = sqlite3.connect(f"{project.folder}/data/app.db")
    for name in ("pg_numeric", "pg_bpchar", "pg_interval", "pg_jsonb", "pg_array_text", "pg_array_number", "pg_citext"):
        database.create_collation(name, lambda a, b: (a > b) - (a < b))
    whole = database.execute("pragma quick_check").fetchone()[0]
    print(f"{len(sent)} sent, {len(acknowledged)} acknowledged, {len(found)} found, {len(lost)} lost, {len(phantom)} phantom, slowest start {slowest:.2f} s")
    if lost or phantom or not acknowledged or whole != "ok":
        sys.exit("FAILED")
finally:
    project.close()
print(f"{KILLS} passed, 0 failed")
