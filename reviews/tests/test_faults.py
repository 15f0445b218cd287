"""The worker while everything around it breaks: real processes, a mail server, a text provider that counts."""

import contextlib
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from reviews.tests.processes import alive, children, cluster_of
from reviews.tests.site import Site, running_site, zone_where_it_is_noon

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads the process table of Linux"),
]

# The same protocol with leases and looks of seconds, so that what lapses lapses within the test.
HURRY = (
    "from datetime import timedelta as t; from reviews import claims, settling, delivery, wakeups, watchdog; "
    "claims.LEASE = settling.LEASE = t(seconds=4); delivery.SEND_FOR = 3.0; delivery.ANSWERS_WITHIN = 60.0; "
    "wakeups.LOST_AFTER = 3.0; wakeups.IDLE_LOOK = 1.0; watchdog.HUNG_AFTER = 4.0"
)
KILLS = 20
PATIENCE = 90.0  # seconds for all of it to be sent after the last blow; nothing may hang

FILL = """
from datetime import timedelta
from django.db import transaction
from django.utils import timezone
from oauth.models import Account
from reviews.asking import Ask, ask
from reviews.contacts import Person
account = Account.objects.get()
with transaction.atomic():
    for number in range({mails}):
        ask(account=account, wanted=Ask(person=Person(email=f"{name}{{number}}@example.com")), now=timezone.now())
    for number in range({texts}):
        person = Person(phone=f"+1212{prefix}{{number:04}}", time_zone="{zone}")
        ask(account=account, wanted=Ask(person=person), now=timezone.now())
"""
EMPTY = """
from reviews.models import ChannelHealth, Contact
Contact.objects.all().delete()
ChannelHealth.objects.all().delete()
"""
LEFT = """
from reviews import reconciling
from datetime import timedelta
from django.utils import timezone
from reviews.models import Delivery
reconciling.LISTED_AFTER = timedelta(seconds=1)
reconciling.reconcile(now=timezone.now())
print(Delivery.objects.filter(step=0).exclude(status__in=["sent", "failed"]).count())
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def site(installation: Site) -> Site:
    """The installation, once more as it was in the beginning."""
    installation.inside(EMPTY)
    installation.inbox.mails.clear()
    installation.texts.clear()
    return installation


def fill(site: Site, *, name: str = "c", mails: int = 0, texts: int = 0, prefix: int = 555) -> None:
    program = FILL.format(name=name, mails=mails, texts=texts, prefix=prefix, zone=zone_where_it_is_noon())
    site.inside(program)


def taken(site: Site) -> int:
    return len(site.inbox.mails) + len(site.texts)


def wait_for_more(site: Site, more: int) -> None:
    """Until so many more messages have been taken; not for ever, when all of them are."""
    goal, end = taken(site) + more, time.monotonic() + 15
    while taken(site) < goal and time.monotonic() < end:
        time.sleep(0.005)


def finish(site: Site) -> None:
    """Until every message is settled. To ask costs a process each time, so only once nothing comes any more."""
    end, seen = time.monotonic() + PATIENCE, -1
    while time.monotonic() < end:
        seen, before = taken(site), seen
        if seen == before and int(site.inside(LEFT)) == 0:
            return
        time.sleep(2)
    raise AssertionError(f"not everything was settled within {PATIENCE} s")


def twice(site: Site) -> tuple[int, int]:
    """How many mails and how many texts came more than once."""
    mails = Counter(str(mail["To"]) for mail in site.inbox.mails)
    texts = Counter(text["To"] for text in site.texts)
    return sum(count - 1 for count in mails.values()), sum(count - 1 for count in texts.values())


def distinct(site: Site) -> tuple[int, int]:
    return len({str(mail["To"]) for mail in site.inbox.mails}), len({text["To"] for text in site.texts})


def busiest(sentinel: int) -> list[int]:
    """The children of a cluster's sentinel, the ones first that have worked most: those that drain."""

    def worked(pid: int) -> int:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    return sorted(children(sentinel), key=worked, reverse=True)


