"""Huey with Redis."""

import os

from huey import RedisHuey

from bench.peers.message import send

huey = RedisHuey("bench", url=os.environ["BENCH_REDIS_URL"])


@huey.task()
def mail(recipient: str) -> None:
    send(recipient)


def put(everybody: list[str]) -> None:
    for recipient in everybody:
        mail(recipient)
