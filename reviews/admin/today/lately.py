"""Lately: the newest events of a business in sentences with names, each with where it leads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviewhub.languages import number
from reviews.admin import reasons
from reviews.models import Event
from reviews.models.base import Channel

SHOWN = 10  # sentences
READ = 60  # events: several may be about one thing that happened
MANY = 4  # events of one kind in a row, which are told as a number
LONGEST = 90  # letters of a customer's own words

Type = Event.Type


@dataclass(frozen=True)
class Sentence:
    """What happened, when, and where more of it stands."""

    key: UUID
    words: str
    link: str
    at: datetime
    business: str  # for who sees several


def newest(accounts: Sequence[UUID] | None) -> list[Event]:
    """Return the newest events of the accounts, of all for None, with what they are about; one statement."""
    rows = Event.objects.all() if accounts is None else Event.objects.filter(account__in=accounts)
    about = ("account", "request__contact", "delivery__clicked_site", "feedback", "contact")
    return list(rows.select_related(*about).defer("delivery__text").order_by("-pk")[:READ])


def sentences(events: Sequence[Event]) -> list[Sentence]:
    """Tell the events, the newest first: one sentence for what several of them are about."""
    told = {(event.type, _about(event)) for event in events}
    lines: list[Sentence] = []
    for _key, group in groupby(events, key=_kind):
        alike = list(group)
        if len(alike) >= MANY and alike[0].type in _OF_MANY:
            lines.append(_of_many(alike, is_cut=alike[-1] is events[-1] and len(events) == READ))
            continue
        for event in alike:
            better = ((type_, _about(event)) for type_ in _TOLD_BETTER.get(Type(event.type), ()))
            if told.isdisjoint(better) and (words := _words(event)):
                lines.append(Sentence(event.pk, words, _link(event), event.occurred_at, str(event.account)))
    return lines[:SHOWN]


def _kind(event: Event) -> tuple[str, UUID]:
    return event.type, event.account_id


def _of_many(events: Sequence[Event], *, is_cut: bool) -> Sentence:
    """Tell events of one kind as a number: an import that asks, or is taken back. `is_cut`: there may be more."""
    newest = events[0]
    count = number(len(events)) + ("+" if is_cut else "")
    words = _OF_MANY[Type(newest.type)](len(events)) % {"count": count}
    link = reverse("admin:reviews_reviewrequest_changelist")
    return Sentence(newest.pk, words, link, newest.occurred_at, str(newest.account))


def _about(event: Event) -> UUID | None:
    return event.request_id or event.contact_id


# Of what happens at once, the event that says more is told alone.
_TOLD_BETTER: dict[Type, tuple[Type, ...]] = {
    Type.REQUEST_RESPONDED: (Type.FEEDBACK_CREATED, Type.LINK_CLICKED),
    Type.REQUEST_FAILED: (Type.MESSAGE_BOUNCED, Type.MESSAGE_FAILED),
}


def _words(event: Event) -> str:
    """Return the event in a sentence; nothing for what only programs want to know."""
    tell = _SENTENCES.get(Type(event.type))
    return tell(event, _who(event)) if tell else ""


def _who(event: Event) -> str:
    contact = event.request.contact if event.request else event.contact
    return str(contact) if contact is not None else _("Somebody")


def _link(event: Event) -> str:
    if event.request_id:
        return reverse("admin:reviews_reviewrequest_change", args=[event.request_id])
    if event.contact_id:
        return reverse("admin:reviews_contact_change", args=[event.contact_id])
    return reverse("admin:reviews_inboxitem_changelist") + "?handled=all"


def _is_text(event: Event) -> bool:
    return event.delivery is not None and event.delivery.channel == Channel.SMS


def _sent(event: Event, who: str) -> str:
    message = event.delivery
    if message is not None and message.step:
        words = _("%(who)s was reminded by text.") if _is_text(event) else _("%(who)s was reminded by e-mail.")
    else:
        words = _("%(who)s was asked by text.") if _is_text(event) else _("%(who)s was asked by e-mail.")
    words %= {"who": who}
    return f"{words} {_('(Sandbox: only recorded.)')}" if message is not None and message.sandbox else words


def _came_back(event: Event, who: str) -> str:
    words = _("The text to %(who)s came back.") if _is_text(event) else _("The e-mail to %(who)s came back.")
    return words % {"who": who}


def _did_not_arrive(event: Event, who: str) -> str:
    words = _("The text to %(who)s did not arrive.") if _is_text(event) else _("The e-mail to %(who)s did not arrive.")
    return words % {"who": who}


def _chose(event: Event, who: str) -> str:
    site = event.delivery.clicked_site if event.delivery else None
    return _("%(who)s went to %(site)s.") % {"who": who, "site": site or _("a review site")}


def _feedback(event: Event, who: str) -> str:
    feedback = event.feedback
    words = " ".join(feedback.text.split()) if feedback else ""
    quoted = f"“{Truncator(words).chars(LONGEST)}”" if words else ""
    if feedback is None or not feedback.rating:
        return _("%(who)s wrote: %(words)s") % {"who": who, "words": quoted} if quoted else ""
    stars = ngettext("%(who)s gave %(stars)s star.", "%(who)s gave %(stars)s stars.", feedback.rating)
    return f"{stars % {'who': who, 'stars': feedback.rating}} {quoted}".strip()


def _with_reason(with_why: str, without: str, event: Event, who: str) -> str:
    why = reasons.why(event.request) if event.request else ""
    return (with_why if why else without) % {"who": who, "why": why}


def _plain(words: Callable[[], str]) -> Callable[[Event, str], str]:
    def tell(_event: Event, who: str) -> str:
        return words() % {"who": who}

    return tell


_OF_MANY: dict[Type, Callable[[int], str]] = {
    Type.REQUEST_SCHEDULED: lambda count: ngettext(
        "%(count)s customer will be asked.", "%(count)s customers will be asked.", count
    ),
    Type.REQUEST_CANCELLED: lambda count: ngettext(
        "%(count)s request was cancelled.", "%(count)s requests were cancelled.", count
    ),
}

_SENTENCES: dict[Type, Callable[[Event, str], str]] = {
    Type.REQUEST_SCHEDULED: _plain(lambda: _("%(who)s will be asked.")),
    Type.REQUEST_RESPONDED: lambda event, who: _with_reason(
        _("%(who)s answered. %(why)s"), _("%(who)s answered."), event, who
    ),
    Type.REQUEST_COMPLETED: _plain(lambda: _("%(who)s did not answer.")),
    Type.REQUEST_SUPPRESSED: lambda event, who: _with_reason(
        _("%(who)s is not asked. %(why)s"), _("%(who)s is not asked."), event, who
    ),
    Type.REQUEST_CANCELLED: _plain(lambda: _("The request to %(who)s was cancelled.")),
    Type.REQUEST_FAILED: _plain(lambda: _("%(who)s could not be reached.")),
    Type.REQUEST_HELD: _plain(lambda: _("The request to %(who)s is held.")),
    Type.REQUEST_RELEASED: _plain(lambda: _("The request to %(who)s goes on.")),
    Type.MESSAGE_SENT: _sent,
    Type.MESSAGE_BOUNCED: _came_back,
    Type.MESSAGE_FAILED: _did_not_arrive,
    Type.LINK_CLICKED: _chose,
    Type.FEEDBACK_CREATED: _feedback,
    Type.FEEDBACK_UPDATED: _feedback,
    Type.CONTACT_OPTED_OUT: _plain(lambda: _("%(who)s wants no more messages.")),
    Type.CONTACT_ERASED: _plain(lambda: _("A customer was erased.")),
    Type.CONSENT_GIVEN: _plain(lambda: _("%(who)s agreed to be written to.")),
    Type.CONSENT_WITHDRAWN: _plain(lambda: _("%(who)s took the consent back.")),
}
