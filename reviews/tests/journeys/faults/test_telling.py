"""Telling members through real processes: what a customer says reaches a mailbox, whatever dies or refuses."""

import asyncio
import os
import random
import re
import signal
import threading
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import requests

from reviews.tests.support.processes import cluster_of, on_linux, teller_of
from reviews.tests.support.provider_posts import twilio_proof
from reviews.tests.support.site import Site, running_site, zone_where_it_is_noon
from reviews.tests.support.trials import KILLS
from reviews.tests.support.waiting import until

pytestmark = [pytest.mark.fault, pytest.mark.once, on_linux]

SOON = "tell_within(2)"  # so that no mail waits five minutes for the one of another test
WITH_KILLS = f"{SOON}; tell_again_after(2)"

_numbers = count()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


def told(site: Site, words: str) -> list[Any]:
    """The owner's mails with these words."""
    mails = site.mails_to(site.demo["user"]["email"])
    return [mail for mail in mails if words in mail.get_body(("plain",)).get_content()]


def reply(site: Site, words: str) -> None:
    """Let a customer text that, by way of Twilio, to a business that asked them."""
    number = f"+1212555{next(_numbers):04}"
    site.ask(mobile_phone_number=number, time_zone=zone_where_it_is_noon(), delay_hours=48)
    form = {"MessageSid": f"SM{words}", "From": number, "To": site.environment["TWILIO_FROM"], "Body": words}
    proof = twilio_proof("/hooks/twilio/message", form, token=site.environment["TWILIO_AUTH_TOKEN"], site=site.url)
    assert requests.post(f"{site.url}/hooks/twilio/message", data=form, headers=proof, timeout=60).ok


def test_a_reply_and_a_bad_rating_reach_a_members_mailbox_within_a_minute(site: Site) -> None:
    with site.worker(setup=SOON) as worker:
        teller_of(worker)  # the minute begins with what the customer says
        reply(site, "The filling fell out, I need an appointment today!!")
        [mail] = until(lambda: told(site, "The filling fell out"))
        assert mail["Subject"].endswith(": a customer replied")
        assert mail["Auto-Submitted"] == "auto-generated"

        site.wait_for_status(site.ask(email="unhappy@example.com"), "sent")
        [ask] = site.mails_to("unhappy@example.com")
        page = re.sub(r"/unsubscribe>?$", "", ask["List-Unsubscribe"].strip("<>"))
        left = requests.post(page, data={"rating": "1", "text": "Never again."}, timeout=60)
        assert left.status_code == 200
        [mail] = until(lambda: told(site, "Never again."))
        assert "unhappy@example.com" not in mail["Subject"]
        [link] = re.findall(r"\S+/inboxitem/\d+/change/", mail.get_body(("plain",)).get_content())
        assert requests.get(link, timeout=60).url.startswith(f"{site.url}/sign-in?next=")


def test_customers_messages_that_cannot_leave_keep_no_member_waiting(site: Site) -> None:
    with site.worker(setup=SOON) as worker:
        os.killpg(cluster_of(worker), signal.SIGSTOP)  # as busy as can be
        waiting = site.ask(email="waits@example.com")
        reply(site, "Nobody sends.")
        assert until(lambda: told(site, "Nobody sends."))
        assert site.read(waiting)["status"] == "scheduled"
        os.killpg(cluster_of(worker), signal.SIGCONT)


def test_a_process_that_is_killed_while_the_server_has_its_mail_loses_none(site: Site) -> None:
    take, has_it, is_over = site.inbox.handle_DATA, threading.Event(), threading.Event()

    async def take_none(server: Any, session: Any, envelope: Any) -> str:
        if b"In mid-send." not in envelope.content or is_over.is_set():
            return await take(server, session, envelope)
        has_it.set()
        while not is_over.is_set():
            await asyncio.sleep(0.05)
        return "451 4.3.0 lost"

    site.inbox.handle_DATA = take_none  # type: ignore[method-assign]
    try:
        with site.worker(setup=WITH_KILLS) as worker:
            reply(site, "In mid-send.")
            assert has_it.wait(60)
            os.kill(teller_of(worker), signal.SIGKILL)
            is_over.set()
            assert until(lambda: told(site, "In mid-send."))
    finally:
        del site.inbox.handle_DATA


def test_kills_at_any_moment_lose_nothing(site: Site) -> None:
    chance = random.Random(21)  # noqa: S311 (repeatable)
    with site.worker(setup=WITH_KILLS) as worker:
        for number in range(KILLS):
            reply(site, f"Kill {number:02}.")
            time.sleep(chance.uniform(0, 1))
            os.kill(teller_of(worker), signal.SIGKILL)
        until(lambda: all(told(site, f"Kill {number:02}.") for number in range(KILLS)))


def test_two_workers_send_each_mail_once_and_a_server_that_refuses_loses_none(site: Site) -> None:
    site.inbox.rcpt_answer = "451 4.7.1 later"
    with site.worker(setup=SOON) as one, site.worker(setup=SOON) as other:
        assert teller_of(one) != teller_of(other)
        for number in range(5):
            reply(site, f"Refused {number}.")
        time.sleep(3)
        site.inbox.rcpt_answer = ""
        until(lambda: all(told(site, f"Refused {number}.") for number in range(5)))
    assert [len(told(site, f"Refused {number}.")) for number in range(5)] == [1] * 5
