"""A hold, an answer and another time that come while a worker sends: what is claimed does not leave, the rest does."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings as given
from django.db import transaction
from django.utils import timezone

from oauth.models import Account
from reviews.delivery import advance, claims, drain
from reviews.delivery.advance import Sent
from reviews.delivery.channels import Accepted, ChannelError, Message
from reviews.delivery.claims import LEASE
from reviews.models import Delivery, Event, ReviewRequest
from reviews.requests import changes, holds, lifecycle, plan
from reviews.requests.matching import Person
from reviews.tests.support.helpers import URL, Clock, FakeProvider, asked, deliveries, post
from reviews.tests.support.races import PATIENCE, SlowProvider, alone, somebody_waits
from reviews.tests.support.site import zone_where_it_is_noon
from reviews.tests.support.waiting import until

pytestmark = pytest.mark.django_db

Deed = Callable[[ReviewRequest, Clock], object]


def hold(request: ReviewRequest, clock: Clock) -> None:
    by = ReviewRequest.Hold.API
    holds.ask_to_hold(request=request, by=by, because=holds.Because.DISPUTE, who="through the API", now=clock())


def respond(request: ReviewRequest, clock: Clock) -> None:
    lifecycle.respond_again(request=request, now=clock(), reason="Reviewed on Google.")


def put_off(request: ReviewRequest, clock: Clock) -> None:
    changes.change(request=request, first_at=clock() + timedelta(days=2), words="Put off.", now=clock())


# What each leaves of a message that was claimed: its state, and whether it is due some day.
LEAVES = {
    hold: ("planned", Delivery.OUT_OF_REACH),
    respond: ("cancelled", None),
    put_off: ("planned", timedelta(days=2)),
}
each_deed = pytest.mark.parametrize("deed", LEAVES, ids=lambda deed: deed.__name__)


@each_deed
def test_what_a_worker_has_claimed_does_not_leave(
    account: Account, clock: Clock, provider: FakeProvider, deed: Deed
) -> None:
    request, began = asked(account, clock()), clock()
    provider.meanwhile = lambda: deed(request, clock)
    assert drain.send_due(clock) == 0
    assert provider.sent == []
    row, (state, due_at) = Delivery.objects.get(), LEAVES[deed]  # type: ignore[index]
    assert (row.status, row.claim, row.attempts) == (state, None, 0)
    if isinstance(due_at, timedelta):
        assert row.due_at == began + due_at
        clock.forward(days=2)
        assert drain.send_due(clock) == 1
    elif due_at is not None:
        assert row.due_at == due_at
        clock.forward(days=30)
        assert drain.send_due(clock) == 0


@each_deed
def test_what_was_declared_leaves_and_nothing_follows_that_should_not(
    account: Account, clock: Clock, deed: Deed
) -> None:
    request = asked(account, clock())
    [row] = claims.claim("email", clock())
    assert advance.mark_and_declare(sent=[], ready=[row], now=clock()) == (set(), {row.pk})
    if deed is put_off:
        with pytest.raises(lifecycle.InvalidMove, match="is being sent"):
            deed(request, clock)
    else:
        deed(request, clock)
    follow_up = plan.following_delivery(row, steps=plan.steps_of(request), blocked={}, now=clock())
    message = Message(to=row.address, sender="x", text="Hi", key="k")
    marked, _ = advance.mark_and_declare(
        sent=[Sent(row, message, Accepted("1"), clock(), follow_up)], ready=[], now=clock()
    )
    assert marked == {row.pk}
    request.refresh_from_db()
    if deed is respond:
        assert (request.status, deliveries(request)) == ("responded", [(0, "email", "sent")])
        return
    assert (request.status, deliveries(request)) == ("sent", [(0, "email", "sent"), (1, "sms", "planned")])
    assert request.held == ("api" if deed is hold else "")


def test_what_follows_a_message_that_left_during_the_hold_waits_with_the_reason_of_the_hold(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    """Its worker knew nothing of the hold when it planned it."""
    request = asked(account, clock())
    [row] = claims.claim("email", clock())
    advance.mark_and_declare(sent=[], ready=[row], now=clock())
    hold(request, clock)
    follow_up = plan.following_delivery(row, steps=plan.steps_of(request), blocked={}, now=clock())
    message = Message(to=row.address, sender="x", text="Hi", key="k")
    advance.mark_and_declare(sent=[Sent(row, message, Accepted("1"), clock(), follow_up)], ready=[], now=clock())
    clock.forward(days=3)
    assert drain.send_due(clock) == 0
    request.refresh_from_db()
    second = Delivery.objects.get(step=1)
    assert (second.status, second.due_at, provider.sent) == ("planned", Delivery.OUT_OF_REACH, [])
    assert (request.held, request.why) == ("api", "There is a dispute. Held through the API.")
    assert Event.objects.filter(type="review_request.held").count() == 1
    holds.release_asked(request=request, who="by Ann", now=clock.forward(days=1))
    assert drain.send_due(clock) == 1


def test_a_message_that_was_refused_for_now_during_the_hold_waits_too(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())

    class Refusing(FakeProvider):
        def send(self, message: Message) -> Accepted:
            raise ChannelError("451", "Later, please")

    with drain.working_as(drain.Worker(lambda _: Refusing())):
        drain.send_due(clock)
    hold(request, clock)
    clock.forward(days=1)
    assert drain.send_due(clock) == 0
    assert (Delivery.objects.get().status, provider.sent) == ("planned", [])


def test_a_mail_in_doubt_is_not_repeated_while_its_request_is_held(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    """Its worker died while sending it; whether it left, nobody knows."""
    request = asked(account, clock())
    [row] = claims.claim("email", clock())
    advance.mark_and_declare(sent=[], ready=[row], now=clock())
    hold(request, clock)
    clock.forward(minutes=10)
    assert drain.send_due(clock) == 0
    found = Delivery.objects.get()
    assert (found.status, found.due_at, provider.sent) == ("planned", Delivery.OUT_OF_REACH, [])
    request.refresh_from_db()
    assert (request.held, found.reason) == ("api", "There is a dispute. Held through the API.")


# --- With threads ------------------------------------------------------------------------------------

NUMBER, BATCH = "+12125550177", 30
on_postgres = pytest.mark.skipif(given.SQLITE, reason="needs PostgreSQL: SQLite lets one writer in at a time")


@pytest.fixture
def slow() -> Iterator[SlowProvider]:
    slow = SlowProvider()
    with drain.working_as(drain.Worker(lambda _: slow, most=4)):
        yield slow
        slow.go.set()  # a test that failed must not leave a thread waiting


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def begin_drain(pool: ThreadPoolExecutor) -> "Future[int]":
    return pool.submit(alone, drain.send_due)


def batch(account: Account) -> ReviewRequest:
    """BATCH due texts; the last of them is Jane's."""
    moment, zone = timezone.now(), zone_where_it_is_noon()
    for place in range(BATCH):
        number = NUMBER if place == BATCH - 1 else f"+1212555{place:04}"
        request = asked(account, moment, person=Person(phone=number, time_zone=zone))
        Delivery.objects.filter(address=number).update(due_at=moment - LEASE + place * LEASE / 100)
    return request


