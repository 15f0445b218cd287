"""Examples: two months of invented customers in an account's own tables, and their removal.

Another process makes them with the real engine and hands the rows over, so nothing is sent, no limit of a provider is
touched, and neither staff nor other programs are told. They are marked (`Contact.is_example`) and at addresses that
belong to nobody. In the sandbox alone; where a provider is set up later, `reviews.delivery.prepare` sends them nothing.
"""

import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import serializers
from django.db import models, transaction
from django.db.models import Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from oauth.models import Account, ApiKey, Membership
from reviewhub.refused import Refused
from reviews.models import (
    Consent,
    Contact,
    Delivery,
    DeliveryEvent,
    Event,
    Feedback,
    InboxItem,
    ReviewRequest,
    Suppression,
)
from reviews.models.addresses import hash_address
from reviews.models.inbox_item import LOW
from reviews.simulation.plan import InvalidPlan
from reviews.simulation.runner import configuration, run_child, sequence_of
from reviews.webhooks import events

HANDLED_AFTER = timedelta(days=3)  # older items were taken care of, but for one complaint to be tried out on
BATCH = 500
CUSTOMERS = 150
# No row of a real customer is removed, even if somebody has given an example's row their address.
OF_NOBODY = (Q(email="") | Q(email__endswith="@example.com")) & (Q(phone="") | Q(phone__regex=r"^\+1\d{3}55501\d\d$"))


def exist(account: Account) -> bool:
    """Return True if the account has examples."""
    return Contact.objects.for_account(account).filter(is_example=True).exists()


def may_fill(account: Account) -> str:
    """Return why the account cannot be filled with examples; empty when it can."""
    if not settings.SANDBOX:
        return "Examples are for the sandbox: here a provider is set up, which sends to real customers."
    return "There are examples already." if exist(account) else ""


def fill(
    *,
    account: Account,
    now: datetime | None = None,
    seed: int = 1,
    customers: int = CUSTOMERS,
    progress: Callable[[Any], None] | None = None,
) -> int:
    """Fill the account with examples, and return the number of customers: the same people for the same seed.

    Takes seconds. `progress` is called with {"percent"} meanwhile. Raises Refused where a provider is set up, or
    examples are there already, and SimulationFailed when the other process has failed.
    """
    now = now or timezone.now()
    if reason := may_fill(account):
        raise Refused("account", reason)
    try:
        sequence = sequence_of(account)
    except InvalidPlan as error:
        raise Refused("account", "The account has no default sequence with a first step.") from error
    owner = Membership.objects.filter(account=account, role=Membership.Role.OWNER).order_by("pk").first()
    key = ApiKey.objects.filter(account=account, revoked_at=None).order_by("created_at").first()
    of_nobody = Contact.objects.for_account(account).filter(
        Q(email__endswith="@example.com") | Q(phone__contains="55501")
    )
    job = {
        "configuration": configuration(account, sequence),
        "examples": {
            "now": now.isoformat(),
            "seed": seed,
            "customers": customers,
            "user": str(owner.user_id) if owner else None,
            "key": f"api_key:{key.pk}" if key else "",
            "taken": [address for pair in of_nobody.values_list("email", "phone") for address in pair if address],
        },
    }
    rows = run_child(job, progress)["rows"]
    return _write(account, rows, owner.user_id if owner else None, now)


@transaction.atomic
def remove(*, account: Account) -> int:
    """Remove the examples with everything that happened to them; return the number of customers. Repeatable."""
    contacts = Contact.objects.for_account(account).filter(OF_NOBODY, is_example=True)
    rows = list(contacts.select_for_update().order_by("pk"))
    for start in range(0, len(rows), BATCH):
        _remove(account, rows[start : start + BATCH])
    return len(rows)


def _remove(account: Account, contacts: list[Contact]) -> None:
    keys = [contact.pk for contact in contacts]
    addresses = {address for contact in contacts for address in (contact.email, contact.phone) if address}
    own: dict[str, Any] = {"account": account}
    requests = list(ReviewRequest.objects.filter(**own, contact__in=keys).values_list("pk", flat=True))
    messages = list(Delivery.objects.filter(**own, request__in=requests).values_list("pk", flat=True))
    suppressions = Suppression.objects.filter(**own, address__in=addresses)
    about = Q(contact__in=keys) | Q(request__in=requests) | Q(suppression__in=suppressions.values("pk"))
    # What names a row without a constraint, or outlives it, goes first.
    Event.objects.filter(about, **own).delete()
    DeliveryEvent.objects.filter(Q(delivery__in=messages) | Q(address__in=addresses), **own).delete()
    Consent.objects.filter(**own, contact__in=keys).delete()
    suppressions.delete()
    Contact.objects.filter(pk__in=keys).delete()


