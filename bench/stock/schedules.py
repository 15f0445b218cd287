"""Messages planned with django-q2 itself: a Schedule for each, which runs once."""

import os
import smtplib
from datetime import UTC, datetime

from django_q.models import Schedule


def plan(times: list[float]) -> list[str]:
    """A mail at each moment (seconds since the epoch); returns whom they go to."""
    addresses = [f"planned{number}@example.com" for number in range(len(times))]
    for address, moment in zip(addresses, times, strict=True):
        Schedule.objects.create(
            func="bench.stock.schedules.send",
            args=repr((address,)),
            schedule_type=Schedule.ONCE,
            next_run=datetime.fromtimestamp(moment, UTC),
        )
    return addresses


def send(address: str) -> None:
    with smtplib.SMTP("127.0.0.1", int(os.environ["BENCH_SMTP_PORT"])) as connection:
        connection.sendmail("reviews@sender.example", [address], b"Subject: How did we do?\r\n\r\nTell us.\r\n")
