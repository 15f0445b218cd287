"""Parsing of provider events into our words."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from anymail.signals import AnymailTrackingEvent

from reviews.delivery.provider_events import parse

POSTFIX = "smtp; 550 5.1.1 no such user"


def mail(now: datetime, provider: str = "postmark", raw: Any = None, **given: Any) -> Any:
    event = AnymailTrackingEvent(esp_event=raw or {}, **{"recipient": "Jane@example.com", "message_id": "id-1"} | given)
    [row] = parse.read_mail_events(provider, [event], now)
    return row


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"event_type": "queued"}, "sent"),
        ({"event_type": "sent"}, "sent"),
        ({"event_type": "delivered"}, "delivered"),
        ({"event_type": "deferred"}, "deferred"),
        ({"event_type": "complained"}, "complained"),
        ({"event_type": "unsubscribed"}, "unsubscribed"),
        ({"event_type": "opened"}, "unknown"),
        ({"event_type": "clicked"}, "unknown"),
        ({"event_type": "autoresponded"}, "unknown"),
        ({"event_type": "something new"}, "unknown"),
        ({"event_type": "bounced"}, "bounced"),
        ({"event_type": "bounced", "reject_reason": "bounced"}, "bounced"),
        ({"event_type": "bounced", "reject_reason": "invalid"}, "bounced"),
        ({"event_type": "bounced", "reject_reason": "spam"}, "failed"),  # looked like spam; nobody complained
        ({"event_type": "bounced", "reject_reason": "blocked"}, "failed"),
        ({"event_type": "bounced", "mta_response": "550 5.7.1 blocked"}, "failed"),
        ({"event_type": "bounced", "mta_response": "452 4.2.2 over quota"}, "failed"),
        ({"event_type": "bounced", "mta_response": POSTFIX, "reject_reason": "other"}, "bounced"),
        ({"event_type": "rejected", "reject_reason": "bounced"}, "bounced"),
        ({"event_type": "rejected", "reject_reason": "spam"}, "complained"),
        ({"event_type": "rejected", "reject_reason": "unsubscribed"}, "unsubscribed"),
        ({"event_type": "rejected", "reject_reason": "blocked"}, "failed"),
        ({"event_type": "failed"}, "failed"),
        ({"event_type": "failed", "mta_response": POSTFIX}, "bounced"),
    ],
)
def test_an_event_of_anymails_has_one_kind_of_ours(now: datetime, given: dict[str, Any], kind: str) -> None:
    assert mail(now, **given).kind == kind


@pytest.mark.parametrize(
    ("provider", "raw"),
    [
        ("amazon_ses", {"bounce": {"bounceType": "Transient"}}),
        ("brevo", {"event": "soft_bounce"}),
        ("sendinblue", {"event": "soft_bounce"}),
        ("mailersend", {"data": {"type": "soft_bounced"}}),
        ("mailjet", {"hard_bounce": False}),
        ("mandrill", {"event": "soft_bounce"}),
        ("postmark", {"Type": "SoftBounce"}),
        ("resend", {"data": {"bounce": {"type": "Transient"}}}),
        ("sendgrid", {"type": "blocked"}),
        ("sparkpost", {"msys": {"message_event": {"bounce_class": "22"}}}),
    ],
)
def test_a_soft_bounce_is_no_bounce_with_any_provider(now: datetime, provider: str, raw: Any) -> None:
    assert mail(now, provider, raw, event_type="bounced", reject_reason="bounced").kind == "deferred"
    assert mail(now, provider, {}, event_type="bounced", reject_reason="bounced").kind == "bounced"


def test_only_a_mail_that_did_not_arrive_has_a_code(now: datetime) -> None:
    """A code beside an opt-out says that the provider refused the mail."""
    assert mail(now, event_type="bounced", mta_response=POSTFIX).code == "5.1.1"
    assert mail(now, event_type="rejected", reject_reason="unsubscribed").code == "unsubscribed"
    for word in ("delivered", "complained", "unsubscribed", "opened"):
        assert mail(now, event_type=word).code == "", word


def test_the_key_is_the_providers_id_else_a_hash_of_the_payload(now: datetime) -> None:
    assert mail(now, event_type="sent", event_id="e1").key == "e1"
    one, same, other = (mail(now, raw={"n": number}, event_type="sent").key for number in (1, 1, 2))
    assert one == same != other
    assert len(mail(now, event_type="sent", event_id="e" * 500).key) == 64


def test_mailguns_key_is_not_the_token_that_a_repetition_changes(now: datetime) -> None:
    raw = {"event-data": {"id": "real"}}
    assert mail(now, "mailgun", raw, event_type="sent", event_id="token").key == "real"


def test_several_recipients_in_one_notification_are_several_events(now: datetime) -> None:
    both = [AnymailTrackingEvent(event_type="sent", event_id="n1", esp_event={}, recipient=who) for who in ("a", "b")]
    assert [row.key for row in parse.read_mail_events("amazon_ses", both, now)] == ["n1", "n1/2"]


def test_the_message_is_named_by_the_provider_and_by_us(now: datetime) -> None:
    key = "6f1c86a0-0000-4000-8000-000000000000"
    assert str(mail(now, event_type="sent", metadata={"message_key": key}).message_key) == key
    headers = {"mail": {"headers": [{"name": "Message-ID", "value": f"<{key}@reviews.example>"}]}}
    assert str(mail(now, raw=headers, event_type="sent").message_key) == key
    senseless: list[Any] = [None, [], "x", {}, {"message_key": "no key"}]
    for metadata in senseless:
        assert mail(now, event_type="sent", metadata=metadata).message_key is None
    assert mail(now, event_type="sent").address == "jane@example.com"


def test_no_event_has_a_time_later_than_now(now: datetime) -> None:
    hour = timedelta(hours=1)
    assert mail(now, event_type="sent").occurred_at == now
    assert mail(now, event_type="sent", timestamp=now - hour).occurred_at == now - hour
    assert mail(now, event_type="sent", timestamp=now + hour).occurred_at == now
    assert mail(now, event_type="sent", timestamp=(now - hour).replace(tzinfo=None)).occurred_at == now - hour


@pytest.mark.parametrize(
    ("word", "code", "kind"),
    [
        ("queued", "", "sent"),
        ("sent", "", "sent"),
        ("delivered", "", "delivered"),
        ("read", "", "delivered"),
        ("undelivered", "30003", "bounced"),
        ("undelivered", "30006", "bounced"),
        ("undelivered", "30007", "failed"),
        ("failed", "21610", "unsubscribed"),
        ("failed", "30001", "failed"),  # Twilio does not try again
        ("undelivered", "", "failed"),
        ("canceled", "", "failed"),
        ("something new", "", "unknown"),
    ],
)
def test_a_status_of_twilios_has_one_kind_of_ours(now: datetime, word: str, code: str, kind: str) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": word, "To": "+12125551234"} | ({"ErrorCode": code} if code else {})
    row = parse.read_text_status(form, message_key="", now=now)
    assert row.kind == kind
    assert bool(row.code) == (word in ("undelivered", "failed"))
    assert row.payload == form


@pytest.mark.parametrize("to", ["+12125551234", "+1 (212) 555-1234", "whatsapp:+12125551234", "rcs:+12125551234"])
def test_a_status_names_the_number_in_its_one_form(now: datetime, to: str) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "sent", "To": to}
    assert parse.read_text_status(form, message_key="", now=now).address == "+12125551234"


def test_each_status_of_a_text_is_an_event_of_its_own(now: datetime) -> None:
    forms = [{"MessageSid": "SM1", "MessageStatus": word} for word in ("sent", "delivered", "sent")]
    keys = [parse.read_text_status(form, message_key="", now=now).key for form in forms]
    assert keys[0] == keys[2] != keys[1]
