"""Functions that tests call inside another process: in an installation's worker, or on its database."""

import os
from datetime import timedelta

import time_machine
from django.db import transaction
from django.utils import timezone

from oauth.models import Account, User
from reviews import tasks
from reviews.delivery import advance, claims, drain, prepare, reconcile, unsent
from reviews.delivery.channels import Accepted, Message
from reviews.delivery.channels.email import EmailChannel
from reviews.models import ChannelHealth, Contact, Delivery, Event, FollowUpStep, ImportProblem, Notice
from reviews.requests import imports
from reviews.requests.ask import Ask, ask
from reviews.requests.matching import Person
from reviews.webhooks import events, notifier
from reviews.worker import heartbeat, queue, watchdog


def hurry() -> None:
    """Shorten leases and looks to seconds, the protocol as it is: what lapses, lapses within the test."""
    claims.LEASE = advance.LEASE = unsent.LEASE = timedelta(seconds=4)
    drain.SEND_FOR = 3.0
    drain.DATABASE_WITHIN = 60.0
    drain.RENEW_AFTER = 1.0
    heartbeat.LOST_AFTER = 3.0
    queue.IDLE_LOOK = 1.0
    watchdog.HUNG_AFTER = 4.0


def notice_a_hang_after(seconds: float) -> None:
    watchdog.HUNG_AFTER = seconds


def repeat_calls_after(seconds: float) -> None:
    """Shorten the lease of a notice: what a killed process had taken is called again that soon."""
    notifier.LEASE = timedelta(seconds=seconds)


def die_of_mail_to(start: str) -> None:
    """End the process at once when it sends a mail to an address that starts so."""
    send = EmailChannel.send

    def deadly(self: EmailChannel, message: Message) -> Accepted:
        if message.to.startswith(start):
            os._exit(9)
        return send(self, message)

    EmailChannel.send = deadly  # type: ignore[method-assign]


def die_of_writing_to(start: str) -> None:
    """End the process at once when it writes the mail to an address that starts so, before any provider is asked."""
    render = prepare.render

    def deadly(delivery: Delivery, step: FollowUpStep) -> Message:
        if delivery.address.startswith(start):
            os._exit(9)
        return render(delivery, step)

    prepare.render = deadly


def ask_many(*, name: str, mails: int, texts: int, prefix: int, time_zone: str) -> None:
    """Ask that many people by mail, and that many by text, all due now."""
    account, now = Account.objects.get(), timezone.now()
    with transaction.atomic():
        for number in range(mails):
            ask(account=account, wanted=Ask(person=Person(email=f"{name}{number}@example.com")), now=now)
        for number in range(texts):
            person = Person(phone=f"+1212{prefix}{number:04}", time_zone=time_zone)
            ask(account=account, wanted=Ask(person=person), now=now)


def forget_everybody() -> None:
    Contact.objects.all().delete()
    ChannelHealth.objects.all().delete()


def count_unsettled() -> int:
    """Reconcile what can be, and count the first messages that are neither sent nor failed."""
    reconcile.LISTED_AFTER = timedelta(seconds=1)
    reconcile.reconcile(now=timezone.now())
    return Delivery.objects.filter(step=0).exclude(status__in=["sent", "failed"]).count()


def record_clicks(count: int) -> int:
    """Record that many events, and count those that there are."""
    account, now = Account.objects.get(), timezone.now()
    events.record(*[Event(account=account, type="link.clicked", occurred_at=now) for _ in range(count)])
    return Event.objects.filter(type="link.clicked").count()


def count_undelivered_notices() -> int:
    return Notice.objects.exclude(status="delivered").count()


def state_of(address: str) -> tuple[str, int, int]:
    """Return the status of the only message to the address, how often it was tried, and how often its claim lapsed."""
    status, attempts, lapses = Delivery.objects.values_list("status", "attempts", "lapses").get(address=address)
    return status, attempts, lapses


def do_late_work() -> None:
    """Do the work of a minute to come."""
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        tasks.tick()


def have_problems(count: int) -> int:
    """Make an import of which that many rows had problems, and return its key."""
    account = Account.objects.get()
    job = imports.receive(
        account=account, user=User.objects.get(), name="list.csv", raw=b"email;name\nx;y\n", now=timezone.now()
    )
    rows = [ImportProblem(job=job, line=line, cells=[f"{line}", "y"], text="Wrong.") for line in range(count)]
    ImportProblem.objects.bulk_create(rows)
    return job.pk
