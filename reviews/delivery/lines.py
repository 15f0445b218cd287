"""The messages that a worker has claimed and not sent yet, in a line for each channel."""

import math
import time
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field

from reviews.delivery.channels import Message
from reviews.models import Delivery, FollowUpStep
from reviews.models.pause import sender_of


@dataclass
class Work:
    """A claimed message, with what was read along with it: its sequence's steps, its contact's unusable channels."""

    delivery: Delivery
    steps: list[FollowUpStep]
    blocked: dict[str, str]
    message: Message | None = None
    sent_at: float = 0.0  # when it was handed over, by the monotonic clock
    held_at: float = 0.0  # when its claim was last renewed


@dataclass
class Line:
    """The messages of one channel that this worker has claimed."""

    channel: str
    waiting: deque[Work] = field(default_factory=deque)
    prepared: deque[Work] = field(default_factory=deque)  # rendered, and past the gates that need no lock
    failures: int = 0  # in a row
    empty_at: float = -math.inf  # when a claim last found nothing
    is_begun: bool = False
    is_held: bool = False  # for the rest of the drain, because its provider is paused

    @property
    def has_more(self) -> bool:
        return bool(self.waiting or self.prepared)

    def note_nothing_due(self) -> None:
        """Note when this line ran out of messages."""
        if not self.has_more:
            self.empty_at = time.monotonic()

    def put_first(self, works: list[Work]) -> None:
        """Put messages before those that wait."""
        self.waiting.extendleft(reversed(works))

    def take_all(self) -> list[Delivery]:
        """Take all messages out of the line."""
        rows = [work.delivery for work in (*self.prepared, *self.waiting)]
        self.prepared.clear()
        self.waiting.clear()
        return rows

    def take_from(self, senders: Collection[str]) -> list[Delivery]:
        """Take the messages of these senders out of the line, but for the one that a sender is tried with."""
        rows: list[Delivery] = []
        for works in (self.prepared, self.waiting):
            for work in [*works]:
                if not work.delivery.is_probe and sender_of(work.delivery.account, self.channel) in senders:
                    works.remove(work)
                    rows.append(work.delivery)
        return rows
