"""Finding customers by what staff type: a part of a name, of an address or of a number."""

import re
from typing import Any

from django.db import connection
from django.db.models import Func, Q, QuerySet, TextField

from reviews.models import Contact, ReviewRequest

# More are no answer to anybody; lists say that there are more.
MOST_FOUND = 300
# PostgreSQL finds three letters in a row without reading every contact; one or two it would have to look for in all.
SHORTEST = 3
NEWEST = 10_000  # among which shorter words are looked for


class SearchedText(Func):
    """What a contact is found by, in capitals. A PostgreSQL index has this very expression: see migration 0009."""

    template = "UPPER(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = TextField()

    def __init__(self) -> None:
        super().__init__("first_name", "last_name", "company_name", "email", "phone")


def search_contacts(rows: QuerySet[Contact], text: str) -> QuerySet[Contact]:
    """Those of the contacts that have every word of the text somewhere. Number signs mean nothing in a number."""
    words = _words(text)
    if not any(len(word) >= SHORTEST for word in words):
        rows = rows.filter(pk__in=rows.order_by("-created_at").values("pk")[:NEWEST])
    rows = rows.alias(searched=SearchedText())
    for word in words:
        rows = rows.filter(searched__contains=word)
    return rows


def search_requests(
    rows: QuerySet[ReviewRequest], text: str, *, contacts: QuerySet[Contact], accounts: QuerySet[Any]
) -> tuple[QuerySet[ReviewRequest], bool]:
    """The requests to customers that the text finds, and those with it as the caller's own id.

    Customers first, requests then: together they would be one question that no index answers. `contacts` and
    `accounts` are those that the person may see. True: only the newest MOST_FOUND customers were taken.
    """
    found = list(search_contacts(contacts, text).order_by("-created_at").values_list("pk", flat=True)[: MOST_FOUND + 1])
    known = ReviewRequest.objects.filter(account__in=accounts, external_id=text.strip()).exclude(external_id="")
    named = list(known.values_list("pk", flat=True)[:MOST_FOUND])
    return rows.filter(Q(contact__in=found[:MOST_FOUND]) | Q(pk__in=named)), len(found) > MOST_FOUND


def _words(text: str) -> list[str]:
    """In capitals, as they are compared; a number without what people write between its digits."""
    if re.fullmatch(r"[\s+()./\d-]+", text) and len(digits := re.sub(r"\D", "", text)) >= SHORTEST:
        return [digits.lstrip("0")]
    if connection.vendor == "postgresql":
        return text.upper().split()
    return re.sub("[a-z]+", lambda letters: letters[0].upper(), text).split()  # SQLite knows no other capitals
