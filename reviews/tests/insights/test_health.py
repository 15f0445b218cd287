"""Health checks: `/healthz` and `/readyz` on a good and on a broken installation."""

import math
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import InternalError, OperationalError
from django.db.models import QuerySet
from django.test import Client

from reviews.insights import health
from reviews.models import WorkerBeat


@pytest.fixture(autouse=True)
def no_write_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health._Trial, "succeeded_at", -math.inf)


def test_the_process_answers_without_a_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
@pytest.mark.parametrize(("silent", "status"), [(0, 200), (60, 200), (61, 503)])
def test_ready_means_that_a_worker_beat_within_a_minute(
    client: Client, now: datetime, silent: int, status: int
) -> None:
    WorkerBeat.objects.create(worker="a:1", started_at=now, beat_at=now - timedelta(hours=1))
    WorkerBeat.objects.create(worker="b:1", started_at=now, beat_at=now - timedelta(seconds=silent))
    with time_machine.travel(now, tick=False):
        response = client.get("/readyz")
    assert response.status_code == status
    assert ("61 seconds ago" in response.json().get("reason", "")) == (status == 503)


@pytest.mark.django_db
def test_without_a_worker_it_is_not_ready(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()["reason"]) == (503, "No worker runs: start `manage.py worker`.")


@pytest.mark.django_db
def test_missing_migrations_are_named_and_looked_for_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    health._find_fault_of_schema.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(health, "is_behind", lambda: True)
        assert "Migrations are not applied" in client.get("/readyz").json()["reason"]
    assert "No worker runs" in client.get("/readyz").json()["reason"]


@pytest.mark.django_db
def test_a_database_that_may_only_be_read_is_named(
    client: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise InternalError("cannot execute UPDATE in a read-only transaction")

    WorkerBeat.objects.create(worker="a:1", started_at=now, beat_at=now)
    monkeypatch.setattr(QuerySet, "update", refuse)
    with time_machine.travel(now, tick=False):
        response = client.get("/readyz")
    assert (response.status_code, response.json()["reason"]) == (503, "The database takes no writes.")


@pytest.mark.django_db
def test_a_write_is_tried_and_after_a_success_not_again_for_a_while(
    client: Client, now: datetime, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    WorkerBeat.objects.create(worker="a:1", started_at=now, beat_at=now)
    clock = [1000.0]
    monkeypatch.setattr(health.time, "monotonic", lambda: clock[0])
    with time_machine.travel(now, tick=False):
        client.get("/readyz")
        with django_assert_num_queries(2) as reads:
            client.get("/readyz")
        clock[0] += health.WRITE_EVERY
        with django_assert_num_queries(3) as all_:
            assert client.get("/readyz").status_code == 200
    assert not [query for query in reads.captured_queries if query["sql"].startswith("UPDATE")]
    (update,) = [query["sql"] for query in all_.captured_queries if query["sql"].startswith("UPDATE")]
    assert "a:1" in update
    assert list(WorkerBeat.objects.values_list("worker", "beat_at", "written_at")) == [("a:1", now, now)]


@pytest.mark.django_db
def test_without_redis_it_is_ready_and_says_what_is_missing(client: Client, now: datetime, without_redis: None) -> None:
    WorkerBeat.objects.create(worker="a:1", started_at=now, beat_at=now)
    with time_machine.travel(now, tick=False):
        response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "degraded", "reason": health.WITHOUT_REDIS})


@pytest.mark.django_db
def test_a_database_that_is_down_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def down() -> str:
        raise OperationalError

    monkeypatch.setattr(health, "_find_fault", down)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["reason"]) == (503, "The database cannot be reached.")
