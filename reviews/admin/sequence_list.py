"""The list of Settings, Messages: a card for each sequence, with its steps in words and how much it is used."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oauth.models import Account
from reviews import models
from reviews.admin.sequence_words import StepInWords, in_words

MOST_LOOKED_AT = 1_000  # requests, the newest: a sequence has no index of its own on them


@dataclass(frozen=True)
class Card:
    """A sequence as the list shows it."""

    sequence: models.Sequence
    steps: list[StepInWords]
    use: str
    may_write: bool


def cards(rows: Sequence[models.Sequence], *, may_write: Callable[[models.Sequence], bool]) -> list[Card]:
    """Return a card for each row. Who sees several businesses at once is told no numbers of requests."""
    prefetch_related_objects(list(rows), "steps")
    accounts = {row.account_id: row.account for row in rows}
    use = _use(*accounts.values()) if len(accounts) == 1 else None
    return [
        Card(row, in_words(row), _in_words(use[row.pk], use.total()) if use is not None else "", may_write(row))
        for row in rows
    ]


def _use(account: Account) -> Counter[int]:
    """Count the newest requests of the account by their sequence."""
    requests = models.ReviewRequest.objects.for_account(account).order_by("-created_at", "-pk")
    return Counter(requests.values_list("sequence_id", flat=True)[:MOST_LOOKED_AT])


def _in_words(number: int, total: int) -> str:
    if not number:
        return _("Not used yet") if total < MOST_LOOKED_AT else _("Not used lately")
    words = ngettext("Used for %(number)s request", "Used for %(number)s requests", number)
    if total >= MOST_LOOKED_AT:
        words = _("Used for %(number)s of the last %(total)s requests")
    return words % {"number": f"{number:,}", "total": f"{total:,}"}
