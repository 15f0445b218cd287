"""What a recipient does on the page of a message: look, press, write. Nothing here reads a rating.

Whatever the rating or the text, everybody sees the same links to the same review sites.
"""

from datetime import datetime

from django.db import transaction

from oauth.models import Account
from oauth.statements import Change
from reviews import lifecycle
from reviews.models import Delivery, Feedback, ReviewSite


def record_seen(*, delivery: Delivery, now: datetime) -> None:
    """Note that the page was opened, the first time. No answer: mail scanners open every link."""
    if delivery.seen_at is None:
        _see(pk=delivery.pk, now=now)


_see = Change(lambda pk, now: (Delivery.objects.filter(pk=pk, seen_at=None), {"seen_at": now}))


@transaction.atomic
def record_press(*, delivery: Delivery, site: ReviewSite, now: datetime) -> None:
    """The customer chose a review site: note the first choice, and end the follow-ups."""
    lifecycle.respond(request=delivery.request, now=now, reason=f"Went to {site.name}.")
    _click(pk=delivery.pk, now=now, site=site.pk)


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
    feedback, _ = Feedback.objects.update_or_create(
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
    return feedback


def record_scanned_feedback(*, account: Account, rating: int | None, text: str, now: datetime) -> Feedback:
    """Keep what somebody unknown says to the business on its printed page."""
    return Feedback.objects.create(account=account, rating=rating, text=text, created_at=now, updated_at=now)
