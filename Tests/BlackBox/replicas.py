"""A PostgreSQL with a streaming replica: reads that ask for it go there, and nothing else; where the replica is behind, hangs or is gone, the
primary answers.

    python3 Tests/BlackBox/replicas.py
"""
import json, os, shutil, signal, socket, struct, subprocess, sys, tempfile, time
from checks import check, end, holds
from cluster import Cluster, Replica
from offstage import Project

MIGRATION = """
create table notes (id int primary key, text text not null);
insert into notes values (1, 'first');
create view place as select pg_is_in_recovery() as replica, current_setting('transaction_read_only') as read_only;
create function on_replica() returns boolean language sql stable as $$ select pg_is_in_recovery() $$;
create function takes_note(n int) returns boolean language plpgsql as $$
begin
  insert into notes values (n, 'taken');
  return pg_is_in_recovery();
end $$;
grant select on place to anon, authenticated, service_role;
grant select, insert on notes to anon, service_role;
grant execute on function on_replica(), takes_note(int) to anon, authenticated, service_role;
"""


def freeze(cluster, signal):
    """Sends a signal to all of its processes."""
    with open(f"{cluster.folder}/data/postmaster.pid") as file:
        postmaster = file.readline().strip()
    children = subprocess.run(["pgrep", "-P", postmaster], capture_output=True, text=True).stdout.split()
    for process in [postmaster, *children]:
        os.kill(int(process), signal)


def until(name, question, wanted, seconds=60):
    """Asks again and again. That it comes about is the point; when is not."""
    last = time.time() + seconds
    while True:
        answer = question()
        if answer == wanted or time.time() > last:
            return check(name, answer, wanted)
        time.sleep(0.1)


def server(**settings):
    project = Project(folder, engine="embedded")
    project.environment.update({"OFFSTAGE_DATABASE_URL": primary.connection(), "OFFSTAGE_DATABASE__REPLICAS": replica.connection(), **settings})
    return project


def doctor(project):
    """What it says of the replicas."""
    told = project.run("doctor", check=False).stdout.split("\n")
    return [line.split("are for this server. ")[-1] for line in told if "replica" in line and not line.startswith("  ")]


def ask(project, path, prefer=None, method="GET", body=None, key=None):
    headers = {name: value for name, value in [("Prefer", prefer), ("apikey", key)] if value}
    status, answered, body = project.request(method, "/rest/v1/" + path, body, headers)
    return status, json.loads(body) if body else None, answered.get("Preference-Applied")


folder = tempfile.mkdtemp(prefix="offstage-replicas-project.")
os.makedirs(f"{folder}/migrations")
open(f"{folder}/offstage.yaml", "w").write("database:\n  replica_roles: [service_role]\n  connections: 3\n")
open(f"{folder}/migrations/0001_things.sql", "w").write(MIGRATION)

