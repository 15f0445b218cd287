"""What the main path can take on this machine: requests in, messages out.

Nothing is sent: the messages go to the sandbox, after real rendering and with a durable mark for each.
"""

import json
import tempfile
from typing import Any

from bench.common import free_ports, fresh_database, inside, manage, our_environment, web
from bench.load import CLIENTS, call, request, send


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, fresh_database(folder, "reviews") as database:
        (port,) = free_ports(1)
        environment = our_environment(database, port)
        manage(environment, "migrate", "-v0")
        demo = json.loads(manage(environment, "demo", "--json", "--force"))
        with web(environment, "reviewhub.wsgi", port):
            measure(environment, port, demo["api_key"])


def measure(environment: dict[str, str], port: int, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def post(path: str, body: Any) -> bytes:
        return request("POST", f"/api/v1/review-requests{path}", headers, json.dumps(body).encode())

    def one(number: int) -> bytes:
        return post("", {"email": f"one{number}@example.com"})

    def many(number: int) -> bytes:
        return post("/bulk", {"requests": [{"email": f"b{number}-{index}@example.com"} for index in range(500)]})

    for number in range(50):  # warm up
        call(port, one(-number - 1), 201)
    report("POST one request, new contact", send(port, [one(number) for number in range(2000)], 201))
    report("bulk, 500 a call", 500 * send(port, [many(number) for number in range(CLIENTS)], 200))
    drained = inside(environment, "bench.ours", "drain")
    assert drained["sent"]
    report("drain, one process, to the sandbox", drained["sent"] / drained["seconds"])


def report(name: str, per_second: float) -> None:
    print(f"{name:45} {per_second:8.0f} a second")
