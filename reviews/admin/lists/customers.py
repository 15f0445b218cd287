"""The list of customers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Upper
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reviewhub.backoffice.business import accounts_in_view
from reviewhub.backoffice.changelist import MOST_COUNTED
from reviewhub.backoffice.export import iso
from reviewhub.backoffice.lists import Chip, Line, Listing, Order
from reviews.admin.lists.asks import Asked, latest_of, read_asked
from reviews.admin.lists.words import joined, no_more
from reviews.models import Contact, ReviewRequest, Suppression
from reviews.models.addresses import show_email
from reviews.models.base import Channel
from reviews.models.suppression import Blocks, blocks_of


def _own(rows: Any, request: HttpRequest) -> Any:
    accounts = accounts_in_view(request)
    return rows if accounts is None else rows.filter(account__in=accounts)


def _whose_request_is(status: str) -> Any:
    """Return the condition on customers with a request of the status, among the newest of those requests."""

    def condition(request: HttpRequest) -> Q:
        rows = _own(ReviewRequest.objects.filter(status=status), request).order_by("-created_at")
        return Q(pk__in=rows.values("contact")[:MOST_COUNTED])

    return condition


def _must_not_be_written_to(request: HttpRequest) -> Q:
    """Return the condition on customers of whom an address is marked, among the newest of those marks."""
    marked = _own(Suppression.objects.active(), request).order_by("-pk").values("address")
    own = _own(Contact.objects.all(), request)
    by_email = own.exclude(email="").filter(email__in=marked.filter(channel=Channel.EMAIL)[:MOST_COUNTED])
    by_phone = own.exclude(phone="").filter(phone__in=marked.filter(channel=Channel.SMS)[:MOST_COUNTED])
    return Q(pk__in=by_email.order_by().values("pk").union(by_phone.order_by().values("pk"), all=True))


class Customers(Listing[Contact]):
    title = _("Customers")
    search_label = _("Name, e-mail address, number or company")
    empty = _("Here stands everybody whom you asked, or are going to. Ask the first customer, or import a list.")
    add_label = _("Add a customer")
    file_name = "customers"
    chips = (
        (
            Chip(_("All"), is_default=True),
            Chip(_("Waiting for an answer"), "asked", "sent", _whose_request_is("sent")),
            Chip(_("Answered"), "asked", "responded", _whose_request_is("responded")),
            Chip(_("Do not contact"), "asked", "never", _must_not_be_written_to),
        ),
    )
    orders = (
        Order("", _("Newest first"), ("-created_at", "-pk")),
        Order("oldest", _("Oldest first"), ("created_at", "pk")),
        Order("name", _("By name"), (Upper("last_name"), Upper("first_name"), "pk"), for_one_business=True),
    )
    columns = (
        _("First name"),
        _("Last name"),
        _("Company"),
        _("E-mail"),
        _("Mobile number"),
        _("No e-mail because"),
        _("No text messages because"),
        _("Last asked"),
        _("What came of it"),
        _("Time zone"),
        _("Added"),
    )

    def lines(self, rows: Sequence[Contact], now: datetime) -> list[Line]:
        asked, blocks = _read(rows)
        return [self._line(row, asked.get(row.pk), blocks[row.pk], now) for row in rows]

    def _line(self, contact: Contact, asked: Asked | None, blocks: Blocks, now: datetime) -> Line:
        if contact.erased_at:
            return Line(str(contact), gettext("All data erased"), contact.erased_at)
        reasons = blocks.blocked | blocks.in_doubt
        marks = [no_more(channel, reason) for channel, reason in reasons.items()]
        ways = [show_email(contact.email), contact.phone]
        shown = str(contact)
        is_said = bool(marks and asked and asked.request.status == ReviewRequest.Status.SUPPRESSED)
        story = asked.line(now) if asked else gettext("Never asked")
        what = joined([*marks, "" if is_said else story, *(way for way in ways if way != shown)])
        tone = "wait" if marks else asked.tone if asked else ""
        return Line(shown, what, asked.last_at if asked else contact.created_at, tone)

    def cells(self, rows: Sequence[Contact], now: datetime) -> list[list[str]]:
        asked, blocks = _read(rows)
        return [_cells(row, asked.get(row.pk), blocks[row.pk], now) for row in rows]

    def counted(self, count: int) -> str:
        return ngettext("%(count)s customer", "%(count)s customers", count) % {"count": count}


def _read(contacts: Sequence[Contact]) -> tuple[dict[UUID, Asked], dict[UUID, Blocks]]:
    latest = latest_of(contact.pk for contact in contacts)
    asked = read_asked(latest.values())
    return {key: asked[request.pk] for key, request in latest.items()}, blocks_of(contacts)


def _cells(contact: Contact, asked: Asked | None, blocks: Blocks, now: datetime) -> list[str]:
    reasons = blocks.blocked | blocks.in_doubt
    return [
        contact.first_name,
        contact.last_name,
        contact.company_name,
        show_email(contact.email),
        contact.phone,
        reasons.get(Channel.EMAIL.value, ""),
        reasons.get(Channel.SMS.value, ""),
        iso(asked.request.created_at if asked else None),
        asked.line(now) if asked else "",
        contact.time_zone,
        iso(contact.created_at),
    ]