projects, clusters = [], []
try:
    primary = Cluster("postgres", "--no-sync")
    clusters.append(primary)
    primary.psql("create database app template template0", "postgres")
    replica = Replica(primary)
    clusters.insert(0, replica)

    quick, patient = server(OFFSTAGE_DATABASE__REPLICA_LAG="2s"), server(OFFSTAGE_DATABASE__REPLICA_LAG="1h")
    projects += [quick, patient]
    ran = quick.run("migrate", "up", check=False)
    if ran.returncode:
        sys.exit(f"it does not migrate: {ran.stderr}")
    for project in projects:
        project.start()
        until("the replica is found", lambda: ask(project, "rpc/on_replica", "read=replica")[1], True)

    # Who asks for it, and who does not.
    there, here = [{"replica": True, "read_only": "on"}], [{"replica": False, "read_only": "on"}]
    check("a read that asks for it", ask(quick, "place", "read=replica"), (200, there, "read=replica"))
    check("a read that does not", ask(quick, "place"), (200, here, None))
    check("strictly", ask(quick, "place", "handling=strict, read=replica, count=exact"), (200, there, "count=exact, handling=strict, read=replica"))
    check("a strict error", ask(quick, "place", "handling=strict, read=somewhere")[0], 400)
    check("HEAD", ask(quick, "place", "read=replica", "HEAD"), (200, None, "read=replica"))
    check("a call by GET", ask(quick, "rpc/on_replica", "read=replica"), (200, True, "read=replica"))
    check("a call by POST", ask(quick, "rpc/on_replica", "read=replica", "POST", {}), (200, False, None))
    check("CSV, row by row", quick.request("GET", "/rest/v1/place?select=replica", headers={"Prefer": "read=replica", "Accept": "text/csv"})[2], b"replica\nt")
    check("a write", ask(quick, "notes", "read=replica", "POST", {"id": 2, "text": "second"}), (201, None, None))
    check("a call that writes", ask(quick, "rpc/takes_note", "read=replica", "POST", {"n": 3}), (200, False, None))
    check("a call that writes, by GET", [ask(quick, "rpc/takes_note?n=4", prefer)[:2] for prefer in ["read=replica"]], [ask(quick, "rpc/takes_note?n=4")[:2]])
    key = quick.key("service_role")
    check("a role whose reads go there", ask(quick, "place", key=key), (200, there, None))
    check("unless it says otherwise", ask(quick, "place", "read=primary", key=key), (200, here, "read=primary"))
    check("its writes do not", ask(quick, "notes", None, "POST", {"id": 5, "text": "fifth"}, key=key)[0], 201)
    until("what was written comes there", lambda: ask(quick, "notes?select=id&order=id", "read=replica")[1], [{"id": n} for n in [1, 2, 3, 5]])

    check("the doctor has asked it", doctor(quick), ["1 of 1 replicas may be read."])
    wrong = server(OFFSTAGE_DATABASE__REPLICAS=f"{primary.connection()},{replica.connection(database='nowhere')}")
    projects.append(wrong)
    told = doctor(wrong)
    check("what is none is told", [line[:len("problem: replica 2 cannot be asked")] for line in told], ["0 of 2 replicas may be read.", "problem: replica 2 cannot be asked", "note: replica 1 takes writes: it i"])
    holds("and why", 'database "nowhere" does not exist' in told[1], told)

    # A replica that is behind.
    replica.psql("select pg_wal_replay_pause()")
    until("it stands still", lambda: replica.psql("select pg_get_wal_replay_pause_state()"), "paused")
    check("which the doctor tells", [line[:31] for line in doctor(quick)], ["0 of 1 replicas may be read.", "problem: replica 1 stands still"])
    check("a write that does not come there", ask(quick, "notes", None, "POST", {"id": 6, "text": "sixth"})[0], 201)
    check("everybody else reads it", ask(quick, "notes?id=eq.6&select=id")[1], [{"id": 6}])
    check("who may wait longer does not see it", ask(patient, "notes?id=eq.6&select=id", "read=replica")[1], [])
    until("the primary answers for one that is too far behind", lambda: ask(quick, "place", "read=replica"), (200, here, "read=replica"))
    check("and knows of the write", ask(quick, "notes?id=eq.6&select=id", "read=replica")[1], [{"id": 6}])
    primary.psql("create table later (id int primary key); insert into later values (7); grant select on later to anon; notify offstage")
    until("what the replica has not heard of, the primary tells", lambda: ask(patient, "later", "read=replica")[:2], (200, [{"id": 7}]))
    check("and the rest is still the replica's", ask(patient, "place", "read=replica")[1], there)
    replica.psql("select pg_wal_replay_resume()")
    until("it has caught up", lambda: ask(quick, "place", "read=replica")[1], there)
    check("with all of it", ask(quick, "notes?id=eq.6&select=id", "read=replica")[1], [{"id": 6}])

    # A client that leaves ends no commit's wait for its standby: others would see what may yet be lost.
    primary.psql("alter system set synchronous_standby_names = '*'")
    primary.psql("select pg_reload_conf()")
    until("commits wait for the standby", lambda: primary.psql("select count(*) from pg_stat_replication where sync_state = 'sync'"), "1")
    careful = server()
    projects.append(careful)
    careful.start()
    freeze(replica, signal.SIGSTOP)
    waiting = lambda: primary.psql("select count(*) from pg_stat_activity where wait_event = 'SyncRep'")
    line = socket.create_connection(("127.0.0.1", careful.port))
    line.sendall(b'POST /rest/v1/notes HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 25\r\n\r\n{"id": 8, "text": "last"}')
    until("a commit waits", waiting, "1")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()
    time.sleep(1)
    check("it waits on", waiting(), "1")
    check("nobody sees it", ask(careful, "notes?id=eq.8")[1], [])
    freeze(replica, signal.SIGCONT)
    until("it comes to its end", lambda: ask(careful, "notes?id=eq.8&select=text")[1], [{"text": "last"}])
    primary.psql("alter system reset synchronous_standby_names")
    primary.psql("select pg_reload_conf()")
    until("the replica is asked again", lambda: ask(quick, "place", "read=replica")[1], there)

    # A replica that is gone, and one that hangs.
    replica.stop("fast")
    statuses = [ask(quick, "place", "read=replica")[:2] for _ in range(40)]
    check("nobody is refused", [status for status in statuses if status != (200, here)], [])
    replica.start()
    until("it is asked again when it is back", lambda: ask(quick, "place", "read=replica")[1], there)
    freeze(replica, signal.SIGSTOP)
    until("one that hangs is no longer asked", lambda: ask(quick, "place", "read=replica")[:2], (200, here))
    freeze(replica, signal.SIGCONT)
    until("and is again when it goes on", lambda: ask(quick, "place", "read=replica")[1], there)

    # The primary goes: reads of the replica go on.
    primary.stop("immediate")
    check("who asks for the replica is answered without the primary", ask(quick, "place", "read=replica")[:2], (200, there))
    check("who does not is told to come back", ask(quick, "place")[0], 503)
    primary.start()
    until("the primary is back", lambda: ask(quick, "place")[:2], (200, here))

    log = open(f"{quick.home}/server.log").read()
    holds("the log says where reads go, and why", "reads may go to replica 1" in log and "reads do not go to replica 1: it is more than 2000 ms behind" in log, log[-2000:])
finally:
    for project in projects:
        project.close()
    for cluster in clusters:
        cluster.close()
    shutil.rmtree(folder, ignore_errors=True)
end()
