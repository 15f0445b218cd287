"""Clients that cost little, so that the server is measured and not they: forked processes, bare sockets."""

import math
import multiprocessing
import socket
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urlencode

from reviewhub.processes import end_with_parent

CLIENTS = 8
PATIENCE = 300  # seconds that a round may take before it has failed

Calls = Iterator[bytes]  # a client: each step is one answered call
SHARED = multiprocessing.get_context("fork")  # a client inherits the requests that were built for it


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of a request on a connection of its own, which is what gunicorn's sync workers serve best."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def form(path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> bytes:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return request("POST", path, kind | (headers or {}), urlencode(fields).encode())


def call(port: int, message: bytes, status: int = 200) -> bytes:
    """Send a request and return the answer's body; any other status than that one is an error."""
    with socket.socket() as connection:
        connection.connect(("127.0.0.1", port))
        connection.sendall(message)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 %d " % status):
        raise RuntimeError(f"{message[:60]!r} was answered with {answer[:1000]!r}")
    return body


def send(port: int, messages: Sequence[bytes], status: int = 200, seconds: float = math.inf) -> float:
    """Calls a second when the clients share the requests out among them, until these or the seconds are over."""

    def client(own: Sequence[bytes]) -> Calls:
        for message in own:
            yield call(port, message, status)

    return rate([client(messages[number::CLIENTS]) for number in range(CLIENTS)], seconds)


def rate(clients: Sequence[Calls], seconds: float = math.inf) -> float:
    """Calls a second of clients that start together, each in a process."""
    gate = SHARED.Barrier(len(clients))
    processes, pipes = [], []
    try:
        for client in clients:
            receiver, sender = SHARED.Pipe(duplex=False)
            process = SHARED.Process(target=_run, args=(client, seconds, gate, sender), daemon=True)
            process.start()
            sender.close()
            processes.append(process)
            pipes.append(receiver)
        results = [_result(pipe) for pipe in pipes]
    finally:
        for process in processes:
            process.terminate()
            process.join()
    calls = sum(calls for calls, _, _ in results)
    return calls / (max(ended for _, _, ended in results) - min(began for _, began, _ in results))


def _run(client: Calls, seconds: float, gate: Any, sender: Connection) -> None:
    end_with_parent()
    gate.wait(30)
    began = now = time.perf_counter()
    calls = 0
    for _ in client:
        calls, now = calls + 1, time.perf_counter()
        if now - began >= seconds:
            break
    sender.send((calls, began, now))


def _result(pipe: Connection) -> tuple[int, float, float]:
    if not pipe.poll(PATIENCE):
        raise TimeoutError("A client is still waiting for an answer.")
    try:
        result: tuple[int, float, float] = pipe.recv()
    except EOFError as error:
        raise RuntimeError("A client failed; see above.") from error
    return result
