"""Parsing of provider events: an event of anymail's, or the form that Twilio posts, becomes a row in our words.

Nothing is saved or looked up here. An event that we do not know becomes UNKNOWN; its raw payload is kept.
"""

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from anymail.signals import AnymailTrackingEvent
from django.http import QueryDict

from reviews.delivery.channels import codes
from reviews.models import DeliveryEvent
from reviews.models.addresses import read_reported_email, read_sender
from reviews.models.provider_codes import ENHANCED_CODE, Outcome

TWILIO = "twilio"

# By anymail's event type, where that alone decides.
MAIL_KINDS = {
    "queued": DeliveryEvent.Kind.SENT,
    "sent": DeliveryEvent.Kind.SENT,
    "delivered": DeliveryEvent.Kind.DELIVERED,
    "deferred": DeliveryEvent.Kind.DEFERRED,
    "complained": DeliveryEvent.Kind.COMPLAINED,
    "unsubscribed": DeliveryEvent.Kind.UNSUBSCRIBED,
}
# A mail that did not arrive, by anymail's event type and reject reason. In a bounce "spam" is what the mail looked
# like; in a rejection it is a complaint that the provider remembers.
UNDELIVERED_MAIL_KINDS: dict[str, dict[str | None, DeliveryEvent.Kind]] = {
    "bounced": {
        None: DeliveryEvent.Kind.BOUNCED,
        "bounced": DeliveryEvent.Kind.BOUNCED,
        "invalid": DeliveryEvent.Kind.BOUNCED,
        "unsubscribed": DeliveryEvent.Kind.UNSUBSCRIBED,
    },
    "rejected": {
        "bounced": DeliveryEvent.Kind.BOUNCED,
        "invalid": DeliveryEvent.Kind.BOUNCED,
        "unsubscribed": DeliveryEvent.Kind.UNSUBSCRIBED,
        "spam": DeliveryEvent.Kind.COMPLAINED,
    },
    "failed": {},
}
# Soft bounces, which will be tried again or may pass another day: anymail has the same word for them as for hard ones.
# By provider: the path in its own payload where the difference stands, and the values that mean a soft bounce. A
# provider that is missing here has hard bounces only, unless the mail server's words say otherwise.
SOFT_BOUNCES: dict[str, tuple[tuple[str, ...], tuple[Any, ...]]] = {
    "amazon_ses": (("bounce", "bounceType"), ("Transient", "Undetermined")),
    "brevo": (("event",), ("soft_bounce",)),
    "mailersend": (("data", "type"), ("soft_bounced",)),
    "mailjet": (("hard_bounce",), (False,)),
    "mandrill": (("event",), ("soft_bounce",)),
    "postmark": (("Type",), ("SoftBounce",)),
    "resend": (("data", "bounce", "type"), ("Transient", "Undetermined")),
    "sendgrid": (("type",), ("blocked",)),
    "sendinblue": (("event",), ("soft_bounce",)),
    "sparkpost": (
        ("msys", "message_event", "bounce_class"),
        ("1", "20", "21", "22", "23", "24", "40", "60", "70", "100"),
    ),
}
# Path of the event's id where anymail takes another value for it, one that differs when the event is posted again.
EVENT_ID_PATHS = {"mailgun": ("event-data", "id")}

# By Twilio's status of a text: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
TEXT_KINDS = {
    "accepted": DeliveryEvent.Kind.SENT,
    "scheduled": DeliveryEvent.Kind.SENT,
    "queued": DeliveryEvent.Kind.SENT,
    "sending": DeliveryEvent.Kind.SENT,
    "sent": DeliveryEvent.Kind.SENT,
    "delivered": DeliveryEvent.Kind.DELIVERED,
    "read": DeliveryEvent.Kind.DELIVERED,
    "canceled": DeliveryEvent.Kind.FAILED,
}
UNDELIVERED_TEXT = ("undelivered", "failed")

KIND_OF_OUTCOME = {
    Outcome.GONE: DeliveryEvent.Kind.BOUNCED,
    Outcome.OPTED_OUT: DeliveryEvent.Kind.UNSUBSCRIBED,
    Outcome.PERMANENT: DeliveryEvent.Kind.FAILED,
    Outcome.TEMPORARY: DeliveryEvent.Kind.DEFERRED,
    Outcome.IN_DOUBT: DeliveryEvent.Kind.UNKNOWN,
    Outcome.HELD: DeliveryEvent.Kind.DEFERRED,
}

OUR_MESSAGE_ID = re.compile(r"\b([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")


def read_mail_events(provider: str, posted: list[AnymailTrackingEvent], now: datetime) -> list[DeliveryEvent]:
    """Return the rows, not saved, of the events in one call of a mail provider.

    Raises any kind of exception when the events make no sense.
    """
    rows = [_read_mail_event(provider, event, now) for event in posted]
    times: Counter[str] = Counter()
    for row in rows:  # one event with several recipients has one id for all of them
        times[row.key] += 1
        if times[row.key] > 1:
            row.key = f"{row.key}/{times[row.key]}"
    return rows


def _read_mail_event(provider: str, event: AnymailTrackingEvent, now: datetime) -> DeliveryEvent:
    raw = event.esp_event.dict() if isinstance(event.esp_event, QueryDict) else event.esp_event
    payload = clean_json(raw)
    message_id = clean(str(event.message_id or ""))
    kind, code = _mail_kind(provider, event, payload)
    words = [str(part) for part in (event.description, event.mta_response) if part]
    return DeliveryEvent(
        provider=provider,
        key=_event_key(provider, event.event_id, payload),
        kind=kind,
        provider_id=message_id[:255],
        message_key=_message_key(event.metadata, payload),
        address=read_reported_email(clean(str(event.recipient or "")))[:254],
        code=code[:50],
        text=clean(" ".join(words))[:2000],
        occurred_at=_read_moment(event.timestamp, now),
        received_at=now,
        payload=payload if isinstance(payload, dict) else {"event": payload},
    )


