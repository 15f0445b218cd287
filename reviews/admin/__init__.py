"""The back-office's pages, one module for each subject."""

from reviews.admin import accounts, contacts, events, feedback, imports, machinery, requests, sequences, suppressions

__all__ = [
    "accounts",
    "contacts",
    "events",
    "feedback",
    "imports",
    "machinery",
    "requests",
    "sequences",
    "suppressions",
]
