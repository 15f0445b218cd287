"""What a token or an API key may do: the names and how they are put to a person."""

from collections.abc import Container

READ = "read"
WRITE = "write"

SCOPES = {
    READ: "See your customers, review requests and their answers",
    WRITE: "Ask your customers for reviews and change or cancel requests",
}
DEFAULT_SCOPES = [READ, WRITE]


def in_order(scopes: Container[str]) -> list[str]:
    """Those of the scopes that we know, each once, reading first."""
    return [scope for scope in SCOPES if scope in scopes]
