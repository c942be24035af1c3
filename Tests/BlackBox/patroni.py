"""A PostgreSQL cluster of three nodes under Patroni, and the etcd that it keeps its leader's name in: on this machine, in a folder of its own."""
import json, os, pwd, shutil, signal, subprocess, tempfile, time, urllib.request
from cluster import PROGRAMS
from offstage import free_port
SCOPE = "offstage"


def until(body, seconds, what):
    """Waits for `body` to give something; what it gave."""
    end = time.time() + seconds
    while time.time() < end:
        try:
            found = body()
            if found:
                return found
        except (OSError, ValueError, subprocess.CalledProcessError):
            pass
        time.sleep(0.1)
    raise SystemExit(f"{what}: not within {seconds} s")


def children(pid):
    """The processes below one, itself first."""
    found = [pid]
    for one in found:
        for task in os.listdir(f"/proc/{one}/task") if os.path.exists(f"/proc/{one}/task") else []:
            try:
                with open(f"/proc/{one}/task/{task}/children") as file:
                    found += [int(child) for child in file.read().split()]
            except OSError:
                pass
    return found


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


class Node:
    def __init__(self, cluster, name):
        self.cluster, self.name = cluster, name
        self.port, self.rest = free_port(), free_port()
        self.folder = f"{cluster.folder}/{name}"
        self.data = f"{self.folder}/data"
        self.process = None

    def configure(self):
        cluster = self.cluster
        os.mkdir(self.folder)
        settings = {
            "scope": SCOPE, "name": self.name,
            "restapi": {"listen": f"127.0.0.1:{self.rest}", "connect_address": f"127.0.0.1:{self.rest}"},
            "etcd3": {"host": f"127.0.0.1:{cluster.etcd_port}"},
            "bootstrap": {
                "dcs": {
                    "ttl": 20, "loop_wait": 5, "retry_timeout": 5, "maximum_lag_on_failover": 1 << 20, "synchronous_mode": cluster.is_synchronous,
                    "postgresql": {"use_pg_rewind": True, "parameters": {"max_connections": 80, "shared_buffers": "32MB", "wal_keep_size": "128MB"}},
                },
                "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, "data-checksums"],
                "pg_hba": ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
            },
            "postgresql": {
                "listen": f"127.0.0.1:{self.port}", "connect_address": f"127.0.0.1:{self.port}", "data_dir": self.data, "bin_dir": PROGRAMS,
                "pgpass": f"{self.folder}/pgpass", "parameters": {"unix_socket_directories": self.folder},
                "authentication": {"superuser": {"username": "postgres"}, "replication": {"username": "replicator"}},
            },
        }
        # JSON is YAML.
        with open(f"{self.folder}/patroni.yml", "w") as file:
            json.dump(settings, file)

    def start(self):
        log = open(f"{self.folder}/patroni.log", "ab")
        self.process = subprocess.Popen(
            ["patroni", f"{self.folder}/patroni.yml"], stdout=log, stderr=log, cwd="/", start_new_session=True, env=self.cluster.environment, **self.cluster.as_owner)

    def processes(self):
        """Patroni, the postmaster and all below it."""
        found = children(self.process.pid) if self.process and self.process.poll() is None else []
        try:
            with open(f"{self.data}/postmaster.pid") as file:
                postmaster = int(file.readline())
            with open(f"/proc/{postmaster}/cmdline", "rb") as file:
                if self.data.encode() in file.read():
                    found += children(postmaster)
        except (OSError, ValueError):
            pass
        return list(dict.fromkeys(found))

    def signal(self, number):
        """Sends it to all of them; which they are."""
        found = self.processes()
        for pid in found:
            send(pid, number)
        return found

    def kill(self):
        """As if its machine had lost its power, but for what the disk had not yet been given."""
        self.signal(signal.SIGKILL)
        self.process.wait()
        until(lambda: not self.processes(), 10, f"{self.name} ends")

    def receivers(self):
        """The processes that take the leader's log."""
        found = []
        for pid in self.processes():
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if b"walreceiver" in file.read():
                    found.append(pid)
        return found


