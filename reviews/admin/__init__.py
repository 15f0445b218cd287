"""The back-office's pages, one module for each subject."""

from reviews.admin import (
    accounts,
    contacts,
    endpoints,
    events,
    feedback,
    imports,
    machinery,
    notices,
    requests,
    sequences,
    suppressions,
)

__all__ = [
    "accounts",
    "contacts",
    "endpoints",
    "events",
    "feedback",
    "imports",
    "machinery",
    "notices",
    "requests",
    "sequences",
    "suppressions",
]
