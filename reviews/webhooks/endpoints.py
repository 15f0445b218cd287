"""Endpoints: subscribe, roll secrets, switch off and on, send again. The calls themselves are the notifier's."""

import base64
import logging
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from oauth.connections import connections_of
from oauth.models import Account, Application, User
from oauth.owners import mail_owners
from oauth.scopes import READ
from reviewhub import outbound
from reviewhub.encryption import Cipher, Undecipherable
from reviewhub.outbound import Forbidden
from reviewhub.refused import Refused
from reviews.models import SUBSCRIBABLE, Endpoint, Event, Notice
from reviews.webhooks import events

logger = logging.getLogger(__name__)

MOST = 50  # endpoints of an account's own
MOST_OF_APP = 500  # of each app that it connected: Zapier makes one for each Zap
PREFIX = "whsec_"  # of a secret, by the Standard Webhooks specification
REPLAY_AT_ONCE = 10_000  # notices
CATCH_UP_AT_ONCE = 1_000  # notices of an endpoint
LONGEST_TRANSACTION = timedelta(minutes=10)
DISCONNECTED = "The app was disconnected."


# --- Subscribing -------------------------------------------------------------------------------------


def check_url(url: str) -> str:
    """Return the address without blanks around it. Raises Refused for one that must not be called."""
    url = url.strip()
    try:
        outbound.check(url, settings.WEBHOOK_NETWORKS)
    except Forbidden as forbidden:
        raise Refused("url", str(forbidden)) from forbidden
    return url


def check_events(names: Iterable[str]) -> str:
    """Return the types of events in their stored form: in our order, with blanks between. Raises Refused."""
    types = set(names)
    if unknown := types - set(SUBSCRIBABLE):
        known = ", ".join(SUBSCRIBABLE)
        raise Refused("events", f"There is no event {min(unknown)!r}. There are: {known}.")
    return " ".join(type_ for type_ in SUBSCRIBABLE if type_ in types)


@transaction.atomic
def subscribe(
    *,
    account: Account,
    url: str,
    names: Iterable[str],
    description: str = "",
    user: User | None = None,
    application: Application | None = None,
) -> tuple[Endpoint, bool]:
    """Return the endpoint for these events, and True if it is new: a repeated call finds the first. Raises Refused."""
    url, event_types = check_url(url), check_events(names)
    Account.objects.select_for_update().get(pk=account.pk)  # of two calls, the second sees what the first made
    endpoints = Endpoint.objects.for_account(account)
    same = endpoints.filter(url=url, event_types=event_types, application=application, is_active=True).first()
    if same is not None:
        return same, False
    if application is not None:
        _make_room(endpoints.filter(application=application))
    check_number(account, application)
    endpoint = Endpoint(
        account=account, url=url, event_types=event_types, description=description, user=user, application=application
    )
    endpoint.secret = cipher().encrypt(new_secret())
    endpoint.save()
    return endpoint, True


def check_number(account: Account, application: Application | None = None) -> None:
    """Raise Refused if there are as many endpoints as the app, or without one the account itself, may have there."""
    most = MOST if application is None else MOST_OF_APP
    if Endpoint.objects.for_account(account).filter(application=application).count() >= most:
        whose = "The account" if application is None else f"The app {application.name}"
        raise Refused("url", f"{whose} has {most} webhooks already: delete some first.")


def _make_room(endpoints_of_app: QuerySet[Endpoint]) -> None:
    """Where an app has as many endpoints as it may, delete its oldest one that is off, if there is one.

    Apps do not come back to delete an endpoint whose address is gone, or that ended with a connection.
    """
    if endpoints_of_app.count() >= MOST_OF_APP:
        for endpoint in endpoints_of_app.filter(is_active=False).order_by("created_at", "pk")[:1]:
            delete(endpoint)


@transaction.atomic
def delete(endpoint: Endpoint) -> None:
    """Delete the endpoint with its notices and attempts."""
    # A transaction that writes notices for it holds the row: it is waited for, and its notices are deleted, too.
    for row in Endpoint.objects.select_for_update().filter(pk=endpoint.pk):
        row.delete()


