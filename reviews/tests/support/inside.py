"""Functions that tests call inside another process: in an installation's worker, or on its database."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from time import sleep
from typing import Any
from uuid import uuid4

import time_machine
from django.db import connection, transaction
from django.utils import timezone
from django_q.models import OrmQ

from oauth.api_keys import create_api_key
from oauth.hashers import new_token
from oauth.models import Account, Grant, Membership, User, UserSession
from oauth.models.tokens import ACCESS_PREFIX, REFRESH_PREFIX
from oauth.server import grants
from oauth.tests.flow import make_application
from reviewhub import outbound
from reviewhub.testing import make_account
from reviews import tasks
from reviews.delivery import advance, answers, claims, drain, prepare, reconcile, turns, unsent
from reviews.delivery.channels import Accepted, Message
from reviews.delivery.channels.email import EmailChannel
from reviews.delivery.provider_events import apply
from reviews.models import (
    ChannelHealth,
    Contact,
    Delivery,
    DeliveryEvent,
    Event,
    FollowUpStep,
    ImportJob,
    ImportRow,
    InboxItem,
    Notice,
    WorkerBeat,
)
from reviews.models.base import Channel
from reviews.pages import actions
from reviews.requests import import_rows, imports
from reviews.requests.ask import Ask, ask, ask_all
from reviews.requests.csv_files import Row
from reviews.requests.import_files import receive
from reviews.requests.matching import Person
from reviews.telling import rows, teller
from reviews.tests.support.waiting import until
from reviews.webhooks import endpoints as webhooks
from reviews.webhooks import events, notifier
from reviews.worker import heartbeat, queue, task_paths, watchdog


def hurry(lease: float = 4.0) -> None:
    """Shorten leases and looks to seconds, the protocol as it is: what lapses, lapses within the test."""
    claims.LEASE = advance.LEASE = unsent.LEASE = timedelta(seconds=lease)
    drain.SEND_FOR = 3.0
    drain.DATABASE_WITHIN = 60.0
    drain.RENEW_AFTER = 1.0
    heartbeat.LOST_AFTER = 3.0
    queue.IDLE_LOOK = 1.0
    watchdog.HUNG_AFTER = 4.0
    imports.STALLED = timedelta(seconds=1)


def notice_a_hang_after(seconds: float) -> None:
    watchdog.HUNG_AFTER = seconds


def repeat_calls_after(seconds: float) -> None:
    """Shorten the lease of a notice: what a killed process had taken is called again that soon."""
    notifier.LEASE = timedelta(seconds=seconds)


def tell_within(seconds: float) -> None:
    """Shorten the time between two mails to a member, and the wait after a failure."""
    rows.WINDOW = timedelta(seconds=seconds)
    rows.WAITS = [rows.WINDOW]


def tell_again_after(seconds: float) -> None:
    """Shorten the lease of a mail to a member: what a killed process had taken is sent again that soon."""
    rows.LEASE = timedelta(seconds=seconds)
    teller.RENEW_EVERY = seconds / 4


def die_at_each_stage() -> None:
    """End the process at once over a message whose address says at which stage, and over what is called deadly."""
    read_along, render, send_on = prepare.read_along, prepare.render, drain._Drain._send
    send, mark, find, read = EmailChannel.send, advance.mark_and_declare, apply.find_delivery, import_rows._read

    def die_if(stage: str, *names: str) -> None:
        if any(name.startswith(stage) for name in names):
            os._exit(9)

    def claimed(rows: list[Delivery]) -> Any:
        die_if("claimed", *(row.address for row in rows))
        return read_along(rows)

    def prepared(delivery: Delivery, step: FollowUpStep) -> Message:
        die_if("prepared", delivery.address)
        return render(delivery, step)

    def declared(self: Any, work: Any) -> None:
        die_if("declared", work.delivery.address)
        send_on(self, work)

    def sending(self: EmailChannel, message: Message) -> Accepted:
        die_if("sending", message.to)
        return send(self, message)

    def settling(*, sent: Any, **given: Any) -> Any:
        die_if("settling", *(each.delivery.address for each in sent))
        return mark(sent=sent, **given)

    def reported(event: DeliveryEvent) -> Delivery | None:
        die_if("deadly", event.provider_id)
        return find(event)

    def imported(job: ImportJob, row: Any, now: Any) -> Any:
        die_if("deadly7", *row.cells)
        return read(job, row, now)

    changes: dict[tuple[Any, str], Any] = {
        (prepare, "read_along"): claimed,
        (prepare, "render"): prepared,
        (drain._Drain, "_send"): declared,
        (EmailChannel, "send"): sending,
        (advance, "mark_and_declare"): settling,
        (apply, "find_delivery"): reported,
        (import_rows, "_read"): imported,
    }
    for (place, name), deadly in changes.items():
        setattr(place, name, deadly)


def die_of_the_seventh_click() -> None:
    """End the notifier at once when it is about to tell of it."""
    represent = notifier.represent_events

    def deadly(events: Sequence[Event]) -> list[dict[str, Any]]:
        clicks = Event.objects.filter(type="link.clicked").order_by("pk")
        if clicks[6].pk in [event.pk for event in events]:
            os._exit(9)
        return represent(events)

    notifier.represent_events = deadly


def prepare_deadly_work() -> None:
    """Store two reports, an import of twenty rows, and one of twenty, of which a row of the first of each is deadly."""
    account, user, now = Account.objects.get(), User.objects.get(), timezone.now()
    other = make_account("Harmless", window_start=time(0), window_end=time(0))  # one import of each at a time
    accounts = {"deadly": account, "harmless": other}
    for name, account in accounts.items():
        times = {"occurred_at": now, "received_at": now - timedelta(hours=2)}
        DeliveryEvent.objects.create(provider="postmark", key=name, provider_id=name, kind="sent", **times)
        rows = "".join(f"{name if row == 7 else 'row'}{row};{name}-row{row}@example.com\n" for row in range(20))
        raw = f"name;email\n{rows}".encode()
        job = receive(account=account, user=user, name=name, raw=raw, now=now)
        imports.start(job, check=False, now=now)


def see_out_deadly_work(*, is_last: bool = False) -> dict[str, Any]:
    """Have the minute's work done each second until the imports are, if it is the last time all; tell what became."""

    def ended() -> dict[str, Any] | None:
        queue.enqueue(task_paths.TICK)
        sleep(1)
        found = _what_became_of_deadly_work()
        is_done = {status for status, *_ in found["imports"].values()} == {"done"}
        return found if is_done and not (is_last and found["tasks"]) else None

    became: dict[str, Any] = until(ended, patience=120.0)
    return became