class Patroni:
    def __init__(self, is_synchronous):
        self.is_synchronous = is_synchronous
        self.folder = tempfile.mkdtemp(prefix="offstage-patroni.")
        self.etcd = None
        self.etcd_port = free_port()
        self.environment = {"PATH": os.environ["PATH"], "HOME": self.folder, "LC_ALL": "C.UTF-8", "TMPDIR": self.folder}
        # PostgreSQL refuses to run as root.
        self.as_owner = {}
        if os.geteuid() == 0:
            self.as_owner = {"user": "postgres", "group": pwd.getpwnam("postgres").pw_gid, "extra_groups": []}
        self.nodes = [Node(self, name) for name in ["n1", "n2", "n3"]]

    def start(self):
        peer = free_port()
        for node in self.nodes:
            node.configure()
        if self.as_owner:
            for folder, _, files in os.walk(self.folder):
                for path in [folder] + [f"{folder}/{name}" for name in files]:
                    shutil.chown(path, "postgres")
        log = open(f"{self.folder}/etcd.log", "ab")
        self.etcd = subprocess.Popen(
            ["etcd", "--name", "etcd", "--data-dir", f"{self.folder}/etcd", "--listen-client-urls", f"http://127.0.0.1:{self.etcd_port}",
             "--advertise-client-urls", f"http://127.0.0.1:{self.etcd_port}", "--listen-peer-urls", f"http://127.0.0.1:{peer}",
             "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}", "--initial-cluster", f"etcd=http://127.0.0.1:{peer}", "--logger", "zap"],
            stdout=log, stderr=log, cwd="/", start_new_session=True, env=self.environment, **self.as_owner)
        self.nodes[0].start()
        until(self.leader, 90, "the first node leads")
        for node in self.nodes[1:]:
            node.start()
        self.settle()
        self.psql("create database app template template0", "postgres")

    # MARK: What is known of it

    def members(self):
        """As Patroni on any node that answers tells it."""
        for node in self.nodes:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{node.rest}/cluster", timeout=3) as answer:
                    return json.load(answer)["members"]
            except OSError:
                pass
        return []

    def leader(self, other_than=None):
        """The node that takes writes, as PostgreSQL itself says."""
        for node in self.nodes:
            if node is not other_than and node.process and subprocess.run(
                self.psql_words(node, "postgres", "select 1 where not pg_is_in_recovery()"), capture_output=True, text=True, timeout=10
            ).stdout.strip() == "1":
                return node

    def named_leader(self):
        """The node whose name etcd holds, which may not have taken over yet."""
        name = next((member["name"] for member in self.members() if member["role"] == "leader"), None)
        return next((node for node in self.nodes if node.name == name), None)

    def settle(self, seconds=120):
        """Until all three are there, the log of the leader comes in at the two others, and one of them is waited for."""

        def is_settled():
            leader = self.leader()
            if not leader or self.named_leader() is not leader:
                return False
            standbys = self.psql("select count(*), count(*) filter (where sync_state = 'sync') from pg_stat_replication where state = 'streaming'", "postgres")
            return standbys == ("2|1" if self.is_synchronous else "2|0") and sum(member["state"] in ("running", "streaming") for member in self.members()) == 3

        until(is_settled, seconds, "the cluster is whole")

    def synchronous_standby(self):
        name = self.psql("select application_name from pg_stat_replication where sync_state = 'sync'", "postgres")
        return next(node for node in self.nodes if node.name == name)

    # MARK: What is done to it

    def ctl(self, *words):
        subprocess.run(
            ["patronictl", "-c", f"{self.nodes[0].folder}/patroni.yml", *words], check=True, capture_output=True, text=True, cwd="/", env=self.environment, timeout=120,
            **self.as_owner)

    def psql_words(self, node, database, sql):
        return [f"{PROGRAMS}/psql", f"host={node.folder} port={node.port} user=postgres dbname={database} connect_timeout=3", "-qXAtc", sql]

    def psql(self, sql, database="app"):
        leader = until(self.leader, 120, "a node leads")
        return subprocess.run(self.psql_words(leader, database, sql), check=True, capture_output=True, text=True, timeout=60).stdout.strip()

    def addresses(self):
        return [("127.0.0.1", node.port) for node in self.nodes]

    def logs(self):
        """The end of what each node wrote."""
        for node in self.nodes:
            try:
                with open(f"{node.folder}/patroni.log") as file:
                    print(f"-- {node.name}\n" + "".join(file.readlines()[-15:]))
            except OSError:
                pass

    def close(self):
        for node in self.nodes:
            node.signal(signal.SIGKILL)
            if node.process:
                node.process.wait()
        if self.etcd:
            self.etcd.kill()
            self.etcd.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
