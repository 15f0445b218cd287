"""Record of a run: the rows that the engine wrote, as plain values that go from process to process."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reviews.models import Delivery, ReviewRequest, Suppression
from reviews.requests.schedule import slots
from reviews.simulation.world import World


@dataclass(frozen=True)
class MessageRecord:
    """One message, sent or not."""

    at: datetime  # at which it left; if it never did, at which it was due
    who: str  # the customer's e-mail address, else their number: unique per customer
    name: str
    request: str
    step: int
    channel: str
    outcome: str  # a status of Delivery; DELIVERED when somebody saw it
    zone: str
    reason: str
    subject: str
    text: str

    @property
    def was_handed_over(self) -> bool:
        """True if the provider took it."""
        return self.outcome in (*Delivery.ACCEPTED, Delivery.Status.BOUNCED)

    @property
    def local(self) -> datetime:
        """The recipient's own time."""
        return self.at.astimezone(ZoneInfo(self.zone))

    def sort_key(self) -> tuple[Any, ...]:
        """Return the key by which messages are in the order of time, and in the same order in each run."""
        return self.at, self.who, self.step, self.channel


@dataclass
class Record:
    """Messages, requests and suppressions of a run: from one of its processes, or merged from all."""

    messages: list[MessageRecord] = field(default_factory=list)
    requests: Counter[tuple[str, str, bool]] = field(default_factory=Counter)  # status, reason, whether any was sent
    suppressions: Counter[str] = field(default_factory=Counter)
    joined: int = 0  # asks that joined a request which was open already
    engine_seconds: float = 0.0  # in the engine's functions
    own_seconds: float = 0.0  # of the simulator itself


def read_record(world: World) -> Record:
    """Read the record from the rows of this process."""
    rows = Delivery.objects.asks().select_related("request__contact")
    messages = sorted((_message(world, row) for row in rows), key=MessageRecord.sort_key)
    record = Record(messages, joined=world.joined)
    for status, reason, sent_at in ReviewRequest.objects.values_list("status", "reason", "sent_at"):
        record.requests[status, reason, sent_at is not None] += 1
    record.suppressions.update(Suppression.objects.values_list("reason", flat=True))
    return record


def merge(records: Iterable[Record]) -> Record:
    """Return the records of all shares as one."""
    whole = Record()
    for record in records:
        whole.messages += record.messages
        whole.requests += record.requests
        whole.suppressions += record.suppressions
        whole.joined += record.joined
        whole.engine_seconds += record.engine_seconds
        whole.own_seconds += record.own_seconds
    whole.messages.sort(key=MessageRecord.sort_key)
    return whole


def _message(world: World, row: Delivery) -> MessageRecord:
    contact = row.request.contact
    zone = slots.recipient_zone(account=world.account, contact=contact, channel=row.channel)
    is_seen = row.status == Delivery.Status.SENT and str(row.message_key) in world.provider.seen
    return MessageRecord(
        at=row.sent_at or row.due_at,
        who=contact.email or contact.phone,
        name=contact.name,
        request=str(row.request_id),
        step=row.step,
        channel=row.channel,
        outcome=Delivery.Status.DELIVERED.value if is_seen else row.status,
        zone=zone.key,
        reason=row.reason or row.error_text,
        subject=row.subject,
        # Without the link, which is drawn anew in each run and leads nowhere.
        text=row.text.replace(row.link_token, "…"),
    )
