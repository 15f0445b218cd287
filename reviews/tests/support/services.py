"""Services of a test's own, as real processes: a Redis that can be broken, a PgBouncer."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from reviews.tests.support.mail import free_port
from reviews.tests.support.waiting import until

REDIS, PGBOUNCER = (
    shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in ("redis-server", "pgbouncer")
)
with_redis = pytest.mark.skipif(REDIS is None, reason="no redis-server on this machine")
with_pgbouncer = pytest.mark.skipif(PGBOUNCER is None, reason="no pgbouncer on this machine")


@dataclass
class Redis:
    """A server that keeps nothing on disk."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = [*f"--port {self.port} --bind 127.0.0.1 --appendonly no --save".split(), ""]
        self.process = subprocess.Popen([str(REDIS), *options], stdout=subprocess.DEVNULL)
        until(self._answers)

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.url) as client:
            return bool(client.ping())
        return False

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def fill(self) -> None:
        """Refuse writes, as one whose memory is full does."""
        with redis.Redis.from_url(self.url) as client:
            client.config_set("maxmemory-policy", "noeviction")
            client.config_set("maxmemory", "1")

    def empty(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.config_set("maxmemory", "0")

    def hang(self) -> None:
        """Take connections, and answer nothing."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def redis_server() -> Iterator[Redis]:
    server = Redis(free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def pgbouncer(database_url: str) -> Iterator[str]:
    """Put a PgBouncer in transaction mode before the server of that database, and return the database's URL there."""
    server, port = urlsplit(database_url), free_port()
    login = f"user={server.username}" + (f" password={server.password}" if server.password else "")
    user = "nobody" if os.getuid() == 0 else None  # it refuses to run as root
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        settings = Path(folder) / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n* = host={server.hostname} port={server.port or 5432} {login}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
            "pool_mode = transaction\ndefault_pool_size = 4\nlog_connections = 0\nlog_disconnections = 0\n"
        )
        process = subprocess.Popen([str(PGBOUNCER), "-q", str(settings)], user=user)
        try:
            until(lambda: answers(port), 10)
            yield server._replace(netloc=f"{server.username}@127.0.0.1:{port}").geturl()
        finally:
            process.terminate()
            process.wait()


def answers(port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    return False