def kill_a_child(worker: subprocess.Popen[bytes], kill: int, chance: random.Random) -> None:
    """Mostly one that drains; now and then any: pusher, monitor, or one that waits and holds the queue's lock."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        [sentinel] = children(cluster_of(worker))
        found = busiest(sentinel)
        os.kill(chance.choice(found) if kill % 5 == 4 else found[0], signal.SIGKILL)


def kill_the_cluster(worker: subprocess.Popen[bytes], kill: int, chance: random.Random) -> None:
    with contextlib.suppress(OSError):
        os.killpg(cluster_of(worker), signal.SIGKILL)


@pytest.mark.postgres
@pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: SQLite is for one small machine, and takes minutes here")
@pytest.mark.parametrize("blow", [kill_a_child, kill_the_cluster])
def test_kills_in_mid_drain_lose_nothing_and_repeat_no_text(
    site: Site, blow: Callable[[subprocess.Popen[bytes], int, random.Random], None]
) -> None:
    mails, texts = 1200, 600
    fill(site, mails=mails, texts=texts)
    chance = random.Random(4)  # noqa: S311 (repeatable)
    with site.worker(setup=HURRY) as worker:
        for kill in range(KILLS):
            wait_for_more(site, chance.randint(20, 60))
            blow(worker, kill, chance)
        finish(site)
    assert distinct(site) == (mails, texts)
    mails_twice, texts_twice = twice(site)
    print(f"{blow.__name__}: {mails_twice} of {mails} mails twice, {texts_twice} of {texts} texts twice")  # noqa: T201
    assert texts_twice == 0
    assert mails_twice <= KILLS


def test_two_clusters_at_once_send_everything_once(site: Site) -> None:
    fill(site, mails=400, texts=200)
    with site.worker(), site.worker():
        finish(site)
    assert distinct(site) == (400, 200)
    assert twice(site) == (0, 0)


def test_on_sigterm_in_mid_batch_nothing_is_repeated(site: Site) -> None:
    fill(site, mails=300, texts=150)
    with site.worker() as worker:
        wait_for_more(site, 50)
        asked_at = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
        print(f"ended after {time.monotonic() - asked_at:.1f} s")  # noqa: T201
    assert 0 < taken(site) < 450
    with site.worker():
        finish(site)
    assert distinct(site) == (300, 150)
    assert twice(site) == (0, 0)


def test_a_message_that_kills_its_worker_fails_after_five_tries_and_the_others_are_sent(site: Site) -> None:
    fill(site, name="fine", mails=20)
    fill(site, name="killer", mails=1)
    fill(site, name="later", mails=20)
    deadly = (
        "; import os; from reviews.channels import email as e; own = e.EmailChannel.send; "
        "e.EmailChannel.send = lambda self, m: os._exit(9) if m.to.startswith('killer') else own(self, m)"
    )
    with site.worker(setup=HURRY + deadly):
        finish(site)
    assert distinct(site) == (40, 0)
    assert twice(site)[0] <= 5
    program = "from reviews.models import Delivery; print(*Delivery.objects.values_list('status', 'attempts').get(address='killer0@example.com'))"  # noqa: E501
    assert site.inside(program).split() == ["failed", "5"]


def test_a_worker_that_sleeps_beyond_its_lease_repeats_nothing(site: Site) -> None:
    fill(site, mails=200, texts=100)
    with site.worker(setup=HURRY) as worker:
        wait_for_more(site, 30)
        [sentinel] = children(cluster_of(worker))
        sleepers = busiest(sentinel)[:2]
        for pid in sleepers:
            os.kill(pid, signal.SIGSTOP)
        with site.worker(setup=HURRY):
            time.sleep(6)  # the claims lapse, and the others take them
            for pid in sleepers:
                if alive(pid):
                    os.kill(pid, signal.SIGCONT)
            finish(site)
    assert distinct(site) == (200, 100)
    assert twice(site)[1] == 0
    assert twice(site)[0] <= len(sleepers)


@pytest.mark.postgres
@pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: SQLite has no server that could be away")
def test_a_database_that_goes_away_in_mid_drain_costs_nothing(site: Site) -> None:
    fill(site, mails=400, texts=200)
    name = site.environment["DATABASE_URL"].rsplit("/", 1)[1]
    given = settings.DATABASES["default"]
    login = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"], "password": given["PASSWORD"]}
    with site.worker(), psycopg.connect(dbname="postgres", autocommit=True, **login) as server:
        wait_for_more(site, 100)
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            time.sleep(3)
        finally:
            server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        finish(site)
    assert distinct(site) == (400, 200)
    assert twice(site) == (0, 0)
