"""What a recipient does on the page of a message: look, press, write. Nothing here reads a rating.

Whatever the rating or the text, everybody sees the same links to the same review sites.
"""

from datetime import datetime

from django.db import transaction

from oauth.models import Account
from reviewhub.statements import Change
from reviews.models import Delivery, Event, Feedback, ReviewSite
from reviews.requests import lifecycle
from reviews.webhooks import events


def record_seen(*, delivery: Delivery, now: datetime) -> None:
    """Note that the page was opened, the first time. No answer: mail scanners open every link."""
    if delivery.seen_at is None:
        _see(pk=delivery.pk, now=now)


_see = Change(lambda pk, now: (Delivery.objects.filter(pk=pk, seen_at=None), {"seen_at": now}))


@transaction.atomic
def record_press(*, delivery: Delivery, site: ReviewSite, now: datetime) -> None:
    """The customer chose a review site: note the first choice, and end the follow-ups."""
    lifecycle.respond(request=delivery.request, now=now, reason=f"Went to {site.name}.")
    if _click(pk=delivery.pk, now=now, site=site.pk):
        events.record(events.of_message(delivery, Event.Type.LINK_CLICKED, now))


_click = Change(
    lambda pk, now, site: (
        Delivery.objects.filter(pk=pk, clicked_at=None),
        {"clicked_at": now, "clicked_site": site},
    )
)


@transaction.atomic
def record_feedback(*, delivery: Delivery, rating: int | None, text: str, now: datetime) -> Feedback:
    """Keep what the customer says to the business, in place of what they said before; end the follow-ups."""
    lifecycle.respond(request=delivery.request, now=now, reason="Left feedback.")
    feedback, is_new = Feedback.objects.update_or_create(
        request=delivery.request,
        defaults={"rating": rating, "text": text, "updated_at": now, "handled_at": None, "handled_by": None},
        create_defaults={
            "account": delivery.account,
            "rating": rating,
            "text": text,
            "created_at": now,
            "updated_at": now,
        },
    )
    _tell(feedback, Event.Type.FEEDBACK_CREATED if is_new else Event.Type.FEEDBACK_UPDATED, now)
    return feedback


@transaction.atomic
def record_scanned_feedback(*, account: Account, rating: int | None, text: str, now: datetime) -> Feedback:
    """Keep what somebody unknown says to the business on its printed page."""
    feedback = Feedback.objects.create(account=account, rating=rating, text=text, created_at=now, updated_at=now)
    _tell(feedback, Event.Type.FEEDBACK_CREATED, now)
    return feedback


def _tell(feedback: Feedback, type_: str, now: datetime) -> None:
    about = {"request_id": feedback.request_id, "feedback_id": feedback.pk}
    events.record(Event(account_id=feedback.account_id, type=type_, occurred_at=now, **about))
