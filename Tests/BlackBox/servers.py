"""Two servers of one project on one PostgreSQL: the same keys, sealed there, and each hears what the other did.

    OFFSTAGE_TEST_POSTGRES="host=… dbname=postgres" python3 Tests/BlackBox/servers.py
"""
import json, os, shutil, subprocess, sys, tempfile, time
from concurrent.futures import ThreadPoolExecutor
from checks import check, end, holds
from offstage import Project

if not os.environ.get("OFFSTAGE_TEST_POSTGRES"):
    sys.exit("set OFFSTAGE_TEST_POSTGRES to a PostgreSQL of no worth, or run Scripts/test")

MASTER, NEXT = "m" * 40, "n" * 40
SOURCE = tempfile.mkdtemp(prefix="offstage-servers.")
os.makedirs(f"{SOURCE}/migrations")
open(f"{SOURCE}/migrations/0001.sql", "w").write(
    """create table notes (id bigint generated always as identity primary key, body text);
alter table notes enable row level security;
create policy everyone on notes for all using (true) with check (true);
""")


class Server(Project):
    """One of several servers on a database: a folder and keys of its own, were it not for the master key."""

    def __init__(self, beside=None, master=MASTER):
        super().__init__(SOURCE, engine=None if beside else "postgres")
        if beside:
            self.environment["OFFSTAGE_DATABASE_URL"] = beside.environment["OFFSTAGE_DATABASE_URL"]
        if master:
            self.environment["OFFSTAGE_MASTER_KEY"] = master

    def answer(self, key):
        return self.request("GET", "/rest/v1/notes?select=id", headers={"apikey": key})[0]


def soon(what, condition):
    """A notice takes a moment."""
    until = time.time() + 20
    while time.time() < until:
        if condition():
            return holds(what, True)
        time.sleep(0.05)
    holds(what, False)


first = Server()
second = Server(first)
others = []
try:
    # Both at once, on an empty database.
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda server: server.start(), [first, second]))
    check("one anon key", first.key("anon"), second.key("anon"))
    service = first.key("service_role")
    check("a key of one is good at the other", second.answer(service), 200)
    user = first.token({"sub": "7b0f5a9e-3c1f-4a57-9a3c-1d5c5b0d3f11"})
    check("so is a user's token", second.answer(user), 200)
    holds("no keys in the data folders", not any(os.path.exists(f"{server.folder}/data/keys.json") for server in [first, second]))
    kept = first.psql("select sealed from offstage.keys")
    holds("what is kept tells nothing", kept.count(".") == 4 and service not in kept and "service_role" not in kept and len(kept) > 500, kept)
    holds("no role may read it", subprocess.run(
        ["psql", first.environment["OFFSTAGE_DATABASE_URL"], "-qXAtc", "set role service_role; select * from offstage.keys"], capture_output=True, text=True).returncode != 0)

    key = first.run("keys", "create", "secret", "--name", "billing").stdout.split()[0]
    soon("a new key is known everywhere", lambda: first.answer(key) == second.answer(key) == 200)
    second.run("keys", "revoke", "billing")
    soon("a revoked key is refused everywhere", lambda: first.answer(key) == second.answer(key) == 401)
    first.run("keys", "rotate", "session")
    fresh = first.token({"sub": "7b0f5a9e-3c1f-4a57-9a3c-1d5c5b0d3f11"})
    soon("a token of the new key is good everywhere", lambda: first.answer(fresh) == second.answer(fresh) == 200)
    check("one of the old key as well", second.answer(user), 200)

    # Changes on both at once: none is lost.
    names = [f"k{number}" for number in range(12)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda number: [first, second][number % 2].run("keys", "create", "publishable", "--name", names[number]), range(len(names))))
    listed = first.run("keys", "list").stdout
    check("no change is lost", [name for name in names if f"  {name}  " not in listed], [])

    # What one did while the other did not hear.
    first.psql("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
    key = second.run("keys", "create", "secret", "--name", "later").stdout.split()[0]
    soon("what was not heard is read", lambda: first.answer(key) == 200)

    # A change whose notice never arrives, as behind PgBouncer in transaction mode: here, the row as it was.
    sealed = first.psql("select sealed from offstage.keys").strip()
    unheard = second.run("keys", "create", "secret", "--name", "unheard").stdout.split()[0]
    soon("a key is known", lambda: first.answer(unheard) == second.answer(unheard) == 200)
    first.psql(f"update offstage.keys set sealed = '{sealed}', changed_at = now()")
    soon("a change that was not told is found", lambda: first.answer(unheard) == second.answer(unheard) == 401)

    # Another master key, one server after the other.
    first.stop()
    first.environment["OFFSTAGE_MASTER_KEY"] = NEXT
    refused = first.run("serve", "--port", str(first.port), check=False)
    holds("another master key opens nothing", refused.returncode != 0 and "cannot be opened with this master key" in refused.stderr, refused.stderr)
    check("nor does it change anything", first.psql("select count(*) from offstage.keys"), "1\n")
    first.environment["OFFSTAGE_PREVIOUS_MASTER_KEY"] = MASTER
    first.start()
    check("the one before is taken", first.answer(key), 200)
    second.stop()
    second.environment["OFFSTAGE_MASTER_KEY"] = NEXT
    second.start()
    check("and then not needed", second.answer(key), 200)
    short = second.run("serve", "--port", "0", "--set", "master_key=short", check=False)
    holds("a short one is refused", short.returncode != 0 and "at least 32 are needed" in short.stderr, short.stdout, short.stderr)

    # A project that kept its keys in a folder takes them along.
    single = Server(master=None)
    others.append(single)
    single.start()
    before = single.key("anon")
    single.stop()
    single.environment["OFFSTAGE_MASTER_KEY"] = MASTER
    single.start()
    check("keys of the folder come along", single.key("anon"), before)
    beside = Server(single)
    others.append(beside)
    beside.start()
    check("to every server", beside.key("anon"), before)
    into = f"{beside.home}/file"
    for server in [single, beside]:
        server.stop()
    beside.run("move", "--to", f"sqlite:{into}")
    check("and back into a file", beside.key("anon"), single.key("anon"))
    held = json.load(open(f"{into}/keys.json"))
    check("which is closed to others", (held["anonKey"], oct(os.stat(f"{into}/keys.json").st_mode & 0o777)), (before, "0o600"))
finally:
    for server in [*others, second, first]:
        server.close()
    shutil.rmtree(SOURCE, ignore_errors=True)
end(", with two servers on one PostgreSQL")
