"""The list of the inbox: what customers said, and addresses that went wrong."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reviewhub.backoffice.export import iso
from reviewhub.backoffice.lists import Chip, Line, Listing, Order
from reviews.admin.lists.words import joined, quoted, stars
from reviews.models import InboxItem
from reviews.models.addresses import show_email
from reviews.models.inbox_item import LOW

Kind = InboxItem.Kind
KIND = "kind__exact"
HIGH = 4  # stars
# Lowest stars first, and the oldest of them; words without stars wait with the low ones.
BY_URGENCY = (Coalesce("stars", Value(LOW)), "pk")


class Inbox(Listing[InboxItem]):
    title = _("Inbox")
    search_label = _("Words of the customer")
    empty = _(
        "Nothing waits for you. What customers write to you, and addresses that went wrong, appear here once you have "
        "asked somebody."
    )
    file_name = "inbox"
    chips = (
        (
            Chip(_("Waiting"), "handled", "no", Q(handled_at=None), is_default=True, order="urgent"),
            Chip(_("Handled"), "handled", "yes", Q(handled_at__isnull=False)),
            Chip(_("All"), "handled", "all"),
        ),
        (
            Chip(_("All kinds"), is_default=True),
            Chip(_("Feedback"), KIND, "feedback", Q(kind="feedback")),
            Chip(_("Replies"), KIND, "reply", Q(kind="reply")),
            Chip(_("Perhaps an opt-out"), KIND, "unclear_opt_out", Q(kind="unclear_opt_out")),
            Chip(_("Wrong addresses"), KIND, "bounce", Q(kind="bounce")),
        ),
    )
    orders = (
        Order("newest", _("Newest first"), ("-pk",)),
        Order("oldest", _("Oldest first"), ("pk",)),
        Order("urgent", _("Lowest stars first"), BY_URGENCY),
    )
    columns = (
        _("Customer"),
        _("E-mail"),
        _("Mobile number"),
        _("Kind"),
        _("Stars"),
        _("Words"),
        _("Came"),
        _("Handled"),
        _("Handled by"),
        _("Decision"),
        _("Note"),
    )

    def lines(self, rows: Sequence[InboxItem], now: datetime) -> list[Line]:
        return [Line(row.sender, _said(row), row.created_at, _tone(row)) for row in rows]

    def cells(self, rows: Sequence[InboxItem], now: datetime) -> list[list[str]]:
        return [
            [
                row.sender,
                show_email(row.contact.email) if row.contact else "",
                row.contact.phone if row.contact else "",
                row.get_kind_display(),
                str(row.stars or ""),
                row.text,
                iso(row.created_at),
                iso(row.handled_at),
                str(row.handled_by or ""),
                row.get_outcome_display(),
                row.note,
            ]
            for row in rows
        ]

    def counted(self, count: int) -> str:
        return ngettext("%(count)s item", "%(count)s items", count) % {"count": count}


def _said(item: InboxItem) -> str:
    if item.kind == Kind.FEEDBACK:
        said = [stars(item.stars) if item.stars else "", quoted(item.text) or gettext("no words")]
    elif item.kind == Kind.BOUNCE:
        # The provider's own words and codes are on the item's page.
        address = show_email(item.suppression.address) if item.suppression else ""
        said = [gettext("%(address)s does not exist") % {"address": address} if address else gettext("Wrong address")]
    elif item.kind == Kind.UNCLEAR_OPT_OUT:
        said = [gettext("Perhaps an opt-out"), quoted(item.text)]
    else:
        said = [gettext("Replied"), quoted(item.text)]
    return joined([*said, _handling(item)])


def _handling(item: InboxItem) -> str:
    if item.handled_at is None:
        return gettext("waits for your decision") if item.kind == Kind.UNCLEAR_OPT_OUT else ""
    if item.outcome:
        return gettext(item.get_outcome_display())
    if item.handled_by:
        return gettext("handled by %(person)s") % {"person": item.handled_by}
    return gettext("handled")


def _tone(item: InboxItem) -> str:
    if item.kind == Kind.UNCLEAR_OPT_OUT:
        return "wait"
    if item.kind == Kind.BOUNCE or (item.stars and item.stars <= LOW):
        return "bad"
    return "good" if item.stars and item.stars >= HIGH else ""
