"""The notifier's calls: signed, at least once, repeated for a day, and no endpoint delays another."""

import json
import threading
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from standardwebhooks import WebhookVerificationError

from oauth.models import Account, User
from oauth.sign_in import adapters
from reviewhub import outbound
from reviewhub.outbound import Answer
from reviewhub.refused import Refused
from reviews import tasks
from reviews.contacts import erase
from reviews.models import Attempt, Delivery, Endpoint, Event, Notice
from reviews.pages import actions
from reviews.requests.matching import Person
from reviews.tests.support.helpers import Clock, asked
from reviews.tests.support.receiver import (
    Receiver,
    answering,
    clock,
    loopback,
    receiver,
    silent,
    subscribed,
    tell_due,
)
from reviews.webhooks import endpoints, notifier
from reviews.webhooks.notifier import WAITS, FinishedCall, claim, settle
from reviews.webhooks.shares import CALLS_PER_ENDPOINT

__all__ = ["clock", "loopback", "receiver"]  # the fixtures

pytestmark = pytest.mark.django_db(transaction=True)


def state(endpoint: Endpoint) -> Endpoint:
    return Endpoint.objects.get(pk=endpoint.pk)


def statuses() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("status", flat=True))


# --- What is told --------------------------------------------------------------------------------------


def test_an_ask_arrives_signed(account: Account, receiver: Receiver, clock: Clock) -> None:
    endpoint = subscribed(account, f"{receiver.url}/hook")
    request = asked(account, clock(), external_id="job 1", metadata={"a": 1})
    assert tell_due(clock) == 1
    (told,) = receiver.told
    body = told.verified(endpoints.secrets_of(endpoint)[0])
    event = Event.objects.get()
    assert told.headers["webhook-id"] == body["id"] == str(event.pk)
    assert told.headers["Content-Type"] == "application/json"
    assert body["type"] == "review_request.scheduled"
    assert set(body["data"]) == {"review_request", "message", "site", "feedback", "contact", "suppression", "consent"}
    whole = body["data"].pop("review_request")
    assert set(body["data"].values()) == {None}
    assert (whole["id"], whole["external_id"], whole["metadata"]) == (str(request.pk), "job 1", {"a": 1})
    assert (whole["status"], whole["contact_email"]) == ("scheduled", "jane@example.com")
    (attempt,) = Attempt.objects.all()
    assert (attempt.status, attempt.error, attempt.answer) == (204, "", "")
    assert statuses() == ["delivered"]
    assert tell_due(clock) == 0


def test_a_signature_by_another_secret_is_none(account: Account, receiver: Receiver, clock: Clock) -> None:
    subscribed(account, receiver.url)
    asked(account, clock())
    tell_due(clock)
    with pytest.raises(WebhookVerificationError):
        receiver.told[0].verified(endpoints.new_secret())


def test_both_secrets_sign_until_the_former_is_retired(account: Account, receiver: Receiver, clock: Clock) -> None:
    endpoint = subscribed(account, f"{receiver.url}/")
    former = endpoints.secrets_of(endpoint)[0]
    new = endpoints.roll(endpoint)
    assert former != new
    asked(account, clock())
    tell_due(clock)
    for secret in (former, new):
        receiver.told[0].verified(secret)
    assert endpoints.retire_former(endpoint)
    assert not endpoints.retire_former(endpoint)
    endpoints.test(endpoint, clock())
    tell_due(clock)
    receiver.told[1].verified(new)
    with pytest.raises(WebhookVerificationError):
        receiver.told[1].verified(former)


def test_every_kind_of_event_has_its_rows(account: Account, receiver: Receiver, clock: Clock) -> None:
    subscribed(account, receiver.url)
    request = asked(account, clock())
    row, site = Delivery.objects.select_related("account", "request").get(), account.review_sites.get()
    actions.record_press(delivery=row, site=site, now=clock())
    actions.record_feedback(delivery=row, rating=2, text="Slow", now=clock())
    actions.record_scanned_feedback(account=account, rating=5, text="", now=clock())
    erase.erase(contact=request.contact, by="staff", now=clock())
    tell_due(clock)
    bodies = sorted((json.loads(one.body) for one in receiver.told), key=lambda body: body["id"])
    told = {body["type"]: body["data"] for body in bodies}  # calls overlap: their order is none
    assert told["link.clicked"]["site"] == {"name": "Google", "url": "https://reviews.example/google"}
    assert told["link.clicked"]["message"]["step"] == 0
    assert told["review_request.responded"]["message"] is None
    assert told["feedback.created"]["review_request"] is None  # the scanned one came last
    assert told["contact.erased"]["contact"]["id"] == str(request.contact_id)


