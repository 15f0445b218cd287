"""Pauses for a fault of our own account: begun by the first answer that says so, tried with one message, ended by it.

The row in the table is the pause, for all workers at once: the statements that claim and declare messages ask for it.
Nothing fails meanwhile, and no attempt is spent (docs/rules.md T5).
"""

import logging
import uuid
from datetime import datetime, timedelta

from django.db import transaction

from oauth.models import Account
from reviews.delivery.channels import ChannelError, Stops
from reviews.models import Delivery, DeliveryEvent, Pause
from reviews.models.pause import sender_of, wait_of, with_sender

logger = logging.getLogger(__name__)

REPORTED_WITHIN = timedelta(minutes=1)  # from an acceptance on: how soon a provider reports that it was none


def begin(
    *, channel: str, account: Account | None, error: ChannelError, now: datetime, reported: bool = False
) -> Pause:
    """Pause what the error stops, or a pause that is being tried for longer; return it.

    `account`: whose message was refused; None when no message was. `reported`: the provider had taken the message.
    Answers to what was in flight when the pause began change nothing.
    """
    sender = sender_of(account, channel)[:254] if account and error.stops is Stops.SENDER else ""
    wait = max(Pause.SHORTEST, error.retry_after or Pause.SHORTEST)
    pause, is_new = Pause.objects.get_or_create(
        channel=channel,
        sender=sender,
        defaults={
            "code": error.code[:50],
            "text": error.text[:500],
            "is_reported": reported,
            "since": now,
            "retry_at": now + wait,
        },
    )
    if is_new:
        logger.error("%s paused for a fault of our account: %s", f"{channel} {sender}".strip(), error.code)
    elif pause.probe is not None:
        pause.code, pause.text = error.code[:50], error.text[:500]
        pause.is_reported |= reported
        pause.retry_at, pause.probe = now + max(wait_of(pause.since, now), wait), None
        pause.save(update_fields=["code", "text", "is_reported", "retry_at", "probe"])
    return pause


def paused_senders(channel: str) -> set[str]:
    """Return the senders of the channel that are paused; among them an empty one where all are."""
    return set(Pause.objects.filter(channel=channel).values_list("sender", flat=True))


def holds(delivery: Delivery) -> bool:
    """Tell whether the message waits: its channel or sender is paused, and it is not the one that is tried."""
    pauses = Pause.objects.filter(
        channel=delivery.channel, sender__in=["", sender_of(delivery.account, delivery.channel)]
    )
    return pauses.exists() and not Pause.objects.filter(probe=delivery.pk).exists()


def take_probe(channel: str, *, now: datetime, lease: timedelta, claim: uuid.UUID) -> int | None:
    """Claim the message that a pause of the channel is tried with, if its time has come; return the message's id.

    Of several workers one gets it. While the whole channel is paused, its senders' own pauses are not tried.
    """
    pauses = Pause.objects.filter(channel=channel)
    with transaction.atomic():
        due = pauses.select_for_update(skip_locked=True).filter(retry_at__lte=now).order_by("sender")
        for pause in due:
            if pause.sender and pauses.filter(sender="").exists():
                return None
            if _has_gone_through(pause):
                _end(pause)
                continue
            row = _oldest_due(pause, now)
            if row is not None:
                Delivery.objects.filter(pk=row.pk).update(claim=claim, due_at=now + lease)
                pauses.filter(pk=pause.pk).update(probe=row.pk, retry_at=now + lease)
                return row.pk
    return None


def _oldest_due(pause: Pause, now: datetime) -> Delivery | None:
    rows = Delivery.objects.filter(status=Delivery.Status.PLANNED, channel=pause.channel, due_at__lte=now, claim=None)
    if pause.sender:
        rows = rows.filter(account__in=Account.objects.filter(with_sender(pause.channel, pause.sender)).values("pk"))
    return rows.order_by("due_at").select_for_update(skip_locked=True, of=("self",)).first()


def _has_gone_through(pause: Pause) -> bool:
    """Tell whether the provider took the message that was tried, and has reported nothing against it since."""
    probes = Delivery.objects.filter(pk__in=[pause.probe], status__in=Delivery.ACCEPTED)
    return pause.is_reported and probes.exists()


def note_accepted(probe: Delivery, *, now: datetime) -> None:
    """End the pauses that the message was tried for: the provider took it.

    Where a report began the pause, it goes on for REPORTED_WITHIN: such a provider accepts first and refuses then.
    """
    for pause in Pause.objects.filter(probe=probe.pk):
        if pause.is_reported:
            Pause.objects.filter(pk=pause.pk).update(retry_at=now + REPORTED_WITHIN)
        else:
            _end(pause)


def note_refused(probe: Delivery, error: ChannelError, *, now: datetime) -> None:
    """Take an answer to the message that was tried for a pause, where it is not the answer that began it.

    A refusal of the message itself proves that the login is well, but says nothing about a sender.
    """
    for pause in Pause.objects.filter(probe=probe.pk):
        if not error.permanent and not error.stops:
            wait = max(wait_of(pause.since, now), error.retry_after or Pause.SHORTEST)
            Pause.objects.filter(pk=pause.pk).update(probe=None, retry_at=now + wait)
        elif pause.sender:
            Pause.objects.filter(pk=pause.pk).update(probe=None, retry_at=now)
        else:
            _end(pause)


def pass_on(probe: Delivery, *, now: datetime) -> None:
    """Let the next message be tried: this one does not leave, for a reason of its own."""
    Pause.objects.filter(probe=probe.pk).update(probe=None, retry_at=now)


def try_now(*, channel: str, sender: str, now: datetime) -> bool:
    """Try the pause with a message at once; False when there is no pause, or it is being tried."""
    return Pause.objects.filter(channel=channel, sender=sender, probe=None).update(retry_at=now) > 0


def end_proven(*, now: datetime) -> None:
    """End the pauses whose probe was taken a while ago, and not refused since."""
    for pause in Pause.objects.filter(is_reported=True, probe__isnull=False, retry_at__lte=now):
        if _has_gone_through(pause):
            _end(pause)


def _end(pause: Pause) -> None:
    if Pause.objects.filter(pk=pause.pk).delete()[0]:
        logger.warning("%s goes on after %s", f"{pause.channel} {pause.sender}".strip(), pause.code)


def next_try(delivery: Delivery, error: ChannelError, *, now: datetime) -> datetime:
    """Return when a message is tried again that waits by itself, since its fault stops nothing else.

    It waits as long again as since the first such answer, which is among the message's provider events.
    """
    answers = DeliveryEvent.objects.filter(delivery=delivery, code=error.code[:50])
    first = answers.order_by("occurred_at").values_list("occurred_at", flat=True).first()
    wait = wait_of(first or now, now)
    return now + max(wait, error.retry_after or wait)
