"""Actions of a recipient on a page: look, press, write. Nothing here depends on a rating.

Whatever the rating or the text, everybody sees the same links to the same review sites.
"""

from datetime import datetime

from django.db import transaction

from oauth.models import Account
from reviewhub.statements import Change
from reviews.inbox import items
from reviews.models import Delivery, Event, Feedback, ReviewSite
from reviews.requests import lifecycle
from reviews.webhooks import events


def record_seen(*, delivery: Delivery, now: datetime) -> None:
    """Record that the page was opened for the first time. No answer of the customer: mail scanners open every link."""
    if delivery.seen_at is None:
        _mark_seen(pk=delivery.pk, now=now)


_mark_seen = Change(lambda pk, now: (Delivery.objects.filter(pk=pk, seen_at=None), {"seen_at": now}))


@transaction.atomic
def record_press(*, delivery: Delivery, site: ReviewSite, now: datetime) -> None:
    """Record the first review site that the customer chose, and end the follow-ups."""
    lifecycle.respond(request=delivery.request, now=now, reason=f"Went to {site.name}.")
    if _mark_clicked(pk=delivery.pk, now=now, site=site.pk):
        events.record(events.of_message(delivery, Event.Type.LINK_CLICKED, now))


_mark_clicked = Change(
    lambda pk, now, site: (
        Delivery.objects.filter(pk=pk, clicked_at=None),
        {"clicked_at": now, "clicked_site": site},
    )
)


@transaction.atomic
def record_feedback(*, delivery: Delivery, rating: int | None, text: str, now: datetime) -> Feedback:
    """Store the customer's feedback in place of an earlier one, and end the follow-ups."""
    lifecycle.respond(request=delivery.request, now=now, reason="Left feedback.")
    before: Feedback | None = getattr(delivery.request, "feedback", None)
    feedback, is_new = Feedback.objects.update_or_create(
        request=delivery.request,
        defaults={"rating": rating, "text": text, "updated_at": now},
        create_defaults={
            "account": delivery.account,
            "rating": rating,
            "text": text,
            "created_at": now,
            "updated_at": now,
        },
    )
    items.keep_feedback(feedback, before=before)
    _record_event(feedback, Event.Type.FEEDBACK_CREATED if is_new else Event.Type.FEEDBACK_UPDATED, now)
    return feedback


@transaction.atomic
def record_scanned_feedback(*, account: Account, rating: int | None, text: str, now: datetime) -> Feedback:
    """Store the feedback of an unknown visitor of the printed code's page."""
    feedback = Feedback.objects.create(account=account, rating=rating, text=text, created_at=now, updated_at=now)
    items.keep_feedback(feedback)
    _record_event(feedback, Event.Type.FEEDBACK_CREATED, now)
    return feedback


def _record_event(feedback: Feedback, type_: str, now: datetime) -> None:
    keys = {"request_id": feedback.request_id, "feedback_id": feedback.pk}
    events.record(Event(account_id=feedback.account_id, type=type_, occurred_at=now, **keys))
