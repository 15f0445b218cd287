"""Outcome of review requests, and their next step: read for many at once, said in one line each."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from reviewhub.backoffice.moments import say_moment
from reviews.admin.lists.words import in_words, joined, quoted, stars
from reviews.models import Delivery, Feedback, ReviewRequest
from reviews.models.base import Channel
from reviews.models.inbox_item import LOW
from reviews.models.provider_codes import explain

Status = ReviewRequest.Status
TONES = {
    Status.RESPONDED: "good",
    Status.SUPPRESSED: "wait",
    Status.FAILED: "bad",
}
# Columns of messages that the lines say something of; the texts of messages are long.
SAID = ("request_id", "step", "channel", "status", "due_at", "planned_for", "sent_at", "seen_at", "clicked_at")
SAID += ("error_code", "error_text", "clicked_site__name", "sandbox")  # type: ignore[assignment]


@dataclass
class Asked:
    """One request with its messages, and what the customer left."""

    request: ReviewRequest
    messages: list[Delivery] = field(default_factory=list)
    rating: int | None = None
    words: str = ""

    @property
    def is_opened(self) -> bool:
        return any(message.seen_at for message in self.messages)

    @property
    def site(self) -> str:
        """Name of the review site that the customer chose."""
        chosen = [message for message in self.messages if message.clicked_at and message.clicked_site]
        return str(chosen[-1].clicked_site) if chosen else ""

    @property
    def next_message(self) -> Delivery | None:
        waiting = [message for message in self.messages if message.status in Delivery.PENDING]
        return min(waiting, key=lambda message: message.leaves_at, default=None)

    @property
    def tone(self) -> str:
        if self.request.held:
            return "wait"
        if self.rating and self.rating <= LOW:
            return "bad"
        return TONES.get(Status(self.request.status), "")

    @property
    def last_at(self) -> datetime:
        """When the last of what the line says happened."""
        request = self.request
        if request.status == Status.SENT:
            return max((m.sent_at for m in self.messages if m.sent_at), default=request.sent_at or request.created_at)
        return request.responded_at or request.ended_at or request.created_at

    def line(self, now: datetime) -> str:
        """Say what happened and what comes next."""
        request = self.request
        if request.held:
            return joined([_("Held"), in_words(request.why), self._so_far()])
        return joined(_PHRASES[Status(request.status)](self, now))

    def _scheduled(self, now: datetime) -> list[str]:
        return [self._fault(), self._next(now) or _("Waits to be planned")]

    def _sent(self, now: datetime) -> list[str]:
        return [self._so_far(), self._fault(), self._next(now) or _("no further message")]

    def _responded(self, now: datetime) -> list[str]:
        chose = _("Chose %(site)s") % {"site": self.site} if self.site else ""
        left = [stars(self.rating) if self.rating else "", quoted(self.words)]
        return [chose, *left] if chose or any(left) else [in_words(self.request.reason) or _("Answered")]

    def _completed(self, now: datetime) -> list[str]:
        return [_("Opened, but did not answer") if self.is_opened else _("Did not answer")]

    def _suppressed(self, now: datetime) -> list[str]:
        return [in_words(self.request.reason) or _("Not asked")]

    def _cancelled(self, now: datetime) -> list[str]:
        return [in_words(self.request.reason) or _("Cancelled"), self._so_far()]

    def _failed(self, now: datetime) -> list[str]:
        return [_("Did not arrive"), self._fault() or in_words(self.request.reason)]

    def _so_far(self) -> str:
        sent = [message for message in self.messages if message.status in Delivery.ACCEPTED]
        if not sent:
            return ""
        return _("Opened") if self.is_opened else _asked_by(sent[-1])

    def _fault(self) -> str:
        """Say why the latest message did not arrive, or is being tried again."""
        late = [m for m in self.messages if m.status in Delivery.UNSUCCESSFUL or m.status in Delivery.PENDING]
        if not late or not (late[-1].error_code or late[-1].error_text):
            return ""
        message = late[-1]
        words = in_words(explain(message.error_code) if message.error_code else message.error_text)
        if message.status in Delivery.PENDING:
            return _("tried again: %(reason)s") % {"reason": words}
        return words

    def _next(self, now: datetime) -> str:
        message = self.next_message
        if message is None:
            return ""
        when = say_moment(message.leaves_at, now=now)
        is_text = message.channel == Channel.SMS
        if message.step == 0:
            return (_("First ask by text %(when)s") if is_text else _("First ask by e-mail %(when)s")) % {"when": when}
        return (_("reminder by text %(when)s") if is_text else _("reminder %(when)s")) % {"when": when}


def _asked_by(message: Delivery) -> str:
    if message.sandbox:
        return _("Recorded (sandbox)")
    if message.step:
        return _("Reminded by text") if message.channel == Channel.SMS else _("Reminded by e-mail")
    return _("Asked by text") if message.channel == Channel.SMS else _("Asked by e-mail")


_PHRASES: dict[ReviewRequest.Status, Any] = {
    Status.SCHEDULED: Asked._scheduled,
    Status.SENT: Asked._sent,
    Status.RESPONDED: Asked._responded,
    Status.COMPLETED: Asked._completed,
    Status.SUPPRESSED: Asked._suppressed,
    Status.CANCELLED: Asked._cancelled,
    Status.FAILED: Asked._failed,
}


def read_asked(requests: Iterable[ReviewRequest]) -> dict[UUID, Asked]:
    """Read along what became of the requests, in two statements for all of them."""
    found = {request.pk: Asked(request) for request in requests}
    if not found:
        return found
    messages = Delivery.objects.filter(request__in=found).select_related("clicked_site").only(*SAID)
    for message in messages.order_by("step", "pk"):
        found[message.request_key].messages.append(message)
    left = Feedback.objects.filter(request__in=found).values_list("request", "rating", "text")
    for key, rating, words in left:
        found[key].rating, found[key].words = rating, words
    return found


def latest_of(contacts: Iterable[UUID]) -> dict[UUID, ReviewRequest]:
    """Return the latest request to each of the customers who were ever asked."""
    by_contact: dict[UUID, list[ReviewRequest]] = defaultdict(list)
    for request in ReviewRequest.objects.filter(contact__in=list(contacts)).order_by("created_at", "pk"):
        by_contact[request.contact_id].append(request)
    return {key: requests[-1] for key, requests in by_contact.items()}
