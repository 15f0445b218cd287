import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings

from oauth.models import Account, Application, User
from reviews.delivery import drain
from reviews.delivery.drain import Worker
from reviews.models import ChannelHealth, Pause, Purge, Restore, SenderPace, Tally, Trouble, WorkerBeat
from reviews.simulation import runner
from reviews.tests.support.browser import CHROMIUM, FLAGS, PHONE
from reviews.tests.support.forked_simulations import forking
from reviews.tests.support.helpers import Clock, FakeProvider
from reviews.tests.support.rows import fill


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    """The provider of every channel, for this process's worker."""
    fake = FakeProvider()
    with drain.working_as(Worker(lambda _: fake, most=settings.SEND_THREADS)):
        yield fake


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def full(account: Account, owner: User, now: datetime) -> Account:
    """The account with a row of everything, each with a word that a stranger would recognise."""
    account.name = "Quagga Dental"
    fill(account, owner, now, first_name="Zebedee", word="Quagga")
    WorkerBeat.objects.create(worker="Quagga:1", started_at=now, beat_at=now)
    ChannelHealth.objects.create(channel="email")
    Pause.objects.create(channel="sms", sender="Quagga", code="Quagga", since=now, retry_at=now)
    Tally.objects.create(name="sent", channel="email")
    SenderPace.objects.create(sender="Quagga", free_at=now)
    Trouble.objects.create(kind="pause", channel="sms", sender="Quagga", code="Quagga", since=now, due_at=now)
    Restore.objects.create(backed_up_at=now, restored_at=now)
    Purge.objects.create(kind="messages", began_at=now, rows=3)
    Application.objects.create(
        name="Quagga app",
        client_type="confidential",
        authorization_grant_type="authorization-code",
        redirect_uris="https://app.example/cb",
    )
    account.refresh_from_db()
    return account


# --- Simulations ------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def forking_command() -> Iterator[list[str]]:
    with forking() as command:
        yield command


@pytest.fixture
def forked(forking_command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulations begin at once: their processes are forked from one that has loaded everything."""
    monkeypatch.setattr(runner, "COMMAND", forking_command)


# --- A real browser ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread; the database is not used from inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(chromium: Any, live_server: Any) -> Iterator[Any]:
    """A page on a phone; what the browser refuses, or cannot read, of ours fails the test."""
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    complaints: list[str] = []

    def listen(message: Any) -> None:
        if message.type == "error" and message.location["url"].startswith(live_server.url):
            complaints.append(message.text)

    page.on("console", listen)
    yield page
    context.close()
    assert complaints == []