def test_data_that_was_erased_before_the_call_is_not_sent(account: Account, receiver: Receiver, clock: Clock) -> None:
    subscribed(account, receiver.url)
    request = asked(account, clock())
    erase.erase(contact=request.contact, by="staff", now=clock())
    tell_due(clock)
    assert len(receiver.told) == 3  # scheduled, suppressed, erased
    assert b"jane" not in b"".join(one.body.lower() for one in receiver.told)


def test_the_answer_of_a_receiver_is_erased_with_the_contact(
    account: Account, receiver: Receiver, clock: Clock
) -> None:
    receiver.behave["/"] = answering(200, b"Thanks for jane@example.com")
    subscribed(account, f"{receiver.url}/")
    request = asked(account, clock())
    other = asked(account, clock(), Person(email="ada@example.com"))
    tell_due(clock)
    assert other
    erase.erase(contact=request.contact, by="staff", now=clock())
    assert sorted(Attempt.objects.values_list("answer", flat=True)) == ["", "Thanks for jane@example.com"]


def test_as_many_statements_for_many_as_for_one(account: Account, receiver: Receiver, clock: Clock) -> None:
    from django.test.utils import CaptureQueriesContext

    from reviews.webhooks.payload import represent_events

    for number in range(12):
        actions.record_scanned_feedback(account=account, rating=1, text="", now=clock())
        asked(account, clock(), Person(email=f"{number}@example.com"))
        actions.record_feedback(delivery=Delivery.objects.latest("pk"), rating=1, text="", now=clock())
        actions.record_press(delivery=Delivery.objects.latest("pk"), site=account.review_sites.get(), now=clock())
    rows = list(Event.objects.order_by("pk"))
    assert len(rows) == 60
    with CaptureQueriesContext(connection) as few:
        represent_events(rows[:5])
    with CaptureQueriesContext(connection) as many:
        represent_events(rows)
    assert len(few) == len(many) <= 6


# --- Until it arrives ----------------------------------------------------------------------------------


def test_a_failed_call_is_repeated_for_a_day_and_then_given_up(
    account: Account, receiver: Receiver, clock: Clock
) -> None:
    receiver.behave["/"] = answering(500, b"Oh")
    endpoint = subscribed(account, f"{receiver.url}/")
    asked(account, clock())
    begun, tried = clock(), []
    while Notice.objects.filter(status="waiting").exists():
        clock.now = max(Notice.objects.get().due_at, state(endpoint).paused_until or clock.now)
        assert tell_due(clock) == 1
        tried.append(clock() - begun)
    assert len(tried) == len(WAITS) + 1 == 9
    assert timedelta(hours=23) < tried[-1] < timedelta(hours=29)
    assert statuses() == ["failed"]
    assert set(Attempt.objects.values_list("status", "answer")) == {(500, "Oh")}
    ids = {one.headers["webhook-id"] for one in receiver.told}
    assert len(ids) == 1  # the other side can tell a repetition
    assert state(endpoint).is_active


def test_waits_are_those_of_the_table_and_up_to_a_fifth_more(
    account: Account, receiver: Receiver, clock: Clock
) -> None:
    receiver.behave["/"] = answering(503)
    endpoint = subscribed(account, f"{receiver.url}/")
    seen = set()
    for number in range(20):
        asked(account, clock(), Person(email=f"{number}@example.com"))
        Endpoint.objects.update(paused_until=None)
        tell_due(clock)
        wait = Notice.objects.latest("pk").due_at - clock()
        assert WAITS[0] <= wait <= WAITS[0] * 1.2
        seen.add(wait)
    assert len(seen) > 10
    assert state(endpoint).failures == 20


