"""Reads that would hold every event loop for seconds, while /livez and small reads go on being answered."""
import os, sys, tempfile, threading, time
from offstage import Project

folder = tempfile.mkdtemp(prefix="offstage-busy.")
os.makedirs(f"{folder}/migrations")
open(f"{folder}/offstage.yaml", "w").write("\n")
with open(f"{folder}/migrations/0001_numbers.sql", "w") as file:
    file.write(
        """create table numbers (n int primary key, t text not null);
insert into numbers select i, 'number ' || i from generate_series(1, 3000) as g(i);
create view pairs as select a.n as a, b.n as b, a.t || b.t as t from numbers a, numbers b where (a.n * 7 + b.n) % 1000003 = 1000002;
grant select on numbers, pairs to anon;
"""
    )

project = Project(folder)
try:
    project.start()
    heavy = [None] * 6
    started = time.monotonic()
    ended = []

    def ask(place):
        heavy[place] = project.get("/rest/v1/pairs?select=t&order=t&limit=5")[0]
        ended.append(time.monotonic() - started)

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(len(heavy))]
    for thread in threads:
        thread.start()
    time.sleep(0.2)  # until all six are being worked on
    live, small = [], []
    while not ended and len(live) < 200:
        before = time.monotonic()
        status = project.get("/livez")[0]
        live.append(time.monotonic() - before)
        if status != 200:
            sys.exit(f"FAILED: /livez said {status}")
        before = time.monotonic()
        status, body = project.get("/rest/v1/numbers?n=eq.7")
        small.append(time.monotonic() - before)
        if status != 200 or b"number 7" not in body:
            sys.exit(f"FAILED: a small read: {status} {body}")
    answered = len(live)
    for thread in threads:
        thread.join()
    # In order of events: a loop that was held would have let none of these through before the heavy read was over.
    if answered < 20:
        sys.exit(f"FAILED: only {answered} /livez were answered before a heavy read ended, after {min(ended):.2f} s")
    if not all(status in (200, 500, 503, 504) for status in heavy):
        sys.exit(f"FAILED: heavy reads: {heavy}")
finally:
    project.close()
milliseconds = lambda times: f"{1000 * sorted(times)[len(times) // 2]:.1f} ms at the median, {1000 * max(times):.1f} ms at most"
print(f"{len(heavy)} heavy reads ended after {min(ended):.1f} to {max(ended):.1f} s ({heavy}); before the first of them {answered} times")
print(f"/livez took {milliseconds(live)}; a small read {milliseconds(small)}")
