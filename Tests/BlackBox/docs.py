"""The page at /docs: what is served and when, that nothing in it comes from elsewhere, what a caller learns, and the page in a browser.

    python3 Tests/BlackBox/docs.py [PYTHON-WITH-openapi-spec-validator]
"""
import base64, json, os, re, shutil, signal, socket, struct, subprocess, sys, tempfile, time, urllib.request
from checks import check, end
from offstage import ENGINE, ROOT, Project

skipped = []
POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
MODERN = {"Accept": "application/openapi+json"}
FILES = {"/docs": "text/html", "/docs/docs.css": "text/css", "/docs/docs.js": "text/javascript", "/docs/pages.js": "text/javascript", "/docs/requests.js": "text/javascript", "/docs/diagram.js": "text/javascript", "/docs/icon.svg": "image/svg+xml"}
EMBEDDED = ENGINE != "postgres"


MORE = """
create table vaults (id int primary key, pin text default 'default-pin');
create table boxes (id int primary key, label text not null, secret text, vault int references vaults, twin int unique references boxes,
  unique (label, secret), check (secret <> 'checked-secret'));
comment on table boxes is '<img src=x onerror=alert(1)>';
comment on column boxes.label is '<script>alert(2)</script>';
grant select (id, label, vault, twin) on boxes to anon;
grant all on boxes to authenticated;
alter table boxes enable row level security;
create policy "policy of a guard" on boxes for select to authenticated using (secret = 'policy-secret');
create policy "open boxes" on boxes for select to anon using (id > 0);
create function "say it"("it's" text, loud boolean default false) returns text language sql immutable as $$ select case when loud then upper("it's") else "it's" end $$;
grant execute on function "say it" to anon;
insert into boxes values (1, 'one', 'hidden-value', null, null);
"""


def document(project, headers={}):
    status, answered, body = project.request("GET", "/rest/v1/", headers={**MODERN, **headers})
    assert status == 200, (status, body)
    return json.loads(body), body.decode()


def start(*words):
    project = Project()
    with open(f"{project.folder}/migrations/0006_boxes.sql", "w") as file:
        file.write(MORE)
    return project.start(*words)


