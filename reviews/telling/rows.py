"""Rows of telling: who is still to be told of what, and whose mail is being sent. No mail is written or sent here.

An item says that it is to be told from its own transaction on. `note_wanted` makes a row of it for each member who
wants that, and the row stays until a mail with it has left: whatever dies or refuses in between, nothing is lost. A
member has one mail at a time, and none within WINDOW of the last one, at whose end all that came meanwhile is in the
next. While mail is refused that grows, and leaves as one mail.
"""

import logging
import uuid
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_noop

from oauth.models import Account, MemberMail, Membership
from reviewhub.sentences import keep
from reviews.models import InboxItem, Telling

logger = logging.getLogger(__name__)

WINDOW = timedelta(minutes=5)
MORNING = time(8)  # in the account's zone
LEASE = timedelta(seconds=60)  # renewed while a mail is on its way
# After each failed attempt in a row, the last one again and again: what waits is never given up.
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15)]
REFUSED_WAIT = timedelta(hours=6)  # after a refusal that another attempt will not change soon
MAX_LAPSES = 5  # processes that died of a mail
NOTED_AT_ONCE = 500  # items
OWN_FAULT = gettext_noop("ReviewHub itself failed over this mail; the log says how.")
keep(OWN_FAULT)


# --- Who is to be told of what -----------------------------------------------------------------------


def note_wanted(now: datetime) -> int:
    """Note for new items which members want to be told; return the number of items. Each is noted once."""
    waiting = InboxItem.objects.filter(is_to_tell=True).order_by("pk")
    if not waiting.exists():  # without the lock that a transaction takes on SQLite
        return 0
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        items = list(waiting.select_for_update(skip_locked=skip, no_key=True)[:NOTED_AT_ONCE])
        mails = _mails_of({item.account_id for item in items if item.is_worth_telling}, now)
        Telling.objects.bulk_create(
            Telling(mail=mail, item=item, created_at=now, morning=next_morning(mail.membership.account, now))
            for item in items
            if item.is_worth_telling and item.handled_at is None
            for mail in mails.get(item.account_id, ())
        )
        InboxItem.objects.filter(pk__in=[item.pk for item in items]).update(is_to_tell=False)
    return len(items)


def next_morning(account: Account, now: datetime) -> datetime:
    """Return the next MORNING in the account's zone after that time."""
    local = now.astimezone(ZoneInfo(account.time_zone))
    morning = datetime.combine(local.date(), MORNING, local.tzinfo)
    return morning if morning > local else datetime.combine(local.date() + timedelta(days=1), MORNING, local.tzinfo)


def forget() -> int:
    """Delete what nobody wants to be told any more; return how many rows."""
    path = "mail__membership__"
    unwanted = Membership.are_told(Membership.Tell.NEVER, path) | Q(**{f"{path}user__is_active": False})
    return Telling.objects.filter(unwanted).delete()[0]


def _mails_of(accounts: set[uuid.UUID], now: datetime) -> dict[uuid.UUID, list[MemberMail]]:
    """Return the mails of the accounts' members who want to be told, by account; make those that are missing.

    The memberships are locked: one that is being ended is not told of any more.
    """
    if not accounts:
        return {}
    rows = Membership.objects.filter(account__in=accounts, account__is_active=True, user__is_active=True)
    rows = rows.exclude(Membership.are_told(Membership.Tell.NEVER)).order_by("pk")
    keys = list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    new = [MemberMail(membership_id=key, due_at=now) for key in keys]
    MemberMail.objects.bulk_create(new, ignore_conflicts=True)
    mails: dict[uuid.UUID, list[MemberMail]] = {}
    for mail in MemberMail.objects.filter(membership__in=keys).select_related("membership__account"):
        mails.setdefault(mail.membership.account_id, []).append(mail)
    return mails


# --- Whose mail is being sent ------------------------------------------------------------------------


def due(now: datetime) -> QuerySet[MemberMail]:
    """Return the mails that may leave now and have something to tell, the one that waits longest first."""
    wanted = Telling.objects.due(now).filter(mail=OuterRef("pk"))
    return MemberMail.objects.filter(Exists(wanted), due_at__lte=now).order_by("due_at", "pk")


def claim(now: datetime) -> MemberMail | None:
    """Claim a mail that is due for LEASE, and return it; None where there is none. No other process gets it until then.

    One whose process died is claimed again when its lease has lapsed; one that processes die of rests for a while.
    """
    if not due(now).exists():
        return None
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        mail = due(now).select_for_update(of=("self",), skip_locked=skip).first()
        if mail is None:
            return None
        mail.lapses += mail.claim is not None
        is_deadly = mail.lapses >= MAX_LAPSES
        mail.claim, mail.due_at = (None, now + REFUSED_WAIT) if is_deadly else (uuid.uuid4(), now + LEASE)
        if is_deadly:
            logger.error("processes died of the mail %s to a member: it rests", mail.pk)
            mail.lapses, mail.error, mail.failing_since = 0, OWN_FAULT, mail.failing_since or now
        mail.save(update_fields=["claim", "due_at", "lapses", "error", "failing_since"])
    return claim(now) if is_deadly else mail


def renew(mails: Iterable[MemberMail], now: datetime) -> None:
    """Hold mails that are on their way for another LEASE: their server takes its time."""
    MemberMail.objects.filter(claim__in=[mail.claim for mail in mails]).update(due_at=now + LEASE)


def settle_sent(mail: MemberMail, keys: Iterable[int], now: datetime) -> None:
    """Record that a mail with these tellings has left: the member has been told, and gets no other one within WINDOW.

    Also where the claim was lost meanwhile: what has left is told.
    """
    with transaction.atomic():
        _held(mail).update(
            claim=None, due_at=now + WINDOW, attempts=0, lapses=0, sent_at=now, failing_since=None, error=""
        )
        Telling.objects.filter(pk__in=list(keys)).delete()


def settle_empty(mail: MemberMail, keys: Iterable[int], now: datetime) -> None:
    """Record that nothing was left to tell: all of it was handled, or the member wants no mail any more."""
    with transaction.atomic():
        _held(mail).update(claim=None, due_at=now, lapses=0)
        Telling.objects.filter(pk__in=list(keys)).delete()


def settle_refused(mail: MemberMail, error: str, *, wait: timedelta | None, now: datetime) -> None:
    """Record that a mail did not leave, and why: it is tried again after the wait, or that of WAITS if longer."""
    usual = WAITS[min(mail.attempts, len(WAITS) - 1)]
    _held(mail).update(
        claim=None,
        due_at=now + max(usual, wait or usual),
        attempts=F("attempts") + 1,
        lapses=0,
        failing_since=Coalesce("failing_since", now),
        error=error.replace("\0", "")[:300],
    )


def _held(mail: MemberMail) -> QuerySet[MemberMail]:
    """Return the mail's row, unless its claim was lost."""
    return MemberMail.objects.filter(pk=mail.pk, claim=mail.claim)
