"""Asking a known customer again, with what is known of them: by one press, or not yet, with the reason in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from oauth.models import User
from reviewhub.backoffice.actions import Elsewhere
from reviewhub.refused import Refused
from reviews.admin import reasons
from reviews.models import Contact, ReviewRequest
from reviews.requests import ask
from reviews.requests.ask import Ask, AskResult, Verdict
from reviews.requests.duplicates import OPEN_REQUEST
from reviews.requests.matching import KnownPerson

_NAMES = ("first_name", "last_name", "company_name", "email", "phone", "time_zone", "language")


@dataclass(frozen=True)
class Outlook:
    """Verdict on asking the customer now: allowed, or else a sentence why not and the request that is the reason."""

    reason: str = ""
    request: ReviewRequest | None = None

    @property
    def may(self) -> bool:
        return not self.reason


def ask_of(contact: Contact, like: ReviewRequest | None = None, by: User | None = None) -> Ask:
    """Return the ask of this very contact by that person.

    `like`: an earlier one, whose sequence, way and language it repeats.
    """
    person = KnownPerson(**{name: getattr(contact, name) for name in _NAMES}, contact=contact.pk)
    who = by.pk if by else None
    if like is None:
        return Ask(person=person, source=ReviewRequest.Source.STAFF, by=who)
    return Ask(
        person=person,
        by=who,
        channel=like.channel,
        sequence=str(like.sequence_id),
        language=like.language,
        metadata=like.metadata,
        source=ReviewRequest.Source.STAFF,
    )


def ask_contact(contact: Contact, *, by: User, now: datetime, like: ReviewRequest | None = None) -> AskResult:
    """Ask the contact under all gates; an open request answers the ask. Raises Refused, in words, where one is shut."""
    outlook = look(contact, now=now, like=like)
    if outlook.reason and outlook.request is None:
        raise Refused("contact", outlook.reason)
    return ask.ask(account=contact.account, wanted=ask_of(contact, like, by), now=now)


def under_way(request: ReviewRequest) -> Outlook:
    return Outlook(_("A request to this customer is under way."), request)


def look(
    contact: Contact,
    *,
    now: datetime,
    like: ReviewRequest | None = None,
    past: Sequence[ReviewRequest] | None = None,
) -> Outlook:
    """Say whether the contact may be asked now. Writes nothing. `past`: their newest requests, where these are read."""
    if not contact.email and not contact.phone:
        return Outlook(_("No address is known to write to."))
    try:
        verdict = ask.weigh(account=contact.account, wanted=ask_of(contact, like), now=now)
    except Refused as refusal:
        return Outlook(reasons.in_words(refusal.reason))
    if verdict.duplicate is not None:
        return under_way(verdict.duplicate.request)
    if verdict.is_in_doubt:
        return Outlook(_("A text from the customer may have been an opt-out: decide that in the inbox first."))
    return Outlook(_reason(verdict, past))


def _reason(verdict: Verdict, past: Sequence[ReviewRequest] | None) -> str:
    closed = {gate.gate: gate for gate in verdict.gates if not gate.passed}
    if not closed:
        return ""
    shut = next((closed[name] for name in ("opt_out", "consent") if name in closed), next(iter(closed.values())))
    contact = verdict.match.contact
    if shut.gate == "opt_out":
        return _("No way is left on which the customer may be written to.")
    if shut.gate == "cool_down" and (until := _rests_until(contact, past)):
        sent_at, may_at = (date_format(timezone.localtime(moment), "DATE_FORMAT") for moment in until)
        words = _("Asked on %(sent)s. You wait %(days)s days between two asks: the next one may go out on %(day)s.")
        return words % {"sent": sent_at, "days": contact.account.cooldown_days, "day": may_at}
    return reasons.in_words(shut.reason)


def _rests_until(contact: Contact, past: Sequence[ReviewRequest] | None) -> tuple[datetime, datetime] | None:
    """Return when the customer was last asked, and from when on it may be done again; None if that is past."""
    if past is None:
        past = list(ReviewRequest.objects.filter(contact=contact).exclude(sent_at=None).order_by("-sent_at")[:20])
    moments = [row.sent_at for row in past if row.sent_at and row.status != ReviewRequest.Status.FAILED]
    last = max(moments, default=None)
    until = last + timedelta(days=contact.account.cooldown_days) if last else None
    return (last, until) if last and until and until > timezone.now() else None


def asked(answer: AskResult, warnings: Sequence[str] = ()) -> Elsewhere:
    """Lead to the request that answers an ask, with a sentence about it."""
    row = answer.request
    url = reverse("admin:reviews_reviewrequest_change", args=[row.pk])
    if not answer.created:
        return Elsewhere(reasons.in_words(OPEN_REQUEST), url, messages.WARNING)
    if row.reason or row.held:
        return Elsewhere(_("Nothing is sent. %(why)s") % {"why": reasons.why(row)}, url, messages.WARNING)
    words = _("Asked: the message leaves as soon as it may.")
    others = [warning for warning in answer.warnings if warning != answer.message]
    return Elsewhere(" ".join([words, *(reasons.in_words(text) for text in [*others, *warnings])]), url)


def press(contact: Contact, form_data: dict[str, Any], by: User) -> Elsewhere:
    """Ask the customer, as the button on their page does."""
    return asked(ask_contact(contact, by=by, now=timezone.now()))
