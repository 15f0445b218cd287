"""Retries of many messages at once that failed, or wait, for one cause: those that may help, a batch at a time.

What is refused for a single message is refused here as well: each goes through `staff_actions`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from reviewhub.refused import Refused
from reviews.delivery import staff_actions
from reviews.insights.causes import WITHIN, may_pass
from reviews.models import Contact, Delivery, ReviewRequest, suppression

BATCH = 50  # messages of a cause: somebody waits for the page meanwhile
LOOKED_AT = 500  # newest messages of a cause, among which a batch is looked for

Key = tuple[str, str]  # channel and code of a cause


@dataclass
class Result:
    """What became of a batch: how many are planned again, and how many are not, by the reason in words."""

    planned: int = 0
    refused: Counter[str] = field(default_factory=Counter)


def count_failed(*, now: datetime) -> dict[Key, int]:
    """Count for each cause the messages of its next batch, of those that another try can help; three statements."""
    place = Window(RowNumber(), partition_by=["channel", "error_code"], order_by=[F("due_at").desc(), F("pk").desc()])
    ranked = _failed(now).order_by().annotate(place=place).filter(place__lte=LOOKED_AT)
    keys = ranked.values_list("pk", "error_code")
    batches = _batches(pk for pk, code in keys if may_pass(code))
    return {key: count for key, batch in batches.items() if (count := len(batch))}


def retry_failed(*, channel: str, code: str, now: datetime) -> Result:
    """Plan the newest batch again of the messages that failed with the code, where that can help."""
    if not may_pass(code):
        return Result()
    rows = _failed(now).filter(channel=channel, error_code=code).order_by("-due_at", "-pk")
    batches = _batches(rows.values_list("pk", flat=True)[:LOOKED_AT])
    return _each(batches.get((channel, code), []), staff_actions.retry, now=now)


def worth_retrying(deliveries: Iterable[int]) -> set[int]:
    """Return those of these failed messages, by id, that another try can help, up to a batch of each cause."""
    return {pk for batch in _batches(deliveries).values() for pk in batch}


def _batches(deliveries: Iterable[int]) -> dict[Key, list[int]]:
    """Return the first batch of each cause of those messages that would leave, as far as rows say; two statements.

    What is left for the press to find out is a consent that is missing.
    """
    same_step = Delivery.objects.filter(request=OuterRef("request"), step=OuterRef("step"))
    asked_again = ReviewRequest.objects.open().filter(contact=OuterRef("request__contact"))
    rows = Delivery.objects.filter(
        Q(request__status__in=ReviewRequest.OPEN)
        | Q(~Exists(asked_again), request__status=ReviewRequest.Status.FAILED),
        ~Exists(same_step.filter(status__in=[*Delivery.PENDING, *Delivery.ACCEPTED])),
        pk__in=list(deliveries),
        status=Delivery.Status.FAILED,
        account__is_active=True,
        request__held="",
    )
    chosen: dict[Key, list[int]] = defaultdict(list)
    ways = ["request__contact__email", "request__contact__phone"]
    contacts: dict[int, Contact] = {}
    ordered = rows.exclude(address="").order_by("-due_at", "-pk")
    for row in ordered.values("pk", "channel", "error_code", "account", "request__contact", *ways):
        batch = chosen[row["channel"], row["error_code"]]
        if may_pass(row["error_code"]) and len(batch) < BATCH:
            batch.append(row["pk"])
            email, phone = (row[way] for way in ways)
            contacts[row["pk"]] = Contact(
                pk=row["request__contact"], account_id=row["account"], email=email, phone=phone
            )
    blocks = suppression.blocks_of(list(contacts.values()))
    return {key: [pk for pk in batch if _is_free(key[0], blocks[contacts[pk].pk])] for key, batch in chosen.items()}


def _is_free(channel: str, blocks: suppression.Blocks) -> bool:
    return channel not in blocks.blocked and not blocks.in_doubt


def hurry_waiting(*, channel: str, code: str, now: datetime) -> Result:
    """Let the first batch leave as soon as it may, of the messages that are tried again after this code."""
    rows = Delivery.objects.pending().filter(channel=channel, error_code=code, due_at__gt=now)
    rows = rows.filter(due_at__lt=Delivery.OUT_OF_REACH).exclude(error_code="").order_by("due_at", "pk")
    return _each(list(rows.values_list("pk", flat=True)[:BATCH]), staff_actions.send_now, now=now)


def _failed(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(status=Delivery.Status.FAILED, due_at__gte=now - WITHIN)


def _each(deliveries: Sequence[int], action: Callable[..., Delivery], *, now: datetime) -> Result:
    result = Result()
    for delivery in Delivery.objects.filter(pk__in=deliveries):
        try:
            action(delivery=delivery, now=now)
        except Refused as refusal:
            result.refused[refusal.reason] += 1
        else:
            result.planned += 1
    return result
