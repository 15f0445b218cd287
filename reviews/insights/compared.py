"""Numbers of a period beside those of the period before it: customers asked, who opened their page, who answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q

from reviews.models import Delivery, ReviewRequest
from reviews.models.base import Channel

# What comes later than this after its message, or its ask, is left out: so both periods are read equally far back.
LATE = timedelta(days=60)


@dataclass(frozen=True)
class Compared:
    """A number of the period, and of the one before, which is as long."""

    now: int
    before: int

    @property
    def change(self) -> int | None:
        """The change in per cent; None where there was nothing before."""
        return round((self.now - self.before) * 100 / self.before) if self.before else None

    @property
    def less(self) -> int:
        """The fall in per cent, without its sign."""
        return -(self.change or 0)


@dataclass(frozen=True)
class Comparison:
    """Customers whose first message left in the period, who opened their page in it, and who answered in it."""

    asked: Compared
    opened: Compared
    answered: Compared


def compare(accounts: Sequence[UUID] | None, *, days: int, now: datetime) -> Comparison:
    """Compare the last `days` days with as many before, in two statements. `accounts`: None stands for all."""
    middle, start = now - timedelta(days=days), now - timedelta(days=2 * days)
    own = Q() if accounts is None else Q(account__in=accounts)

    def both(moment: str, *conditions: Q) -> list[Q]:
        later, earlier = Q(**{f"{moment}__gte": middle}), Q(**{f"{moment}__gte": start, f"{moment}__lt": middle})
        return [Q(later, *conditions), Q(earlier, *conditions)]

    # All channels, and all but one status, by name: the indexes begin with them.
    messages = Delivery.objects.filter(own, channel__in=Channel.values, sent_at__gte=start - LATE)
    asked, opened = both("sent_at", Q(step=0)), both("seen_at", Q(seen_at__lte=F("sent_at") + LATE))
    counts = [Count("request", filter=condition, distinct=True) for condition in [*asked, *opened]]
    names = ("asked", "asked_before", "opened", "opened_before")
    left = messages.aggregate(**dict(zip(names, counts, strict=True)))
    requests = ReviewRequest.objects.filter(
        own, status=ReviewRequest.Status.RESPONDED, created_at__gte=start - LATE, responded_at__gte=start
    )
    later, earlier = both("responded_at", Q(responded_at__lte=F("created_at") + LATE))
    answers = requests.aggregate(now=Count("pk", filter=later), before=Count("pk", filter=earlier))
    return Comparison(
        asked=Compared(left["asked"], left["asked_before"]),
        opened=Compared(left["opened"], left["opened_before"]),
        answered=Compared(answers["now"], answers["before"]),
    )
