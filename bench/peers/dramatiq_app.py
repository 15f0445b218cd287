"""Dramatiq with Redis: acknowledges when the job is done."""

import os

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from bench.peers.message import send

dramatiq.set_broker(RedisBroker(url=os.environ["BENCH_REDIS_URL"]))


@dramatiq.actor
def mail(recipient: str) -> None:
    send(recipient)


def put(everybody: list[str]) -> None:
    for recipient in everybody:
        mail.send(recipient)
