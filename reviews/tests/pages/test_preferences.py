"""The preferences page: a customer chooses the ways in which a business may write."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from oauth.models import Account
from reviews.contacts import doubts, opt_outs
from reviews.models import Contact, Delivery, ReviewRequest, Suppression
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db

Reason = Suppression.Reason
PHONE = "+12125550123"


@pytest.fixture
def message(account: Account, now: datetime) -> Delivery:
    asked(account, now)
    Contact.objects.update(phone=PHONE)
    Delivery.objects.update(status="sent", sent_at=now)
    ReviewRequest.objects.update(status="sent", sent_at=now)
    return Delivery.objects.get()


@pytest.fixture
def url(message: Delivery) -> str:
    return f"/r/{message.link_token}/preferences"


def stopped() -> list[tuple[str, str]]:
    return list(Suppression.objects.active().order_by("channel").values_list("channel", "reason"))


def boxes(page: bytes) -> list[str]:
    """Return the switches of the page: channel and state."""
    inputs = [part.partition(b">")[0].decode() for part in page.split(b'<input type="checkbox" name="channel"')[1:]]
    return [
        f"{part.split(chr(34))[1]} {'on' if ' checked' in part else 'fixed' if ' disabled' in part else 'off'}"
        for part in inputs
    ]


def test_looking_shows_every_way_and_changes_nothing(client: Client, url: str) -> None:
    response = client.get(url)
    assert boxes(response.content) == ["email on", "sms on"]
    assert b"j\xe2\x80\xa6@example.com" in response.content
    assert b"0123" in response.content
    assert PHONE.encode() not in response.content
    assert stopped() == []


def test_a_way_that_is_switched_off_is_suppressed_at_once(client: Client, message: Delivery, url: str) -> None:
    response = client.post(url, {"channel": ["email"]})
    assert b"Saved" in response.content
    assert boxes(response.content) == ["email on", "sms fixed"]  # the link proves nothing about the number
    assert stopped() == [("sms", "unsubscribed")]
    client.post(url, {})
    assert stopped() == [("email", "unsubscribed"), ("sms", "unsubscribed")]
    assert ReviewRequest.objects.get().status == "suppressed"
    assert Suppression.objects.filter(evidence=f"Preferences page of message {message.pk}.").count() == 2


def test_an_opt_out_of_the_page_can_be_undone_on_the_page(client: Client, message: Delivery, url: str) -> None:
    client.post(url.replace("preferences", "unsubscribe"))
    assert boxes(client.get(url).content) == ["email off", "sms on"]
    client.post(url, {"channel": ["email", "sms"]})
    assert stopped() == []
    assert Suppression.objects.get().lifted_because == f"Preferences page of message {message.pk}."


@pytest.mark.parametrize("reason", [Reason.COMPLAINED, Reason.BOUNCED, Reason.STAFF])
def test_a_complaint_a_bounce_and_a_stop_of_staff_stay(
    client: Client, account: Account, url: str, reason: Suppression.Reason, now: datetime
) -> None:
    opt_outs.opt_out(account=account, channel="email", address="jane@example.com", reason=reason, evidence="", now=now)
    assert boxes(client.get(url).content) == ["email fixed", "sms on"]
    client.post(url, {"channel": ["email", "sms"]})
    assert stopped() == [("email", reason.value)]


def test_a_stop_by_text_is_undone_by_text_alone(client: Client, account: Account, url: str, now: datetime) -> None:
    opt_outs.opt_out(account=account, channel="sms", address=PHONE, reason=Reason.STOP, evidence="", now=now)
    assert b"Reply START to that number" in client.get(url).content
    client.post(url, {"channel": ["email", "sms"]})
    assert stopped() == [("sms", "stop")]


@pytest.mark.parametrize("given", [["sms", "sms"], ["pigeon"], ["\x00"], ["email"] * 2000])
def test_values_that_no_form_of_ours_sends_allow_nothing(
    client: Client, account: Account, url: str, given: list[str], now: datetime
) -> None:
    opt_outs.opt_out(account=account, channel="sms", address=PHONE, reason=Reason.STOP, evidence="", now=now)
    assert client.post(url, {"channel": given}).status_code in (200, 400)
    assert ("sms", "stop") in stopped()


def test_an_erased_customer_has_no_ways(client: Client, url: str, now: datetime) -> None:
    Contact.objects.update(email="", phone="", erased_at=now)
    assert client.get(url).status_code == 410
    assert client.post(url).status_code == 410


def test_an_unknown_link_leads_nowhere(client: Client) -> None:
    assert client.get("/r/AAAAAAAAAAAAAAAA/preferences").status_code == 404


def test_the_page_costs_few_queries(client: Client, url: str, django_assert_num_queries: Any) -> None:
    client.get(url)
    with django_assert_num_queries(3):  # the message, and what stops each way
        client.get(url)


def test_a_number_in_doubt_still_has_its_button(client: Client, account: Account, url: str, now: datetime) -> None:
    """Staff may find that no opt-out was meant: the customer must not read that one was taken."""
    Delivery.objects.update(channel="sms", address=PHONE)
    doubts.hold(account=account, number=PHONE, evidence="maybe stop?", now=now)
    page = url.replace("preferences", "unsubscribe")
    assert f'action="{page}"' in client.get(page).content.decode()
    client.post(page)
    assert stopped() == [("sms", "unsubscribed")]
    assert f'action="{page}"' not in client.get(page).content.decode()
