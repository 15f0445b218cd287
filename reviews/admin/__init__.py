"""The back-office's pages, one module for each subject."""

from reviews.admin import (
    accounts,
    consents,
    contacts,
    duplicates,
    events,
    imports,
    inbox,
    installation,
    provider_events,
    requests,
    sequences,
    sites,
    suppressions,
    webhooks,
)

__all__ = [
    "accounts",
    "consents",
    "contacts",
    "duplicates",
    "events",
    "imports",
    "inbox",
    "installation",
    "provider_events",
    "requests",
    "sequences",
    "sites",
    "suppressions",
    "webhooks",
]
