"""The list of addresses that must not be written to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reviewhub.backoffice.export import iso
from reviewhub.backoffice.lists import Chip, Line, Listing, Order
from reviewhub.backoffice.moments import say_moment
from reviews.admin.lists.words import joined, no_more, shortened
from reviews.models import Contact, Suppression
from reviews.models.base import Channel

CHANNEL = "channel__exact"


class DoNotContact(Listing[Suppression]):
    title = _("Do not contact")
    search_label = _("E-mail address or number")
    empty = _(
        "Nobody said no so far. Who unsubscribes or replies STOP appears here by itself, and is not written to any "
        "more; you can add an address, or take in the list that another program kept."
    )
    add_label = _("Add an address")
    file_name = "do-not-contact"
    chips = (
        (
            Chip(_("All"), is_default=True),
            Chip(_("In force"), "lifted_at__isempty", "1", Q(lifted_at=None)),
            Chip(_("Lifted"), "lifted_at__isempty", "0", Q(lifted_at__isnull=False)),
        ),
        (
            Chip(_("All ways"), is_default=True),
            Chip(_("E-mail"), CHANNEL, "email", Q(channel="email")),
            Chip(_("Text message"), CHANNEL, "sms", Q(channel="sms")),
        ),
    )
    orders = (Order("", _("Newest first"), ("-pk",)), Order("oldest", _("Oldest first"), ("pk",)))
    columns = (
        _("Address"),
        _("Way"),
        _("Why"),
        _("Customer"),
        _("Since"),
        _("Evidence"),
        _("Lifted"),
        _("Lifted because"),
    )

    def lines(self, rows: Sequence[Suppression], now: datetime) -> list[Line]:
        names = _names(rows)
        return [Line(_address(row), _line(row, names[row.pk], now), row.created_at, _tone(row)) for row in rows]

    def cells(self, rows: Sequence[Suppression], now: datetime) -> list[list[str]]:
        names = _names(rows)
        return [
            [
                _address(row),
                row.get_channel_display(),
                row.get_reason_display(),
                names[row.pk],
                iso(row.created_at),
                row.evidence,
                iso(row.lifted_at),
                row.lifted_because,
            ]
            for row in rows
        ]

    def counted(self, count: int) -> str:
        return ngettext("%(count)s address", "%(count)s addresses", count) % {"count": count}


def _address(row: Suppression) -> str:
    return row.shown_address or gettext("Erased address")


def _tone(row: Suppression) -> str:
    if row.lifted_at:
        return ""
    return "wait" if row.reason == Suppression.Reason.UNCLEAR else "bad"


def _line(row: Suppression, name: str, now: datetime) -> str:
    why = no_more(row.channel, row.get_reason_display())
    lifted = ""
    if row.lifted_at:
        words = {"when": say_moment(row.lifted_at, now=now), "reason": shortened(row.lifted_because)}
        lifted = gettext("Lifted %(when)s: %(reason)s") % words
    return joined([lifted, why, name, shortened(row.evidence)])


def _names(rows: Sequence[Suppression]) -> dict[int, str]:
    """Return for each row the name of the customer with that address, or nothing: one statement a channel."""
    names: dict[tuple[UUID, str, str], str] = {}
    accounts = {row.account_id for row in rows}
    for channel in Channel:
        field = Contact.address_field(channel)
        addresses = {row.address for row in rows if row.channel == channel and row.address}
        if not addresses:
            continue
        own = Contact.objects.filter(account__in=accounts, **{f"{field}__in": addresses}).exclude(**{field: ""})
        for contact in own.order_by("created_at"):
            names.setdefault((contact.account_id, channel.value, contact.address(channel)), contact.name)
    return {row.pk: names.get((row.account_id, row.channel, row.address), "") for row in rows}
