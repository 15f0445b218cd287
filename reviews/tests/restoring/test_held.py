"""After a restore: what was due since the backup waits, and is sent or dropped as the operator decides."""

import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from oauth.models import Account, User
from reviews.delivery import claims, drain
from reviews.models import (
    Delivery,
    Endpoint,
    Event,
    ImportJob,
    InboxItem,
    Notice,
    Restore,
    ReviewRequest,
    Telling,
    Trouble,
)
from reviews.requests import holds, import_files, imports
from reviews.requests.matching import Person
from reviews.restoring import held
from reviews.restoring.settle import settle
from reviews.tests.support.helpers import Clock, FakeProvider, asked, deliveries
from reviews.webhooks import endpoints

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
AVA, JANE = Person(first_name="Ava", email="ava@example.com"), Person(first_name="Jane", email="jane@example.com")
TEXTED = Person(first_name="Tim", phone="+12125551234")


@pytest.fixture
def restored(account: Account, clock: Clock) -> ReviewRequest:
    """A request that was due when the backup was made, in a database that was restored an hour later."""
    request = asked(account, clock(), person=JANE)
    restore(clock)
    return request


def restore(clock: Clock, after: timedelta = HOUR) -> Restore:
    backed_up_at = clock()
    clock.forward(seconds=after.total_seconds())
    return settle(backed_up_at=backed_up_at, now=clock())


def decide(way: Any, clock: Clock) -> int:
    clock.forward(minutes=1)
    return int(way(now=clock()))


