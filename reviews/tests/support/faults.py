"""An installation full of due messages, for tests that break things under a worker; counts of what came."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest

from reviews.tests.support.site import Site, running_site, zone_where_it_is_noon

PATIENCE = 90.0  # seconds for all of it to be sent after the last blow; nothing may hang


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def site(installation: Site) -> Site:
    """The installation, once more as it was in the beginning."""
    installation.inside("forget_everybody()")
    installation.inbox.mails.clear()
    installation.texts.clear()
    return installation


def fill(site: Site, *, name: str = "c", mails: int = 0, texts: int = 0, prefix: int = 555) -> None:
    given = {"name": name, "mails": mails, "texts": texts, "prefix": prefix, "time_zone": zone_where_it_is_noon()}
    site.inside(f"ask_many(**{given})")


def mailed(site: Site) -> list[str]:
    """Return the customers to whom mails came. Where the machine is slow, the operator hears that no worker runs."""
    return [to for mail in list(site.inbox.mails) if (to := str(mail["To"])).endswith("@example.com")]


def taken(site: Site) -> int:
    return len(mailed(site)) + len(site.texts)


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
        if seen == before and site.inside("count_unsettled()") == 0:
            return
        time.sleep(2)
    raise AssertionError(f"not everything was settled within {PATIENCE} s")


def twice(site: Site) -> tuple[int, int]:
    """Count the mails and the texts that came once more than they should."""
    mails = Counter(mailed(site))
    texts = Counter(text["To"] for text in site.texts)
    return sum(count - 1 for count in mails.values()), sum(count - 1 for count in texts.values())


def distinct(site: Site) -> tuple[int, int]:
    return len(set(mailed(site))), len({text["To"] for text in site.texts})
