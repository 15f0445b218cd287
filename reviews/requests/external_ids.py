"""External ids: the ids that callers give their asks, and the requests that these find, now and later.

A request is found by its own id, and by those of later asks that were answered with it, which are its aliases.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import F, Q, QuerySet

from oauth.models import Account
from reviews.models import RequestAlias, ReviewRequest

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
LOCK_SHARED = "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))"


class MustBeAlone(Exception):
    """An alias is to be made, which no other ask of the account may meet: ask again, with nobody beside it."""


def find(account: Account, external_ids: Iterable[str]) -> dict[str, ReviewRequest]:
    """Return the account's requests that have these ids, by that id, their contacts loaded; blank ids have none."""
    ids = sorted(set(external_ids) - {""})
    if not ids:
        return {}
    requests = ReviewRequest.objects.for_account(account).select_related("contact")
    own = requests.filter(external_id__in=ids).exclude(external_id="").annotate(found_by=F("external_id"))
    further = requests.filter(aliases__account=account, aliases__external_id__in=ids)
    rows = own.union(further.annotate(found_by=F("aliases__external_id")), all=True)
    found: dict[str, ReviewRequest] = {}
    for request in rows:
        request.account = account
        found[request.found_by] = request  # type: ignore[attr-defined]  # annotated above
    return found


def lock(account: Account, *, alone: bool) -> None:
    """Let asks with ids run beside each other, and the one that makes an alias `alone`, until its transaction ends.

    Two tables hold ids, and only so can an id not come into both. Before any row is locked. On SQLite each transaction
    writes alone.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(LOCK if alone else LOCK_SHARED, [f"external ids of {account.pk}"])


def having(requests: QuerySet[ReviewRequest], account: Account, external_id: str) -> QuerySet[ReviewRequest]:
    """Keep the request that has this id, its own or a further one."""
    aliases = RequestAlias.objects.for_account(account).filter(external_id=external_id)
    keys = aliases.values_list("request", flat=True)[:1]
    own = Q(account=account, external_id=external_id) & ~Q(external_id="")
    return requests.filter(own | Q(pk__in=list(keys)))


def name(request: ReviewRequest, external_id: str, *, now: datetime) -> RequestAlias | None:
    """Let the request be found by that id, too: as its own, if it has none, or by the alias returned, not saved.

    Runs in a transaction that has found nothing by the id, and locked the request's contact.
    """
    if request.external_id:
        return RequestAlias(account_id=request.account_id, request=request, external_id=external_id, created_at=now)
    ReviewRequest.objects.filter(pk=request.pk).update(external_id=external_id)
    request.external_id = external_id
    return None