def call(api: Any, request: ReviewRequest, deed: Any) -> int:
    if deed is put_off:
        status: int = api.patch(f"{URL}/{request.pk}", {"delay_hours": 48}, format="json").status_code
        return status
    name, body = ("hold", {"because": "dispute"}) if deed is hold else ("responded", {})
    return int(post(api, body, f"{URL}/{request.pk}/{name}").status_code)


@pytest.mark.postgres
@on_postgres
@pytest.mark.django_db(transaction=True)
@each_deed
def test_a_call_in_mid_batch_stops_what_was_not_handed_over(
    slow: SlowProvider, pool: ThreadPoolExecutor, account: Account, owner_api: Any, deed: Deed
) -> None:
    """The worker holds the whole batch already, and some of it is on its way."""
    request = batch(account)
    slow.held = lambda _: True
    sending = begin_drain(pool)
    assert slow.began.wait(PATIENCE)
    assert pool.submit(alone, partial(call, owner_api, request, deed)).result(PATIENCE) == 200
    slow.go.set()
    sending.result(PATIENCE)
    assert slow.to(NUMBER) == []
    assert len(slow.sent) == BATCH - 1
    assert Delivery.objects.get(address=NUMBER).status == LEAVES[deed][0]  # type: ignore[index]
    assert drain.send_due() == 0


@pytest.mark.postgres
@on_postgres
@pytest.mark.django_db(transaction=True)
@each_deed
def test_a_call_while_the_message_itself_is_on_its_way(
    slow: SlowProvider, pool: ThreadPoolExecutor, account: Account, owner_api: Any, deed: Deed
) -> None:
    person = Person(email="jane@example.com", phone=NUMBER, time_zone=zone_where_it_is_noon())
    request = asked(account, timezone.now(), person=person, channel="sms")
    slow.held = lambda _: True
    sending = begin_drain(pool)
    assert slow.began.wait(PATIENCE)
    assert call(owner_api, request, deed) == (409 if deed is put_off else 200)
    slow.go.set()
    sending.result(PATIENCE)
    request.refresh_from_db()
    assert (len(slow.sent), request.status) == (1, "responded" if deed is respond else "sent")
    assert Delivery.objects.filter(step=1).count() == (0 if deed is respond else 1)
    assert request.held == ("api" if deed is hold else "")


@pytest.mark.postgres
@on_postgres
@pytest.mark.django_db(transaction=True)
@each_deed
def test_a_worker_that_declares_while_the_call_is_stored_finds_it(
    slow: SlowProvider, pool: ThreadPoolExecutor, account: Account, deed: Deed
) -> None:
    person = Person(phone=NUMBER, time_zone=zone_where_it_is_noon())
    request = asked(account, timezone.now(), person=person)
    slow.held = lambda _: True
    [row] = claims.claim("sms", timezone.now())
    with transaction.atomic():
        deed(request, Clock(timezone.now()))
        declaring = pool.submit(alone, partial(advance.mark_and_declare, sent=[], ready=[row], now=timezone.now()))
        assert until(somebody_waits)
    assert declaring.result(PATIENCE) == (set(), set())
    assert Delivery.objects.get().status == LEAVES[deed][0]  # type: ignore[index]
