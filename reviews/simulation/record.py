"""What the engine left of a run, as plain values: they go from process to process, and into the result."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reviews.models import Delivery, ReviewRequest, Suppression
from reviews.requests.schedule import slots
from reviews.simulation.world import World

Status = Delivery.Status


@dataclass(frozen=True)
class Sent:
    """One message, sent or not. `at`: when it left; if it never did, when it was due."""

    at: datetime
    who: str  # the customer, by the address that nobody else has
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
    def left(self) -> bool:
        """Whether a provider got to see it."""
        return self.outcome in (*Delivery.ACCEPTED, Status.BOUNCED)

    @property
    def local(self) -> datetime:
        return self.at.astimezone(ZoneInfo(self.zone))

    def order(self) -> tuple[Any, ...]:
        """By time; in the same minute by customer, so that the order is the same in each run."""
        return self.at, self.who, self.step, self.channel


@dataclass
class Record:
    """One share of a run, or all of them together."""

    messages: list[Sent] = field(default_factory=list)
    requests: Counter[tuple[str, str, bool]] = field(default_factory=Counter)  # status, reason, whether any was sent
    suppressions: Counter[str] = field(default_factory=Counter)
    joined: int = 0
    engine_seconds: float = 0.0
    own_seconds: float = 0.0


def record(world: World) -> Record:
    """Read the rows of this process."""
    rows = Delivery.objects.select_related("request__contact")
    found = Record(sorted((_sent(world, row) for row in rows), key=Sent.order), joined=world.joined)
    for status, reason, sent_at in ReviewRequest.objects.values_list("status", "reason", "sent_at"):
        found.requests[status, reason, sent_at is not None] += 1
    found.suppressions.update(Suppression.objects.values_list("reason", flat=True))
    return found


def together(records: Iterable[Record]) -> Record:
    """All shares as one record."""
    whole = Record()
    for part in records:
        whole.messages += part.messages
        whole.requests += part.requests
        whole.suppressions += part.suppressions
        whole.joined += part.joined
        whole.engine_seconds += part.engine_seconds
        whole.own_seconds += part.own_seconds
    whole.messages.sort(key=Sent.order)
    return whole


def _sent(world: World, row: Delivery) -> Sent:
    contact = row.request.contact
    zone = slots.recipient_zone(account=world.account, contact=contact, channel=row.channel)
    seen = row.status == Status.SENT and str(row.message_key) in world.provider.seen
    return Sent(
        at=row.sent_at or row.due_at,
        who=contact.email or contact.phone,
        name=contact.name,
        request=str(row.request_id),
        step=row.step,
        channel=row.channel,
        outcome=Status.DELIVERED.value if seen else row.status,
        zone=zone.key,
        reason=row.reason or row.error_text,
        subject=row.subject,
        # The link is drawn anew in each run, and leads nowhere.
        text=row.text.replace(row.link_token, "…"),
    )
