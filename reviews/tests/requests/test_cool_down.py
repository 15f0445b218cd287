"""A number that several contacts share is texted for one of them at a time."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oauth.models import Account
from reviewhub.refused import Refused
from reviews.delivery import drain, preview
from reviews.models import Contact, Delivery, MergeCandidate, ReviewRequest
from reviews.requests.ask import Ask, AskResult, ask, ask_all, weigh
from reviews.requests.matching import KnownPerson, Person
from reviews.tests.support.helpers import Clock, FakeProvider, asked, deliveries

pytestmark = pytest.mark.django_db

NUMBER = "+12125551234"
CAROL = Person(first_name="Carol", email="carol@example.com", phone=NUMBER)
DAVE = Person(first_name="Dave", email="dave@example.com", phone=NUMBER)


def gate(account: Account, wanted: Ask, now: datetime) -> tuple[bool, str]:
    (found,) = [gate for gate in weigh(account=account, wanted=wanted, now=now).gates if gate.gate == "cool_down"]
    return found.passed, found.reason


def test_the_second_of_a_family_is_asked_under_their_own_name(account: Account, now: datetime) -> None:
    carols = asked(account, now, person=CAROL)
    answer = ask(account=account, wanted=Ask(DAVE, external_id="job 2"), now=now)
    assert answer.created
    assert (answer.request.contact.name, carols.contact.name) == ("Dave", "Carol")
    assert Delivery.objects.get(request=answer.request).address == "dave@example.com"
    again = ask(account=account, wanted=Ask(DAVE, external_id="job 2"), now=now)
    assert (again.created, again.request) == (False, answer.request)


def test_while_the_first_may_be_texted_the_second_is_asked_by_mail(account: Account, now: datetime) -> None:
    asked(account, now, person=CAROL)
    assert gate(account, Ask(DAVE), now) == (
        True,
        "By e-mail only: Another contact with this number has an open review request.",
    )
    answer = ask(account=account, wanted=Ask(DAVE), now=now)
    assert "By e-mail only" in answer.warnings[-1]
    assert answer.request.channel == "email"


def test_a_number_is_texted_for_one_of_them_all_through_the_sequence(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    """Both are asked first by mail; the reminder by text goes to one."""
    asked(account, clock(), person=CAROL)
    asked(account, clock(), person=DAVE)
    for _ in range(20):
        drain.send_due(clock)
        clock.forward(days=1)
    texts = [message.text for message in provider.sent if message.to == NUMBER]
    assert len(texts) == 1
    assert "Carol" in texts[0]
    assert len([message for message in provider.sent if message.to == "dave@example.com"]) == 3


@pytest.mark.parametrize(("days", "passes"), [(1, False), (89, False), (91, True)])
def test_a_text_to_one_keeps_the_other_from_one_for_the_cool_down(
    account: Account, clock: Clock, provider: FakeProvider, days: int, passes: bool
) -> None:
    carols = asked(account, clock(), person=CAROL, channel="sms")
    drain.send_due(clock)
    ReviewRequest.objects.filter(pk=carols.pk).update(status="completed", ended_at=clock())
    clock.forward(days=days)
    passed, reason = gate(account, Ask(DAVE, channel="sms"), clock())
    assert passed == passes
    ago = "yesterday" if days == 1 else f"{days} days ago"
    words = f"This number was texted for another contact {ago}; the account waits 90 days between requests."
    assert reason == ("" if passes else words)
    answer = ask(account=account, wanted=Ask(DAVE, channel="sms"), now=clock())
    assert (answer.request.status, answer.request.reason) == (("scheduled", "") if passes else ("suppressed", words))


def test_a_late_reminder_by_text_counts_from_its_own_day(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    carols = asked(account, clock(), person=CAROL)
    drain.send_due(clock)
    clock.forward(days=3)
    drain.send_due(clock)  # the text
    ReviewRequest.objects.filter(pk=carols.pk).update(status="responded", ended_at=clock())
    clock.forward(days=88)  # the mail is older than the cool-down, the text is not
    assert gate(account, Ask(CAROL), clock()) == (True, "")
    passed, reason = gate(account, Ask(DAVE), clock())
    assert (passed, reason.partition(":")[0]) == (True, "By e-mail only")


def test_a_mail_to_one_keeps_the_other_from_nothing(account: Account, clock: Clock, provider: FakeProvider) -> None:
    carols = asked(account, clock(), person=CAROL, channel="email")
    drain.send_due(clock)
    assert gate(account, Ask(DAVE, channel="sms"), clock()) == (True, "")
    ReviewRequest.objects.filter(pk=carols.pk).update(status="completed", ended_at=clock())
    assert gate(account, Ask(DAVE), clock()) == (True, "")


def test_a_contact_named_by_address_alone_is_bound_by_its_number(account: Account, now: datetime) -> None:
    asked(account, now, person=CAROL)
    Contact.objects.create(account=account, email=DAVE.email, phone=NUMBER, shares_phone=True)
    assert gate(account, Ask(Person(email=DAVE.email)), now)[1].startswith("By e-mail only")


def test_another_account_may_text_the_number(account: Account, other_account: Account, now: datetime) -> None:
    asked(other_account, now, person=CAROL, channel="sms")
    assert gate(account, Ask(DAVE, channel="sms"), now) == (True, "")


def test_a_rehearsal_shows_the_messages_without_the_number(account: Account, now: datetime) -> None:
    asked(account, now, person=CAROL)
    _, planned = preview.look_ahead(account=account, wanted=Ask(DAVE), now=now)
    assert {message.channel for message in planned} == {"email"}
    assert Contact.objects.count() == 1


def test_in_one_call_too(account: Account, now: datetime) -> None:
    results = ask_all(account=account, wanted=[Ask(CAROL), Ask(DAVE), Ask(Person(phone=NUMBER))], now=now)
    carols, daves, last = [result for result in results if isinstance(result, AskResult)]
    assert (carols.request.channel, daves.request.channel) == ("auto", "email")
    # "Asked last": both at the same moment, so the newer contact, in one call as one by one.
    assert last.request.contact in (carols.request.contact, daves.request.contact)
    assert not last.created
    assert MergeCandidate.objects.count() == 1
    assert deliveries(daves.request) == [(0, "email", "planned")]


def test_contacts_of_one_number_named_by_address_alone_are_asked_in_turn(account: Account, now: datetime) -> None:
    """The second ask of the call depends on the request that the first one makes, through the number on file."""
    Contact.objects.create(account=account, email=CAROL.email, phone=NUMBER)
    Contact.objects.create(account=account, email=DAVE.email, phone=NUMBER, shares_phone=True)
    wanted = [Ask(Person(email=CAROL.email)), Ask(Person(email=DAVE.email))]
    results = ask_all(account=account, wanted=wanted, now=now)
    assert [result.request.channel for result in results if isinstance(result, AskResult)] == ["auto", "email"]


# --- Plans of PostgreSQL -------------------------------------------------------------------------

MANY = 5_000
BIG = {"reviews_contact", "reviews_reviewrequest", "reviews_delivery"}


def plan_of(sql: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        (found,) = cursor.fetchone()
    plan: dict[str, Any] = (found if isinstance(found, list) else json.loads(found))[0]["Plan"]
    return plan


def read_through(plan: dict[str, Any]) -> Iterator[str]:
    """The tables that the plan reads row by row, from the first to the last."""
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for inner in plan.get("Plans", []):
        yield from read_through(inner)


def grow(account: Account, now: datetime) -> None:
    """Thousands of contacts, each with a number, a request and a text of its own."""
    contacts = [Contact(account=account, email=f"{n}@example.com", phone=f"+1212{n:07}") for n in range(MANY)]
    Contact.objects.bulk_create(contacts)
    common: dict[str, Any] = {"account": account, "created_at": now}
    common |= {"status": "completed", "sequence": account.sequences.get(), "scheduled_for": now, "ended_at": now}
    requests = [ReviewRequest(contact=contact, sent_at=now, **common) for contact in contacts]
    ReviewRequest.objects.bulk_create(requests)
    Delivery.objects.bulk_create(
        Delivery(
            account=account,
            request=row,
            step=0,
            channel="sms",
            address=row.contact.phone,
            status="sent",
            due_at=now,
            sent_at=now,
            created_at=now,
        )
        for row in requests
    )


@pytest.mark.postgres
@pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL, whose plans these are")
@pytest.mark.parametrize("analyzed", [True, False])
def test_an_ask_reads_no_big_table_through(account: Account, now: datetime, analyzed: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE reviews_contact, reviews_reviewrequest, reviews_delivery CASCADE")
    grow(account, now)
    if analyzed:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE reviews_contact, reviews_reviewrequest, reviews_delivery")
    for person in (
        Person(email="7@example.com"),
        Person(email="new@example.com", phone="+12120000008"),
        Person(phone="+12120000009"),
    ):
        with CaptureQueriesContext(connection) as queries:
            ask(account=account, wanted=Ask(person), now=now + timedelta(days=1))
        reads = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
        assert any("texted_at" in sql for sql in reads)
        for sql in reads:
            assert not BIG & set(read_through(plan_of(sql))), sql


# --- What never arrived -----------------------------------------------------------------------------


def lost(account: Account, clock: Clock, channel: str = "email", **columns: Any) -> ReviewRequest:
    """A request that left and failed afterwards."""
    request = asked(account, clock(), person=CAROL, channel=channel)
    values = {"status": "bounced"} | columns
    Delivery.objects.filter(request=request).update(sent_at=clock(), **values)
    ReviewRequest.objects.filter(pk=request.pk).update(status="failed", sent_at=clock(), ended_at=clock())
    clock.forward(days=1)
    return request


def test_a_request_that_never_arrived_is_no_reason_to_wait(account: Account, clock: Clock) -> None:
    lost(account, clock)
    assert gate(account, Ask(CAROL), clock()) == (True, "")


def test_one_whose_message_arrived_after_all_is_a_reason(account: Account, clock: Clock) -> None:
    lost(account, clock, status="delivered")
    assert gate(account, Ask(CAROL), clock())[1].startswith("This contact was asked yesterday")


def test_a_text_that_somebody_else_got_is_none(account: Account, clock: Clock) -> None:
    lost(account, clock, channel="sms", status="delivered")
    assert not gate(account, Ask(CAROL), clock())[0]
    Contact.objects.update(phone="+12125550188")
    assert gate(account, Ask(Person(email="carol@example.com")), clock()) == (True, "")


def test_an_ask_of_one_contact_reaches_that_one_among_those_who_share_the_number(
    account: Account, clock: Clock
) -> None:
    """The number alone would mean the one who was asked last."""
    asked(account, clock(), person=Person(first_name="Carol", phone=NUMBER))
    dave = Contact.objects.create(account=account, first_name="Dave", phone=NUMBER, shares_phone=True)
    verdict = weigh(account=account, wanted=Ask(KnownPerson(phone=NUMBER, contact=dave.pk)), now=clock())
    assert verdict.match.contact == dave
    with pytest.raises(Refused, match="have changed meanwhile"):
        ask(account=account, wanted=Ask(KnownPerson(phone="+12125550199", contact=dave.pk)), now=clock())
    assert Contact.objects.count() == 2
