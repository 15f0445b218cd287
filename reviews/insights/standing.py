"""Standing of one business: facts about its set-up, and whether anything of it moves, read in one statement."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from oauth.models import Account, Invitation, Membership
from reviews.models import Delivery, Endpoint, FollowUpStep, ReviewRequest, ReviewSite, Sequence

SOON = timedelta(minutes=1)


@dataclass(frozen=True)
class Standing:
    """Facts of a business. `is_moving`: a message is due, is leaving, or will be within SOON."""

    site_url: str | None  # of its first review site
    sequence: int | None  # key of the one that is used by default
    has_asked: bool
    has_own_words: bool  # somebody has changed a message
    has_colleagues: bool  # there, or invited
    has_dead_webhook: bool  # switched off because it did not answer
    is_moving: bool

    @property
    def has_site(self) -> bool:
        return self.site_url is not None


def standing_of(account: Account, *, now: datetime) -> Standing:
    """Return the facts of the account, each a subquery that an index answers."""
    facts: Any = Account.objects.filter(pk=account.pk).values(**_facts(now)).get()
    return Standing(**facts)


def is_anything_moving(*, now: datetime) -> bool:
    """Tell whether a message of any business is due, is leaving, or will be within SOON."""
    return _moving(Delivery.objects.all(), now).exists()


def _facts(now: datetime) -> dict[str, Any]:
    own = {"account": OuterRef("pk")}
    texts = FollowUpStep.history.filter(sequence__account=OuterRef("pk"), history_type="~")
    colleagues = Membership.objects.filter(**own).order_by("pk")[1:2]  # beside the first one
    return {
        "site_url": Subquery(ReviewSite.objects.filter(**own, is_active=True).values("url")[:1]),
        "sequence": Subquery(Sequence.objects.filter(**own, is_default=True).values("pk")[:1]),
        "has_asked": Exists(ReviewRequest.objects.filter(**own)),
        "has_own_words": Exists(texts),
        "has_colleagues": Exists(colleagues) | Exists(Invitation.objects.filter(**own)),
        "has_dead_webhook": Exists(Endpoint.objects.filter(**own, is_active=False, failing_since__isnull=False)),
        "is_moving": Exists(_moving(Delivery.objects.filter(**own), now)),
    }


def _moving(rows: QuerySet[Delivery], now: datetime) -> QuerySet[Delivery]:
    return rows.filter(status__in=Delivery.PENDING, due_at__lte=now + SOON)