def is_entitled(endpoint: Endpoint, now: datetime) -> bool:
    """Return True if it may be called. An app's may, while the person who connected the app still lets it read."""
    if endpoint.application_id is None:
        return True
    return any(
        connection.application_id == endpoint.application_id
        and connection.user_id == str(endpoint.user_id)
        and READ in connection.scopes
        for connection in connections_of(endpoint.account, now)
    )


# --- Secrets -----------------------------------------------------------------------------------------


def new_secret() -> str:
    """Make a secret: 256 random bits, in the form of the Standard Webhooks specification."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def secrets_of(endpoint: Endpoint) -> list[str]:
    """Return the secrets that calls are signed with: the present one, then the former one while it is kept.

    Raises Undecipherable if no key reads them.
    """
    return [cipher().decrypt(encrypted) for encrypted in (endpoint.secret, endpoint.former_secret) if encrypted]


def roll(endpoint: Endpoint) -> str:
    """Give the endpoint a new secret, and return it. The present one signs too, until it is retired."""
    secret = new_secret()
    with transaction.atomic():
        row = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
        row.former_secret, row.secret = row.secret, cipher().encrypt(secret)
        row.save(update_fields=["secret", "former_secret"])
    return secret


def retire_former(endpoint: Endpoint) -> bool:
    """Sign with the present secret alone from now on. Return False if there was no former one."""
    return Endpoint.objects.filter(pk=endpoint.pk).exclude(former_secret="").update(former_secret="") == 1


def renew_encryption() -> int:
    """Encrypt with the first key all secrets that were encrypted with a former one. Return the number of endpoints."""
    current, count = cipher(), 0
    for endpoint in Endpoint.objects.all():
        before = {"secret": endpoint.secret, "former_secret": endpoint.former_secret}
        try:
            after = {name: current.renew(encrypted) if encrypted else "" for name, encrypted in before.items()}
        except Undecipherable:
            logger.error("the secret of an endpoint cannot be read: WEBHOOK_KEY is not the one of then")
            continue
        if after != before:
            count += Endpoint.objects.filter(pk=endpoint.pk, **before).update(**after)
    return count


def cipher() -> Cipher:
    """Return what encrypts the secrets of webhooks, wherever they are kept."""
    return Cipher([settings.WEBHOOK_KEY, *settings.WEBHOOK_KEY_FALLBACKS])


# --- Off and on --------------------------------------------------------------------------------------


@transaction.atomic
def switch_off(endpoint: Endpoint, because: str, *, tell: bool = True) -> bool:
    """Call the endpoint no more; its waiting notices fail, and can be sent again later. Return False if it was off.

    `tell`: the owners get a mail, which `tell_owners` sends.
    """
    if not Endpoint.objects.filter(pk=endpoint.pk, is_active=True).update(
        is_active=False, off_because=because[:200], tell_owners=tell
    ):
        return False
    Notice.objects.filter(endpoint=endpoint, status=Notice.Status.WAITING).update(
        status=Notice.Status.FAILED, claim=None
    )
    return True


def switch_on(endpoint: Endpoint) -> None:
    """Call the endpoint again, with events from now on; those that it missed are sent only on request."""
    Endpoint.objects.filter(pk=endpoint.pk).update(
        is_active=True, off_because="", failing_since=None, failures=0, paused_until=None, behind_since=None
    )


def count_as_told(now: datetime) -> None:
    """Call no endpoint with what it may have been called with by now, and mail no owner: after a restore.

    The notices fail, and can be sent again on request.
    """
    due = Notice.objects.filter(Q(due_at__lte=now) | Q(claim__isnull=False), status=Notice.Status.WAITING)
    due.update(status=Notice.Status.FAILED, claim=None)
    Endpoint.objects.filter(behind_since__lt=now).update(behind_since=now)
    Endpoint.objects.filter(tell_owners=True).update(tell_owners=False)


def tell_owners() -> int:
    """Mail the owners of accounts whose endpoints were switched off. Return the number of endpoints told of.

    A mail that does not leave is tried again with the next call.
    """
    told = 0
    for endpoint in Endpoint.objects.filter(is_active=False, tell_owners=True).select_related("account"):
        address = settings.PUBLIC_URL + reverse("admin:reviews_endpoint_change", args=[endpoint.pk])
        context = {"endpoint": endpoint, "address": address}
        if mail_owners(endpoint.account, template="reviews/mail/endpoint_off", context=context):
            told += Endpoint.objects.filter(pk=endpoint.pk).update(tell_owners=False)
    return told


# --- On request --------------------------------------------------------------------------------------


@transaction.atomic
def test(endpoint: Endpoint, now: datetime) -> Notice:
    """Record a test event with a notice for this endpoint, due now. Raises Refused if the endpoint is off."""
    _lock_active(endpoint)
    event = Event.objects.create(account=endpoint.account, type=Event.Type.TEST, occurred_at=now)
    Endpoint.objects.filter(pk=endpoint.pk).update(paused_until=None)
    return Notice.objects.create(event=event, endpoint=endpoint, due_at=now)


@transaction.atomic
def replay(endpoint: Endpoint, which: QuerySet[Notice], now: datetime) -> int:
    """Make notices of the endpoint due again, up to REPLAY_AT_ONCE, with a full round of tries. Return their number.

    Notices that are waiting stay as they are. Raises Refused if the endpoint is off.
    """
    _lock_active(endpoint)
    settled = which.filter(endpoint=endpoint).exclude(status=Notice.Status.WAITING)
    keys = list(settled.order_by("pk").values_list("pk", flat=True)[:REPLAY_AT_ONCE])
    still_settled = Notice.objects.filter(pk__in=keys).exclude(status=Notice.Status.WAITING)
    return still_settled.update(status=Notice.Status.WAITING, due_at=now, claim=None, tries=0, lapses=0)


@transaction.atomic
def replay_between(endpoint: Endpoint, *, since: datetime, until: datetime, now: datetime) -> int:
    """Send the events of that time again, of the types that the endpoint wants, up to REPLAY_AT_ONCE of them.

    Also those that it has no notice of: it was off, or did not exist yet. Return the number. Raises Refused if it is
    off.
    """
    _lock_active(endpoint)
    wanted = _wanted(endpoint).filter(occurred_at__gte=since, occurred_at__lt=until)
    made = _make_missed(endpoint, wanted, REPLAY_AT_ONCE, now)
    return made + replay(endpoint, Notice.objects.filter(event__in=wanted), now)


def catch_up(now: datetime) -> int:
    """Make the notices that endpoints missed while they failed, for those that answer by now. Return their number.

    Up to CATCH_UP_AT_ONCE for each; the next call goes on. An endpoint has caught up when a call finds nothing: then
    the transactions that began while it failed have ended.
    """
    behind = Endpoint.objects.filter(behind_since__isnull=False, failing_since=None, is_active=True)
    return sum(_catch_up(endpoint, now) for endpoint in behind)


@transaction.atomic
def _catch_up(endpoint: Endpoint, now: datetime) -> int:
    row = Endpoint.objects.select_for_update(no_key=True).filter(pk=endpoint.pk).first()
    if row is None or row.behind_since is None:
        return 0
    # By its key, an event is as old as its row: it may be said to have occurred earlier.
    since = events.first_id(row.behind_since - LONGEST_TRANSACTION)
    made = _make_missed(row, _wanted(row).filter(pk__gte=since), CATCH_UP_AT_ONCE, now)
    if not made:
        Endpoint.objects.filter(pk=row.pk).update(behind_since=None)
    return made


def _wanted(endpoint: Endpoint) -> QuerySet[Event]:
    return Event.objects.for_account(endpoint.account).filter(type__in=endpoint.events or SUBSCRIBABLE)


def _make_missed(endpoint: Endpoint, wanted: QuerySet[Event], most: int, now: datetime) -> int:
    """Make a notice for each of the events that the endpoint has none of, up to `most`. Return their number."""
    notices = Notice.objects.filter(endpoint=endpoint, event=OuterRef("pk"))
    unnoticed = wanted.filter(~Exists(notices)).order_by("pk")
    missed = list(unnoticed.select_for_update(no_key=True)[:most])  # locked: the sweep deletes none meanwhile
    Notice.objects.bulk_create(Notice(event=event, endpoint=endpoint, due_at=now) for event in missed)
    return len(missed)


def _lock_active(endpoint: Endpoint) -> None:
    """Lock the endpoint, so that nobody deletes it meanwhile. Raises Refused if it is off."""
    row = Endpoint.objects.select_for_update(no_key=True).filter(pk=endpoint.pk).first()
    if row is None or not row.is_active:
        raise Refused("endpoint", "The endpoint is switched off: switch it on first.")
