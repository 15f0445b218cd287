"""The line of numbers on the first page: customers of the last days as Reports counts them, beside those before."""

import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from uuid import UUID

from django.core.cache import cache

from reviews.insights.periods import Period
from reviews.insights.reports import Customers, Scope, count_customers

DAYS = 30  # today among them, as in Reports where nothing else is chosen
# A count is kept for so many times as long as it took: a page that looks again every few seconds costs a database at
# most this part of a core. With usual numbers that is less than a second, and nothing is kept.
KEPT = 100


@dataclass(frozen=True)
class Headline:
    """Customers who were asked in the period, and in the one before, which is as long."""

    period: Period
    customers: Customers
    before: Customers


def headline(accounts: Sequence[UUID] | None, *, now: datetime) -> Headline:
    """Count the last DAYS days in the zone of `now`, in one statement. `accounts`: None stands for all."""
    period = Period.until_today(DAYS, now)
    whose = "all" if accounts is None else ",".join(sorted(account.hex for account in accounts))
    key = f"headline:{period.first}:{period.zone}:{whose}"
    kept = cache.get(key)
    if kept is None:
        began = time.monotonic()
        customers, before = count_customers(Scope(accounts, period))
        kept = astuple(customers), astuple(before)
        cache.set(key, kept, KEPT * (time.monotonic() - began))
    return Headline(period, Customers(*kept[0]), Customers(*kept[1]))
