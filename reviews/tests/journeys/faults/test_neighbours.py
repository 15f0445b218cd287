"""A greedy account and a modest one in one installation: real processes, and whatever is asked of the one at a time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from reviews.delivery.claims import BATCH
from reviews.tests.support.processes import on_linux
from reviews.tests.support.receiver import Receiver, receiving, silent
from reviews.tests.support.site import Site, running_site
from reviews.tests.support.waiting import PATIENCE, until
from reviews.webhooks.endpoints import MOST
from reviews.webhooks.shares import MOST_CALLS

pytestmark = [pytest.mark.fault, pytest.mark.once, on_linux]

MAILS = 600
ROWS = 20_000
CALLS = 20  # of an account a minute; its turns at the web server's threads are few beside others


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running_site(folder, API_ACCOUNT_RATE_PER_MINUTE=str(CALLS), WORKERS="1") as site:
        yield site


def test_a_greedy_account_keeps_no_modest_one_waiting(site: Site, receiver: Receiver) -> None:
    for number in range(MOST):
        receiver.behave[f"/silent/{number}"] = silent
    key = site.inside(f"move_in({receiver.url!r}, mails={MAILS}, rows={ROWS}, endpoints={MOST})")

    def call(method: str, path: str, body: Any = None) -> requests.Response:
        """Call for the modest account."""
        headers = {"Authorization": f"Bearer {key}"}
        return requests.request(method, site.url + path, json=body, headers=headers, timeout=PATIENCE)

    with ThreadPoolExecutor(8) as threads, site.worker(setup="wait_for_silent_endpoints(); take_short_turns()"):
        until(lambda: len(site.inbox.mails) > BATCH)
        hammering = [
            threads.submit(site.call, "GET", "/api/v1/review-requests?page_size=100") for _ in range(3 * CALLS)
        ]

        # API and pages: the limit is the greedy account's own.
        asked = call("POST", "/api/v1/review-requests", {"email": "modest@example.net"})
        sent_before = len(site.inbox.mails)
        assert asked.status_code == 201
        assert requests.get(f"{site.url}/sign-in", timeout=PATIENCE).status_code == 200

        # Messages: what was claimed before leaves first, then accounts have their turns.
        (mail,) = until(lambda: site.mails_to("modest@example.net"))
        assert site.inbox.mails.index(mail) - sent_before <= 2 * BATCH

        # Webhooks: no call of the greedy account ever ends.
        until(lambda: len(receiver.on("/modest")) >= 2)  # scheduled, and sent
        assert len(receiver.told) - len(receiver.on("/modest")) <= MOST_CALLS // 2

        # Imports: a file of one customer beside one of thousands.
        done, greedy_position = site.inside("import_beside('small@example.net')")
        assert done == "done"
        assert greedy_position < ROWS
        receiver.ended.set()
        answers = [future.result() for future in hammering]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused, "how many: a slow machine takes more than the minute that the limit is of"
        assert int(refused[0].headers["Retry-After"]) <= 60