def _mail_kind(provider: str, event: AnymailTrackingEvent, payload: Any) -> tuple[DeliveryEvent.Kind, str]:
    """Return the kind, and for a mail that did not arrive, a code: the mail server's, else anymail's reason."""
    event_type = str(event.event_type)
    if event_type not in UNDELIVERED_MAIL_KINDS:
        return MAIL_KINDS.get(event_type, DeliveryEvent.Kind.UNKNOWN), ""
    words = f"{event.mta_response or ''}\n{event.description or ''}"
    reply = ENHANCED_CODE.search(words) or codes.SMTP_REPLY.search(words)
    code = clean((reply[0] if reply else str(event.reject_reason or event_type)).strip("(;: \n"))
    if event_type == "bounced" and _is_soft_bounce(provider, payload):
        return DeliveryEvent.Kind.DEFERRED, code
    outcome = codes.of_report(words) if event_type != "rejected" else None
    if outcome is Outcome.GONE:
        return DeliveryEvent.Kind.BOUNCED, code
    if outcome is not None:  # the address may be well, and a provider that says so will not try again
        return DeliveryEvent.Kind.FAILED, code
    return UNDELIVERED_MAIL_KINDS[event_type].get(event.reject_reason, DeliveryEvent.Kind.FAILED), code


def _is_soft_bounce(provider: str, payload: Any) -> bool:
    if provider not in SOFT_BOUNCES:
        return False
    path, values = SOFT_BOUNCES[provider]
    return _dig(payload, path) in values


def _dig(payload: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload


def _event_key(provider: str, event_id: object, payload: Any) -> str:
    """Return a key that the same event has each time it is posted: the provider's id, else a hash of the payload."""
    own_id = _dig(payload, EVENT_ID_PATHS[provider]) if provider in EVENT_ID_PATHS else None
    if own_id or event_id:
        return _shorten(clean(str(own_id or event_id)))
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def _message_key(metadata: object, payload: Any) -> UUID | None:
    """Return our key of the message: from the metadata that we sent with it, else from a Message-ID in the payload.

    A foreign Message-ID that looks like ours does no harm: no message to that address has its key.
    """
    key = metadata.get("message_key") if isinstance(metadata, dict) else None
    if key is None and (message_id := OUR_MESSAGE_ID.search(json.dumps(payload))):
        key = message_id[1]
    return _read_uuid(key)


def _read_uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _read_moment(timestamp: datetime | None, now: datetime) -> datetime:
    """Return the time of the event, or now if that is unknown or later.

    The latest event counts: with a time in the future, one from a wrong clock would outdo all that follow.
    """
    if timestamp is None:
        return now
    return min(timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC), now)


def _shorten(name: str) -> str:
    return name if len(name) <= 150 else hashlib.sha256(name.encode()).hexdigest()


# --- Texts ------------------------------------------------------------------------------------


def read_text_status(form: Mapping[str, str], *, message_key: str, now: datetime) -> DeliveryEvent:
    """Return the row, not saved, of a status callback of Twilio's. Raises KeyError or ValueError for any other form.

    Twilio does not say when the status changed; `now` counts as that time.
    """
    sid, status = form["MessageSid"], form["MessageStatus"]
    code = form.get("ErrorCode", "")
    kind = TEXT_KINDS.get(status, DeliveryEvent.Kind.UNKNOWN)
    if status in UNDELIVERED_TEXT:
        outcome = codes.of_twilio(int(code or 0))
        # Twilio will not try again, so a temporary error is final here; of our account's fault, `apply` makes the best.
        is_final = outcome in (Outcome.TEMPORARY, Outcome.HELD)
        kind = DeliveryEvent.Kind.FAILED if is_final else KIND_OF_OUTCOME[outcome]
    return DeliveryEvent(
        provider=TWILIO,
        key=_text_key(sid, status, code),
        kind=kind,
        provider_id=clean(sid)[:255],
        message_key=_read_uuid(message_key),
        address=read_sender(clean(form.get("To", "")))[1][:254],
        code=clean(code or status)[:50] if status in UNDELIVERED_TEXT else "",
        text=clean(form.get("ErrorMessage", ""))[:2000],
        occurred_at=now,
        received_at=now,
        payload=clean_json(dict(form)),
    )


def read_reply(form: Mapping[str, str], *, now: datetime) -> DeliveryEvent:
    """Return the row, not saved, of a text that a customer sent. Raises KeyError or ValueError for any other form."""
    sid, sender = form["MessageSid"], form["From"]
    return DeliveryEvent(
        provider=TWILIO,
        key=_text_key(sid, "received"),
        kind=DeliveryEvent.Kind.REPLIED,
        provider_id=clean(sid)[:255],
        address=read_sender(clean(sender))[1][:254],
        text=clean(form["Body"]),
        occurred_at=now,
        received_at=now,
        payload=clean_json(dict(form)),
    )


def _text_key(sid: str, *parts: str) -> str:
    if not sid.strip():
        raise ValueError("The form names no message.")
    return _shorten(clean(":".join(part for part in (sid, *parts) if part)))


# --- Values that a database can hold ------------------------------------------------------------


def clean(text: str) -> str:
    """Replace the characters that PostgreSQL cannot store: NUL and lone surrogates."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def clean_json(value: Any) -> Any:
    """Return the value as a JSON column can hold it, down to every text and number in it."""
    if isinstance(value, Mapping):
        return {clean(str(name)): clean_json(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float) else clean(str(value))
