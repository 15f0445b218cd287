"""The list of what customers agreed to and took back."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reviewhub.backoffice.export import iso
from reviewhub.backoffice.lists import Line, Listing, Order
from reviewhub.backoffice.moments import say_moment
from reviewhub.sentences import said
from reviews.admin.lists.words import joined, quoted, shortened
from reviews.models import Consent
from reviews.models.addresses import show_email
from reviews.models.base import Channel

KIND = "kind__exact"
Kind = Consent.Kind

# What the customer said, by kind and channel.
WORDS = {
    (Kind.GIVEN, Channel.EMAIL): _("Agreed to e-mail %(when)s"),
    (Kind.GIVEN, Channel.SMS): _("Agreed to text messages %(when)s"),
    (Kind.WITHDRAWN, Channel.EMAIL): _("Wants no more e-mail since %(when)s"),
    (Kind.WITHDRAWN, Channel.SMS): _("Wants no more text messages since %(when)s"),
}


class Consents(Listing[Consent]):
    title = _("Consents")
    search_label = _("E-mail address or number")
    empty = _(
        "Consents stand here: what customers agreed to, and when they took it back. You tell them when you ask or "
        "import, or an app does."
    )
    file_name = "consents"
    orders = (
        Order("", _("Newest first"), ("-recorded_at", "-pk")),
        Order("oldest", _("Oldest first"), ("recorded_at", "pk")),
    )
    columns = (
        _("Customer"),
        _("Address"),
        _("Way"),
        _("Kind"),
        _("In these words"),
        _("Where they agreed"),
        _("When they agreed"),
        _("Recorded"),
    )

    def lines(self, rows: Sequence[Consent], now: datetime) -> list[Line]:
        return [Line(_who(row), _line(row, now), row.recorded_at, _tone(row)) for row in rows]

    def cells(self, rows: Sequence[Consent], now: datetime) -> list[list[str]]:
        return [
            [
                row.contact.name if row.contact else "",
                show_email(row.address),
                row.get_channel_display(),
                row.get_kind_display(),
                row.wording,
                row.source,
                iso(row.at),
                iso(row.recorded_at),
            ]
            for row in rows
        ]

    def counted(self, count: int) -> str:
        return ngettext("%(count)s consent", "%(count)s consents", count) % {"count": count}


def _who(row: Consent) -> str:
    address = show_email(row.address) or gettext("Erased address")
    return (row.contact.name if row.contact else "") or address


def _line(row: Consent, now: datetime) -> str:
    words = WORDS[Kind(row.kind), Channel(row.channel)] % {"when": say_moment(row.at, now=now)}
    address = show_email(row.address) if row.contact and row.contact.name else ""
    return joined([words, shortened(said(row.source)), quoted(row.wording), address])


def _tone(row: Consent) -> str:
    return "good" if row.kind == Kind.GIVEN else "bad"