def static(project):
    for path, type in FILES.items():
        status, headers, body = project.request("GET", path)
        check(f"{path} is served", (status, headers["Content-Type"]), (200, f"{type}; charset=utf-8"))
        check(f"{path}: policy", headers["Content-Security-Policy"], POLICY)
        check(f"{path}: nosniff", headers["X-Content-Type-Options"], "nosniff")
        text = body.decode()
        # The namespace is a name, not an address.
        addresses = re.findall(r"https?:|//[a-z0-9-]+\.[a-z]", text.replace("http://www.w3.org/2000/svg", ""))
        check(f"{path}: nothing from elsewhere", addresses, [])
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "eval(", "new Function", "localStorage", "sessionStorage", "indexedDB", "document.cookie", "javascript:", ".style", "setTimeout(\"", "@import", " url("):
            check(f"{path}: no {word}", word in text, False)
        check(f"{path}: HEAD", project.request("HEAD", path)[0::2], (200, b""))
        check(f"{path}: POST", project.request("POST", path, {})[0], 405)
    html = project.request("GET", "/docs")[2].decode()
    check("no inline script, style or handler", re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", html), [])
    check("the page's files are all served", {f"/{name}" for name in re.findall(r'(?:src|href)="(docs/[^"]+)"', html)}, set(FILES) - {"/docs"})
    check("no other file", [project.request("GET", path)[0] for path in ("/docs/x", "/docs/../docs.js", "/docs/%2e%2e/x", "/docsx")], [404] * 4)


def learned(project):
    """What a document tells, for each caller."""
    anon, text = document(project)
    told = anon["components"]["schemas"]["boxes"]["x-offstage"]
    check("hidden columns are absent", [column["name"] for column in told["columns"]], ["id", "label", "vault", "twin"])
    check("a key with a hidden column is absent", told["unique"], [["twin"]])
    check("a foreign key to a hidden table is absent", [key["table"] for key in told["foreignKeys"]], ["boxes"])
    check("hidden tables are not named", "vaults" in text, False)
    check("the primary key", told["primaryKey"], ["id"])
    check("definitions are the developer's", (anon["x-offstage"]["definitions"], "policies" in told, "rowSecurity" in told), (EMBEDDED, EMBEDDED, EMBEDDED))
    if EMBEDDED:
        check("policies", [(policy["name"], policy["command"], policy["roles"]) for policy in told["policies"]], [("policy of a guard", "select", ["authenticated"]), ("open boxes", "select", ["anon"])])
        check("defaults", next(column["default"] for column in anon["components"]["schemas"]["books"]["x-offstage"]["columns"] if column["name"] == "created_at"), "now()")
    # Another site in the developer's browser, by its own name or by one that points here.
    for name, headers in [("another origin", {"Origin": "https://example.org"}), ("a sandboxed page", {"Origin": "null"}), ("a proxy", {"X-Forwarded-For": "203.0.113.5"}), ("another name", {"Host": f"rebound.example:{project.port}"}), ("a name that looks like one", {"Host": "localhost.example"})]:
        other, text = document(project, headers)
        check(f"{name} sees no definition", [word for word in ("policy-secret", "policy of a guard", "checked-secret", "default-pin", "rowSecurity", '"default":"now()"') if word in text], [])
        check(f"{name} sees keys", other["components"]["schemas"]["boxes"]["x-offstage"]["primaryKey"], ["id"])
    again, text = document(project)
    check("and what they saw is not what is kept for the developer", again["x-offstage"]["definitions"], EMBEDDED)
    user, text = document(project, {"Authorization": "Bearer " + project.token({"sub": "7b0c9b1e-6a1f-4d53-9d5e-333333333333"})})
    check("a user sees the columns that users may read", [column["name"] for column in user["components"]["schemas"]["boxes"]["x-offstage"]["columns"]], ["id", "label", "secret", "vault", "twin"])
    swagger = project.request("GET", "/rest/v1/")[2].decode()
    check("Swagger 2 has nothing new", "x-offstage" in swagger, False)
    if len(sys.argv) > 1:
        for name, found in (("anon", anon), ("user", user)):
            with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                json.dump(found, file)
                file.flush()
                ran = subprocess.run([sys.argv[1], "-m", "openapi_spec_validator", file.name], capture_output=True, text=True)
                check(f"{name}: the document is valid", (ran.returncode, ran.stdout[-400:] if ran.returncode else ""), (0, ""))
    else:
        skipped.append("the validator")


def environments():
    """When there is a page, and how much it is told."""
    for name, words, page, detail in [
        ("docs off", ["--set", "api.docs=false"], 404, None), ("no description", ["--set", "api.openapi=false"], 404, None),
        ("production", ["--environment", "production", "--migrate"], 404, None),
        ("production with docs", ["--environment", "production", "--migrate", "--set", "api.docs=true"], 200, False),
        ("an address that others reach", ["--environment", "development", "--host", "0.0.0.0"], 200, False),
        ("test", ["--environment", "test", "--migrate"], 200, EMBEDDED),
    ]:
        project = None
        try:
            project = start(*words)
            check(f"{name}: the page", [project.request("GET", path)[0] for path in FILES], [page] * len(FILES))
            if name == "no description":
                continue
            found, text = document(project)
            told = found.get("x-offstage", {}).get("definitions")
            check(f"{name}: what the document tells", told, detail)
            check(f"{name}: no definition slips through", "policy-secret" in text, detail is True)
        finally:
            if project: project.close()


# MARK: In a browser

BROWSER = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)

