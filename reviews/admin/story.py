"""The story of requests: how each stands, its messages with what was reported and replied, the customer's words."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reviewhub.backoffice.moments import DUE
from reviews.admin import badges, reasons, request_words
from reviews.admin.inbox_words import may_opt_out, read_as
from reviews.models import Delivery, DeliveryEvent, Feedback, InboxItem, ReviewRequest
from reviews.requests.schedule.slots import recipient_zone

MOST = 20  # requests on a customer's page

SOURCES = {
    ReviewRequest.Source.API: lambda: _("Asked by an app"),
    ReviewRequest.Source.IMPORT: lambda: _("Asked by an import"),
    ReviewRequest.Source.STAFF: lambda: _("Asked by staff"),
}


@dataclass
class Message:
    """One message of a request, in words."""

    row: Delivery
    name: str
    state: str
    cause: str
    note: str  # why it was moved, held or not sent
    local_time: str
    reports: list["Report"] = field(default_factory=list)


@dataclass
class Report:
    """One thing that a provider reported, or a customer wrote; `item`: the inbox's, where it has one."""

    event: DeliveryEvent
    kind: str
    words: str
    read_as: str
    item: InboxItem | None
    outcome: str
    may_opt_out: bool


@dataclass
class Chapter:
    """One request: how it stands, what was sent and said, and what comes next."""

    request: ReviewRequest
    state: str
    source: str
    sentence: str
    messages: list[Message]
    upcoming: list[Message]
    feedback: Feedback | None

    @property
    def is_leaving(self) -> bool:
        """A message is about to leave, or just does: the page looks again by itself."""
        now = timezone.now()
        due = [row.row.leaves_at for row in self.upcoming] if not self.request.held else []
        is_due = any(now - DUE < at < now + timedelta(minutes=1) for at in due)
        return is_due or any(message.row.status == Delivery.Status.SENDING for message in self.messages)

    @property
    def past(self) -> list[Message]:
        """The messages that left, or were tried."""
        ahead = {message.row.pk for message in self.upcoming}
        rows = [message for message in self.messages if message.row.pk not in ahead]
        return [message for message in rows if message.row.sent_at or message.row.status != Delivery.Status.CANCELLED]


def with_messages(rows: QuerySet[ReviewRequest]) -> QuerySet[ReviewRequest]:
    """Read the messages along with the requests."""
    messages = Delivery.objects.select_related("clicked_site").order_by("step", "pk")
    return rows.select_related("contact", "account", "feedback").prefetch_related(
        Prefetch("deliveries", queryset=messages)
    )


def chapter(request: ReviewRequest) -> Chapter:
    """Tell the request, which was read `with_messages`."""
    rows = sorted(request.deliveries.all(), key=lambda row: (row.step, row.pk))
    for row in rows:
        row.request, row.account = request, request.account
    messages = [_message(row) for row in rows]
    planned = {row.pk for row in request_words.upcoming(rows)} if request.is_open else set()
    return Chapter(
        request=request,
        state=badges.of_request(request, rows),
        source=SOURCES[ReviewRequest.Source(request.source)](),
        sentence=request_words.sentence(request, rows),
        messages=messages,
        upcoming=[message for message in messages if message.row.pk in planned],
        feedback=getattr(request, "feedback", None),
    )


def _message(row: Delivery) -> Message:
    is_planned = row.status == Delivery.Status.PLANNED
    return Message(
        row=row,
        name=request_words.step_name(row),
        state=badges.of_message(row),
        cause=reasons.cause(row),
        note="" if row.planned_for and is_planned else reasons.in_words(row.reason),
        local_time=local_time(row),
    )


def add_reports(chapter: Chapter) -> None:
    """Add to each message what providers reported and the customer replied; one query, and one for the inbox."""
    by_key = {message.row.pk: message for message in chapter.messages}
    legible = DeliveryEvent.objects.exclude(kind=DeliveryEvent.Kind.UNKNOWN, text="").defer("payload")
    items = Prefetch("inbox_items", queryset=InboxItem.objects.select_related("event"))
    rows = legible.filter(delivery__in=list(by_key)).order_by("occurred_at", "pk").prefetch_related(items)
    for event in rows:
        message = by_key[event.delivery_id]  # type: ignore[index]
        own = (item for item in event.inbox_items.all() if item.account_id == message.row.account_id)
        message.reports.append(_report(event, next(own, None)))


def _report(event: DeliveryEvent, item: InboxItem | None) -> Report:
    return Report(
        event=event,
        kind=badges.of_report(event),
        words=_words(event),
        read_as=read_as(event),
        item=item,
        outcome=_(item.get_outcome_display()) if item and item.outcome else "",
        may_opt_out=item is not None and may_opt_out(item),
    )


def _words(event: DeliveryEvent) -> str:
    """Return the customer's words, or those of the code that a provider gave; its own words, where it gave none."""
    if event.kind == DeliveryEvent.Kind.REPLIED or not event.code:
        return event.text
    return reasons.of_code(event.code)


def local_time(row: Delivery) -> str:
    """Return when the message leaves, or left, by the customer's clock; nothing where that shows the same as ours."""
    if not row.sent_at and row.status not in Delivery.PENDING:
        return ""
    moment = row.sent_at or row.leaves_at
    zone = recipient_zone(account=row.account, contact=row.request.contact, channel=row.channel)
    local = timezone.localtime(moment, zone)
    if local.utcoffset() == timezone.localtime(moment).utcoffset():
        return ""
    words = _("%(time)s where the customer is (%(zone)s)")
    return words % {"time": date_format(local, "l H:i"), "zone": zone}
