"""Troubles that last at this moment, each kept in one row until it has ended; what they are in words.

Everything is looked up anew each time: no deed that causes or ends a trouble has to think of the row.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Case, F, Value, When
from django.utils import timezone
from django.utils.translation import gettext

from reviews.insights import installation
from reviews.models import Pause, Trouble, WorkerBeat
from reviews.models.base import Channel
from reviews.models.provider_codes import explain_to_operator

PATIENCE = timedelta(seconds=60)  # without any worker: a new version that is started takes less
KEPT = timedelta(days=90)


def look(*, now: datetime) -> None:
    """Bring the rows up to date: begin one for each new trouble, end those whose trouble is over. Tells nobody."""
    lasting = {(row.kind, row.channel, row.sender): row.pk for row in Trouble.objects.lasting()}
    found = {(row.kind, row.channel, row.sender): row for row in _find(now)}
    new = [row for key, row in found.items() if key not in lasting]
    Trouble.objects.bulk_create(new, ignore_conflicts=True)  # the unique key decides who has seen it first
    over = [pk for key, pk in lasting.items() if key not in found]
    if over:
        # Whoever holds a claim is telling of the beginning, or died over it: the end is told in any case.
        told_at = Case(When(told_at=None, claim__isnull=False, then=Value(now)), default=F("told_at"))
        rows = Trouble.objects.lasting().filter(pk__in=over)
        rows.update(told_at=told_at, ended_at=now, due_at=now, claim=None, tries=0)


def forget(now: datetime) -> None:
    """Delete the rows of troubles that ended long ago."""
    Trouble.objects.filter(ended_at__lt=now - KEPT).delete()


def worker_missing_since(now: datetime) -> datetime | None:
    """Return since when no worker is at work; None while one is, or where none was heard of and nobody has looked."""
    last = WorkerBeat.newest()
    if last is not None:
        return None if WorkerBeat.is_fresh(last, now) else last
    rows = Trouble.objects.lasting().filter(kind=Trouble.Kind.WORKER)
    return rows.values_list("since", flat=True).first()


def _find(now: datetime) -> Iterator[Trouble]:
    last = WorkerBeat.newest()
    if not WorkerBeat.is_fresh(last, now):
        since = last or now
        yield Trouble(kind=Trouble.Kind.WORKER, since=since, due_at=max(now, since + PATIENCE))
    for pause in installation.account_faults():
        yield _paused(pause, now)
    if (first := installation.first_stray_text()) is not None:
        yield Trouble(kind=Trouble.Kind.STRAY, since=first, due_at=now)


def _paused(pause: Pause, now: datetime) -> Trouble:
    where = {"channel": pause.channel, "sender": pause.sender}
    return Trouble(kind=Trouble.Kind.PAUSE, **where, code=pause.code, since=pause.since, due_at=now)


# --- In words ----------------------------------------------------------------------------------------------


def in_words(trouble: Trouble) -> str:
    """Say in the active language what is wrong, or, once it has ended, that it is well again."""
    since = moment(trouble.since)
    if trouble.kind == Trouble.Kind.WORKER:
        if trouble.ended_at:
            return gettext("A worker is at work again: what waited is sent.")
        return gettext("No worker since %(time)s: nothing is sent until one runs.") % {"time": since}
    if trouble.kind == Trouble.Kind.STRAY:
        if trouble.ended_at:
            return gettext("Somebody has decided about every text that fitted no business.")
        return gettext("A customer's text fits no business since %(time)s. Decide about it.") % {"time": since}
    return _of_pause(trouble, since)


def _of_pause(trouble: Trouble, since: str) -> str:
    values = {"sender": trouble.sender, "time": since, "why": explain_to_operator(trouble.code)}
    is_text = trouble.channel == Channel.SMS
    if trouble.ended_at:
        if trouble.sender:
            return gettext("Messages from %(sender)s leave again.") % values
        return gettext("Texts leave again.") if is_text else gettext("Mails leave again.")
    if trouble.sender:
        return gettext("Messages from %(sender)s wait since %(time)s: %(why)s") % values
    if is_text:
        return gettext("All texts wait since %(time)s: %(why)s") % values
    return gettext("All mails wait since %(time)s: %(why)s") % values


def moment(at: datetime) -> str:
    """Return the time in the installation's zone, with its name: the reader may be anywhere."""
    local = timezone.localtime(at, timezone.get_default_timezone())
    return f"{local:%Y-%m-%d %H:%M %Z}"
