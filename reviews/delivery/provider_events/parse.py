"""What providers report, in our words: from an event of anymail's, or the form that Twilio posts, to a row.

Nothing is written or looked up here. What we do not know becomes UNKNOWN, and the raw report is kept.
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
from reviews.delivery.channels.codes import Outcome
from reviews.models import DeliveryEvent

Kind = DeliveryEvent.Kind

TWILIO = "twilio"

# anymail's words, where one is enough.
MAIL = {
    "queued": Kind.SENT,
    "sent": Kind.SENT,
    "delivered": Kind.DELIVERED,
    "deferred": Kind.DEFERRED,
    "complained": Kind.COMPLAINED,
    "unsubscribed": Kind.UNSUBSCRIBED,
}
# A mail that did not arrive: anymail's word and its reject reason. "Spam" of a bounce is what the mail looked
# like; of a refusal, a complaint that the provider remembers.
NOT_DELIVERED: dict[str, dict[str | None, Kind]] = {
    "bounced": {
        None: Kind.BOUNCED,
        "bounced": Kind.BOUNCED,
        "invalid": Kind.BOUNCED,
        "unsubscribed": Kind.UNSUBSCRIBED,
    },
    "rejected": {
        "bounced": Kind.BOUNCED,
        "invalid": Kind.BOUNCED,
        "unsubscribed": Kind.UNSUBSCRIBED,
        "spam": Kind.COMPLAINED,
    },
    "failed": {},
}
# anymail calls some bounces that will be tried again, or may do another day, by the same word as the others.
# Where in the provider's own report the difference stands, and its words for it.
SOFT: dict[str, tuple[tuple[str, ...], tuple[Any, ...]]] = {
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
# Where anymail takes another number for the event's, one that a repetition may change.
EVENT_IDS = {"mailgun": ("event-data", "id")}

# Twilio's words: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
TEXT = {
    "accepted": Kind.SENT,
    "scheduled": Kind.SENT,
    "queued": Kind.SENT,
    "sending": Kind.SENT,
    "sent": Kind.SENT,
    "delivered": Kind.DELIVERED,
    "read": Kind.DELIVERED,
    "canceled": Kind.FAILED,
}
TEXT_NOT_DELIVERED = ("undelivered", "failed")

KINDS = {
    Outcome.GONE: Kind.BOUNCED,
    Outcome.OPTED_OUT: Kind.UNSUBSCRIBED,
    Outcome.PERMANENT: Kind.FAILED,
    Outcome.TEMPORARY: Kind.DEFERRED,
    Outcome.IN_DOUBT: Kind.UNKNOWN,
}

OUR_MESSAGE_ID = re.compile(r"\b([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")


def of_mail(provider: str, reported: list[AnymailTrackingEvent], now: datetime) -> list[DeliveryEvent]:
    """The rows of one call of a mail provider, not saved. Raises whatever a report that makes no sense causes."""
    rows = [_of_mail(provider, event, now) for event in reported]
    seen: Counter[str] = Counter()
    for row in rows:  # one notification may speak of several recipients under one number
        seen[row.key] += 1
        if seen[row.key] > 1:
            row.key = f"{row.key}/{seen[row.key]}"
    return rows


def _of_mail(provider: str, event: AnymailTrackingEvent, now: datetime) -> DeliveryEvent:
    raw = event.esp_event.dict() if isinstance(event.esp_event, QueryDict) else event.esp_event
    payload = storable(raw)
    message_id = clean(str(event.message_id or ""))
    kind, code = _mail_kind(provider, event, payload)
    words = [str(part) for part in (event.description, event.mta_response) if part]
    return DeliveryEvent(
        provider=provider,
        key=_key(provider, event.event_id, payload),
        kind=kind,
        provider_id=message_id[:255],
        message_key=_message_key(event.metadata, payload),
        address=clean(str(event.recipient or "")).strip().lower()[:254],
        code=code[:50],
        text=clean(" ".join(words))[:2000],
        occurred_at=_moment(event.timestamp, now),
        received_at=now,
        payload=payload if isinstance(payload, dict) else {"event": payload},
    )


def _mail_kind(provider: str, event: AnymailTrackingEvent, payload: Any) -> tuple[Kind, str]:
    """The kind, and for a mail that did not arrive, the code: the mail server's, else anymail's reason."""
    word = str(event.event_type)
    if word not in NOT_DELIVERED:
        return MAIL.get(word, Kind.UNKNOWN), ""
    words = f"{event.mta_response or ''}\n{event.description or ''}"
    found = codes.ENHANCED_CODE.search(words) or codes.SMTP_REPLY.search(words)
    code = clean((found[0] if found else str(event.reject_reason or word)).strip("(;: \n"))
    if word == "bounced" and _is_soft(provider, payload):
        return Kind.DEFERRED, code
    quoted = codes.of_report(words) if word != "rejected" else None
    if quoted is Outcome.GONE:
        return Kind.BOUNCED, code
    if quoted is not None:  # not the address's fault; and a provider that reports it tries no more
        return Kind.FAILED, code
    return NOT_DELIVERED[word].get(event.reject_reason, Kind.FAILED), code


def _is_soft(provider: str, payload: Any) -> bool:
    if provider not in SOFT:
        return False
    path, soft = SOFT[provider]
    return _dig(payload, path) in soft


def _dig(payload: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload


def _key(provider: str, event_id: object, payload: Any) -> str:
    """The same for each repetition of a report: the provider's number for it, else a hash of all it says."""
    own = _dig(payload, EVENT_IDS[provider]) if provider in EVENT_IDS else None
    if given := own or event_id:
        name = clean(str(given))
        return name if len(name) <= 150 else hashlib.sha256(name.encode()).hexdigest()
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def _message_key(metadata: object, payload: Any) -> UUID | None:
    """Our key of the message: what we gave the provider along, or the Message-ID that we chose, wherever it stands.

    Something else that looks like one does no harm: it names no message to that address.
    """
    given = metadata.get("message_key") if isinstance(metadata, dict) else None
    if given is None and (found := OUR_MESSAGE_ID.search(json.dumps(payload))):
        given = found[1]
    return _uuid(given)


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _moment(given: datetime | None, now: datetime) -> datetime:
    """When it happened, as far as known; never later than now: a wrong clock would outdo all that follows."""
    if given is None:
        return now
    return min(given if given.tzinfo else given.replace(tzinfo=UTC), now)


