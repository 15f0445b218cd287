"""Standing of a business, or of all: what is set up, whether anything moves or fails, read in one statement each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from oauth.models import Account, Invitation, Membership
from reviews.models import Delivery, Endpoint, FollowUpStep, ReviewRequest, ReviewSite, Sequence

SOON = timedelta(minutes=1)
CLAIMED = timedelta(minutes=5)  # within it a worker's claim lapses, which is what `due_at` says meanwhile


@dataclass(frozen=True)
class Standing:
    """Facts of a business.

    `is_moving`: a message is due, held by a worker, or due within SOON. `has_trouble`: one is being tried again.
    """

    site_url: str | None  # of its first review site
    sequence: int | None  # key of the one that is used by default
    has_asked: bool
    has_own_words: bool  # somebody has changed a message
    has_colleagues: bool  # there, or invited
    has_dead_webhook: bool  # switched off because it did not answer
    is_moving: bool
    has_trouble: bool

    @property
    def has_site(self) -> bool:
        return self.site_url is not None


@dataclass(frozen=True)
class StandingOfAll:
    """Facts of the installation, whichever business they are of."""

    is_moving: bool
    has_trouble: bool
    has_silent_webhook: bool  # still called, and does not answer


def standing_of(account: Account, *, now: datetime) -> Standing:
    """Return the facts of the account, each a subquery that an index answers."""
    own = {"account": OuterRef("pk")}
    texts = FollowUpStep.history.filter(sequence__account=OuterRef("pk"), history_type="~")
    colleagues = Membership.objects.filter(**own).order_by("pk")[1:2]  # beside the first one
    facts: Any = {
        "site_url": Subquery(ReviewSite.objects.filter(**own, is_active=True).values("url")[:1]),
        "sequence": Subquery(Sequence.objects.filter(**own, is_default=True).values("pk")[:1]),
        "has_asked": Exists(ReviewRequest.objects.filter(**own)),
        "has_own_words": Exists(texts),
        "has_colleagues": Exists(colleagues) | Exists(Invitation.objects.filter(**own)),
        "has_dead_webhook": Exists(Endpoint.objects.filter(**own, is_active=False, failing_since__isnull=False)),
        **_facts_of_messages(Delivery.objects.filter(**own), now),
    }
    row: Any = Account.objects.filter(pk=account.pk).values(**facts).get()
    return Standing(**row)


def standing_of_all(*, now: datetime) -> StandingOfAll:
    """Return the facts of the installation; of one without a business, that nothing is."""
    facts: Any = {
        "has_silent_webhook": Exists(Endpoint.objects.filter(is_active=True, failures__gt=0)),
        **_facts_of_messages(Delivery.objects.all(), now),
    }
    row: Any = Account.objects.order_by().values(**facts).first()
    return StandingOfAll(**(row or dict.fromkeys(facts, False)))


def _facts_of_messages(rows: QuerySet[Delivery], now: datetime) -> dict[str, Any]:
    pending, soon = rows.filter(status__in=Delivery.PENDING), Q(due_at__lte=now + SOON)
    return {
        "is_moving": Exists(pending.filter(soon | Q(claim__isnull=False), due_at__lte=now + CLAIMED)),
        "has_trouble": Exists(pending.exclude(error_code="")),
    }
