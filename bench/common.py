"""What every part of `make bench` needs: a fresh database, a web server, programs inside a project."""

import json
import os
import platform
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.load import CLIENTS
from reviewhub.processes import end_with_parent

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2

# Calls a function of a module inside a Django project, and prints what it returns.
INSIDE = (
    "import importlib, json, sys, django; django.setup()\n"
    "module, name, options = sys.argv[1:]\n"
    "print(json.dumps(getattr(importlib.import_module(module), name)(**json.loads(options))))\n"
)


def our_environment(database: str, port: int) -> dict[str, str]:
    """ReviewHub as it runs in production, without a provider to send with and without a limit of calls."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "reviewhub.settings",
        "REVIEWHUB_ENV_FILE": "",
        "DATABASE_URL": database,
        "DEBUG": "false",
        "SECRET_KEY": "bench",
        "API_RATE_PER_MINUTE": "0",
        "API_ACCOUNT_RATE_PER_MINUTE": "0",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LOG_LEVEL": "ERROR",
        "PYTHONWARNINGS": "ignore",  # that no static files were collected
    }
    for name in ("EMAIL_URL", "ANYMAIL_PROVIDER", "TWILIO_ACCOUNT_SID", "REDIS_URL"):
        environment.pop(name, None)
    return environment


def manage(environment: dict[str, str], *command: str) -> str:
    """Run a management command in the project of the environment; returns what it printed."""
    line = [sys.executable, "-m", "django", *command]
    return subprocess.run(line, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def inside(environment: dict[str, str], module: str, name: str, **options: Any) -> Any:
    """Call a function in a process of its own, in the project of the environment."""
    line = [sys.executable, "-c", INSIDE, module, name, json.dumps(options)]
    done = subprocess.run(line, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def weigh(environment: dict[str, str], *program: str, stdin: Any = subprocess.DEVNULL) -> tuple[float, float]:
    """Run a module with its arguments; return its seconds, and its memory at its most in MB.

    It is started from here, since a child begins with its parent's peak.
    """
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", *program],
        cwd=ROOT,
        env=environment,
        stdin=stdin,
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{program[:2]} failed"
    return time.monotonic() - began, used.ru_maxrss / 1024


# --- Databases -------------------------------------------------------------------------------


@contextmanager
def fresh_database(folder: str, name: str) -> Iterator[str]:
    """The URL of an empty database, beside the one of DATABASE_URL or in a file; it is gone afterwards."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        yield f"sqlite:///{folder}/{name}.sqlite3"
        return
    import psycopg

    name = f"reviewhub_bench_{name}_{os.getpid()}"  # two measurements at once do not meet
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield urlsplit(given)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(given, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def is_postgres() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


def machine() -> str:
    """What was measured, on what: only numbers of one run may be compared."""
    if is_postgres():
        import psycopg

        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            server = connection.info.server_version
            durable = [
                f"{name} {connection.execute(f'SHOW {name}'.encode()).fetchone()[0]}"  # type: ignore[index]
                for name in ("fsync", "synchronous_commit", "autovacuum")
            ]
        database = f"PostgreSQL {server // 10000}.{server % 10000} ({', '.join(durable)})"
    else:
        database = f"SQLite {sqlite3.sqlite_version}"
    names = ("Django", "django-oauth-toolkit", "djangorestframework", "django-q2", "twilio", "gunicorn")
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {database}, {WORKERS} web workers, "
        f"{CLIENTS} clients\n"
        + ", ".join(f"{name} {version(name)}" for name in names)
        + "\n"
        + ", ".join(peer_versions())
    )


def peer_versions() -> list[str]:
    """The pins of what bench/.venv and bench/node_modules hold."""
    lines = (ROOT / "bench" / "requirements.txt").read_text().splitlines()
    pins = [line.split("#")[0].strip().replace("==", " ") for line in lines if "==" in line]
    node = json.loads((ROOT / "bench" / "package.json").read_text())["dependencies"]
    return pins + [f"{name} {pin}" for name, pin in node.items()]


# --- Web servers -----------------------------------------------------------------------------


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:  # all at once, so that none comes twice
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


@contextmanager
def web(environment: dict[str, str], application: str, port: int) -> Iterator[int]:
    """A web server while the block runs; yields its process id. Ours has workers of its own, others gunicorn's."""
    gunicorn = Path(sys.executable).with_name("gunicorn")
    kind = [] if application == "reviewhub.wsgi" else ["--worker-class", "sync"]
    listen = [
        *kind,
        "--workers",
        str(WORKERS),
        "--bind",
        f"127.0.0.1:{port}",
        "--no-control-socket",
        "--log-level",
        "error",
    ]
    server = subprocess.Popen([gunicorn, *listen, application], cwd=ROOT, env=environment, preexec_fn=end_with_parent)
    try:
        _wait_for(server, port)
        yield server.pid
    finally:
        server.terminate()
        server.wait()


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    """Until something listens, which gunicorn does before its workers are up: they answer when they are."""
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError(f"The web server ended with {server.returncode}.")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"Nothing listens on port {port}.")
