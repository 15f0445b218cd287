"""RQ: a process for each job."""

import os

from redis import Redis
from rq import Queue

from bench.peers.message import send

QUEUE = "bench"


def mail(recipient: str) -> None:
    send(recipient)


def put(everybody: list[str]) -> None:
    queue = Queue(QUEUE, connection=Redis.from_url(os.environ["BENCH_REDIS_URL"]))
    queue.enqueue_many([Queue.prepare_data(mail, (recipient,)) for recipient in everybody])