def test_retry_after_is_honoured_up_to_a_day(account: Account, receiver: Receiver, clock: Clock) -> None:
    receiver.behave["/"] = answering(429, Retry_After="900")
    subscribed(account, f"{receiver.url}/")
    asked(account, clock())
    tell_due(clock)
    assert Notice.objects.get().due_at == clock() + timedelta(minutes=15)
    receiver.behave["/"] = answering(429, Retry_After="99999999")
    clock.forward(minutes=15)
    tell_due(clock)
    assert Notice.objects.get().due_at == clock() + timedelta(days=1)


def test_a_notice_of_a_process_that_died_is_sent_by_another(account: Account, receiver: Receiver, clock: Clock) -> None:
    endpoint = subscribed(account, receiver.url)
    asked(account, clock())
    (held,) = claim(endpoint, limit=5, now=clock())
    assert claim(endpoint, limit=5, now=clock()) == []
    assert tell_due(clock) == 0
    clock.forward(seconds=61)
    assert tell_due(clock) == 0  # it rests, not as long as others that the death cut off
    clock.forward(seconds=60)
    assert tell_due(clock) == 1
    settle([FinishedCall(held, endpoint, Answer(500, 1))], clock())  # the one thought dead comes back late
    assert statuses() == ["delivered"]
    assert Attempt.objects.count() == 2  # what it did is not hidden


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: SQLite lets one writer in at a time")
def test_two_processes_share_notices_and_send_none_twice(account: Account, receiver: Receiver, clock: Clock) -> None:
    subscribed(account, receiver.url)
    for number in range(40):
        asked(account, clock(), Person(email=f"{number}@example.com"))

    def work() -> None:
        try:
            tell_due(clock)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receiver.told) == len({one.headers["webhook-id"] for one in receiver.told}) == 40
    assert statuses() == ["delivered"] * 40


# --- Nobody waits for somebody else ----------------------------------------------------------------------


def test_a_slow_endpoint_delays_no_other(
    account: Account, other_account: Account, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "TIMEOUT", 600)
    monkeypatch.setattr(notifier, "LEAVE_WITHIN", 0.1)
    receiver.behave["/slow"] = silent
    slow = subscribed(account, f"{receiver.url}/slow")
    fast = subscribed(other_account, f"{receiver.url}/fast")
    for number in range(60):
        asked(account, clock(), Person(email=f"{number}@example.com"))
    for number in range(20):
        asked(other_account, clock(), Person(email=f"{number}@example.com"))
    loop = notifier.Notifier(outbound.Caller([ip_network("127.0.0.0/8")]), clock)
    while Notice.objects.filter(endpoint=fast, status="waiting").exists():
        loop.work()
    assert len(receiver.on("/slow")) <= CALLS_PER_ENDPOINT
    assert not Attempt.objects.filter(notice__endpoint=slow).exists()  # nobody waited until a slow one was given up
    loop.close()
    assert Notice.objects.filter(endpoint=slow, status="waiting").count() == 60


def test_ready_notices_are_released_when_they_grow_old_or_the_process_ends(
    account: Account, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifier, "LEAVE_WITHIN", 0.1)
    receiver.behave["/slow"] = silent
    endpoint = subscribed(account, f"{receiver.url}/slow")
    for number in range(10):
        asked(account, clock(), Person(email=f"{number}@example.com"))
    loop = notifier.Notifier(outbound.Caller([ip_network("127.0.0.0/8")]), clock)
    loop.work()
    assert claim(endpoint, limit=10, now=clock()) == []
    held = set(Notice.objects.values_list("claim", flat=True))
    clock.forward(seconds=6)
    loop.work()  # lets go, and claims anew
    assert len(set(Notice.objects.values_list("claim", flat=True)) - held) == 1
    loop.close()
    assert len(claim(endpoint, limit=10, now=clock())) == 10 - CALLS_PER_ENDPOINT


