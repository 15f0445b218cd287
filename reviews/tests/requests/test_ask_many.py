"""Many asks at once come out as the same asks one after the other."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress as tolerate
from datetime import datetime
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection

from oauth.models import Account
from reviewhub.refused import Refused
from reviews.contacts import suppressions
from reviews.models import Contact, Delivery, MergeCandidate, ReviewRequest, Suppression
from reviews.requests import matching
from reviews.requests.ask import Ask, AskResult, ask, ask_all
from reviews.requests.matching import Person

ADDRESSES = ["", "ada@example.com", "bea@example.com", "cid@example.com", "dan@example.com"]
NUMBERS = ["", "", "+12125550101", "+12125550102", "+12125550103", "+12125550104"]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(40))
def test_they_come_out_as_one_after_the_other(
    account: Account, other_account: Account, now: datetime, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    asks = [any_ask(chance, place) for place in range(chance.randint(2, 30))]
    for business in (account, other_account):
        for channel, address in [("email", "ada@example.com"), ("sms", "+12125550103")]:
            suppress(business, channel, address, now)
        ask(account=business, wanted=Ask(Person(email="bea@example.com"), external_id="job 1"), now=now)

    together = ask_all(account=account, wanted=asks, now=now)
    in_turn = [one_by_one(other_account, wanted, now) for wanted in asks]

    assert [told(answer) for answer in together] == [told(answer) for answer in in_turn]
    assert of(together) == of(in_turn)
    assert rows(account) == rows(other_account)


def any_ask(chance: random.Random, place: int) -> Ask:
    email, phone = chance.choice(ADDRESSES), chance.choice(NUMBERS)
    return Ask(
        person=Person(email=email or ("" if phone else f"{place}@example.com"), phone=phone, first_name=f"No {place}"),
        channel=chance.choice(["auto", "auto", "email", "sms"]),
        sequence=chance.choice(["", "", "", "standard", "nope"]),
        external_id=chance.choice(["", "", "job 1", "job 2"]),
    )


def one_by_one(account: Account, wanted: Ask, now: datetime) -> AskResult | Refused:
    try:
        return ask(account=account, wanted=wanted, now=now)
    except Refused as refusal:
        return refusal


def told(answer: AskResult | Refused) -> tuple[Any, ...]:
    if isinstance(answer, Refused):
        return answer.field, answer.reason
    return answer.created, answer.message, answer.warnings, answer.request.status


def of(answers: list[AskResult | Refused]) -> list[int]:
    """Which of the requests each is about, by the order in which they first turn up."""
    requests = [answer.request.pk for answer in answers if isinstance(answer, AskResult)]
    known = list(dict.fromkeys(requests))
    return [known.index(pk) for pk in requests]


def rows(account: Account) -> list[Any]:
    people = Contact.objects.for_account(account).values_list("email", "phone", "first_name")
    requests = ReviewRequest.objects.for_account(account).values_list(
        "contact__email", "contact__phone", "status", "reason", "external_id", "channel", "scheduled_for"
    )
    messages = Delivery.objects.for_account(account).values_list("address", "channel", "step", "due_at")
    pairs = MergeCandidate.objects.for_account(account).values_list("by_email__email", "by_phone__phone")
    return [sorted(found) for found in (people, requests, messages, pairs)]


def suppress(account: Account, channel: str, address: str, now: datetime) -> None:
    suppressions.suppress(
        account=account,
        channel=channel,
        address=address,
        reason=Suppression.Reason.UNSUBSCRIBED,
        evidence="test",
        now=now,
    )


@pytest.mark.django_db
def test_what_a_refused_one_says_of_a_contact_is_not_kept(account: Account, now: datetime) -> None:
    ask(account=account, wanted=Ask(Person(email="ada@example.com", phone="+12125550101", first_name="Ada")), now=now)
    wrong = Ask(Person(email="ada@example.com", first_name="Wrong"), channel="sms", sequence="nope")
    ReviewRequest.objects.all().delete()
    answers = ask_all(account=account, wanted=[wrong, Ask(Person(phone="+12125550101", last_name="Right"))], now=now)
    assert isinstance(answers[0], Refused)
    assert Contact.objects.get().name == "Ada Right"


@pytest.mark.django_db
@pytest.mark.parametrize("known", [False, True])
def test_five_hundred_take_as_few_statements_as_one(
    account: Account, now: datetime, known: bool, django_assert_max_num_queries: Any
) -> None:
    asks = [Ask(Person(email=f"{place}@example.com", phone=f"+1212555{place:04}")) for place in range(500)]
    if known:
        ask_all(account=account, wanted=asks, now=now)
        ReviewRequest.objects.all().delete()
    with django_assert_max_num_queries(10 if connection.vendor == "postgresql" else 11):
        answers = ask_all(account=account, wanted=asks, now=now)
    assert all(isinstance(answer, AskResult) and answer.created for answer in answers)
    assert Contact.objects.count() == ReviewRequest.objects.count() == Delivery.objects.count() == 500


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: SQLite lets one writer in at a time")
def test_parallel_calls_about_the_same_people_ask_each_once(account: Account, now: datetime) -> None:
    people = [Person(email=f"{place}@example.com", phone=f"+1212555{place:04}") for place in range(60)]
    # Some are named by address alone and some by number alone: whoever comes second may find either.
    halves = [Person(email=one.email) if place % 3 else Person(phone=one.phone) for place, one in enumerate(people)]

    def call(seed: int) -> list[bool]:
        asks = [Ask(one) for one in (people if seed % 2 else halves)]
        random.Random(seed).shuffle(asks)  # noqa: S311
        try:
            answers = ask_all(account=account, wanted=asks, now=now)
        finally:
            connection.close()
        assert all(isinstance(answer, AskResult) for answer in answers)
        return [isinstance(answer, AskResult) and answer.created for answer in answers]

    with ThreadPoolExecutor(6) as pool:
        created = sum(sum(answers) for answers in pool.map(call, range(6)))
    assert created == Contact.objects.count() == ReviewRequest.objects.count() == Delivery.objects.count() == 60


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: SQLite has no such deadlock")
def test_a_call_that_loses_a_deadlock_tries_again(
    account: Account, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two new contacts, of which each of two calls has inserted one: PostgreSQL ends one of the calls."""
    halfway = Barrier(2)
    keep = matching.keep

    def keep_slowly(matches: list[matching.Match]) -> None:
        first, *rest = matches
        keep([first])
        with tolerate(BrokenBarrierError):  # the second time there is nobody to wait for
            halfway.wait(5)
        keep(rest)

    monkeypatch.setattr(matching, "keep", keep_slowly)
    people = [Person(email="ada@example.com"), Person(email="bea@example.com")]

    def call(order: Callable[[list[Person]], Any]) -> int:
        try:
            answers = ask_all(account=account, wanted=[Ask(one) for one in order(people)], now=now)
        finally:
            halfway.abort()
            connection.close()
        return sum(isinstance(answer, AskResult) and answer.created for answer in answers)

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(call, (list, lambda given: reversed(given)))) == 2
    assert ReviewRequest.objects.count() == 2
