"""Answers too long for memory: JSON, lines of JSON and CSV, over HTTP/1.1 and HTTP/2, read fast, slowly and not at all."""
import http.client, json, os, socket, subprocess, tempfile, threading, time
from checks import end, holds as check
from offstage import ENGINE, Project

ROWS = 60_000
folder = tempfile.mkdtemp(prefix="offstage-long.")
os.makedirs(f"{folder}/migrations")
open(f"{folder}/offstage.yaml", "w").write("api:\n  max_rows: 0\n  answer_limit: 40MB\ndatabase:\n  statement_timeout: 120s\n")
with open(f"{folder}/migrations/0001_readings.sql", "w") as file:
    file.write(
        f"""create table readings (id int primary key, at timestamptz not null, place text, value numeric(8,2), notes json);
insert into readings select i, timestamptz '2024-01-01' + i * interval '1 minute', case when i % 7 = 0 then null else 'place "' || i % 13 || '", ünï' end,
  i * 0.25, json '{{"a":
  [1, 2]}}' from generate_series(1, {ROWS}) as g(i);
grant select on readings to anon;
create function wide(n int) returns table (id int, t text) language sql stable as 'select i, repeat(''x'', 1000) from generate_series(1, n) as g(i)';
grant execute on function wide(int) to anon;
"""
    )