def _what_became_of_deadly_work() -> dict[str, Any]:
    jobs = {job.name: (job.status, job.asked, job.refused) for job in ImportJob.objects.all()}
    reports = {row.key: row.applied_at is not None for row in DeliveryEvent.objects.filter(provider="postmark")}
    return {"imports": jobs, "reports": reports, "tasks": OrmQ.objects.count()}


def take_memory_when_writing_to(start: str) -> None:
    """Take 4 GB to write the mail to an address that starts so."""
    render = prepare.render

    def greedy(delivery: Delivery, step: FollowUpStep) -> Message:
        if delivery.address.startswith(start):
            bytearray(4 << 30)
        return render(delivery, step)

    prepare.render = greedy


def take_memory_when_reading(name: str) -> None:
    """Take 4 GB to read the file of that name."""
    rows_from = imports.rows_from

    def greedy(job: ImportJob) -> Iterator[Row]:
        if job.name == name:
            bytearray(4 << 30)
        return rows_from(job)

    imports.rows_from = greedy


def import_files(*names: str) -> list[tuple[str, str]]:
    """Import files of one customer each, one after the other; return their status, and what is said of a failure."""
    account, user = Account.objects.get(), User.objects.get()
    outcomes = []
    for name in names:
        raw = f"email\n{name}@example.com\n".encode()
        job = receive(account=account, user=user, name=name, raw=raw, now=timezone.now())
        imports.start(job, check=False, now=timezone.now())
        until(lambda: ImportJob.objects.filter(ended_at=None).exclude(status="failed").count() == 0)
        job.refresh_from_db()
        outcomes.append((job.status, job.error))
    return outcomes