def test_an_endpoint_that_fails_has_one_call_at_once_and_rests_in_between(
    account: Account, receiver: Receiver, clock: Clock
) -> None:
    receiver.behave["/"] = answering(500)
    endpoint = subscribed(account, f"{receiver.url}/")
    for number in range(30):
        asked(account, clock(), Person(email=f"{number}@example.com"))
    tell_due(clock)
    assert len(receiver.told) == CALLS_PER_ENDPOINT  # nothing was known of it
    for _ in range(3):
        rests_until = state(endpoint).paused_until
        assert rests_until
        assert not Endpoint.objects.due(rests_until - timedelta(seconds=0.1)).exists()
        clock.now = rests_until
        before = len(receiver.told)
        tell_due(clock)
        assert len(receiver.told) == before + 1
    assert state(endpoint).paused_until == clock() + timedelta(seconds=60)
    receiver.behave["/"] = answering(200)
    clock.forward(seconds=61)
    tell_due(clock)
    assert (state(endpoint).failures, state(endpoint).paused_until) == (0, None)
    clock.forward(minutes=2)
    tell_due(clock)
    assert statuses() == ["delivered"] * 30


# --- Off ---------------------------------------------------------------------------------------------------


def test_410_switches_an_endpoint_off_and_the_owner_gets_a_mail(
    account: Account, owner: User, receiver: Receiver, clock: Clock
) -> None:
    receiver.behave["/"] = answering(410)
    endpoint = subscribed(account, f"{receiver.url}/", description="Till")
    for number in range(6):
        asked(account, clock(), Person(email=f"{number}@example.com"))
    tell_due(clock)
    off = state(endpoint)
    assert not off.is_active
    assert "410" in off.off_because
    assert statuses() == ["failed"] * 6
    asked(account, clock(), Person(email="late@example.com"))
    assert Notice.objects.count() == 6
    tasks.tick()
    tasks.tick()
    (told,) = mail.outbox
    assert told.to == [owner.email]
    assert told.subject == "Riverside Dental: webhooks to Till were switched off"
    assert "410" in told.body
    assert f"/admin/reviews/endpoint/{endpoint.pk}/change/" in told.body


def test_a_mail_that_does_not_leave_is_tried_again(account: Account, owner: User, clock: Clock, settings: Any) -> None:
    endpoint = subscribed(account, "https://hooks.example/")
    endpoints.switch_off(endpoint, "It answered 410.")
    kept, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert endpoints.tell_owners() == 0
    settings.EMAIL_BACKEND = kept
    assert endpoints.tell_owners() == 1
    assert endpoints.tell_owners() == 0


def test_three_days_of_nothing_but_failures_switch_an_endpoint_off(
    account: Account, receiver: Receiver, clock: Clock
) -> None:
    receiver.behave["/"] = answering(500)
    endpoint = subscribed(account, f"{receiver.url}/")
    asked(account, clock(), Person(email="a@example.com"))
    tell_due(clock)
    clock.forward(days=2, hours=23)
    tell_due(clock)
    assert state(endpoint).is_active
    clock.forward(hours=2)
    tell_due(clock)
    assert not state(endpoint).is_active
    assert "three days" in state(endpoint).off_because
    assert "500" in state(endpoint).off_because


def test_one_success_begins_the_three_days_anew(account: Account, receiver: Receiver, clock: Clock) -> None:
    receiver.behave["/"] = answering(500)
    endpoint = subscribed(account, f"{receiver.url}/")
    asked(account, clock(), Person(email="a@example.com"))
    tell_due(clock)
    receiver.behave["/"] = answering(204)
    tell_due(Clock(clock.forward(days=2)))
    assert state(endpoint).failing_since is None
    receiver.behave["/"] = answering(500)
    asked(account, clock(), Person(email="b@example.com"))
    tell_due(Clock(clock.forward(days=2)))
    assert state(endpoint).is_active


def test_endpoints_of_an_account_that_is_switched_off_are_not_called(
    account: Account, receiver: Receiver, clock: Clock
) -> None:
    subscribed(account, receiver.url)
    asked(account, clock())
    Account.objects.update(is_active=False)
    assert tell_due(clock) == 0
    assert statuses() == ["waiting"]


# --- Again ---------------------------------------------------------------------------------------------------


