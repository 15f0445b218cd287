"""Where other programs are told what happened: subscribing, secrets, switching off and on, sending again."""

import base64
import logging
import secrets
from collections.abc import Iterable
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from oauth.connections import connections_of
from oauth.models import Account, Application, Membership, User
from oauth.scopes import READ
from reviewhub import outbound
from reviewhub.encryption import Cipher, Undecipherable
from reviewhub.outbound import Forbidden
from reviewhub.refused import Refused
from reviews.models import SUBSCRIBABLE, Endpoint, Event, Notice

logger = logging.getLogger(__name__)

MOST = 50  # of an account
PREFIX = "whsec_"
REPLAY_AT_ONCE = 10_000
DISCONNECTED = "The app was disconnected."


# --- Subscribing -------------------------------------------------------------------------------------


def check_url(url: str) -> str:
    """The address without blanks around it. Raises Refused."""
    url = url.strip()
    try:
        outbound.check(url, settings.WEBHOOK_NETWORKS)
    except Forbidden as forbidden:
        raise Refused("url", str(forbidden)) from forbidden
    return url


def check_events(names: Iterable[str]) -> str:
    """Names of events as they are kept, in our order. Raises Refused."""
    wanted = set(names)
    if unknown := wanted - set(SUBSCRIBABLE):
        known = ", ".join(SUBSCRIBABLE)
        raise Refused("events", f"There is no event {min(unknown)!r}. There are: {known}.")
    return " ".join(type_ for type_ in SUBSCRIBABLE if type_ in wanted)


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
    """The endpoint for these events, and whether it is new: a repeated call finds the first one. Raises Refused."""
    url, kept = check_url(url), check_events(names)
    Account.objects.select_for_update().get(pk=account.pk)  # of two calls, the second sees what the first made
    own = Endpoint.objects.for_account(account)
    same = own.filter(url=url, event_types=kept, application=application, is_active=True).first()
    if same is not None:
        return same, False
    if own.count() >= MOST:
        raise Refused("url", f"The account has {MOST} endpoints already: delete some first.")
    made = Endpoint(
        account=account, url=url, event_types=kept, description=description, user=user, application=application
    )
    made.secret = _cipher().encrypt(new_secret())
    made.save()
    return made, True


@transaction.atomic
def delete(endpoint: Endpoint) -> None:
    """Tell it nothing more, and forget what it was told."""
    # Whoever is writing notices to it holds the row: they are waited for, and then found and deleted with it.
    for found in Endpoint.objects.select_for_update().filter(pk=endpoint.pk):
        found.delete()


def is_entitled(endpoint: Endpoint, now: datetime) -> bool:
    """Whether it may be told: an app's, only while the person who connected the app still lets it read."""
    if endpoint.application_id is None:
        return True
    return any(
        found.application_id == endpoint.application_id
        and found.user_id == str(endpoint.user_id)
        and READ in found.scopes
        for found in connections_of(endpoint.account, now)
    )


# --- Secrets -----------------------------------------------------------------------------------------


