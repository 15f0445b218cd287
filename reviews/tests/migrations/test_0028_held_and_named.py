"""The update that gives requests their holds and further ids: rows stand here as the release before wrote them."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from oauth.models import Account, User
from reviews.models import Delivery, IdempotencyKey, ReviewRequest
from reviews.requests import holds
from reviews.tests.support.helpers import REFERENCE, URL, asked, post
from reviews.tests.support.trials import in_an_upgrade

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("reviews", "0027_trial_write")]


@pytest.fixture
def go_back() -> Iterator[Callable[[], Any]]:
    """Function that takes the tables back to the release before, and returns the models as they were."""

    def go() -> Any:
        executor = MigrationExecutor(connection)
        executor.migrate(BEFORE)
        return executor.loader.project_state(BEFORE).apps

    yield go
    migrate()


def migrate() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.postgres
@in_an_upgrade
def test_a_request_that_was_held_is_still_held_and_goes_on_as_it_would_have(
    account: Account, now: datetime, go_back: Callable[[], Any]
) -> None:
    request = asked(account, now, external_id="job-1")
    before = go_back()
    before.get_model("reviews", "ReviewRequest").objects.update(held="unclear_opt_out")
    row = before.get_model("reviews", "Delivery").objects.get()
    before.get_model("reviews", "Delivery").objects.update(planned_for=row.due_at, due_at=Delivery.OUT_OF_REACH)
    migrate()
    request.refresh_from_db()
    assert (request.held, request.asked_hold, request.held_at, request.language) == ("unclear_opt_out", "", None, "")
    assert request.why == "Perhaps an opt-out: staff decide."
    asked(account, now, external_id="job-2")
    assert [alias.external_id for alias in request.aliases.all()] == ["job-2"]
    with transaction.atomic():
        assert holds.release_cleared(account, now=now) == 1
    assert Delivery.objects.get().due_at == row.due_at


def test_what_an_old_process_still_writes_is_read(account: Account, now: datetime) -> None:
    """Until it is ended, it names no column that it does not know."""
    request = asked(account, now)
    names = [field.column for field in ReviewRequest._meta.concrete_fields]
    new = {"held_at", "asked_hold", "hold_reason", "language"}
    columns = ", ".join(name for name in names if name not in new)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE one AS SELECT * FROM reviews_reviewrequest")
        ReviewRequest.objects.all().delete()
        cursor.execute(f"INSERT INTO reviews_reviewrequest ({columns}) SELECT {columns} FROM one")  # noqa: S608
        cursor.execute("DROP TABLE one")
    found = ReviewRequest.objects.get()
    assert (found, found.language, found.asked_hold, found.hold_reason, found.held_at) == (request, "", "", "", None)


@pytest.mark.postgres
@in_an_upgrade
def test_an_answer_under_a_key_of_before_is_given_again(
    owner_api: Any, owner: User, go_back: Callable[[], Any]
) -> None:
    first = post(owner_api, REFERENCE, URL, **{"Idempotency-Key": "k1"})
    go_back()
    migrate()
    assert IdempotencyKey.objects.get().call == ""
    again = post(owner_api, REFERENCE, URL, **{"Idempotency-Key": "k1"})
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")
    other = post(owner_api, REFERENCE | {"last_name": "Doe"}, URL, **{"Idempotency-Key": "k1"})
    assert other.json()["error"] == "idempotency_conflict"
