"""How long a server asks its callers to wait (RFC 9110 §10.2.3)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(days=1)  # that anybody is heard with


def asked_wait(headers: Mapping[str, str]) -> timedelta | None:
    """What Retry-After names in seconds or by a date, at most LONGEST; None where it names nothing that can be read."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdecimal():
        return timedelta(seconds=min(float(value), LONGEST.total_seconds()))
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - datetime.now(UTC)
    return min(max(wait, timedelta()), LONGEST)
