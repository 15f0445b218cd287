"""The operator is told of what only they can mend: real processes, a mail server, and a program that is called."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviews.tests.support.mail_servers import Habits, serving
from reviews.tests.support.processes import cluster_of, on_linux
from reviews.tests.support.receiver import Receiver, receiving
from reviews.tests.support.site import Site, running_site
from reviews.tests.support.waiting import PATIENCE, until

pytestmark = [pytest.mark.fault, pytest.mark.once, on_linux]


@pytest.fixture
def chat() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def texts(chat: Receiver) -> list[str]:
    return [json.loads(told.body)["text"].partition(": ")[2] for told in chat.told]


def alarms_by_mail(site: Site) -> list[str]:
    return [mail["Subject"] for mail in site.inbox.mails if mail["Subject"].startswith("ReviewHub: ")]


def test_a_worker_that_is_killed_is_told_once_and_once_when_one_is_back(chat: Receiver, tmp_path: Path) -> None:
    with running_site(tmp_path, OPERATOR_ALERT_URL=f"{chat.url}/alarm") as site:
        with site.worker(ends_with=-signal.SIGKILL) as worker:
            cluster_of(worker)
            until(lambda: site.call("GET", "/readyz").status_code == 200)
            worker.kill()
            worker.wait()
        site.inside("age_beats()")
        until(lambda: chat.told)
        [words] = texts(chat)
        assert words.startswith("No worker since 20")
        assert words.endswith(": nothing is sent until one runs.")
        until(lambda: alarms_by_mail(site))
        with site.worker():
            until(lambda: len(chat.told) > 1)
            site.wait_for_status(site.ask(email="later@example.com"), "sent")
        assert texts(chat) == [words, "A worker is at work again: what waited is sent."]
        assert len(alarms_by_mail(site)) == 2


def test_a_mail_server_that_refuses_the_login_is_told_by_the_other_way(chat: Receiver, tmp_path: Path) -> None:
    habits = Habits(offers=["AUTH PLAIN"], logins={"PLAIN": "AG1lAHNlY3JldA=="}, always={"AUTH": b"535 5.7.8 wrong"})
    with serving(habits) as (port, server):
        mail = {"EMAIL_URL": f"smtp://me:wrong@127.0.0.1:{port}", "TWILIO_ACCOUNT_SID": "", "TWILIO_FROM": ""}
        more = {"OPERATOR_ALERT_URL": f"{chat.url}/alarm", "TWILIO_AUTH_TOKEN": ""}
        with running_site(tmp_path, **mail, **more) as site, site.worker():
            site.ask(email="waits@example.com")
            [words] = until(lambda: [text for text in texts(chat) if "mails" in text], 2 * PATIENCE)
            assert words.startswith("All mails wait since 20")
            assert words.endswith("The mail server refused the login: check user and password in EMAIL_URL.")
            assert "waits@example.com" not in words
        assert server.recipients == []
