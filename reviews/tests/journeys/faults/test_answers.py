"""Answers through real processes: a complaint comes in, a member answers, and the customer gets it once."""

from collections.abc import Iterator

import pytest
import requests

from reviews.tests.support.conversations import COMPLAINT
from reviews.tests.support.provider_posts import twilio_proof
from reviews.tests.support.site import Site, running_site, zone_where_it_is_noon
from reviews.tests.support.waiting import until

# Of two people who write at once, one waits for the other: on SQLite the unit tests hold the same.
pytestmark = [pytest.mark.fault, pytest.mark.postgres]

FOUND_AFTER = "timedelta(minutes=10)"  # by then the provider's list is asked about a text in doubt


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


def complain(site: Site, number: str, words: str) -> None:
    """Ask the number for a review, and complain from there as Twilio posts it."""
    created = site.ask(first_name="Jo", mobile_phone_number=number, time_zone=zone_where_it_is_noon())
    with site.worker():
        site.wait_for_status(created, "sent")
    path = "/hooks/twilio/message"
    form = {"MessageSid": f"SM{number}", "From": number, "To": site.environment["TWILIO_FROM"], "Body": words}
    headers = twilio_proof(path, form, token=site.environment["TWILIO_AUTH_TOKEN"], site=site.url)
    assert requests.post(site.url + path, data=form, headers=headers, timeout=60).ok
    assert site.read(created)["status"] == "responded"


def last_state(site: Site) -> str:
    return str(site.inside("states_of_answers()")[-1])


def test_a_complaint_by_text_is_answered_by_text(site: Site) -> None:
    number = "+12125550021"
    complain(site, number, COMPLAINT)
    site.inside(f"write_answer('Come at four.', 'sms', text={COMPLAINT!r})")
    with site.worker():
        until(lambda: len(site.texts_to(number)) == 2)
    assert site.texts_to(number)[1:] == ["Come at four."]
    [text] = [text for text in site.texts if text["Body"] == "Come at four."]
    assert text["From"] == site.environment["TWILIO_FROM"]


def test_feedback_is_answered_by_a_mail_that_a_server_takes(site: Site) -> None:
    created = site.ask(first_name="Jo", email="jo@example.com")
    with site.worker():
        site.wait_for_status(created, "sent")
        site.inside("leave_feedback('It hurts.')")
        site.inside("write_answer('Dear Jo, come back.', 'email', text='It hurts.')")
        until(lambda: len(site.mails_to("jo@example.com")) == 2)
    asked, answered = site.mails_to("jo@example.com")
    assert answered["Subject"] == f"Re: {asked['Subject']}"
    assert answered["In-Reply-To"] == asked["Message-ID"]
    assert answered["List-Unsubscribe"] is None
    assert answered.get_body(("plain",)).get_content().startswith("Dear Jo, come back.")


@pytest.mark.parametrize(("after_they_left", "number"), [(False, "+12125550022"), (True, "+12125550023")])
def test_a_worker_that_dies_over_a_text_sends_it_once_in_the_end(
    site: Site, after_they_left: bool, number: str
) -> None:
    """It died after the text had left: the text is found at the provider. It died before: it is sent after all."""
    words = f"A filling fell out of me, {number}"
    complain(site, number, words)
    site.inside(f"write_answer('Come at {number}.', 'sms', text={words!r})")
    with site.worker(setup=f"die_over_texts(after_they_left={after_they_left})", ends_with=0) as process:
        until(lambda: process.poll() is not None or last_state(site) == "sending")
    assert len(site.texts_to(number)) == 1 + after_they_left
    with site.worker(ahead=FOUND_AFTER):
        until(lambda: last_state(site) == "sent")
    assert site.texts_to(number)[1:] == [f"Come at {number}."]


def test_of_people_who_write_at_the_same_time_one_is_sent_and_the_others_are_told(site: Site) -> None:
    number, words = "+12125550024", "My crown came off, and I have a wedding to go to."
    complain(site, number, words)
    assert site.inside(f"write_at_the_same_time(4, text={words!r})") == ["told"] * 3 + ["written"]
    with site.worker():
        until(lambda: len(site.texts_to(number)) == 2)
    assert site.inside("states_of_answers()")[-1] in ("sending", "sent"), "the others have written nothing"
