"""Sentences about a request and its messages: how it stands, and what comes next."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.admin import reasons
from reviews.admin.badges import are_only_recorded
from reviews.contacts import bounces, wrong_numbers
from reviews.models import Delivery, ReviewRequest, Suppression, provider_codes
from reviews.models.base import Channel
from reviews.models.provider_codes import Fault, Outcome
from reviews.models.suppression import NO_MAIL

Status = ReviewRequest.Status


def sentence(request: ReviewRequest, messages: Sequence[Delivery]) -> str:
    """Say in a sentence or two how the request stands. `messages`: all of it, in order."""
    if request.held:
        return _("Nothing is sent for now. %(why)s") % {"why": reasons.why(request)}
    match request.status:
        case Status.SCHEDULED:
            return _scheduled(messages)
        case Status.SENT:
            return _sent(messages)
        case Status.RESPONDED:
            return _answer(request)
        case Status.COMPLETED:
            return _("No answer came.")
        case Status.SUPPRESSED:
            return _ended(request, reasons.why(request))
        case Status.FAILED:
            return _("Not sent: %(why)s") % {"why": _why_failed(request, messages)}
    return reasons.why(request)


def _scheduled(messages: Sequence[Delivery]) -> str:
    if any(row.status == Delivery.Status.SENDING for row in messages):
        return _("It is just leaving.")
    planned = [row for row in messages if row.status == Delivery.Status.PLANNED]
    if trouble := next(filter(None, map(reasons.cause, planned)), ""):
        return _("Not sent yet, and tried again: %(why)s") % {"why": trouble}
    if planned:
        return _("Not sent yet: it waits for its time.")
    if any(row.status == Delivery.Status.UNKNOWN for row in messages):
        return _("Nobody knows yet whether the message has left.")
    return _("Nothing of it is planned.")


def _sent(messages: Sequence[Delivery]) -> str:
    opened = any(row.seen_at for row in messages)
    is_over = not any(row.status == Delivery.Status.PLANNED for row in messages)
    if opened:
        return (
            _("Opened, and not answered yet. Nothing more is sent.") if is_over else _("Opened, and not answered yet.")
        )
    if are_only_recorded(messages):
        return _("Recorded in the sandbox: nothing left.")
    return _("Sent, and not answered yet. Nothing more is sent.") if is_over else _("Sent, and not answered yet.")


def _answer(request: ReviewRequest) -> str:
    feedback = getattr(request, "feedback", None)
    if feedback is not None and feedback.rating:
        text = ngettext("Answered with %(stars)s star of 5.", "Answered with %(stars)s stars of 5.", feedback.rating)
        return text % {"stars": feedback.rating}
    return _("Answered: %(how)s") % {"how": reasons.why(request)}


def _ended(request: ReviewRequest, why: str) -> str:
    return (_("Ended: %(why)s") if request.sent_at else _("Not sent: %(why)s")) % {"why": why}


def _why_failed(request: ReviewRequest, messages: Sequence[Delivery]) -> str:
    last = max((row for row in messages if row.status in Delivery.UNSUCCESSFUL), key=lambda row: row.pk, default=None)
    return (reasons.cause(last) if last else "") or reasons.why(request) or _("No message arrived.")


def failed_way(request: ReviewRequest, messages: Sequence[Delivery]) -> Channel | None:
    """Return the way whose address is to be corrected, of a request that ended because of it; None for any other."""
    if request.status not in (Status.FAILED, Status.SUPPRESSED) or request.contact.erased_at:
        return None
    if request.reason == wrong_numbers.WHY:
        return Channel.SMS
    if refused := [row for row in messages if is_address_wrong(row)]:
        return Channel(max(refused, key=lambda row: row.pk).channel)
    wrong = [Suppression.Reason.BOUNCED.label, Suppression.Reason.WRONG_NUMBER.label, NO_MAIL]
    for channel in Channel:  # refused from the start (`plan.explain_unreachable`)
        if any(f"{channel.label}: {words}".lower() in request.reason.lower() for words in wrong):
            return channel
    return None


def is_address_wrong(delivery: Delivery) -> bool:
    """Tell whether the message has not arrived because of its address or mailbox; an opt-out is no such thing."""
    if delivery.status == Delivery.Status.CANCELLED:
        return delivery.reason == bounces.REASON
    if delivery.status == Delivery.Status.BOUNCED:
        return True
    row = provider_codes.find(delivery.error_code) if delivery.error_code else None
    if delivery.status != Delivery.Status.FAILED or row is None:
        return False
    return row.whose_fault is Fault.RECIPIENT and row.outcome is not Outcome.OPTED_OUT


def step_name(delivery: Delivery) -> str:
    """Name the message by its place in the sequence."""
    return _("Reminder %(number)s") % {"number": delivery.step} if delivery.step else _("First ask")


def upcoming(messages: Sequence[Delivery]) -> list[Delivery]:
    """Return the messages that are planned, the next one first."""
    planned = [row for row in messages if row.status == Delivery.Status.PLANNED]
    return sorted(planned, key=lambda row: row.leaves_at)
