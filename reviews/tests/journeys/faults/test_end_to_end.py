"""The main path through real processes: web server, worker, database, mail server, text provider."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from django.conf import settings

from reviews.tests.support.helpers import REFERENCE
from reviews.tests.support.provider_posts import twilio_proof
from reviews.tests.support.site import Site, running_site, zone_where_it_is_noon
from reviews.tests.support.waiting import until

pytestmark = [
    pytest.mark.fault,
    pytest.mark.postgres,
    pytest.mark.skipif(settings.SQLITE, reason="there, `make run` itself is tried (test_up)"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site, site.worker():
        yield site


def unsubscribe_link(mail: Any) -> str:
    found = re.fullmatch(r"<(http[^>]+)>", mail["List-Unsubscribe"])
    assert found
    return found[1]


def test_the_references_example_is_sent_by_mail_and_can_be_read(site: Site) -> None:
    created = site.ask(**REFERENCE | {"delay_hours": 0})
    found = site.wait_for_status(created, "sent")
    [mail] = site.mails_to("jane@example.com")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.get_body(("plain",)).get_content().startswith("Hi Jane,")
    first, second = found["messages"]
    assert (first["status"], first["channel"], first["sandbox"]) == ("sent", "email", False)
    assert (second["status"], second["channel"]) == ("planned", "sms")


def test_the_references_example_waits_its_day(site: Site) -> None:
    created = site.ask(**REFERENCE | {"email": "waits@example.com", "mobile_phone_number": "+12125550001"})
    assert created["status"] == "scheduled"
    canary = site.ask(email="canary@example.com")
    site.wait_for_status(canary, "sent")  # the worker was at work meanwhile
    assert site.read(created)["status"] == "scheduled"
    assert site.mails_to("waits@example.com") == []


def test_a_number_alone_is_texted(site: Site) -> None:
    created = site.ask(first_name="Jo", mobile_phone_number="+12125550002", time_zone=zone_where_it_is_noon())
    site.wait_for_status(created, "sent")
    [text] = site.texts_to("+12125550002")
    assert text.startswith("Hi Jo, thank you for choosing Riverside Dental.")
    assert text.endswith("Reply STOP to opt out.")


def test_a_follow_up_leaves_when_its_days_have_passed(site: Site) -> None:
    created = site.ask(
        email="follow@example.com", mobile_phone_number="+12125550003", time_zone=zone_where_it_is_noon()
    )
    site.wait_for_status(created, "sent")
    with site.worker(ahead="timedelta(days=4)"):
        [text] = until(lambda: site.texts_to("+12125550003"))
    assert "still love to hear" in text
    assert [(row["step"], row["status"]) for row in site.read(created)["messages"]][:2] == [(0, "sent"), (1, "sent")]


def test_a_press_on_the_page_ends_the_sequence(site: Site) -> None:
    created = site.ask(email="press@example.com", mobile_phone_number="+12125550004")
    site.wait_for_status(created, "sent")
    page = unsubscribe_link(site.mails_to("press@example.com")[0]).removesuffix("/unsubscribe")
    opened = requests.get(page, timeout=60)
    assert opened.status_code == 200
    assert site.read(created)["status"] == "sent"  # looking is no answer
    [action] = re.findall(r'action="([^"]*/go/\d+)"', opened.text)[:1]
    pressed = requests.post(site.url + action, allow_redirects=False, timeout=60)
    assert pressed.status_code == 303
    assert pressed.headers["Location"].startswith("https://search.google.com/local/writereview")
    found = site.read(created)
    assert found["status"] == "responded"
    assert found["responded_at"]
    assert [row["status"] for row in found["messages"]] == ["sent", "cancelled"]


def test_unsubscribing_from_the_mail_program_ends_the_sequence(site: Site) -> None:
    created = site.ask(email="leave@example.com", mobile_phone_number="+12125550005")
    site.wait_for_status(created, "sent")
    link = unsubscribe_link(site.mails_to("leave@example.com")[0])
    for _ in range(2):
        assert requests.post(link, data={"List-Unsubscribe": "One-Click"}, timeout=60).status_code == 200
    found = site.read(created)
    assert found["status"] == "suppressed"
    assert [row["status"] for row in found["messages"]] == ["sent", "cancelled"]


def report(site: Site, path: str, **form: str) -> requests.Response:
    """Post what Twilio posts, signed as Twilio does."""
    headers = twilio_proof(path, form, token=site.environment["TWILIO_AUTH_TOKEN"], site=site.url)
    return requests.post(site.url + path, data=form, headers=headers, timeout=60)


def test_what_became_of_a_text_is_reported_and_seen(site: Site) -> None:
    number = "+12125550006"
    created = site.ask(mobile_phone_number=number, time_zone=zone_where_it_is_noon())
    site.wait_for_status(created, "sent")
    [sid] = [text["sid"] for text in site.texts if text["To"] == number]
    assert report(site, "/hooks/twilio/status", MessageSid=sid, MessageStatus="delivered", To=number).ok
    until(lambda: site.read(created)["messages"][0]["status"] == "delivered")


def test_a_stop_by_text_ends_the_sequence_before_it_is_answered(site: Site) -> None:
    number = "+12125550007"
    created = site.ask(mobile_phone_number=number, time_zone=zone_where_it_is_noon())
    site.wait_for_status(created, "sent")
    stop = {"MessageSid": "SM-stop", "From": number, "To": site.environment["TWILIO_FROM"], "Body": "Stop!"}
    answer = report(site, "/hooks/twilio/message", **stop)
    assert "you are unsubscribed" in answer.text
    found = site.read(created)
    assert found["status"] == "suppressed"
    assert [row["status"] for row in found["messages"]] == ["sent", "cancelled"]


def test_fifty_first_calls_at_once_make_one_contact_and_one_request(site: Site) -> None:
    def call(_: int) -> requests.Response:
        return site.call("POST", "/api/v1/review-requests", {"email": "rush@example.com", "delay_hours": 5})

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(call, range(50)))
    assert sorted({answer.status_code for answer in answers}) == [200, 201]
    assert [answer.status_code for answer in answers].count(201) == 1
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len({answer.json()["contact_id"] for answer in answers}) == 1
