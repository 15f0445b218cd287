"""The process that tells other programs: killed, stopped, hung. Real processes and signals, a real receiver."""

import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from time import sleep

import pytest
from django.conf import settings

from reviews.tests.support.processes import alive, notifier_of, on_linux
from reviews.tests.support.receiver import Receiver, answering, receiving, silent
from reviews.tests.support.site import Site, running_site
from reviews.tests.support.trials import KILLS
from reviews.tests.support.waiting import until

pytestmark = [pytest.mark.fault, pytest.mark.once, on_linux]

EVENTS = 75 * KILLS
CUT_OFF = (
    8  # calls of an endpoint that a kill may have cut off: four under way, four that came back but were not settled
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def receiver(site: Site) -> Iterator[Receiver]:
    """It is subscribed for as long as the test takes."""
    with receiving() as made:
        hook = site.call("POST", "/api/v1/hooks", {"url": f"{made.url}/hook"}).json()
        yield made
        assert site.call("DELETE", f"/api/v1/hooks/{hook['id']}").status_code == 204


def ask_and_be_told(site: Site, receiver: Receiver) -> None:
    before = len(receiver.told)
    site.ask(email=f"customer{before}-{random.randrange(10**9)}@example.com")  # noqa: S311 (somebody new)
    until(lambda: len(receiver.told) > before)


def wait_for_more(receiver: Receiver, count: int) -> None:
    enough = len(receiver.told) + count
    until(lambda: len(receiver.told) >= enough)


def test_one_that_dies_is_replaced(site: Site, receiver: Receiver) -> None:
    with site.worker() as worker:
        first = notifier_of(worker)
        os.kill(first, signal.SIGKILL)
        assert until(lambda: (now := notifier_of(worker)) != first and now)
        ask_and_be_told(site, receiver)


def test_one_that_hangs_is_replaced(site: Site, receiver: Receiver) -> None:
    with site.worker(setup="notice_a_hang_after(3)") as worker:
        first = notifier_of(worker)
        os.kill(first, signal.SIGSTOP)
        until(lambda: not alive(first))
        ask_and_be_told(site, receiver)


def test_on_sigterm_it_waits_for_no_endpoint(site: Site, receiver: Receiver) -> None:
    receiver.behave["/hook"] = silent
    with site.worker() as worker:
        notifier = notifier_of(worker)
        ask_and_be_told(site, receiver)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
        assert not alive(notifier)


def test_an_event_that_kills_it_costs_only_itself(site: Site, receiver: Receiver) -> None:
    site.inside("forget_events()")
    assert site.inside("record_clicks(20)") == 20
    with site.worker(setup="repeat_calls_after(1); die_of_the_seventh_click()"):
        until(lambda: site.inside("notices_by_status()") == {"delivered": 19, "failed": 1})
    assert len({one.headers["webhook-id"] for one in receiver.told}) == 19


@pytest.mark.postgres
@pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: SQLite is for one small machine")
def test_nothing_is_lost_when_it_is_killed_again_and_again(site: Site, receiver: Receiver) -> None:
    def answers_late(handler: BaseHTTPRequestHandler) -> None:
        sleep(0.02)
        answering(204)(handler)

    receiver.behave["/hook"] = answers_late
    site.inside("forget_events()")
    assert site.inside(f"record_clicks({EVENTS})") == EVENTS
    chance = random.Random(4)  # noqa: S311 (repeatable)
    with site.worker(setup="repeat_calls_after(1)") as worker:
        for _ in range(KILLS):
            wait_for_more(receiver, chance.randint(10, 60))
            os.kill(notifier_of(worker), signal.SIGKILL)
        until(lambda: site.inside("count_undelivered_notices()") == 0, patience=120)
    told = Counter(one.headers["webhook-id"] for one in receiver.told)
    twice = sum(count - 1 for count in told.values())
    print(f"{KILLS} kills: {len(told)} of {EVENTS} events told, {twice} calls again")  # noqa: T201
    assert len(told) == EVENTS
    assert twice <= KILLS * CUT_OFF