class DevTools:
    """A browser of its own with one page, spoken to over its DevTools: a WebSocket (RFC 6455) with JSON in it."""

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="offstage-browser.")
        self.browser = subprocess.Popen(
            [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update",
             f"--user-data-dir={self.home}/profile", "--remote-debugging-port=0", "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
        port = next(found[1] for found in (re.search(r"DevTools listening on ws://[^:]+:(\d+)/", line) for line in self.browser.stderr) if found)
        pages = []
        for _ in range(200):
            pages = [page for page in json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json")) if page["type"] == "page"]
            if pages: break
            time.sleep(0.05)
        path = pages[0]["webSocketDebuggerUrl"].split(port, 1)[1]
        self.socket = socket.create_connection(("127.0.0.1", int(port)), 30)
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n").encode())
        self.stream = self.socket.makefile("rb")
        while self.stream.readline() not in (b"\r\n", b""): pass
        self.count, self.complaints, self.requests = 0, [], []
        for name in ("Page", "Runtime", "Log", "Network"): self.send(f"{name}.enable")

    def send(self, method, **parameters):
        self.count += 1
        payload = json.dumps({"id": self.count, "method": method, "params": parameters}).encode()
        mask = os.urandom(4)
        length = bytes([0x80 | len(payload)]) if len(payload) < 126 else bytes([0x80 | 126]) + struct.pack(">H", len(payload)) if len(payload) < 65536 else bytes([0x80 | 127]) + struct.pack(">Q", len(payload))
        self.socket.sendall(b"\x81" + length + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)))
        while True:
            message = self.receive()
            if message.get("id") == self.count: return message.get("result", message)
            self.note(message.get("method"), message.get("params"))

    def receive(self):
        text, isLast = b"", False
        while not isLast:
            first, second = self.stream.read(2)
            length = second & 0x7F
            if length == 126: (length,) = struct.unpack(">H", self.stream.read(2))
            elif length == 127: (length,) = struct.unpack(">Q", self.stream.read(8))
            text, isLast = text + self.stream.read(length), bool(first & 0x80)
        return json.loads(text)

    def note(self, method, parameters):
        if method == "Log.entryAdded" and parameters["entry"]["source"] == "security": self.complaints.append(parameters["entry"]["text"])
        if method == "Runtime.exceptionThrown": self.complaints.append(str(parameters["exceptionDetails"])[:300])
        if method == "Page.javascriptDialogOpening": self.complaints.append("a dialog, which a comment must have opened")
        if method == "Network.requestWillBeSent": self.requests.append(parameters["request"])

    def run(self, expression):
        told = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in told or "result" not in told: raise SystemExit(f"{expression}: {json.dumps(told)[:600]}")
        return told["result"].get("value")

    def until(self, expression):
        for _ in range(200):
            # Not before the page is there.
            if self.run(f"document.readyState === 'complete' && !!document.getElementById('main') && ({expression})"): return True
            time.sleep(0.05)
        return False

    def close(self):
        os.killpg(self.browser.pid, signal.SIGKILL)
        self.browser.wait()
        shutil.rmtree(self.home, ignore_errors=True)


def drive(url, steps):
    """Runs the steps on the page: what each gave, what the browser complained of, what it asked for."""
    browser = DevTools()
    try:
        browser.send("Page.navigate", url=url)
        found = {name: browser.until(expression) if kind == "until" else browser.run(expression) for name, kind, expression in steps}
        return {"found": found, "complaints": browser.complaints, "requests": browser.requests}
    finally:
        browser.close()


SAID = "it's $HOME `x` \\ \"y\" & 100%, é"


def typed(key="", token=""):
    return f"document.getElementById('who').click(); document.getElementById('key').value = {json.dumps(key)}; document.getElementById('token').value = {json.dumps(token)}; document.getElementById('use').click()"


def shown(words):
    return f"document.getElementById('main').textContent.includes({json.dumps(words)})"


def in_browser(project):
    service, anon = project.key("service_role"), project.key("anon")
    user = project.token({"sub": "7b0c9b1e-6a1f-4d53-9d5e-333333333333"})
    mark = "document.getElementById('keys-error').textContent"
    steps = [
        ("loaded", "until", shown("may do with the schema")),
        ("anon", "run", "document.getElementById('role').textContent"),
        ("cards", "run", "[...document.querySelectorAll('.cards strong')].map((node) => node.textContent)"),
        ("service token", "run", f"{typed(service)}; {mark}"), ("secret key", "run", f"document.getElementById('cancel').click(); {typed('sb_secret_abcdefghijklmnop')}; {mark}"),
        ("service as a user", "run", f"document.getElementById('cancel').click(); {typed(anon, 'Bearer ' + service)}; {mark}"),
        ("kept nothing", "run", "document.getElementById('cancel').click(); [caller.key, caller.token, document.getElementById('key').value, document.getElementById('token').value]"),
        ("table", "run", "location.hash = '#/table/boxes'"), ("table shown", "until", shown("Requests are real")),
        ("comment is text", "run", f"{shown('<img src=x onerror=alert(1)>')} && {shown('<script>alert(2)</script>')} && document.querySelectorAll('main img, main script').length === 0"),
        ("columns", "run", "[...document.querySelectorAll('table.columns td.name')].map((node) => node.textContent)"),
        ("policies", "run", shown("open boxes")),
        ("open", "run", "document.querySelector('details.call').open = true"), ("form", "until", "document.querySelector('details.call .primary') !== null"),
        ("curl", "run", "document.querySelector('details.call pre').textContent"),
        ("columns wanted", "run", "(() => { const label = [...document.querySelectorAll('details.call label')].find((node) => node.textContent.startsWith('select')); const input = document.getElementById(label.htmlFor); input.value = 'id,label,vault,twin'; input.dispatchEvent(new Event('input')); })()"),
        ("send", "run", "document.querySelector('details.call .primary').click()"), ("answered", "until", "document.querySelector('.status') !== null"),
        ("status", "run", "document.querySelector('.status').textContent"), ("body", "run", "document.querySelector('.answer > pre').textContent"),
        ("function", "run", "location.hash = '#/function/' + encodeURIComponent('say it')"), ("function shown", "until", shown("Gives text")),
        ("function open", "run", "document.querySelectorAll('details.call').forEach((part) => { part.open = true; })"), ("function form", "until", "document.querySelectorAll('.inside .primary').length === 2"),
        ("function call", "run", f"(() => {{ const input = document.querySelector('.fields input'); input.value = {json.dumps(SAID)}; input.dispatchEvent(new Event('input')); document.querySelector('.inside .primary').click(); }})()"),
        ("function answered", "until", "document.querySelector('.status') !== null"), ("said", "run", "document.querySelector('.answer > pre').textContent"),
        ("commands", "run", "[...document.querySelectorAll('.inside > pre')].map((node) => node.textContent)"),
        ("back", "run", "location.hash = '#/table/boxes'"),
        ("user", "run", typed(anon, user)), ("as a user", "until", "document.getElementById('role').textContent === 'authenticated'"),
        ("user's columns", "until", "[...document.querySelectorAll('table.columns td.name')].some((node) => node.textContent === 'secret')"),
        ("delete", "run", "(() => { const part = [...document.querySelectorAll('details.call')].find((part) => part.querySelector('.method').textContent === 'delete'); part.open = true; return part.querySelector('.method').textContent; })()"),
        ("delete form", "until", "[...document.querySelectorAll('details.call')].find((part) => part.querySelector('.method').textContent === 'delete').querySelector('.primary') !== null"),
        ("delete asked", "run", "(() => { const button = [...document.querySelectorAll('details.call')].find((part) => part.querySelector('.method').textContent === 'delete').querySelector('.primary'); button.click(); return button.textContent; })()"),
        ("command hides keys", "run", f"[...document.querySelectorAll('details.call')].find((part) => part.querySelector('.method').textContent === 'delete').querySelector('pre').textContent"),
        ("diagram", "run", "location.hash = '#/diagram'"), ("drawn", "until", "document.querySelectorAll('svg.er rect.box').length >= 5"),
        ("lines", "run", "document.querySelectorAll('svg.er path.line').length > 3"),
        ("apart", "run", "(() => { const boxes = [...document.querySelectorAll('svg.er rect.box')].map((box) => box.getBoundingClientRect()); return boxes.some((a, i) => boxes.some((b, j) => i < j && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)); })()"),
        ("stored", "run", "[localStorage.length, sessionStorage.length, document.cookie, location.href.includes('eyJ')]"),
        ("nowhere in the page", "run", f"document.documentElement.outerHTML.includes({json.dumps(user)})"),
    ]
    result = drive(f"{project.url}/docs", steps)
    found = result["found"]
    check("the browser complains of nothing", result["complaints"], [])
    check("it asks this server alone", {request["url"].split("/")[2] for request in result["requests"] if not request["url"].startswith("about:")}, {f"127.0.0.1:{project.port}"})
    check("a refused key is sent nowhere", [request["url"] for request in result["requests"] if service in json.dumps(request["headers"]) or "sb_secret" in json.dumps(request["headers"])], [])
    check("it loads as anon", (found["loaded"], found["anon"]), (True, "anon"))
    check("tables are there", {"books", "boxes"} <= set(found["cards"]) and "vaults" not in found["cards"], True)
    for name in ("service token", "service as a user"):
        check(f"{name} is refused", "That is a service key" in found[name], True)
    check("secret key is refused", found["secret key"].startswith("That is a secret key"), True)
    check("and none is kept", found["kept nothing"], ["", "", "", ""])
    check("a table's page, comments as text, no hidden column", (found["table shown"], found["comment is text"], found["columns"]), (True, True, ["id", "label", "vault", "twin"]))
    check("policies are shown to the developer", found["policies"], EMBEDDED)
    check("the command", found["curl"], f"curl -i '{project.url}/rest/v1/boxes?limit=20'")
    check("a request is tried", (found["answered"], found["status"], json.loads(found["body"])), (True, "200 OK", [{"id": 1, "label": "one", "vault": None, "twin": None}]))
    check("a function is called", (found["function answered"], json.loads(found["said"])), (True, SAID))
    ran = subprocess.run(["bash", "-c", found["commands"][0]], capture_output=True, text=True).stdout
    check("the command gives the same, whatever is quoted", json.loads(ran.split("\n")[-1] or "null"), SAID)
    check("a call by POST begins with what must be given", found["commands"][1].endswith('--data-raw \'{\n  "it\'\\\'\'s": "text"\n}\''), True)
    check("a user sees more", (found["as a user"], found["user's columns"]), (True, True))
    check("a deletion of everything is asked about", (found["delete"], found["delete asked"]), ("delete", "No condition: delete every row?"))
    check("commands name keys and do not show them", ("$KEY" in found["command hides keys"], user in found["command hides keys"]), (True, False))
    check("the diagram", (found["drawn"], found["lines"], found["apart"]), (True, True, False))
    check("nothing is stored", (found["stored"], found["nowhere in the page"]), ([0, 0, "", False], False))
    check("the row is still there", len(project.rows("boxes?select=id")), 1)


project = None
try:
    project = start()
    static(project)
    learned(project)
    if BROWSER:
        in_browser(project)
    else:
        skipped.append("the page in a browser: there is no chromium")
finally:
    if project:
        project.close()
environments()
for what in skipped:
    print(f"skipped: {what}")
end()
