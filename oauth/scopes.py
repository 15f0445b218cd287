"""Scopes: what a token or an API key may do, by name and in words."""

from collections.abc import Container

from django.utils.translation import gettext_lazy

READ = "read"
WRITE = "write"

# What each allows, as the consent page puts it to a person, and as the API's document puts it to a developer.
_WORDS = {
    READ: (
        gettext_lazy("See your customers, review requests and their answers"),
        "See customers, review requests and their answers",
    ),
    WRITE: (
        gettext_lazy("Ask your customers for reviews and change or cancel requests"),
        "Ask, change, cancel and erase",
    ),
}
SCOPES = {scope: to_person for scope, (to_person, _) in _WORDS.items()}
SCOPES_FOR_DEVELOPERS = {scope: to_developer for scope, (_, to_developer) in _WORDS.items()}
DEFAULT_SCOPES = [READ, WRITE]


def in_order(scopes: Container[str]) -> list[str]:
    """Return the scopes that exist here, each once, `read` first."""
    return [scope for scope in SCOPES if scope in scopes]
