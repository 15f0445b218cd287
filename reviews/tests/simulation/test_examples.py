"""Examples: an account's past that never was, told to nobody, and removed without a trace of it."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core import mail, serializers
from django.utils import timezone

from oauth.models import Account, User
from reviewhub.refused import Refused
from reviews.delivery import drain
from reviews.models import (
    Contact,
    Delivery,
    Event,
    Feedback,
    InboxItem,
    Notice,
    ReviewRequest,
    SenderPace,
    Suppression,
)
from reviews.models.addresses import hash_address
from reviews.requests.matching import Person
from reviews.simulation import examples
from reviews.tests.support.helpers import FakeProvider, asked
from reviews.tests.support.rows import fill as fill_with_rows
from reviews.webhooks import endpoints, notifier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forked")]


def fill(account: Account, **more: Any) -> int:
    return examples.fill(account=account, **{"customers": 30} | more)


def all_day(account: Account) -> None:
    """Let mails leave at any hour, whenever the test runs."""
    account.window_start = account.window_end = time(0)
    account.save()


def rows() -> dict[str, int]:
    """The number of rows of each table of the product."""
    models = apps.get_app_config("reviews").get_models()
    return {model.__name__: model._default_manager.count() for model in models}


def test_the_newest_complaint_waits_whatever_its_age(account: Account, owner: User) -> None:
    now = timezone.now()
    request = asked(account, now)
    person = request.contact
    feedback = {"account": account, "contact": person, "kind": InboxItem.Kind.FEEDBACK}
    items = [
        InboxItem(pk=1, stars=1, created_at=now - timedelta(days=30), **feedback),
        InboxItem(pk=2, stars=2, created_at=now - timedelta(days=20), **feedback),
        InboxItem(pk=3, stars=5, created_at=now - timedelta(days=10), **feedback),
    ]
    past = serializers.serialize("json", [person, request, *items])
    person.delete()
    examples._write(account, past, owner.pk, now)
    assert InboxItem.objects.get(handled_at=None).stars == 2


def test_an_account_gets_a_past_that_the_engine_could_have_made(account: Account, owner: User) -> None:
    now = timezone.now()
    assert fill(account, now=now) == Contact.objects.filter(is_example=True).count() >= 27
    assert {"responded", "completed", "sent"} <= set(ReviewRequest.objects.values_list("status", flat=True))
    assert not ReviewRequest.objects.filter(created_at__lt=now - timedelta(days=61)).exists()
    assert not ReviewRequest.objects.filter(created_at__gt=now).exists()
    assert Delivery.objects.filter(status="planned", due_at__gt=now).exists()
    assert not Delivery.objects.filter(status="planned", due_at__lt=now - timedelta(minutes=1)).exists()
    assert Feedback.objects.filter(text__gt="", rating__gte=1).exists()
    assert InboxItem.objects.filter(handled_at=None).exists()
    assert InboxItem.objects.exclude(handled_at=None).filter(handled_by=owner).exists()
    assert Event.objects.filter(occurred_at__gt=now - timedelta(days=7)).exists()
    assert not Contact.objects.exclude(email="").exclude(email__endswith="@example.com").exists()
    assert not Contact.objects.exclude(phone="").exclude(phone__regex=r"^\+1\d{3}55501\d\d$").exists()
    assert all(row.created_at <= now - timedelta(days=1) for row in Contact.objects.order_by("created_at")[:5])
    for row in Suppression.objects.all():
        assert row.address_hash == hash_address(account.pk, row.channel, row.address)


def test_the_same_seed_makes_the_same_people_and_words(account: Account, other_account: Account) -> None:
    now = timezone.now()
    for each in (account, other_account):
        fill(each, now=now)

    def told(of: Account) -> tuple[Any, ...]:
        return (
            sorted(Contact.objects.for_account(of).values_list("first_name", "last_name", "email", "phone")),
            sorted(Feedback.objects.for_account(of).values_list("created_at", "rating", "text")),
            sorted(Delivery.objects.for_account(of).values_list("sent_at", "address", "status"), key=str),
        )

    assert told(account) == told(other_account)
    assert examples.remove(account=account)
    fill(account, now=now, seed=2)
    assert told(account) != told(other_account)


def test_they_speak_the_accounts_language(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(language="de", country="DE", time_zone="Europe/Berlin")
    account.refresh_from_db()
    fill(account)
    assert set(Contact.objects.values_list("time_zone", flat=True)) == {"Europe/Berlin"}
    assert Feedback.objects.filter(text__regex="ein|ist|die|der|nicht").exists()


def test_nobody_is_told_and_nothing_is_counted(account: Account, owner: User) -> None:
    all_day(account)
    endpoint, _ = endpoints.subscribe(
        account=account, url="https://hooks.example/1", names=[], description="", user=owner
    )
    fill(account)
    assert (mail.outbox, Notice.objects.count(), SenderPace.objects.count()) == ([], 0, 0)
    assert not InboxItem.objects.filter(is_to_tell=True).exists()
    # What the engine does with them later, in the sandbox, is told to no other program either.
    now = timezone.now()
    Delivery.objects.filter(status="planned").update(due_at=now)
    assert drain.send_due()
    assert Notice.objects.filter(endpoint=endpoint).exists()
    assert notifier.claim(endpoint, limit=50, now=timezone.now() + timedelta(seconds=1)) == []
    assert not Notice.objects.exists()
    asked(account, now, person=Person(email="jane@customers.example"))
    assert len(notifier.claim(endpoint, limit=50, now=timezone.now() + timedelta(seconds=1))) == 1


def test_once_a_provider_is_set_up_nothing_is_sent_to_them(
    account: Account, provider: FakeProvider, settings: Any
) -> None:
    all_day(account)
    fill(account)
    settings.MAIL_PROVIDER, settings.TEXT_PROVIDER, settings.SANDBOX = True, True, False
    planned = Delivery.objects.filter(status="planned")
    keys = list(planned.values_list("pk", flat=True))
    planned.update(due_at=timezone.now())
    drain.send_due()
    assert provider.sent == []
    assert {row.reason for row in Delivery.objects.filter(pk__in=keys)} == {"An example: nothing is sent to it."}
    examples.remove(account=account)
    with pytest.raises(Refused, match="sandbox"):
        fill(account)


def test_removing_takes_all_of_them_and_nothing_else(
    account: Account, other_account: Account, owner: User, stranger: User
) -> None:
    now = timezone.now()
    fill_with_rows(account, owner, now, first_name="Zebedee", word="Quagga")
    fill_with_rows(other_account, stranger, now, first_name="Yolanda", word="Okapi")
    before = rows()
    fill(account)
    assert examples.remove(account=other_account) == 0
    assert examples.remove(account=account) >= 27
    assert rows() == before
    assert examples.remove(account=account) == 0


def test_a_row_that_got_a_real_address_is_kept(account: Account) -> None:
    fill(account)
    contact = Contact.objects.exclude(email="")[0]
    Contact.objects.filter(pk=contact.pk).update(email="jane@somewhere.example")
    examples.remove(account=account)
    assert list(Contact.objects.values_list("email", flat=True)) == ["jane@somewhere.example"]


def test_they_are_made_once_and_take_no_address_that_is_there(account: Account) -> None:
    Contact.objects.create(account=account, first_name="Real", email="ava.martin@example.com")
    fill(account)
    assert Contact.objects.filter(is_example=False).count() == 1
    with pytest.raises(Refused, match="already"):
        fill(account)


def test_of_two_at_the_same_time_the_second_writes_nothing(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one is done between the look and the writing."""
    make = examples.run_child

    def slowly(job: Any, progress: Any) -> Any:
        made = make(job, progress)
        monkeypatch.setattr(examples, "run_child", make)
        fill(account)
        return made

    monkeypatch.setattr(examples, "run_child", slowly)
    with pytest.raises(Refused, match="already"):
        fill(account)
    assert Contact.objects.count() <= 30
