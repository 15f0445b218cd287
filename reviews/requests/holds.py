"""Holds: a request of which nothing leaves, on either channel, until somebody decides; and what goes on afterwards.

The gate at the moment of sending stands in the statement of `reviews.delivery.advance`. Planned messages wait out of
reach of the claims, so that a worker's claim walks over none of them, however many wait.

A doubt goes before a hold that an app or staff asked for: that one waits behind it, and stays when the doubt ends. The
hold of a restore goes before both: a doubt that lasts longer holds the request again when a message is to leave.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from oauth.models import Account
from reviewhub.languages import in_english
from reviews.models import Delivery, Event, ReviewRequest, Suppression
from reviews.requests import plan, planned_messages
from reviews.requests.lifecycle import InvalidMove
from reviews.webhooks import events

Hold = ReviewRequest.Hold


class Because(models.TextChoices):
    """Why an app or staff asks for a hold. What a customer thinks of the business is no reason (docs/rules.md A1)."""

    REFUND = "refund", _("A refund is under way.")
    OPEN_JOB = "open_job", _("The job is not finished.")
    DISPUTE = "dispute", _("There is a dispute.")
    OTHER = "other", _("It is to wait.")


def hold(requests: Iterable[ReviewRequest], because: Hold, *, now: datetime) -> None:
    """Hold open requests, whose rows the caller has locked; one that is held already stays so, for this reason."""
    rows = [row for row in requests if row.is_open and (row.held != Hold.RESTORED or because is Hold.RESTORED)]
    keys = [request.pk for request in rows]
    others = ReviewRequest.objects.open().filter(pk__in=keys).exclude(held=because)
    others.update(held=because, held_at=Coalesce(F("held_at"), Value(now)))
    events.record(*(events.of_request(row, now, Event.Type.REQUEST_HELD) for row in rows if not row.held))
    for request in rows:
        request.held, request.held_at = because.value, request.held_at or now
    planned_messages.hold(keys, reason=in_english(because.label), now=now)


def keep(request: ReviewRequest, *, now: datetime) -> None:
    """Put what is planned for a held request out of reach; its row is locked by the caller."""
    planned_messages.hold([request.pk], reason=request.why, now=now)


def release(request: ReviewRequest, because: Hold, *, words: str = "", now: datetime) -> bool:
    """Let a request go on that was held for this reason, and return True; its row is locked by the caller.

    One that somebody asked to hold stays held for that; so does one that is held for another reason: False. `words`
    stand as the reason of the messages that waited.
    """
    if request.held == because and request.asked_hold not in ("", because):
        ReviewRequest.objects.filter(pk=request.pk, held=because).update(held=request.asked_hold)
        request.held = request.asked_hold
        return False
    held = ReviewRequest.objects.filter(pk=request.pk, held=because)
    if not held.update(held="", held_at=None, asked_hold="", hold_reason=""):
        return False
    request.held, request.held_at, request.asked_hold, request.hold_reason = "", None, "", ""
    events.record(events.of_request(request, now, Event.Type.REQUEST_RELEASED))
    _plan_again(request, words=words, now=now)
    return True


def release_cleared(account: Account, *, now: datetime) -> int:
    """Release the account's requests of which no number is in doubt any more; return how many.

    Their contacts, and the numbers of these, may have changed while they were held.
    """
    doubts = Suppression.objects.for_account(account).active().filter(reason=Suppression.Reason.UNCLEAR)
    to_number = Delivery.objects.filter(request=OuterRef("pk"), address__in=doubts.values("address"))
    in_doubt = Q(contact__phone__in=doubts.values("address")) & ~Q(contact__phone="") | Exists(to_number)
    held = ReviewRequest.objects.for_account(account).filter(held=Hold.UNCLEAR_OPT_OUT)
    keys = list(held.exclude(held="").exclude(in_doubt).values_list("pk", flat=True))
    rows = ReviewRequest.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
    return sum(release(row, Hold.UNCLEAR_OPT_OUT, now=now) for row in rows)


# --- Asked for by an app or by staff -------------------------------------------------------------


@transaction.atomic
def ask_to_hold(
    *, request: ReviewRequest, by: Hold, because: Because, note: str = "", who: str, now: datetime
) -> ReviewRequest:
    """Hold the request until somebody releases it, and return it as it is then. Raises InvalidMove when it has ended.

    `who`: the end of the sentence "Held …". One that somebody asked to hold before keeps that reason.
    """
    fresh = _lock(request)
    if not fresh.is_open:
        raise InvalidMove(f"This review request is {fresh.status} and cannot be held.")
    if fresh.asked_hold:
        return fresh
    words = " ".join(filter(None, [in_english(because.label), sentence(note), f"Held {who}."]))
    fresh.asked_hold, fresh.hold_reason = by.value, words[:300]
    is_first = not fresh.held
    if is_first:
        fresh.held, fresh.held_at = by.value, now
    ReviewRequest.objects.filter(pk=fresh.pk).update(
        held=fresh.held, held_at=fresh.held_at, asked_hold=fresh.asked_hold, hold_reason=fresh.hold_reason
    )
    if is_first:
        events.record(events.of_request(fresh, now, Event.Type.REQUEST_HELD))
        keep(fresh, now=now)
    return fresh


@transaction.atomic
def release_asked(*, request: ReviewRequest, who: str, now: datetime) -> ReviewRequest:
    """Let the request go on, and return it as it is then; one that is not held goes on as it was.

    `who`: the end of the sentence "Released …". Raises InvalidMove when it has ended, and where another hold has to be
    decided first: that one is not theirs to end.
    """
    fresh = _lock(request)
    if not fresh.is_open:
        raise InvalidMove(f"This review request is {fresh.status} and cannot be released.")
    if fresh.held and fresh.held not in ReviewRequest.ASKED_HOLDS:
        raise InvalidMove(f"This review request waits for another decision. {fresh.why}")
    if fresh.held:
        release(fresh, Hold(fresh.held), words=f"Released {who}.", now=now)
    return fresh


def sentence(text: str) -> str:
    """Return words that somebody typed with an end, so that more can follow them."""
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."


def _lock(request: ReviewRequest) -> ReviewRequest:
    return ReviewRequest.objects.select_for_update().get(pk=request.pk)


# --- What goes on --------------------------------------------------------------------------------


def _plan_again(request: ReviewRequest, *, words: str, now: datetime) -> None:
    """Move what came due while it was held to the next slot from now, and what follows it by as much."""
    waiting = Delivery.objects.select_related("account", "request__contact").filter(request=request)
    rows = waiting.exclude(planned_for=None).filter(status=Delivery.Status.PLANNED).order_by("step", "pk")
    for row, slot in plan.shifted(list(rows), first_at=None, now=now):
        planned_messages.release(row, due_at=slot.due_at, reason=f"{words} {slot.moved}".strip())
        if row.step == 0:
            ReviewRequest.objects.filter(pk=request.pk).update(scheduled_for=slot.due_at)
            request.scheduled_for = slot.due_at
