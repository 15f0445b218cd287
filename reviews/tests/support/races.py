"""Races with a worker that sends: a provider that takes its time, and calls in threads of their own."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from django.db import connection, connections

from reviews.delivery.channels import Accepted, Message
from reviews.tests.support.helpers import FakeProvider

PATIENCE = 60.0  # seconds until something that should happen counts as not happening


@dataclass
class SlowProvider(FakeProvider):
    """Takes its time, and remembers when each message had been handed over. `held`: numbers that wait for `go`."""

    pause: float = 0.0
    held: Callable[[str], bool] = lambda _: False
    go: Event = field(default_factory=Event)
    began: Event = field(default_factory=Event)
    handed: list[tuple[str, float]] = field(default_factory=list)

    def send(self, message: Message) -> Accepted:
        self.began.set()
        if self.held(message.to):
            assert self.go.wait(PATIENCE)
        time.sleep(self.pause)
        accepted = super().send(message)
        self.handed.append((message.to, time.monotonic()))
        return accepted

    def to(self, number: str) -> list[float]:
        return [moment for address, moment in self.handed if address == number]


def alone(call: Callable[[], Any]) -> Any:
    """Run in a thread, with a database connection of its own that ends with it."""
    try:
        return call()
    finally:
        connections.close_all()


def somebody_waits() -> bool:
    """Return whether another transaction waits for a lock that ours holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])
