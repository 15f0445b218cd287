"""Search for customers by what staff type: a part of a name, of an address or of a number."""

import re
from typing import Any

from django.db import connection
from django.db.models import Func, Q, QuerySet, TextField

from reviewhub.mailboxes import InvalidEmail, with_ascii_host
from reviews.models import Contact, RequestAlias, ReviewRequest

# Nobody reads more; lists say when there are more.
MOST_FOUND = 300
# PostgreSQL's index of three-letter groups finds no shorter word: those are sought among the newest contacts alone.
SHORTEST = 3
NEWEST = 10_000


class SearchedText(Func):
    """Text that a contact is found by, in capitals. A PostgreSQL index has this very expression: see migration 0009."""

    template = "UPPER(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = TextField()

    def __init__(self) -> None:
        super().__init__("first_name", "last_name", "company_name", "email", "phone")


def search_contacts(rows: QuerySet[Contact], text: str) -> QuerySet[Contact]:
    """Keep the contacts that have every word of the text somewhere. Punctuation in a number means nothing."""
    words = _words(text)
    if not any(len(word) >= SHORTEST for word in words):
        rows = rows.filter(pk__in=rows.order_by("-created_at").values("pk")[:NEWEST])
    rows = rows.alias(searched=SearchedText())
    for word in words:
        if (stored := stored_spelling(word).upper()) == word:
            rows = rows.filter(searched__contains=word)
        else:
            rows = rows.filter(Q(searched__contains=word) | Q(searched__contains=stored))
    return rows


def stored_spelling(word: str) -> str:
    """Return the word as an address with such a host has it (docs/rules.md D1); the word itself if it can be no host.

    `münchen.example` is `xn--mnchen-3ya.example` there.
    """
    try:
        return with_ascii_host(word)
    except InvalidEmail:
        return word


def search_requests(
    rows: QuerySet[ReviewRequest], text: str, *, contacts: QuerySet[Contact], accounts: QuerySet[Any]
) -> tuple[QuerySet[ReviewRequest], bool]:
    """Keep the requests to customers that the text finds, and those that have it as their external id.

    `contacts` and `accounts`: those that the person may see. The second value is True when only the newest MOST_FOUND
    customers were taken. Customers are searched first: in one statement with the requests, no index would serve.
    """
    newest = search_contacts(contacts, text).order_by("-created_at").values_list("pk", flat=True)
    contact_ids = list(newest[: MOST_FOUND + 1])
    external_id = text.strip()
    with_id = ReviewRequest.objects.filter(account__in=accounts, external_id=external_id).exclude(external_id="")
    aliases = RequestAlias.objects.filter(account__in=accounts, external_id=external_id)
    request_ids = list(with_id.values_list("pk", flat=True)[:MOST_FOUND])
    request_ids += aliases.values_list("request", flat=True)[:MOST_FOUND]
    matching = Q(contact__in=contact_ids[:MOST_FOUND]) | Q(pk__in=request_ids)
    return rows.filter(matching), len(contact_ids) > MOST_FOUND


def _words(text: str) -> list[str]:
    """Split the text into words in capitals, as they are compared; a number loses all but its digits."""
    if re.fullmatch(r"[\s+()./\d-]+", text) and len(digits := re.sub(r"\D", "", text)) >= SHORTEST:
        return [digits.lstrip("0")]
    if connection.vendor == "postgresql":
        return text.upper().split()
    return re.sub("[a-z]+", lambda letters: letters[0].upper(), text).split()  # SQLite's UPPER knows ASCII alone
