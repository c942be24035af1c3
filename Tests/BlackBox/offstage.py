"""The built program, started on a copy of a project, for tests from the outside."""
import json, os, re, shutil, signal, socket, ssl, subprocess, tempfile, time, urllib.error, urllib.parse, urllib.request, uuid

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Taken out of the environment, where the program would read it as a setting.
PROGRAM = os.environ.pop("OFFSTAGE_PROGRAM", f"{ROOT}/.build/debug/offstage")
# `postgres`: every project lives in a database of its own on the server that OFFSTAGE_TEST_POSTGRES names.
ENGINE = os.environ.pop("OFFSTAGE_TEST_ENGINE", "embedded")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Project:
    """A copy of a project folder, and the server on it."""

    def __init__(self, source=f"{ROOT}/Examples/Bookshop", engine=None):
        self.home = tempfile.mkdtemp(prefix="offstage-blackbox.")
        self.folder = f"{self.home}/project"
        shutil.copytree(source, self.folder, ignore=shutil.ignore_patterns("data"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None
        self.environment = dict(os.environ)
        self.database = None
        if (engine or ENGINE) == "postgres":
            self.database = "offstage_" + uuid.uuid4().hex
            self.psql(f"create database {self.database} template template0", "postgres")
            self.environment["OFFSTAGE_DATABASE_URL"] = f"{os.environ['OFFSTAGE_TEST_POSTGRES']} dbname={self.database}"
        # For a certificate of the test's own; what is tested with it checks it by other means.
        self.trust = ssl._create_unverified_context()

    def write(self, path, text):
        """A file of the project's folder."""
        path = f"{self.folder}/{path}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def run(self, *words, check=True, input=None):
        return subprocess.run([PROGRAM, *words, "--directory", self.folder], check=check, capture_output=True, text=True, input=input, env=self.environment)

    def start(self, *words, ready=30, tls=False):
        if tls:
            self.url = f"https://localhost:{self.port}"
        self.log = open(f"{self.home}/server.log", "ab")
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--directory", self.folder, "--port", str(self.port), *words], stdout=self.log, stderr=self.log, start_new_session=True, env=self.environment)
        end = time.time() + ready
        while time.time() < end:
            if self.process.poll() is not None:
                raise SystemExit(f"the server stopped:\n{open(self.log.name).read()[-4000:]}")
            try:
                if self.get("/readyz")[0] == 200:
                    return self
            except OSError:
                time.sleep(0.01)
        raise SystemExit(f"the server is not ready after {ready} s:\n{open(self.log.name).read()[-4000:]}")

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.home, ignore_errors=True)
        if self.database:
            self.psql(f"drop database if exists {self.database} with (force)", "postgres")

    def psql(self, sql, database=None):
        """Of a project on PostgreSQL: what psql prints."""
        connection = f"{os.environ['OFFSTAGE_TEST_POSTGRES']} dbname={database or self.database}"
        return subprocess.run(["psql", connection, "-qXAtc", sql], check=True, capture_output=True, text=True).stdout

    def token(self, claims, role="authenticated"):
        return self.run("keys", "token", "--role", role, "--claims", json.dumps(claims)).stdout.strip().split("\n")[-1]

    def key(self, name):
        lines = [line.split() for line in self.run("keys", "list", "--show-secrets").stdout.split("\n")]
        return next(words[1] for words in lines if words and words[0] == name)

    def request(self, method, path, body=None, headers={}):
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = dict(headers)
        if data is not None:
            headers.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.trust) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def get(self, path, **headers):
        status, answered, body = self.request("GET", path, headers=headers)
        return status, body

    def rows(self, path, headers={}):
        status, _, body = self.request("GET", "/rest/v1/" + path, headers=headers)
        assert status in (200, 206), (status, body)
        return json.loads(body)
