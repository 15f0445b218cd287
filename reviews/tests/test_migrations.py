"""Data steps of migrations, on rows as they were before."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from oauth.models import Account, User
from reviews.contacts.suppressions import suppress
from reviews.models import Delivery, DeliveryEvent, Feedback, InboxItem, Suppression
from reviews.tests.support.helpers import asked
from reviews.tests.support.trials import in_an_upgrade

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def go_back() -> Iterator[Callable[[], Any]]:
    """Function that takes the tables back to before the inbox was filled, and returns the models as they were."""
    before = [("reviews", "0017_holds_and_inbox")]

    def go() -> Any:
        executor = MigrationExecutor(connection)
        executor.migrate(before)
        return executor.loader.project_state(before).apps

    yield go
    migrate()


def migrate() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.postgres
@in_an_upgrade
def test_0018_puts_what_was_said_before_into_the_inbox(
    account: Account, owner: User, go_back: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("reviews.migrations.0018_inbox_of_what_was_there"), "BATCH", 2)
    now = timezone.now()
    old = now - timedelta(days=31)
    request = asked(account, now)
    delivery = Delivery.objects.get()
    for number, (words, moment) in enumerate([("Thanks", now), ("Danke", old), ("Stop, please!", now), ("HELP", now)]):
        DeliveryEvent.objects.create(
            account=account,
            delivery=delivery,
            provider="twilio",
            key=f"{number}",
            kind="replied",
            text=words,
            occurred_at=moment,
            received_at=moment,
        )
    suppress(
        account=account,
        channel="email",
        address="jane@example.com",
        reason=Suppression.Reason.BOUNCED,
        evidence="550 No such user",
        now=now,
    )
    go_back().get_model("reviews", "Feedback").objects.create(
        account_id=account.pk,
        request_id=request.pk,
        rating=2,
        text="Waited long.",
        note="Called her.",
        handled_at=now,
        handled_by_id=owner.pk,
        created_at=old,
        updated_at=old,
    )
    migrate()
    rows = InboxItem.objects.order_by("kind", "text").values_list("kind", "text", "stars", "handled_by", "note")
    assert list(rows) == [
        ("bounce", "550 No such user", None, None, ""),
        ("feedback", "Waited long.", 2, owner.pk, "Called her."),
        ("reply", "Danke", None, None, ""),
        ("reply", "Thanks", None, None, ""),
    ]
    assert set(InboxItem.objects.values_list("contact", flat=True)) == {request.contact_id}
    waiting = set(InboxItem.objects.filter(handled_at=None).values_list("text", flat=True))
    assert waiting == {"Thanks", "550 No such user"}


def test_0018_adds_what_a_web_process_of_before_kept_while_it_ran(account: Account) -> None:
    now, step = timezone.now(), import_module("reviews.migrations.0018_inbox_of_what_was_there")
    late = Feedback.objects.create(account=account, rating=1, text="Waited.", created_at=now, updated_at=now)
    for _ in range(2):
        step.fill_late(apps, connection.schema_editor())
    item = InboxItem.objects.get()
    assert (item.feedback, item.text, item.stars, item.handled_at) == (late, "Waited.", 1, None)
