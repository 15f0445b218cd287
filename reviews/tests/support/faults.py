"""What tests need that break things under a worker: an installation full of due messages, and counts of what came."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviews.tests.support.processes import children
from reviews.tests.support.site import Site, running_site, zone_where_it_is_noon

# The same protocol with leases and looks of seconds, so that what lapses lapses within the test.
HURRY = (
    "from datetime import timedelta as t; from reviews import claims, settling, delivery, wakeups, watchdog; "
    "claims.LEASE = settling.LEASE = t(seconds=4); delivery.SEND_FOR = 3.0; delivery.ANSWERS_WITHIN = 60.0; "
    "wakeups.LOST_AFTER = 3.0; wakeups.IDLE_LOOK = 1.0; watchdog.HUNG_AFTER = 4.0"
)
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
