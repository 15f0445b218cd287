"""scale_hosts.py: the hosts of `.ci/scale-trial`, and what runs on each of them."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("load", "web1", "web2", "worker1", "worker2", "worker3", "pooler", "db1", "db2", "redis")  # as .ci/scale-trial
ADDRESSES = {name: f"10.77.0.{number}" for number, name in enumerate(NAMES, start=10)}
BINARIES = Path(sys.executable).parent
USER = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]  # neither server runs as root
POOLER = """
[databases]
reviewhub = host={primary} port=5432 user=postgres
[pgbouncer]
listen_addr = {address}
listen_port = 6432
unix_socket_dir =
auth_type = any
admin_users = postgres
pool_mode = transaction
default_pool_size = 20
max_client_conn = 500
server_connect_timeout = 3
server_login_retry = 1
query_wait_timeout = 5
"""


@dataclass
class Hosts:
    """The installation: what runs where, and the deeds that break it."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)  # of the product
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    primary: str = "db1"

    # --- What breaks -------------------------------------------------------------------------------

    def cut_off(self, host: str) -> None:
        """Pull the host's cable at the switch: packets vanish, and nobody is told."""
        subprocess.run(["ip", "-n", "rh-switch", "link", "set", host, "down"], check=True)

    def connect(self, host: str) -> None:
        subprocess.run(["ip", "-n", "rh-switch", "link", "set", host, "up"], check=True)

    def kill(self, host: str) -> None:
        process = self.running.pop(host)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def fail_over(self) -> None:
        """Make the standby the primary, and lead PgBouncer there; the product is left alone."""
        self.primary = self.standby
        with self.database() as connection:
            connection.execute("SELECT pg_promote()")
        self.write_pooler()
        with psycopg.connect(self.pooler("pgbouncer"), autocommit=True, prepare_threshold=None) as console:
            for command in ("RELOAD", "KILL reviewhub", "RESUME reviewhub"):
                console.pgconn.exec_(command.encode())

    # --- What runs ---------------------------------------------------------------------------------

    @property
    def standby(self) -> str:
        return {"db1": "db2", "db2": "db1"}[self.primary]

    def run(self, host: str, *command: object, **environment: str) -> None:
        with (self.folder / f"{host}.log").open("ab") as log:
            self.running[host] = subprocess.Popen(
                ["ip", "netns", "exec", f"rh-{host}", *map(str, command)],
                cwd=ROOT,
                env=os.environ | self.settings | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_web(self, host: str) -> None:
        self.run(host, BINARIES / "gunicorn", "reviewhub.wsgi", BIND=ADDRESSES[host], PORT="8000")

    def start_worker(self, host: str) -> None:
        self.run(host, sys.executable, "manage.py", "worker")

    def start_redis(self) -> None:
        options = f"--bind {ADDRESSES['redis']} --protected-mode no --appendonly no --save".split()
        self.run("redis", "redis-server", *options, "")

    def start_pooler(self) -> None:
        self.write_pooler()
        self.run("pooler", *USER, "pgbouncer", "-q", self.folder / "pgbouncer.ini")
        wait_until(lambda: self._pooler_answers(), 20)

    def write_pooler(self) -> None:
        text = POOLER.format(primary=ADDRESSES[self.primary], address=ADDRESSES["pooler"])
        (self.folder / "pgbouncer.ini").write_text(text)

    def _pooler_answers(self) -> bool:
        with contextlib.suppress(psycopg.Error):
            psycopg.connect(self.pooler("pgbouncer"), autocommit=True).close()
            return True
        return False

    def make_primary(self) -> None:
        """Start the first server, empty; its commits wait for the standby once there is one."""
        data = self._data(self.primary)
        subprocess.run([*USER, "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"], **QUIET)
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 10.77.0.0/24 trust\nhost replication all 10.77.0.0/24 trust\n")
        self._start_server(self.primary)
        with self.database("postgres") as connection:
            connection.execute("CREATE DATABASE reviewhub")

    def make_standby(self) -> None:
        """Copy the primary to the other host, stream from it, and let each commit wait for it."""
        host, data = self.standby, self._data(self.standby)
        source = f"host={ADDRESSES[self.primary]} user=postgres application_name={host}"
        copy = ["pg_basebackup", "-D", data, "-d", source, "-R", "-X", "stream", "-c", "fast"]
        subprocess.run(["ip", "netns", "exec", f"rh-{host}", *USER, *map(str, copy)], **QUIET)
        self._start_server(host)
        with self.database() as connection:
            connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{host}'")
            connection.execute("SELECT pg_reload_conf()")
            state = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"
            wait_until(lambda: connection.execute(state).fetchone() is not None, 30)

    def _start_server(self, host: str) -> None:
        data = self.folder / host
        # A standby has no standby: it takes writes at once when it is promoted.
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write("synchronous_standby_names = ''\n")
        options = {"listen_addresses": ADDRESSES[host], "unix_socket_directories": "", "wal_receiver_timeout": "5s"}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self.run(host, *USER, "postgres", "-D", data, *words)
        wait_until(lambda: self._server_answers(host), 60)

    def _server_answers(self, host: str) -> bool:
        with contextlib.suppress(psycopg.Error):
            psycopg.connect(self.server(host, "postgres"), connect_timeout=2).close()
            return True
        return False

    def _data(self, host: str) -> Path:
        """Return an empty folder for the server's files."""
        data = self.folder / host
        subprocess.run(["rm", "-rf", data], check=True)
        subprocess.run(["install", "-d", "-o", "postgres", "-g", "postgres", "-m", "700", data], check=True)
        return data

    # --- Who is asked ------------------------------------------------------------------------------

    def server(self, host: str, database: str = "reviewhub") -> str:
        return f"postgres://postgres@{ADDRESSES[host]}:5432/{database}"

    def pooler(self, database: str = "reviewhub") -> str:
        return f"postgres://postgres@{ADDRESSES['pooler']}:6432/{database}"

    @contextlib.contextmanager
    def database(self, name: str = "reviewhub") -> Iterator[psycopg.Connection[Any]]:
        """A connection to the primary itself."""
        with psycopg.connect(self.server(self.primary, name), autocommit=True, connect_timeout=5) as connection:
            yield connection

    def old_primary_acknowledges(self, host: str) -> bool:
        """Return True if a write on that host, cut off from all others, is acknowledged within eight seconds.

        One that fails for another reason shows nothing, and is an error.
        """
        write = "CREATE TABLE written_while_cut_off (id int)"
        command = ["ip", "netns", "exec", f"rh-{host}", "psql", "-qX", self.server(host), "-c", write]
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(command, timeout=8, check=True, capture_output=True)
            return True
        return False

    def manage(self, *command: str) -> str:
        environment = os.environ | self.settings | {"DATABASE_URL": self.server(self.primary)}
        line = [sys.executable, "manage.py", *command]
        return subprocess.run(line, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


QUIET: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL}


def wait_until(condition: Any, patience: float) -> None:
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited for {patience} s")
        time.sleep(0.2)


@contextlib.contextmanager
def hosts() -> Iterator[Hosts]:
    """The hosts, nothing at work on them yet; whatever runs there is ended afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        made = Hosts(folder)
        try:
            yield made
        finally:
            for host in list(made.running):
                made.kill(host)
