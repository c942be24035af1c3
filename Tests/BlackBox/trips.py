"""How often a request goes to PostgreSQL and back: once, or twice where the answer decides whether the transaction is kept, or it failed.

    OFFSTAGE_TEST_POSTGRES="host=… dbname=postgres" python3 Tests/BlackBox/trips.py

Between the server and PostgreSQL stands a relay that holds what one side says until it has fallen silent, then passes on all of it. So what the server sends without waiting
is passed on as one, and each turn of the talk is a trip.
"""
import itertools, os, re, select, shutil, socket, sys, tempfile, threading
from checks import check, end, holds
from offstage import Project

if not os.environ.get("OFFSTAGE_TEST_POSTGRES"):
    sys.exit("set OFFSTAGE_TEST_POSTGRES to a PostgreSQL of no worth, or run Scripts/test")

SILENCE = 0.03


class Relay:
    def __init__(self, target):
        self.target = target
        self.folder = tempfile.mkdtemp(prefix="offstage-relay.")
        self.trips = 0
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(f"{self.folder}/.s.PGSQL.5432")
        self.listening.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.relay, args=(client,), daemon=True).start()

    def relay(self, client):
        server = socket.socket(socket.AF_UNIX)
        server.connect(self.target)
        follows = False
        said = None
        while True:
            for side in select.select([client, server], [], [])[0]:
                words = b""
                while select.select([side], [], [], SILENCE)[0]:
                    piece = side.recv(1 << 20)
                    words += piece
                    if not piece:
                        client.close()
                        server.close()
                        return
                # The connection that hears of changes asks in its own time.
                follows = follows or b"listen offstage" in words
                if side is client and said is not client and not follows:
                    self.trips += 1
                said = side
                (server if side is client else client).sendall(words)

    def close(self):
        self.listening.close()
        shutil.rmtree(self.folder, ignore_errors=True)


words = dict(re.findall(r"(\w+)=(\S+)", os.environ["OFFSTAGE_TEST_POSTGRES"]))
relay = Relay(f"{words['host']}/.s.PGSQL.{words.get('port', 5432)}")
project = Project(engine="postgres")
try:
    project.run("migrate", "up")
    project.environment["OFFSTAGE_DATABASE_URL"] += f" host={relay.folder} port=5432"
    project.start("--set", "database.connections=1")
    admin = {"Authorization": "Bearer " + project.token({"app_metadata": {"role": "admin"}})}
    titles = (f"Emma {number}" for number in itertools.count())

    def book():
        return {"title": next(titles), "published": 1815, "language": "en", "description": "A match is made.", "price": 5}

    single = {"Accept": "application/vnd.pgrst.object+json"}

    def trips(method, path, body=None, **headers):
        """The most of two: the statement is prepared on the way, and then is."""
        counted = []
        for _ in range(2):
            before = relay.trips
            status, _, answer = project.request(method, "/rest/v1/" + path, body() if callable(body) else body, {name.replace("_", "-"): value for name, value in headers.items()})
            holds(f"{method} {path} is answered", status < 300, status, answer)
            counted.append(relay.trips - before)
        return max(counted)

    for what, wanted, found in [
        ("rows", 1, trips("GET", "books?limit=20")),
        ("one row by its key", 1, trips("GET", "books?id=eq.1")),
        ("related rows", 1, trips("GET", "books?select=title,authors(name)&limit=5")),
        ("rows and their count", 1, trips("GET", "books?limit=2", Prefer="count=exact")),
        ("the head of rows", 1, trips("HEAD", "books?limit=2")),
        ("rows as CSV", 1, trips("GET", "books?limit=2", Accept="text/csv")),
        ("a user's rows", 1, trips("GET", "books?limit=2", **admin)),
        ("an insert", 1, trips("POST", "books", book, **admin)),
        ("an insert and its row", 1, trips("POST", "books", book, Prefer="return=representation", **admin)),
        ("many rows", 1, trips("POST", "books", lambda: [book() for _ in range(50)], **admin)),
        ("an update", 1, trips("PATCH", "books?title=eq.Emma", {"price": 6}, **admin)),
        ("a delete", 1, trips("DELETE", "books?id=eq.3", **admin)),
        # What came back decides whether it is kept.
        ("an update that must be of one row", 2, trips("PATCH", "books?id=eq.2", {"price": 6}, Prefer="return=representation", **single, **admin)),
        ("an update of so many rows at most", 2, trips("PATCH", "books?id=eq.2", {"price": 6}, Prefer="handling=strict, max-affected=5", **admin)),
    ]:
        check(f"{what}: {wanted}", found, wanted)
    # A transaction that failed is ended by a word of its own.
    before = relay.trips
    holds("nobody's insert is refused", project.request("POST", "/rest/v1/books", book())[0] in (401, 403))
    check("a refused write: 2", relay.trips - before, 2)
finally:
    project.close()
    relay.close()
end(", trips to PostgreSQL")