project = Project(folder)
try:
    project.environment["OFFSTAGE_LOG__REQUESTS"] = "false"
    project.start()

    def memory():
        text = open(f"/proc/{project.process.pid}/status").read()
        return int(next(line.split()[1] for line in text.split("\n") if line.startswith("VmRSS"))) / 1024

    def ask(path, **headers):
        return project.request("GET", "/rest/v1/" + path, headers=headers)

    readings = "readings?select=*&order=id"
    status, headers, whole = ask(readings)
    rows = json.loads(whole)
    check("JSON is whole", status == 200 and len(rows) == ROWS and rows[-1]["id"] == ROWS, status, len(whole))
    check("its length is told", headers["Content-Length"] == str(len(whole)) and headers["Content-Range"] == f"0-{ROWS - 1}/*", headers)

    status, headers, lines = ask(readings, Accept="application/x-ndjson")
    check("lines are whole", status == 200 and [json.loads(line) for line in lines.decode().splitlines()] == rows and lines.endswith(b"\n"), status)
    check("a line is a row", lines.count(b"\n") == ROWS and b"\r" not in lines)
    check("their type", headers["Content-Type"].startswith("application/x-ndjson"), headers)
    check("their range", headers["Content-Range"] == f"0-{ROWS - 1}/*", headers)

    status, headers, table = ask(readings + "&limit=50000", Accept="text/csv", Prefer="count=exact")
    check("CSV is whole", status == 206 and table.startswith(b"id,at,place,value,notes\n1,") and b"\n50000," in table, status, table[:90])
    check("its count", headers["Content-Range"] == f"0-49999/{ROWS}", headers)
    status, headers, few = ask("readings?select=id,place&order=id&limit=2", Accept="application/x-ndjson")
    check("few lines", few == b'{"id":1,"place":"place \\"1\\", \xc3\xbcn\xc3\xaf"}\n{"id":2,"place":"place \\"2\\", \xc3\xbcn\xc3\xaf"}\n', few)
    status, headers, none = ask("readings?id=eq.0", Accept="application/x-ndjson")
    check("no lines", (status, none, headers["Content-Range"]) == (200, b"", "*/*"), status, none, headers)
    status, headers, none = ask("readings?id=eq.0", Accept="text/csv")
    check("no lines of CSV", (status, none) == (200, b"\n"), none)
    status, headers, beyond = ask("readings?offset=99999999", Accept="application/x-ndjson", Prefer="count=exact")
    check("past the end", status == 416 and json.loads(beyond)["code"] == "PGRST103", status, beyond)
    status, headers, wrong = ask("readings?select=nothing", Accept="application/x-ndjson")
    check("an error is JSON", status == 400 and json.loads(wrong)["code"] == "42703", wrong)
    status, headers, error = ask("readings?select=id,value&order=id&value=lt.1000&limit=1", Accept="application/x-ndjson;q=0.5, text/csv;q=0.4")
    check("the better of two", error == b'{"id":1,"value":0.25}\n', error)

    status, headers, body = project.request("POST", "/rest/v1/rpc/wide", {"n": 5000}, {"Accept": "application/x-ndjson"})
    check("a function's rows", status == 200 and body.count(b"\n") == 5000 and json.loads(body.splitlines()[-1])["id"] == 5000, status, body[:100])
    status, headers, body = ask("rpc/wide?n=100000", Accept="application/x-ndjson")
    check("beyond the limit it is an error", status == 500 and json.loads(body)["code"] == "54000" and "answer_limit" in json.loads(body)["hint"], status, body[:200])

    # HEAD, and pipelined requests behind a long answer.
    status, headers, body = project.request("HEAD", "/rest/v1/" + readings, headers={"Accept": "text/csv"})
    check("HEAD has no body", status == 200 and body == b"" and headers["Content-Range"] == f"0-{ROWS - 1}/*", headers)
    connection = socket.create_connection(("127.0.0.1", project.port))
    connection.sendall(
        (f"GET /rest/v1/{readings} HTTP/1.1\r\nHost: x\r\nAccept: application/x-ndjson\r\n\r\n" + "GET /rest/v1/readings?id=eq.7&select=id HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").encode())
    answered = b""
    while piece := connection.recv(1 << 20):
        answered += piece
    head, rest = answered.split(b"\r\n\r\n", 1)
    check("the answers keep their order", rest[: len(lines)] == lines and rest[len(lines) :].endswith(b'\r\n\r\n[{"id":7}]'), answered[-300:])

    # One who reads slowly, and those who go away, hold nobody up.
    slow = socket.create_connection(("127.0.0.1", project.port))
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    slow.sendall(f"GET /rest/v1/{readings} HTTP/1.1\r\nHost: x\r\nAccept: application/x-ndjson\r\nConnection: close\r\n\r\n".encode())
    gone = []
    for _ in range(8):
        other = socket.create_connection(("127.0.0.1", project.port))
        other.sendall(f"GET /rest/v1/{readings} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode())
        gone.append(other)
    for other in gone:
        other.recv(1000)
        other.close()
    check("others are answered meanwhile", ask("readings?id=eq.7&select=id")[2] == b'[{"id":7}]')
    taken = b""
    while piece := slow.recv(65536):
        taken += piece
        if len(taken) < 1 << 20:
            time.sleep(0.05)
    check("and the slow one gets all of it", taken.split(b"\r\n\r\n", 1)[1] == lines, len(taken), taken[:1000])
    until = time.time() + 10
    count = lambda: sum("answer-" in os.readlink(f"/proc/{project.process.pid}/fd/{name}") for name in os.listdir(f"/proc/{project.process.pid}/fd"))
    while count() and time.time() < until:
        time.sleep(0.05)
    check("no file is left", count() == 0 and not [name for name in os.listdir(f"{project.folder}/data") if name.startswith("answer-")], count())

    # Many at once: what is in memory does not grow with what is answered.
    before = memory()
    sizes = []

    key = project.key("service_role")

    def take():
        link = http.client.HTTPConnection("127.0.0.1", project.port, timeout=120)
        link.request("GET", f"/rest/v1/{readings}", headers={"Accept": "application/x-ndjson", "Authorization": "Bearer " + key})
        answer = link.getresponse()
        size = 0
        while piece := answer.read(65536):
            size += len(piece)
        sizes.append(size)

    threads = [threading.Thread(target=take) for _ in range(6)]
    highest = before
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        highest = max(highest, memory())
        time.sleep(0.01)
    grown = highest - before
    check("all are whole", sizes == [len(lines)] * 6, sizes)
    check("memory stays", grown < 6 * len(lines) / (1 << 20) / 2, f"{grown:.0f} MB more for {6 * len(lines) >> 20} MB")
    print(f"6 answers of {len(lines) >> 20} MB at once took {grown:.0f} MB of memory")

    if subprocess.run(["curl", "--version"], capture_output=True).stdout.find(b"HTTP2") > 0:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem", "-days", "2", "-subj", "/CN=localhost"], check=True, capture_output=True)
        project.stop()
        project.start("--set", f"server.certificate={folder}/cert.pem", "--set", f"server.certificate_key={folder}/key.pem", tls=True)
        for version in ["--http2", "--http1.1"]:
            got = subprocess.run(["curl", "-sk", version, "-H", "Accept: application/x-ndjson", f"{project.url}/rest/v1/{readings}"], capture_output=True).stdout
            check(f"over TLS, {version}", got == lines, len(got))
    else:
        print("skipped: HTTP/2, since this curl has none")
finally:
    project.close()
end(f", on {ENGINE}")
