"""A contact whose address changes while a worker sends, in each of the five ways: no message to the old one afterwards.

With threads, on PostgreSQL. Not on SQLite, where a transaction takes the one write lock first.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress as tolerate
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from django.conf import settings as given
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.contacts import change, erase, merge, suppressions
from reviews.delivery import drain
from reviews.delivery.claims import LEASE
from reviews.models import Contact, Delivery, ReviewRequest
from reviews.requests.ask import Ask, ask
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked
from reviews.tests.support.races import PATIENCE, SlowProvider, alone, somebody_waits
from reviews.tests.support.site import zone_where_it_is_noon
from reviews.tests.support.waiting import until

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(given.SQLITE, reason="needs PostgreSQL: SQLite lets one writer in at a time"),
    pytest.mark.django_db(transaction=True),
]

OLD, NEW = "+12125550177", "+12125550188"
BATCH = 30


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppressions, "QUIET_WITHIN", PATIENCE)  # so that an answer waits however slow the machine is


@pytest.fixture
def provider() -> Iterator[SlowProvider]:
    slow = SlowProvider()
    with drain.working_as(drain.Worker(lambda _: slow, most=given.SEND_THREADS)):
        yield slow
        slow.go.set()  # a test that failed must not leave a thread waiting


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def begin_drain(pool: ThreadPoolExecutor) -> "Future[int]":
    return pool.submit(alone, drain.send_due)


# --- The five ways -------------------------------------------------------------------------------


@dataclass
class Scene:
    """Jane with a text planned to her old number, and who may change that."""

    account: Account
    jane: Contact
    owner: User
    api: Any


@pytest.fixture
def scene(account: Account, owner: User, owner_api: Any) -> Scene:
    moment, zone = timezone.now(), zone_where_it_is_noon()
    for place in range(BATCH - 1):
        asked(account, moment, person=Person(phone=f"+1212555{place:04}", time_zone=zone))
        Delivery.objects.filter(address=f"+1212555{place:04}").update(due_at=moment - LEASE + place * LEASE / 100)
    jane = asked(account, moment, person=Person(phone=OLD, time_zone=zone)).contact
    return Scene(account, jane, owner, owner_api)


def by_api(scene: Scene) -> None:
    answer = scene.api.patch(f"/api/v1/contacts/{scene.jane.pk}", {"mobile_phone_number": NEW}, format="json")
    assert answer.status_code == 200, answer.content


def by_form(scene: Scene) -> None:
    address = reverse("admin:reviews_contact_change", args=[scene.jane.pk])
    form_data = {"first_name": "Jane", "phone": NEW, "time_zone": scene.jane.time_zone}
    answer = signed_in(scene.owner).post(address, form_data)
    assert answer.status_code == 302, answer.content


def by_ask(scene: Scene) -> None:
    """An ask changes no address on file, but what else decides about the message: here it is night by now."""
    offset = (datetime.now(UTC).hour + 11) % 24 - 12
    night = Person(phone=OLD, time_zone=f"Etc/GMT{offset:+d}")
    ask(account=scene.account, wanted=Ask(night), now=timezone.now())


def by_merge(scene: Scene) -> None:
    other = Contact.objects.create(account=scene.account, phone=NEW, time_zone=scene.jane.time_zone)
    merge.merge(kept=other, other=scene.jane, by="owner", now=timezone.now())


def by_erasure(scene: Scene) -> None:
    erase.erase(contact=scene.jane, by="owner", now=timezone.now())


WAYS: dict[str, Callable[[Scene], None]] = {
    "API": by_api,
    "form": by_form,
    "ask": by_ask,
    "merge": by_merge,
    "erasure": by_erasure,
}
every_way = pytest.mark.parametrize("way", WAYS)


def check(way: str, provider: SlowProvider) -> None:
    """Nothing went to the old number; where there is a new one, the message goes there."""
    assert provider.to(OLD) == []
    drain.send_due()
    assert provider.to(OLD) == []
    assert len(provider.to(NEW)) == (0 if way in ("ask", "erasure") else 1)
    assert Delivery.objects.filter(address=OLD, status__in=["sending", "sent"]).count() == 0


# --- The moments ---------------------------------------------------------------------------------


@every_way
def test_a_worker_that_has_claimed_the_message_loses_it(
    provider: SlowProvider, pool: ThreadPoolExecutor, scene: Scene, way: str
) -> None:
    """The worker holds the whole batch, with the old number in memory; Jane's message is the last of it."""
    provider.held = lambda number: number not in (OLD, NEW)
    sending = begin_drain(pool)
    assert provider.began.wait(PATIENCE)
    assert until(lambda: Delivery.objects.get(address=OLD).claim)
    pool.submit(alone, partial(WAYS[way], scene)).result(PATIENCE)
    provider.go.set()
    sending.result(PATIENCE)
    check(way, provider)