def move_in(url: str, *, mails: int, rows: int, endpoints: int) -> str:
    """Make the account of the demo greedy, and a modest one beside it, whose API key is returned."""
    greedy, user, now = Account.objects.get(), User.objects.get(), timezone.now()
    for start in range(0, mails, 500):
        people = [Person(email=f"greedy{number}@example.com") for number in range(start, min(start + 500, mails))]
        ask_all(account=greedy, wanted=[Ask(person=person) for person in people], now=now)
    for number in range(endpoints):
        webhooks.subscribe(account=greedy, url=f"{url}/silent/{number}", names=[])
    raw = "".join(["email\n", *(f"row{number}@example.com\n" for number in range(rows))]).encode()
    imports.start(receive(account=greedy, user=user, name="greedy.csv", raw=raw, now=now), check=False, now=now)
    modest = make_account("Modest", window_start=time(0), window_end=time(0))
    Membership.objects.create(account=modest, user=user, role=Membership.Role.OWNER)
    webhooks.subscribe(account=modest, url=f"{url}/modest", names=[])
    return create_api_key(account=modest, user=user, name="modest")[1]


def wait_for_silent_endpoints() -> None:
    """Wait for an answer to a webhook as long as the process lives."""
    outbound.TIMEOUT = 600
    notifier.LEASE = timedelta(seconds=600)


def take_short_turns() -> None:
    """Shorten the time for which drains and imports hold a worker, and look at each claim who has messages due."""
    drain.SEND_FOR, imports.SLICE = 2.0, 1.0
    turns.Turns.FRESH = 0.0


def import_beside(address: str) -> tuple[str, int]:
    """Import a file of one customer for the modest account; return its status, and how far the greedy one's is then."""
    account, user, now = Account.objects.get(name="Modest"), User.objects.get(), timezone.now()
    raw = f"email\n{address}\n".encode()
    job = receive(account=account, user=user, name="modest.csv", raw=raw, now=now)
    imports.start(job, check=False, now=now)
    until(lambda: ImportJob.objects.exclude(ended_at=None).filter(pk=job.pk).exists())
    job.refresh_from_db()
    greedy = ImportJob.objects.get(name="greedy.csv")
    imports.cancel(greedy, now=timezone.now())
    return job.status, greedy.position


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
    ImportJob.objects.all().delete()
    Account.objects.filter(name="Harmless").delete()
    ChannelHealth.objects.all().delete()


def count_unsettled() -> int:
    """Reconcile what can be, and count the first messages that are neither sent nor failed."""
    reconcile.LISTED_AFTER = timedelta(seconds=1)
    reconcile.reconcile(now=timezone.now())
    left = Delivery.objects.filter(step=0).exclude(status__in=["sent", "failed"])
    return left.exclude(status="unknown", channel="email").count()  # staff decide about these


def connect_app(count: int) -> list[str]:
    """Connect an app to the account that many times, and return the access token of each connection."""
    account, user, now = Account.objects.get(), User.objects.get(), timezone.now()
    app = make_application(client_id=uuid4().hex)
    tokens = [new_token(ACCESS_PREFIX) for _ in range(count)]
    for token in tokens:
        grant = Grant(account=account, user=user, membership=account.memberships.get(), application=app)
        grant.token_family, grant.scope = uuid4(), "read write"
        grants.issue_pair(
            grant, access_token=token, refresh_token=new_token(REFRESH_PREFIX), scope=grant.scope, now=now
        )
    return tokens


def addresses_of_sessions() -> list[str]:
    return list(UserSession.objects.values_list("address", flat=True))