# --- Writing ---------------------------------------------------------------------------------------------


@transaction.atomic
def _write(account: Account, text: str, owner: UUID | None, now: datetime) -> int:
    """Write the rows of the other process, under new numbers; nothing where somebody else was faster."""
    Account.objects.select_for_update().get(pk=account.pk)
    if exist(account):
        raise Refused("account", "There are examples already.")
    tables: dict[type[models.Model], list[Any]] = {}
    for each in serializers.deserialize("json", text):
        tables.setdefault(type(each.object), []).append(each.object)
    contacts: list[Contact] = tables.get(Contact, [])
    for contact in contacts:
        contact.is_example = True
    Contact.objects.bulk_create(contacts, BATCH)
    ReviewRequest.objects.bulk_create(tables.get(ReviewRequest, []), BATCH)
    for message in tables.get(Delivery, []):
        message.sandbox = message.sent_at is not None
    deliveries = _renumbered(Delivery, tables)
    for row in [*tables.get(DeliveryEvent, []), *tables.get(Event, [])]:
        row.delivery_id = deliveries.get(row.delivery_id)
    feedback = _renumbered(Feedback, tables)
    for row in tables.get(Suppression, []):  # the other process has another key
        row.address_hash = hash_address(account.pk, row.channel, row.address)
    suppressions = _renumbered(Suppression, tables)
    reports = _renumbered(DeliveryEvent, tables)
    items: list[InboxItem] = tables.get(InboxItem, [])
    complaints = [item for item in items if item.stars is not None and item.stars <= LOW]
    complaint = max(complaints, key=lambda item: item.created_at, default=None)
    for item in items:
        item.feedback_id, item.event_id = feedback.get(item.feedback_id), reports.get(item.event_id)
        item.suppression_id, item.is_to_tell = suppressions.get(item.suppression_id), False
        if item.created_at < now - HANDLED_AFTER and item is not complaint:
            item.handled_at, item.handled_by_id = item.created_at + timedelta(hours=3), owner
    _renumbered(InboxItem, tables)
    happened = [row for row in tables.get(Event, []) if row.occurred_at > now - events.KEPT]
    for row in happened:
        row.pk = _id_of_then(row.occurred_at)
        row.feedback_id, row.suppression_id = feedback.get(row.feedback_id), suppressions.get(row.suppression_id)
    Event.objects.bulk_create(happened, BATCH)  # without notices: no other program is told
    _date_back(Contact.objects.filter(pk__in=[contact.pk for contact in contacts]))
    return len(contacts)


def _renumbered(model: type[models.Model], tables: dict[type[models.Model], list[Any]]) -> dict[Any, Any]:
    """Insert the rows of a model with numbers that this database gives; return these by the old ones."""
    rows: Iterable[Any] = tables.get(model, [])
    old = [row.pk for row in rows]
    for row in rows:
        row.pk = None
        row._state.adding = True
    made = model._default_manager.bulk_create(rows, BATCH)
    return dict(zip(old, (row.pk for row in made), strict=True))


def _id_of_then(moment: datetime) -> UUID:
    """Return the key of an event of that moment: who reads on from the newest event, does not read of an old one."""
    noise = random.getrandbits(74)
    version, variant = 7 << 76, 2 << 62
    return UUID(int=events.first_id(moment).int | version | (noise >> 62) << 64 | variant | noise & (1 << 62) - 1)


def _date_back(contacts: QuerySet[Contact]) -> None:
    """Let each be as old as its first request; rows are dated by themselves as they are written."""
    first = ReviewRequest.objects.filter(contact=OuterRef("pk")).values("contact").annotate(at=Min("created_at"))
    contacts.update(created_at=Subquery(first.values("at")), updated_at=Subquery(first.values("at")))
