"""The list of customers who may be one person."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reviewhub.backoffice.export import iso
from reviewhub.backoffice.lists import Line, Listing, Order
from reviews.models import MergeCandidate
from reviews.models.addresses import show_email


class Duplicates(Listing[MergeCandidate]):
    title = _("Possible duplicates")
    search_label = _("E-mail address or number")
    empty = _(
        "Customers who are perhaps one person stand here: an ask named the e-mail address of one and the number of "
        "the other."
    )
    file_name = "possible-duplicates"
    orders = (
        Order("", _("Newest first"), ("-created_at", "-pk")),
        Order("oldest", _("Oldest first"), ("created_at", "pk")),
    )
    columns = (_("Customer"), _("E-mail"), _("Other customer"), _("Mobile number"), _("Since"))

    def lines(self, rows: Sequence[MergeCandidate], now: datetime) -> list[Line]:
        return [Line(str(row), _line(row), row.created_at, "wait") for row in rows]

    def cells(self, rows: Sequence[MergeCandidate], now: datetime) -> list[list[str]]:
        return [
            [
                row.by_email.name,
                show_email(row.by_email.email),
                row.by_phone.name,
                row.by_phone.phone,
                iso(row.created_at),
            ]
            for row in rows
        ]

    def counted(self, count: int) -> str:
        return ngettext("%(count)s pair", "%(count)s pairs", count) % {"count": count}


def _line(row: MergeCandidate) -> str:
    words = {"email": show_email(row.by_email.email), "number": row.by_phone.phone}
    return gettext("An ask named %(email)s of the one and %(number)s of the other") % words