def test_one_notice_or_a_time_range_is_sent_again(account: Account, receiver: Receiver, clock: Clock) -> None:
    endpoint = subscribed(account, receiver.url, "review_request.scheduled")
    begun = clock()
    for number in range(4):
        asked(account, clock(), Person(email=f"{number}@example.com"))
        clock.forward(minutes=1)
    tell_due(clock)
    first = Notice.objects.order_by("pk").first()
    assert first
    assert endpoints.replay(endpoint, Notice.objects.filter(pk=first.pk), clock()) == 1
    tell_due(clock)
    assert [one.headers["webhook-id"] for one in receiver.told].count(str(first.event_id)) == 2
    between = {"since": begun + timedelta(minutes=1), "until": begun + timedelta(minutes=3)}
    assert endpoints.replay_between(endpoint, **between, now=clock()) == 2
    assert tell_due(clock) == 2


def test_events_that_an_endpoint_missed_while_it_was_off_can_be_sent(
    account: Account, other_account: Account, receiver: Receiver, clock: Clock
) -> None:
    begun = clock()
    asked(account, clock(), Person(email="before@example.com"))
    endpoint = subscribed(account, receiver.url, "review_request.scheduled")
    endpoints.switch_off(endpoint, "")
    asked(account, clock(), Person(email="meanwhile@example.com"))
    asked(other_account, clock(), Person(email="stranger@example.com"))
    with pytest.raises(Refused, match="off"):
        endpoints.replay_between(endpoint, since=begun, until=clock.forward(seconds=1), now=clock())
    endpoints.switch_on(endpoint)
    assert endpoints.replay_between(endpoint, since=begun, until=clock(), now=clock()) == 2
    tell_due(clock)
    assert b"stranger" not in b"".join(one.body for one in receiver.told)
    assert len(receiver.told) == 2


def test_a_test_goes_to_one_endpoint_alone(account: Account, receiver: Receiver, clock: Clock) -> None:
    subscribed(account, f"{receiver.url}/other")
    endpoint = subscribed(account, f"{receiver.url}/", "feedback.created")
    endpoints.test(endpoint, clock())
    tell_due(clock)
    (told,) = receiver.told
    assert told.path == "/"
    assert told.verified(endpoints.secrets_of(endpoint)[0])["type"] == "endpoint.test"


# --- Secrets at rest -------------------------------------------------------------------------------------------


def test_secrets_are_encrypted_and_keys_can_change(account: Account, settings: Any) -> None:
    settings.WEBHOOK_KEY, settings.WEBHOOK_KEY_FALLBACKS = "one", []
    endpoint = subscribed(account, "https://hooks.example/")
    secret = endpoints.secrets_of(endpoint)[0]
    assert secret.startswith("whsec_")
    assert secret not in endpoint.secret
    endpoints.roll(endpoint)
    settings.WEBHOOK_KEY, settings.WEBHOOK_KEY_FALLBACKS = "two", ["one"]
    assert endpoints.secrets_of(state(endpoint))[1] == secret
    assert endpoints.renew_encryption() == 1
    assert endpoints.renew_encryption() == 0
    settings.WEBHOOK_KEY_FALLBACKS = []
    assert endpoints.secrets_of(state(endpoint))[1] == secret
    settings.WEBHOOK_KEY = "three"
    with pytest.raises(endpoints.Undecipherable):
        endpoints.secrets_of(state(endpoint))
    assert endpoints.renew_encryption() == 0


def test_a_secret_that_cannot_be_read_switches_the_endpoint_off(
    account: Account, receiver: Receiver, clock: Clock, settings: Any
) -> None:
    endpoint = subscribed(account, receiver.url)
    asked(account, clock())
    settings.WEBHOOK_KEY, settings.WEBHOOK_KEY_FALLBACKS = "another", []
    tell_due(clock)
    assert receiver.told == []
    assert "secret" in state(endpoint).off_because


def test_the_sweep_deletes_old_events_and_renews_encryption(
    account: Account, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = []
    monkeypatch.setattr(endpoints, "renew_encryption", lambda: called.append("renewed"))
    monkeypatch.setattr(adapters, "renew_encryption", lambda: called.append("second factors renewed"))
    monkeypatch.setattr("reviews.webhooks.events.forget", lambda _: called.append("forgotten"))
    tasks.sweep()
    assert called == ["renewed", "second factors renewed", "forgotten"]