def test_what_was_due_waits_and_what_comes_afterwards_does_not(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    due, later = (asked(account, clock(), person=person) for person in (JANE, AVA))
    Delivery.objects.filter(request=later).update(due_at=clock() + 3 * HOUR)
    assert restore(clock).held == 1
    asked(account, clock(), person=Person(first_name="New", email="new@example.com"))
    drain.send_due(clock)
    clock.forward(hours=3)
    drain.send_due(clock)
    assert [message.to for message in provider.sent] == ["new@example.com", "ava@example.com"]
    due.refresh_from_db()
    later.refresh_from_db()
    assert (due.held, later.held) == ("restored", "")
    assert "restored from a backup" in due.why


def test_dropped_it_counts_as_sent_when_it_was_due_and_the_next_step_follows(
    restored: ReviewRequest, clock: Clock, provider: FakeProvider
) -> None:
    due_at = clock() - HOUR
    assert decide(held.drop, clock) == 1
    drain.send_due(clock)
    assert provider.sent == []
    restored.refresh_from_db()
    assert (restored.status, restored.held) == ("sent", "")
    first, second = Delivery.objects.order_by("step")
    assert (first.status, first.reason) == ("sent", held.COUNTED)
    assert first.sent_at is not None
    assert abs(first.sent_at - due_at) < timedelta(minutes=1)
    assert second.status == "planned"
    assert second.due_at >= due_at + timedelta(days=3)
    assert not Event.objects.filter(type__in=["message.sent", "review_request.sent"]).exists()
    assert held.waiting().count() == 0


def test_dropped_with_what_would_have_followed_it_before_the_restore(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock(), person=JANE)
    restore(clock, after=timedelta(days=4))  # its reminder was due after three
    assert decide(held.drop, clock) == 2
    assert [status for _, _, status in deliveries(request)][:2] == ["sent", "sent"]
    drain.send_due(clock)
    assert provider.sent == []


def test_sent_it_leaves_once(restored: ReviewRequest, clock: Clock, provider: FakeProvider) -> None:
    assert decide(held.send, clock) == 1
    assert decide(held.send, clock) == decide(held.drop, clock) == 0
    drain.send_due(clock)
    assert [message.to for message in provider.sent] == ["jane@example.com"]


def test_a_mail_that_was_being_sent_waits_and_a_claim_of_then_is_nobodys(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    for person in (JANE, AVA):
        asked(account, clock(), person=person)
    claims.claim("email", clock())
    Delivery.objects.filter(address=AVA.email).update(status=Delivery.Status.SENDING)
    assert restore(clock, after=timedelta(minutes=1)).held == 2
    clock.forward(minutes=10)
    drain.send_due(clock)
    assert provider.sent == []


def test_a_text_that_was_being_sent_is_asked_for_and_the_others_too_before_they_leave(
    account: Account, clock: Clock, settings: Any
) -> None:
    settings.TEXT_PROVIDER = True
    settings.TWILIO_API_URL = "http://127.0.0.1:1"  # away: what customers texted is asked for later
    for number in ("+12125551234", "+12125551235"):
        asked(account, clock(), person=Person(first_name="Tim", phone=number))
    Delivery.objects.filter(address="+12125551234").update(status="sending", claim="a" * 32)
    done = restore(clock)
    assert (done.held, held.texts_asked_for(), done.texts_read_at) == (1, 1, None)
    assert decide(held.send, clock) == 1
    assert held.texts_asked_for() == 2
    assert set(Delivery.objects.values_list("status", flat=True)) == {"unknown"}
    assert held.let_go(now=clock()) == 0  # not before the provider has said so
    Delivery.objects.update(status="planned", due_at=clock())  # it has none of them
    assert held.let_go(now=clock()) == 2


def test_one_that_somebody_had_held_is_held_for_that_again(account: Account, clock: Clock) -> None:
    request = asked(account, clock(), person=JANE)
    because = holds.Because.REFUND
    holds.ask_to_hold(request=request, by=ReviewRequest.Hold.STAFF, because=because, who="by Ann", now=clock())
    assert restore(clock).held == 1  # it may have been released since, and have left
    assert decide(held.send, clock) == 1
    request.refresh_from_db()
    assert request.held == "staff"


def test_programs_members_and_the_operator_are_not_told_again(
    full: Account, clock: Clock, owner: User, now: datetime
) -> None:
    Endpoint.objects.update(behind_since=now, tell_owners=True)
    InboxItem.objects.update(is_to_tell=True)
    later = Notice.objects.create(
        event=Event.objects.all()[0], endpoint=Endpoint.objects.get(), due_at=clock() + 2 * HOUR
    )
    before = list(Notice.objects.exclude(pk=later.pk).values_list("pk", flat=True))
    Telling.objects.update(morning=now)
    full.memberships.update(tell="at_once")
    restore(clock)
    assert before
    assert set(Notice.objects.filter(pk__in=before).values_list("status", flat=True)) == {"failed"}
    later.refresh_from_db()
    assert later.status == "waiting"
    assert not Telling.objects.exists()
    assert not InboxItem.objects.filter(is_to_tell=True).exists()
    assert not Trouble.objects.to_tell(clock()).exists()
    endpoint = Endpoint.objects.get()
    assert (endpoint.behind_since, endpoint.tell_owners) == (clock(), False)


def test_an_import_that_was_asking_is_stopped_and_says_why(account: Account, owner: User, clock: Clock) -> None:
    raw = b"email\njane@example.com\n"
    job = import_files.receive(account=account, user=owner, name="list.csv", raw=raw, now=clock())
    ImportJob.objects.filter(pk=job.pk).update(status="running")
    restore(clock)
    imports.work(job.pk)
    job.refresh_from_db()
    assert (job.status, "restored from a backup" in job.error) == ("cancelled", True)
    assert not ReviewRequest.objects.exists()


def test_an_endpoint_hears_that_the_request_waits(account: Account, clock: Clock) -> None:
    asked(account, clock(), person=JANE)
    endpoints.subscribe(account=account, url="https://hooks.example/", names=["review_request.held"])
    restore(clock)
    assert [notice.event.type for notice in Notice.objects.all()] == ["review_request.held"]


def test_the_command_lists_counts_and_decides(restored: ReviewRequest, account: Account) -> None:
    def run(*arguments: str) -> str:
        out = io.StringIO()
        call_command("held", *arguments, stdout=out)
        return out.getvalue()

    assert f"1  email  {account.name}" in run()
    counted = json.loads(run("--json"))
    assert (counted["held"], counted["accounts"]) == (1, [{"account": account.name, "channel": "email", "count": 1}])
    assert json.loads(run("--drop", "--json"))["dropped"] == 1
    assert json.loads(run("--json"))["held"] == 0