# --- Texts ------------------------------------------------------------------------------------


def of_text(form: Mapping[str, str], *, message_key: str, now: datetime) -> DeliveryEvent:
    """The row of a status callback of Twilio's, not saved. Raises KeyError or ValueError when it is none.

    Twilio does not say when it happened: it counts as happening when it is reported.
    """
    sid, word = form["MessageSid"], form["MessageStatus"]
    code = form.get("ErrorCode", "")
    kind = TEXT.get(word, Kind.UNKNOWN)
    if word in TEXT_NOT_DELIVERED:
        outcome = codes.of_twilio(int(code or 0))
        # Twilio tries no more: what would do at another try is a failure by now.
        kind = Kind.FAILED if outcome is Outcome.TEMPORARY else KINDS[outcome]
    return DeliveryEvent(
        provider=TWILIO,
        key=_text_key(sid, word, code),
        kind=kind,
        provider_id=clean(sid)[:255],
        message_key=_uuid(message_key),
        address=clean(form.get("To", ""))[:254],
        code=clean(code or word)[:50] if word in TEXT_NOT_DELIVERED else "",
        text=clean(form.get("ErrorMessage", ""))[:2000],
        occurred_at=now,
        received_at=now,
        payload=storable(dict(form)),
    )


def of_reply(form: Mapping[str, str], *, now: datetime) -> DeliveryEvent:
    """The row of a text that somebody sent us, not saved. Raises KeyError when the form is none."""
    sid, sender = form["MessageSid"], form["From"]
    return DeliveryEvent(
        provider=TWILIO,
        key=_text_key(sid, "received"),
        kind=Kind.REPLIED,
        provider_id=clean(sid)[:255],
        address=clean(sender)[:254],
        text=clean(form["Body"]),
        occurred_at=now,
        received_at=now,
        payload=storable(dict(form)),
    )


def _text_key(*parts: str) -> str:
    name = clean(":".join(part for part in parts if part))
    if not parts[0].strip():
        raise ValueError("A report names no message.")
    return name if len(name) <= 150 else hashlib.sha256(name.encode()).hexdigest()


# --- What a database can hold -----------------------------------------------------------------


def clean(text: str) -> str:
    """The text without what PostgreSQL cannot store: NUL and half characters."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def storable(value: Any) -> Any:
    """The value as JSON can hold it, down to every text and number in it."""
    if isinstance(value, Mapping):
        return {clean(str(name)): storable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [storable(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float) else clean(str(value))
