"""Attention: what waits for a person, and what keeps messages from leaving, each in a sentence with its next step.

Each source is one bounded statement, whatever has piled up. A new one is a function that returns matters, and a line in
`attention_of`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from django.db.models.functions import Left
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oauth.models import Account
from reviews.insights import causes, installation
from reviews.insights.standing import Standing, StandingOfAll
from reviews.models import InboxItem, Pause, ReviewRequest, WorkerBeat
from reviews.models.addresses import show_email
from reviews.models.base import Channel
from reviews.models.provider_codes import explain

SHOWN = 5  # items of the inbox
CAUSES_SHOWN = 3  # of messages that wait; Operations has all
MOST_COUNTED = 100  # of them; "99+" says as much as 12,000
LONGEST = 90  # letters of a customer's own words

Kind = InboxItem.Kind
Status = ReviewRequest.Status


class Weight(IntEnum):
    """Order of matters: what keeps all messages from leaving comes before what one customer said."""

    SET_UP = 1
    ITEM = 2
    STOPPED = 3


@dataclass(frozen=True)
class Matter:
    """One thing that needs somebody. `action` says what `link` leads to; who cannot do it has neither."""

    key: str  # for the page: the same matter keeps it
    weight: Weight
    sentence: str
    link: str = ""
    action: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Attention:
    """Matters, the heaviest first, and how many items of the inbox stand in no line of their own."""

    matters: list[Matter] = field(default_factory=list)
    others: int = 0
    are_others_more: bool = False  # than were counted


def attention_of(
    account: Account, standing: Standing, *, beat_at: datetime | None, now: datetime, is_operator: bool, may_write: bool
) -> Attention:
    """Return what needs somebody in the account. `beat_at`: the last sign of life of any worker.

    The operator is told what to do about the installation; others, that it is the operator's to mend.
    """
    items, others = _items(account, may_write=may_write)
    matters = [
        *_worker(beat_at, now=now, is_operator=is_operator),
        *_waiting([account.pk], has_trouble=standing.has_trouble, now=now, is_operator=is_operator),
        *items,
        *(_set_up(standing) if may_write else []),
    ]
    in_order = sorted(matters, key=lambda matter: -matter.weight)  # stable: the sources' own order stays
    return Attention(in_order, min(others, MOST_COUNTED - SHOWN), others > MOST_COUNTED - SHOWN)


def attention_of_all(standing: StandingOfAll, *, beat_at: datetime | None, now: datetime) -> Attention:
    """Return what the operator has to see to, whichever business it stops."""
    return Attention(
        [
            *_worker(beat_at, now=now, is_operator=True),
            *_waiting(None, has_trouble=standing.has_trouble, now=now, is_operator=True),
            *_strays(),
            *(_silent_webhooks() if standing.has_silent_webhook else []),
        ]
    )


# --- The installation ---------------------------------------------------------------------------------------


def _worker(beat_at: datetime | None, *, now: datetime, is_operator: bool) -> list[Matter]:
    if WorkerBeat.is_fresh(beat_at, now):
        return []
    if not is_operator:
        sentence = _("Messages wait: the program that sends them is not running. Your operator has to start it.")
        return [Matter("worker", Weight.STOPPED, sentence, at=beat_at)]
    sentence = _("No worker is running. Messages wait until %(command)s runs.") % {"command": "manage.py worker"}
    return [Matter("worker", Weight.STOPPED, sentence, reverse("operations"), _("Operations"), beat_at)]


def _waiting(accounts: Sequence[UUID] | None, *, has_trouble: bool, now: datetime, is_operator: bool) -> list[Matter]:
    """Return why messages wait that were tried already, by cause; and each pause that holds none of them yet."""
    link, action = (reverse("operations"), _("Operations")) if is_operator else ("", "")
    tried = causes.waiting(now=now, accounts=accounts) if has_trouble else []
    matters = [
        Matter(
            f"cause-{cause.channel}-{cause.code}-{cause.sender}",
            Weight.STOPPED,
            cause.words if is_operator else cause.words_for_staff,
            link,
            action,
            cause.since,
        )
        for cause in tried[:CAUSES_SHOWN]
    ]
    told = {(cause.channel, cause.code, cause.sender) for cause in tried}
    for pause in installation.account_faults(accounts):
        if (pause.channel, pause.code, pause.sender) not in told:
            words = f"{_who_waits(pause)} {explain(pause.code)} {_('Nothing is lost: they leave once that is mended.')}"
            matters.append(Matter(f"pause-{pause.pk}", Weight.STOPPED, words, link, action, pause.since))
    return matters


def _who_waits(pause: Pause) -> str:
    if pause.channel == Channel.SMS:
        return (
            _("Text messages from %(sender)s wait.") % {"sender": pause.sender}
            if pause.sender
            else _("Text messages wait.")
        )
    return _("E-mails from %(sender)s wait.") % {"sender": pause.sender} if pause.sender else _("E-mails wait.")


def _strays() -> list[Matter]:
    """Return one matter for the texts that fit no business."""
    texts = installation.stray_texts(MOST_COUNTED)
    if not texts:
        return []
    words = ngettext(
        "%(count)s text from a customer fits no business.",
        "%(count)s texts from customers fit no business.",
        len(texts),
    )
    sentence = words % {"count": len(texts)}
    return [
        Matter("strays", Weight.ITEM, sentence, reverse("operations") + "#strays", _("Decide"), texts[-1].received_at)
    ]


def _silent_webhooks() -> list[Matter]:
    link = reverse("admin:reviews_endpoint_changelist")
    return [Matter("webhooks", Weight.SET_UP, _("A webhook does not answer."), link, _("Webhooks"))]


# --- The inbox ----------------------------------------------------------------------------------------------


def _items(account: Account, *, may_write: bool) -> tuple[list[Matter], int]:
    """Return the items that come first, and the number of the others, as far as MOST_COUNTED."""
    rows = InboxItem.objects.for_account(account).in_need().select_related("contact", "suppression", "request")
    # A customer may write 10,000 characters; the line has room for a few words.
    items = list(rows.defer("text", "note").annotate(words=Left("text", LONGEST * 2))[: MOST_COUNTED + 1])
    return [_matter(item, may_write=may_write) for item in items[:SHOWN]], max(len(items) - SHOWN, 0)


def _matter(item: InboxItem, *, may_write: bool) -> Matter:
    link = reverse("admin:reviews_inboxitem_change", args=[item.pk])
    sentence, action = _sentence(item)
    if item.kind == Kind.BOUNCE:
        link = _way_to_correct(item) or link
    return Matter(
        f"item-{item.pk}", Weight.ITEM, sentence, link, action if may_write else _("Read it"), item.created_at
    )


def _sentence(item: InboxItem) -> tuple[str, str]:
    """Return what the item says, and what is to be done about it."""
    who, words = item.sender, _quoted(item)
    if item.kind == Kind.FEEDBACK and item.stars is None:
        return f"{_('%(who)s wrote to you.') % {'who': who}} {words}".strip(), _("Answer")
    if item.kind == Kind.FEEDBACK:
        said = ngettext("%(who)s gave %(stars)s star.", "%(who)s gave %(stars)s stars.", item.stars or 0)
        return f"{said % {'who': who, 'stars': item.stars}} {words}".strip(), _("Answer")
    if item.kind == Kind.UNCLEAR_OPT_OUT:
        return f"{_('%(who)s wrote something that may be an opt-out.') % {'who': who}} {words}".strip(), _("Decide")
    if item.kind == Kind.BOUNCE:
        address = show_email(item.suppression.address) if item.suppression else ""
        said = _("%(address)s does not exist: %(who)s got nothing.") if address else _("%(who)s got nothing.")
        return said % {"address": address, "who": who}, _("Correct it")
    return f"{_('%(who)s replied.') % {'who': who}} {words}".strip(), _("Answer")


def _quoted(item: InboxItem) -> str:
    words = " ".join(item.words.split())  # type: ignore[attr-defined]  # annotated by `_items`
    return f"“{Truncator(words).chars(LONGEST)}”" if words else ""


def _way_to_correct(item: InboxItem) -> str:
    """Return where the address is corrected and the customer asked again; empty where that is done already."""
    request, gone = item.request, item.suppression
    if request is None or gone is None or item.contact is None or item.contact.address(gone.channel) != gone.address:
        return ""
    is_over = request.status in (Status.FAILED, Status.SUPPRESSED)
    return reverse("admin:reviews_reviewrequest_correct_address", args=[request.pk]) if is_over else ""


# --- The set-up ---------------------------------------------------------------------------------------------


def _set_up(standing: Standing) -> list[Matter]:
    matters = []
    if not standing.has_site:
        sentence = _("No review site: customers can leave feedback for you alone, and no public review.")
        link = reverse("settings-sites-add")
        matters.append(Matter("no-site", Weight.SET_UP, sentence, link, _("Add a review site")))
    if standing.has_dead_webhook:
        sentence = _("A webhook was switched off: it did not answer for days.")
        link = reverse("settings-connections")
        matters.append(Matter("webhook", Weight.SET_UP, sentence, link, _("Webhooks")))
    return matters
