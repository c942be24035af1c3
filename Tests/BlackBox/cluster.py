"""A PostgreSQL of a test's own: a folder, a port, a superuser, and programs that run as who may run them."""
import os, shutil, subprocess, sys, tempfile
from offstage import free_port

PROGRAMS = next((folder for folder in ["/usr/lib/postgresql/15/bin", "/opt/homebrew/opt/postgresql@15/bin"] if os.path.exists(folder + "/initdb")), "")


class Cluster:
    """It listens on a socket in its folder and has the database `app`. A kind of its own says more in `prepare`."""

    def __init__(self, user, *initdb):
        """`user` is its superuser; `initdb` are further words for the program of that name."""
        self.settle(user)
        self.do("initdb", "--pgdata", f"{self.folder}/data", f"--username={user}", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions", *initdb)
        self.configure(self.prepare())
        self.start()

    def settle(self, user):
        if not PROGRAMS:
            sys.exit("PostgreSQL 15 is not installed")
        self.user = user
        self.folder = tempfile.mkdtemp(prefix="offstage-cluster.")
        os.chmod(self.folder, 0o755)
        self.port = free_port()
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")

    def configure(self, settings):
        with open(f"{self.folder}/data/postgresql.conf", "a") as file:
            file.write(f"listen_addresses = ''\nport = {self.port}\nunix_socket_directories = '{self.folder}'\nmax_connections = 60\nshared_buffers = 32MB\n{settings}")

    def prepare(self):
        """What is to be there before it starts; gives further settings, a line each, of which the last of a name counts."""
        return ""

    def as_owner(self, words):
        """PostgreSQL refuses to run as root."""
        return ["runuser", "-u", "postgres", "--", *words] if os.geteuid() == 0 else words

    def do(self, program, *words):
        """What a program of PostgreSQL's said; what it complains of ends the test."""
        return told(self.as_owner([f"{PROGRAMS}/{program}", *words]))

    def start(self):
        self.do("pg_ctl", "start", "--pgdata", f"{self.folder}/data", "--log", f"{self.folder}/log", "--wait", "--silent")

    def stop(self, mode):
        self.do("pg_ctl", "stop", "--pgdata", f"{self.folder}/data", "--mode", mode, "--wait", "--silent")

    def connection(self, user=None, database="app"):
        return f"host={self.folder} port={self.port} user={user or self.user} dbname={database}"

    def psql(self, sql, database="app"):
        """As the superuser."""
        return told([f"{PROGRAMS}/psql", self.connection(database=database), "-qXAt", "-v", "ON_ERROR_STOP=1"], sql).strip()

    def close(self):
        subprocess.run(self.as_owner([f"{PROGRAMS}/pg_ctl", "stop", "--pgdata", f"{self.folder}/data", "--mode", "immediate", "--silent"]), cwd="/", capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)


class Replica(Cluster):
    """It follows another cluster, by streaming."""

    def __init__(self, primary):
        self.settle(primary.user)
        self.do("pg_basebackup", "--pgdata", f"{self.folder}/data", "--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--dbname", primary.connection(database="postgres"))
        self.configure(self.prepare())
        self.start()


def told(words, given=None, folder="/"):
    """What a program printed; where it fails, so does the test."""
    ran = subprocess.run(words, input=given, capture_output=True, text=True, cwd=folder)
    if ran.returncode:
        sys.exit(f"{os.path.basename(words[0])}: {ran.stderr}")
    return ran.stdout
