"""Words about a customer's text: how it was read, and whether it may still be taken for an opt-out."""

from django.utils.translation import gettext_lazy as _

from reviewhub.sentences import said
from reviews.inbox import decisions
from reviews.models import DeliveryEvent, InboxItem

UNCLEAR = InboxItem.Kind.UNCLEAR_OPT_OUT
MEANINGS = {
    "stop": _("An opt-out"),
    "unclear": _("Perhaps an opt-out"),
    "wrong_number": _("A wrong number"),
    "start": _("Texts may come again"),
    "help": _("A call for help"),
    "reply": _("A reply"),
}


def read_as(event: DeliveryEvent | None) -> str:
    """Say how a customer's text was read, and why."""
    if event is None or not event.meaning:
        return ""
    return f"{MEANINGS.get(event.meaning, event.meaning)}. {said(event.meaning_reason)}".strip()


def may_opt_out(item: InboxItem) -> bool:
    """Tell whether somebody may still take the item's text for an opt-out."""
    is_open = item.handled_at is None if item.kind == UNCLEAR else not item.outcome
    return is_open and item.kind != InboxItem.Kind.FEEDBACK and bool(decisions.number_of(item))