@every_way
def test_a_worker_that_declares_while_the_change_is_stored_finds_it(
    provider: SlowProvider, pool: ThreadPoolExecutor, scene: Scene, way: str
) -> None:
    """The change holds the row and has not committed: the worker's statement waits for it, and then fits no more."""
    provider.held = lambda number: number not in (OLD, NEW)
    sending = begin_drain(pool)
    assert provider.began.wait(PATIENCE)
    assert until(lambda: Delivery.objects.get(address=OLD).claim)
    with transaction.atomic():
        WAYS[way](scene)
        provider.go.set()
        assert until(somebody_waits)
    sending.result(PATIENCE)
    check(way, provider)


@pytest.mark.parametrize("way", ["API", "form", "merge", "erasure"])
def test_the_answer_waits_for_a_message_that_is_being_handed_over(
    provider: SlowProvider, pool: ThreadPoolExecutor, scene: Scene, way: str
) -> None:
    """Too late for this one: it goes to the old number, before the answer, and its row says so."""
    Delivery.objects.exclude(address=OLD).delete()
    provider.held = lambda _: True
    sending = begin_drain(pool)
    assert provider.began.wait(PATIENCE)
    answer = pool.submit(alone, partial(WAYS[way], scene))
    time.sleep(0.5)
    assert not answer.done()
    provider.go.set()
    answer.result(PATIENCE)
    answered = time.monotonic()
    sending.result(PATIENCE)
    assert [moment < answered for moment in provider.to(OLD)] == [True]
    message = Delivery.objects.get(step=0)
    assert (message.status, message.address) == ("sent", "" if way == "erasure" else OLD)
    if way == "API":
        body = scene.api.get(f"/api/v1/review-requests/{message.request_id}").json()
        assert body["contact_phone"] == NEW
        assert body["message"] == f"Review request sent to {OLD}"
        assert body["messages"][0]["address"] == OLD


@every_way
def test_whenever_it_comes_nothing_leaves_for_the_old_number_afterwards(
    provider: SlowProvider, pool: ThreadPoolExecutor, scene: Scene, way: str
) -> None:
    provider.pause = 0.004
    sending = begin_drain(pool)
    time.sleep(0.05 * list(WAYS).index(way))
    pool.submit(alone, partial(WAYS[way], scene)).result(PATIENCE)
    answered = time.monotonic()
    sending.result(PATIENCE)
    drain.send_due()
    if way != "ask":
        assert [moment for moment in provider.to(OLD) if moment > answered] == []
    assert len(provider.to(OLD)) + len(provider.to(NEW)) <= 1


def test_changes_and_sending_do_not_block_each_other(
    provider: SlowProvider, pool: ThreadPoolExecutor, scene: Scene
) -> None:
    """Contacts are locked before requests, requests before messages: nobody waits for each other."""
    provider.pause = 0.002
    sending = begin_drain(pool)

    def swing() -> None:
        for number in (NEW, OLD) * 10:
            change.change(contact=scene.jane, values={"phone": number}, now=timezone.now())

    def ask_on() -> None:
        for _ in range(20):
            ask(account=scene.account, wanted=Ask(Person(phone=OLD, time_zone="America/Denver")), now=timezone.now())
            with tolerate(merge.CannotMerge):
                merge.merge(kept=scene.jane, other=scene.jane, by="owner", now=timezone.now())

    for done in [pool.submit(alone, swing), pool.submit(alone, ask_on)]:
        done.result(PATIENCE)
    sending.result(PATIENCE)
    assert ReviewRequest.objects.filter(contact=scene.jane).open().count() <= 1


# --- First calls about one number ----------------------------------------------------------------


@pytest.mark.parametrize("named", ["number alone", "number and address", "either way"])
def test_ten_first_asks_for_one_person_make_one_contact(account: Account, named: str) -> None:
    people = {"number alone": Person(phone=NEW), "number and address": Person(email="jane@example.com", phone=NEW)}
    chosen = [people[named]] if named in people else list(people.values())
    with ThreadPoolExecutor(10) as pool:
        calls = [
            partial(ask, account=account, wanted=Ask(chosen[place % len(chosen)]), now=timezone.now())
            for place in range(10)
        ]
        results = list(pool.map(alone, calls))
    assert sum(result.created for result in results) == 1
    assert Contact.objects.count() == ReviewRequest.objects.count() == Delivery.objects.count() == 1


def test_ten_first_asks_for_a_family_text_its_number_for_one(account: Account) -> None:
    people = [Person(email=f"{place}@example.com", phone=NEW) for place in range(10)]
    with ThreadPoolExecutor(10) as pool:
        calls = [partial(ask, account=account, wanted=Ask(person), now=timezone.now()) for person in people]
        list(pool.map(alone, calls))
    assert Contact.objects.count() == 10
    assert sorted(ReviewRequest.objects.values_list("channel", flat=True)) == ["auto", *["email"] * 9]
