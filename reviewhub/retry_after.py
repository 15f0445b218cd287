"""Retry-After: the wait that a server asks of its callers (RFC 9110 §10.2.3)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(days=1)  # a longer wait is cut to this


def read_retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Return the wait of Retry-After (seconds, or a date), at most LONGEST; None if it is absent or unreadable."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdecimal():
        return timedelta(seconds=min(float(value), LONGEST.total_seconds()))
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - datetime.now(UTC)
    return min(max(wait, timedelta()), LONGEST)