def record_clicks(count: int) -> int:
    """Record that many events, and count those that there are."""
    account, now = Account.objects.get(), timezone.now()
    events.record(*[Event(account=account, type="link.clicked", occurred_at=now) for _ in range(count)])
    return Event.objects.filter(type="link.clicked").count()


def forget_events() -> None:
    Event.objects.all().delete()


def count_undelivered_notices() -> int:
    return Notice.objects.exclude(status="delivered").count()


def notices_by_status() -> dict[str, int]:
    return dict(Counter(Notice.objects.values_list("status", flat=True)))


def state_of(address: str) -> tuple[str, int, int]:
    """Return the status of the only message to the address, how often it was tried, and how often its claim lapsed."""
    status, attempts, lapses = Delivery.objects.values_list("status", "attempts", "lapses").get(address=address)
    return status, attempts, lapses


def do_late_work() -> None:
    """Do the work of a minute to come."""
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        tasks.tick()


def age_beats() -> None:
    """Let the last beat of each worker be five minutes old."""
    WorkerBeat.objects.update(beat_at=timezone.now() - timedelta(minutes=5))


def have_problems(count: int) -> int:
    """Make an import of which that many rows had problems, and return its key."""
    account = Account.objects.get()
    job = receive(
        account=account, user=User.objects.get(), name="list.csv", raw=b"email;name\nx;y\n", now=timezone.now()
    )
    rows = [ImportRow(job=job, line=line, cells=[f"{line}", "y"], text="Wrong.") for line in range(count)]
    ImportRow.objects.bulk_create(rows)
    ImportJob.objects.filter(pk=job.pk).update(status="done")
    return job.pk


# --- Answers ----------------------------------------------------------------------------------------


def write_answer(words: str, channel: str, *, text: str) -> int:
    """Answer the item with these words of a customer, as the first member of its business; return the answer's key."""
    item = InboxItem.objects.select_related("account").get(text=text)
    by = Membership.objects.filter(account=item.account).select_related("user").order_by("pk")[0].user
    read = answers.Read(item=item.pk)
    return answers.write(
        item=item, channel=Channel(channel), words=words, by=by, token="form", read=read, now=timezone.now()
    ).pk


def write_at_the_same_time(people: int, *, text: str) -> list[str]:
    """Let so many members, each with a form of their own, answer the item at the same time; return what each gets."""
    item = InboxItem.objects.select_related("account").get(text=text)
    membership = Membership.objects.filter(account=item.account).select_related("user").order_by("pk")[0]

    def write(person: int) -> str:
        try:
            read = answers.Read(item=item.pk)
            answers.write(
                item=InboxItem.objects.get(pk=item.pk),
                channel=Channel.SMS,
                words=f"From person {person}",
                by=membership.user,
                token=f"form {person}",
                read=read,
                now=timezone.now(),
            )
            return "written"
        except answers.AnsweredMeanwhile:
            return "told"
        finally:
            connection.close()

    with ThreadPoolExecutor(people) as pool:
        return sorted(pool.map(write, range(people)))


def die_over_texts(*, after_they_left: bool) -> None:
    """End the process at once over the first text: before it is handed to the provider, or after that took it."""
    send_on, mark = drain._Drain._send, advance.mark_and_declare

    def sending(self: Any, work: Any) -> None:
        if work.delivery.channel == Channel.SMS and not after_they_left:
            os._exit(9)
        send_on(self, work)

    def settling(*, sent: Any, **given: Any) -> Any:
        if any(each.delivery.channel == Channel.SMS for each in sent):
            os._exit(9)
        return mark(sent=sent, **given)

    drain._Drain._send = sending  # type: ignore[method-assign]
    advance.mark_and_declare = settling


def states_of_answers() -> list[str]:
    return list(Delivery.objects.answers().order_by("pk").values_list("status", flat=True))


def leave_feedback(words: str) -> None:
    """Leave one star and these words, as the customer of the latest request."""
    actions.record_feedback(delivery=Delivery.objects.asks().latest("pk"), rating=1, text=words, now=timezone.now())
