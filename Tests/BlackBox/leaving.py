"""Clients that go while the database works for them: their statements end, their connection and their thread are free for others, what they
wrote is not kept, and nobody else's statement is ended.

    python3 Tests/BlackBox/leaving.py
"""
import os, random, shutil, socket, struct, subprocess, tempfile, time
from checks import check, end, holds
from offstage import ENGINE, Project

# Far longer than the test waits for anything: what comes sooner came because somebody left.
LONG = 25 if ENGINE == "postgres" else 60
SLOW = {
    "postgres": """
create view forever as select pg_sleep(60)::text as n;
create function write_slowly() returns void language sql as $$ insert into kept select 1 from (select pg_sleep(60)) s $$;
create function write_twice() returns void language sql as $$ insert into kept values (2); select pg_sleep(60) $$;
""",
    "embedded": """
create table numbers (n int primary key);
insert into numbers select i from generate_series(1, 3000) as g(i);
create view forever as select count(*)::text as n from numbers a, numbers b, numbers c where (a.n * 7 + b.n + c.n) % 1000003 = 1000002;
create function write_slowly() returns void language sql as $$ insert into kept select 1 from forever $$;
create function write_twice() returns void language sql as $$ insert into kept values (2); insert into kept select 3 from forever $$;
""",
}[ENGINE]

folder = tempfile.mkdtemp(prefix="offstage-leaving.")
os.makedirs(f"{folder}/migrations")
# One of each: a statement that goes on would leave none for the others.
open(f"{folder}/offstage.yaml", "w").write(
    "database:\n  connections: 1\n  readers: 1\n  statement_timeout: 60s\n  role_timeouts: [service_role=60s]\n")
with open(f"{folder}/migrations/0001_things.sql", "w") as file:
    file.write(
        f"""
create table kept (n int);
create table words (id int primary key, word text);
insert into words select i, 'word ' || i from generate_series(1, 50) as g(i);
{SLOW}
create function short(t float) returns int language sql stable as $$ select {"1 from (select pg_sleep(t)) s" if ENGINE == "postgres" else "1"} $$;
grant select on forever, words, kept to anon;
grant insert on kept to anon;
grant execute on function write_slowly(), write_twice(), short(float) to anon;
"""
    )


def send(text):
    """A request whose answer is not waited for."""
    line = socket.create_connection(("127.0.0.1", project.port))
    line.sendall(text.encode())
    return line


def get(path):
    return f"GET /rest/v1/{path} HTTP/1.1\r\nHost: h\r\n\r\n"


def call(name):
    return f"POST /rest/v1/rpc/{name} HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{{}}"


def reset(line):
    """Without a farewell, as of a machine that went down."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def running():
    return int(project.psql("select count(*) from pg_stat_activity where state = 'active' and datname = current_database() and pid <> pg_backend_pid()"))


def begun():
    """Until the database works on it."""
    if ENGINE != "postgres":
        return time.sleep(0.5)
    while not running():
        time.sleep(0.02)


def soon(name, question, wanted):
    """Answered long before what was left would have ended by itself."""
    before = time.monotonic()
    answer = question()
    check(name, answer, wanted)
    holds(f"{name}, soon", time.monotonic() - before < LONG)


def small():
    # The pattern is for the pool's one thread on the embedded engine.
    return project.get("/rest/v1/words?word=match.7$&select=id&order=id&limit=1")


def write():
    return project.request("POST", "/rest/v1/kept", {"n": 9})[0]


project = Project(folder)
try:
    project.start()
    for name, go in [("reset", reset), ("closed", socket.socket.close)]:
        line = send(get("forever"))
        begun()
        go(line)
        soon(f"a read after one whose client {name}", small, (200, b'[{"id":7}]'))
        for function in ["write_slowly", "write_twice"]:
            line = send(call(function))
            begun()
            go(line)
            soon(f"a write after {function} whose client {name}", write, 201)
    check("what those who left wrote is not kept", project.rows("kept?n=neq.9"), [])
    if ENGINE == "postgres":
        holds("nothing runs in the database", running() == 0)

    # Those that wait in line are dropped when they have left, so that the line is short again.
    lines = [send(get("forever")) for _ in range(20)]
    begun()
    for line in lines:
        reset(line)
    soon("a read behind twenty that left", small, (200, b'[{"id":7}]'))

    # Leaving at any moment ends nobody else's statement.
    dice = random.Random(int(os.environ.get("OFFSTAGE_SEED") or 7))
    wrong = []
    for _ in range(60):
        line = send(get("rpc/short?t=0.02"))
        time.sleep(dice.random() * 0.04)
        reset(line)
        for _ in range(2):
            status, body = project.get("/rest/v1/rpc/short?t=0.01")
            if (status, body) != (200, b"1"):
                wrong.append((status, body))
    check("whoever stays is answered", wrong, [])

    # The same behind TLS, by HTTP/1.1 and as streams of HTTP/2.
    project.stop()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{project.folder}/key.pem"]
        + ["-out", f"{project.folder}/chain.pem", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True)
    project.start("--set", "server.certificate=chain.pem", "--set", "server.certificate_key=key.pem", tls=True)
    for version in ["--http1.1", "--http2"]:
        client = subprocess.Popen(["curl", "-sS", version, "--insecure", f"{project.url}/rest/v1/forever"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        begun()
        client.kill()
        client.wait()
        soon(f"a read after one by curl {version}", small, (200, b'[{"id":7}]'))
finally:
    project.close()
    shutil.rmtree(folder, ignore_errors=True)
end()