def new_secret() -> str:
    """256 random bits, in the form of the Standard Webhooks specification."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def secrets_of(endpoint: Endpoint) -> list[str]:
    """What it is signed with: the secret, then the former one while that is kept. Raises Undecipherable."""
    return [_cipher().decrypt(kept) for kept in (endpoint.secret, endpoint.former_secret) if kept]


def roll(endpoint: Endpoint) -> str:
    """A new secret; the one before signs too, until it is retired. Returns the new one."""
    made = new_secret()
    with transaction.atomic():
        fresh = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
        fresh.former_secret, fresh.secret = fresh.secret, _cipher().encrypt(made)
        fresh.save(update_fields=["secret", "former_secret"])
    return made


def retire_former(endpoint: Endpoint) -> bool:
    """Sign with the secret alone from now on; False where there was no former one."""
    return Endpoint.objects.filter(pk=endpoint.pk).exclude(former_secret="").update(former_secret="") == 1


def renew_encryption() -> int:
    """Encrypt with the first key what was encrypted with a former one; returns how many endpoints had such secrets."""
    cipher, renewed = _cipher(), 0
    for endpoint in Endpoint.objects.all():
        try:
            now = [cipher.renewed(kept) if kept else "" for kept in (endpoint.secret, endpoint.former_secret)]
        except Undecipherable:
            logger.error("the secret of an endpoint cannot be read: WEBHOOK_KEY is not the one of then")
            continue
        before = {"secret": endpoint.secret, "former_secret": endpoint.former_secret}
        if now != list(before.values()):
            after = Endpoint.objects.filter(pk=endpoint.pk, **before)
            renewed += after.update(secret=now[0], former_secret=now[1])
    return renewed


def _cipher() -> Cipher:
    return Cipher([settings.WEBHOOK_KEY, *settings.WEBHOOK_KEY_FALLBACKS])


# --- Off and on --------------------------------------------------------------------------------------


@transaction.atomic
def switch_off(endpoint: Endpoint, because: str, *, tell: bool = True) -> bool:
    """Tell it nothing more; what waited can be sent again later. False if it was off.

    `tell`: the owners get a mail, which `tell_owners` sends.
    """
    on = Endpoint.objects.filter(pk=endpoint.pk, is_active=True)
    if not on.update(is_active=False, off_because=because[:200], tell_owners=tell):
        return False
    Notice.objects.filter(endpoint=endpoint, status=Notice.Status.WAITING).update(
        status=Notice.Status.FAILED, claim=None
    )
    return True


def switch_on(endpoint: Endpoint) -> None:
    """Tell it what happens from now on; what it missed is sent again when somebody asks for it."""
    Endpoint.objects.filter(pk=endpoint.pk).update(
        is_active=True, off_because="", failing_since=None, failures=0, paused_until=None
    )


def tell_owners() -> int:
    """Write to the owners of accounts whose endpoints were switched off; returns how many mails left.

    A mail that does not leave is tried again with the next call.
    """
    sent = 0
    for endpoint in Endpoint.objects.filter(is_active=False, tell_owners=True).select_related("account"):
        owners = Membership.objects.filter(account=endpoint.account, role=Membership.Role.OWNER, user__is_active=True)
        to = list(owners.values_list("user__email", flat=True))
        address = settings.PUBLIC_URL + reverse("admin:reviews_endpoint_change", args=[endpoint.pk])
        context = {"endpoint": endpoint, "address": address}
        subject = f"{endpoint.account.name}: webhooks to {endpoint} were switched off"
        text = render_to_string("reviews/mail/endpoint_off.txt", context)
        try:
            if to:
                sent += EmailMessage(" ".join(subject.split()), text, to=to).send()
        except (OSError, SMTPException):
            logger.warning("a mail about an endpoint that was switched off did not leave")
            continue
        Endpoint.objects.filter(pk=endpoint.pk).update(tell_owners=False)
    return sent


# --- By hand -----------------------------------------------------------------------------------------


@transaction.atomic
def test(endpoint: Endpoint, now: datetime) -> Notice:
    """Let a test event go there at once. Raises Refused where the endpoint is off."""
    _must_be_on(endpoint)
    event = Event.objects.create(account=endpoint.account, type=Event.Type.TEST, occurred_at=now)
    Endpoint.objects.filter(pk=endpoint.pk).update(paused_until=None)
    return Notice.objects.create(event=event, endpoint=endpoint, due_at=now)


@transaction.atomic
def replay(endpoint: Endpoint, which: QuerySet[Notice], now: datetime) -> int:
    """Send these notices of the endpoint again, up to REPLAY_AT_ONCE, with a full round of tries; returns how many.

    Those that wait anyway are left to themselves. Raises Refused where the endpoint is off.
    """
    _must_be_on(endpoint)
    settled = which.filter(endpoint=endpoint).exclude(status=Notice.Status.WAITING)
    keys = list(settled.order_by("pk").values_list("pk", flat=True)[:REPLAY_AT_ONCE])
    again = Notice.objects.filter(pk__in=keys).exclude(status=Notice.Status.WAITING)
    return again.update(status=Notice.Status.WAITING, due_at=now, claim=None, tries=0)


@transaction.atomic
def replay_between(endpoint: Endpoint, *, since: datetime, until: datetime, now: datetime) -> int:
    """Send what happened in that time again, up to REPLAY_AT_ONCE events of the types the endpoint wants.

    Also what it never was told: because it was off, or not there yet. Returns how many. Raises Refused.
    """
    _must_be_on(endpoint)
    happened = Event.objects.for_account(endpoint.account).filter(occurred_at__gte=since, occurred_at__lt=until)
    happened = happened.filter(type__in=endpoint.events or SUBSCRIBABLE)
    known = Notice.objects.filter(endpoint=endpoint)
    unknown = happened.exclude(pk__in=known.values("event")).order_by("pk")
    missed = list(unknown.select_for_update(no_key=True)[:REPLAY_AT_ONCE])  # none is forgotten before we are done
    Notice.objects.bulk_create(Notice(event=event, endpoint=endpoint, due_at=now) for event in missed)
    return len(missed) + replay(endpoint, known.filter(event__in=happened), now)


def _must_be_on(endpoint: Endpoint) -> None:
    # Locked: it is not deleted before we are done.
    found = Endpoint.objects.select_for_update(no_key=True).filter(pk=endpoint.pk).first()
    if found is None or not found.is_active:
        raise Refused("endpoint", "The endpoint is switched off: switch it on first.")
