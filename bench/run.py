"""What the main path can take on this machine: `make bench`. Only ratios within one run mean anything.

Runs on the database of DATABASE_URL (made anew beside it), or on a SQLite file. Nothing is sent: the
messages go to the sandbox, after real rendering and with a durable mark for each.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
PORT = 8077
URL = f"http://127.0.0.1:{PORT}"
CLIENTS = 8


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "REVIEWHUB_ENV_FILE": "",
            "DATABASE_URL": fresh_database(folder),
            "DEBUG": "false",
            "SECRET_KEY": "bench",
            "API_RATE_PER_MINUTE": "0",
            "PORT": str(PORT),
            "PUBLIC_URL": URL,
            "LOG_LEVEL": "ERROR",
        }
        for name in ("EMAIL_URL", "TWILIO_ACCOUNT_SID"):
            environment.pop(name, None)
        manage(environment, "migrate", "-v0")
        demo = json.loads(manage(environment, "demo", "--json", "--force"))
        database = environment["DATABASE_URL"].partition(":")[0]
        print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {database}, {CLIENTS} clients")
        web = start_web(environment)
        try:
            wait_until(reachable)
            measure(environment, demo["api_key"])
        finally:
            web.terminate()
            web.wait()


def measure(environment: dict[str, str], key: str) -> None:
    call = caller(key)
    one = lambda number: call("POST", "/api/v1/review-requests", {"email": f"one{number}@example.com"})  # noqa: E731
    read = lambda _: call("GET", "/api/v1/status")  # noqa: E731
    many = lambda number: call(  # noqa: E731
        "POST",
        "/api/v1/review-requests/bulk",
        {"requests": [{"email": f"b{number}-{index}@example.com"} for index in range(500)]},
    )
    for number in range(50):  # warm up
        one(-number - 1)
    report("bearer check (GET /api/v1/status)", 2000, read)
    report("POST one request, new contact", 2000, one)
    report("bulk, 500 a call", 6, many, each=500)
    due = call("GET", "/api/v1/review-requests?page_size=1")
    assert due["results"]
    drain(environment)


def report(name: str, count: int, act: Callable[[int], Any], each: int = 1) -> None:
    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        for _ in pool.map(act, range(count)):
            pass
    print(f"{name:45} {count * each / (time.perf_counter() - began):8.0f} a second")


def drain(environment: dict[str, str]) -> None:
    """Send everything that is due in one process, as a worker does."""
    program = (
        "import django, time; django.setup()\n"
        "from reviews import delivery\n"
        "began = time.perf_counter(); sent = 0\n"
        "while now := delivery.drain(): sent += now\n"
        "print(sent, time.perf_counter() - began)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment | {"DJANGO_SETTINGS_MODULE": "reviewhub.settings"},
        check=True,
        capture_output=True,
        text=True,
    )
    sent, seconds = done.stdout.split()
    print(f"{'drain, one process, to the sandbox':45} {int(sent) / float(seconds):8.0f} a second")


def caller(key: str) -> Callable[..., Any]:
    def call(method: str, path: str, body: Any = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        with urlopen(Request(URL + path, data, headers, method=method), timeout=60) as response:
            return json.load(response)

    return call


def fresh_database(folder: str) -> str:
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        return f"sqlite:///{folder}/bench.sqlite3"
    import psycopg

    server, _, _ = given.rpartition("/")
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS reviewhub_bench WITH (FORCE)")
        connection.execute("CREATE DATABASE reviewhub_bench")
    return f"{server}/reviewhub_bench"


def manage(environment: dict[str, str], *command: str) -> str:
    line = [sys.executable, "manage.py", *command]
    return subprocess.run(line, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def start_web(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    gunicorn = Path(sys.executable).with_name("gunicorn")
    listen = ["--workers", "2", "--bind", f"127.0.0.1:{PORT}", "--no-control-socket", "--log-level", "error"]
    return subprocess.Popen([gunicorn, *listen, "reviewhub.wsgi"], cwd=ROOT, env=environment)


def wait_until(ready: Callable[[], bool]) -> None:
    while not ready():
        time.sleep(0.1)


def reachable() -> bool:
    try:
        urlopen(URL + "/healthz", timeout=5).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
