"""The list of review requests."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reviewhub.backoffice.export import iso
from reviewhub.backoffice.lists import Chip, Line, Listing, Order
from reviews.admin.lists.asks import Asked, read_asked
from reviews.models import Delivery, ReviewRequest
from reviews.models.addresses import show_email

STATUS = "status__exact"
Status = ReviewRequest.Status
WORDS = {
    Status.SCHEDULED: _("Scheduled"),
    Status.SENT: _("Waiting for an answer"),
    Status.RESPONDED: _("Answered"),
    Status.FAILED: _("Did not arrive"),
    Status.COMPLETED: _("No answer"),
    Status.SUPPRESSED: _("Not asked"),
    Status.CANCELLED: _("Cancelled"),
}
HELD = _("Held")


def _chip(status: Status) -> Chip:
    return Chip(WORDS[status], STATUS, status.value, Q(status=status.value))


class Requests(Listing[ReviewRequest]):
    title = _("Requests")
    search_label = _("Name, e-mail address, number or your own id")
    empty = _("Here stands each customer whom you asked for a review, and what came of it. Ask the first one.")
    add_label = _("Ask a customer")
    file_name = "requests"
    chips = (
        (
            Chip(_("All"), is_default=True),
            _chip(Status.SCHEDULED),
            _chip(Status.SENT),
            _chip(Status.RESPONDED),
            Chip(HELD, "held", "yes", ~Q(held="")),
            _chip(Status.FAILED),
            _chip(Status.COMPLETED),
            _chip(Status.SUPPRESSED),
            _chip(Status.CANCELLED),
        ),
    )
    orders = (
        Order("", _("Newest first"), ("-created_at", "-pk")),
        Order("oldest", _("Oldest first"), ("created_at", "pk")),
    )
    columns = (
        _("Customer"),
        _("E-mail"),
        _("Mobile number"),
        _("Status"),
        _("What happened"),
        _("Next message"),
        _("Stars"),
        _("Words"),
        _("Review site"),
        _("Your own id"),
        _("Asked for"),
        _("First message sent"),
        _("Opened"),
        _("Answered"),
        _("Ended"),
    )

    def lines(self, rows: Sequence[ReviewRequest], now: datetime) -> list[Line]:
        asked = read_asked(rows)
        return [
            Line(str(row.contact), asked[row.pk].line(now), asked[row.pk].last_at, asked[row.pk].tone) for row in rows
        ]

    def cells(self, rows: Sequence[ReviewRequest], now: datetime) -> list[list[str]]:
        asked = read_asked(rows)
        return [_cells(asked[row.pk], now) for row in rows]

    def counted(self, count: int) -> str:
        return ngettext("%(count)s review request", "%(count)s review requests", count) % {"count": count}


def _cells(asked: Asked, now: datetime) -> list[str]:
    request, contact = asked.request, asked.request.contact
    opened = min((message.seen_at for message in asked.messages if message.seen_at), default=None)
    next_message: Delivery | None = asked.next_message
    return [
        contact.name or contact.company_name,
        show_email(contact.email),
        contact.phone,
        str(HELD if request.held else WORDS[Status(request.status)]),
        asked.line(now),
        iso(next_message.leaves_at if next_message else None),
        str(asked.rating or ""),
        asked.words,
        asked.site,
        request.external_id,
        iso(request.created_at),
        iso(request.sent_at),
        iso(opened),
        iso(request.responded_at),
        iso(request.ended_at),
    ]
