"""Celery with Redis. BENCH_TUNED: as its guides say for short tasks; what its worker died of is run again."""

import os

from celery import Celery

from bench.peers.message import send

app = Celery("bench", broker=os.environ["BENCH_REDIS_URL"])
if os.environ.get("BENCH_TUNED"):
    app.conf.update(
        task_acks_late=True, task_ignore_result=True, worker_prefetch_multiplier=64, worker_send_task_events=False
    )


@app.task
def mail(recipient: str) -> None:
    send(recipient)


def put(everybody: list[str]) -> None:
    with app.producer_pool.acquire(block=True) as producer:
        for recipient in everybody:
            mail.apply_async((recipient,), producer=producer)
