"""The recipient's page for staff: it is the real one, and stores nothing."""

import re
from datetime import datetime

import pytest
from django.test import Client, RequestFactory

from oauth.models import Account
from reviews.models import Contact, Delivery, Feedback
from reviews.pages.sample import TOKEN, sample_page
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


def plain(html: str, token: str = TOKEN) -> str:
    """The page without what differs each time."""
    return re.sub(r'nonce="[^"]*"', "", html).replace(token, TOKEN)


@pytest.fixture
def message(account: Account, now: datetime) -> Delivery:
    account.page_heading, account.page_text = "Hello {{ first_name }}", "How was it, {{ name }}?"
    account.thanks_text, account.colour, account.language = "Thanks <b>!", "#ffdd00", "de"
    account.save()
    asked(account, now, person=Person(first_name="Jane", last_name="Smith", email="jane@example.com"))
    return Delivery.objects.get()


def sample(rf: RequestFactory, message: Delivery, **options: bool) -> str:
    contact = Contact(account=message.account, first_name="Jane", last_name="Smith")
    return plain(sample_page(rf.get("/"), message.account, contact, **options))  # type: ignore[arg-type]


def test_the_question_is_the_page_that_customers_open(rf: RequestFactory, client: Client, message: Delivery) -> None:
    real = client.get(f"/r/{message.link_token}").content.decode()
    assert "Hello Jane" in real
    assert sample(rf, message) == plain(real, message.link_token)


def test_the_thanks_are_the_page_that_customers_open(rf: RequestFactory, client: Client, message: Delivery) -> None:
    real = client.post(f"/r/{message.link_token}", {"rating": "5"}).content.decode()
    assert "Thanks &lt;b&gt;!" in real
    assert sample(rf, message, is_answered=True) == plain(real, message.link_token)


def test_a_sample_stores_nothing_and_its_links_lead_nowhere(
    rf: RequestFactory, client: Client, message: Delivery
) -> None:
    sample(rf, message)
    assert Delivery.objects.get().seen_at is None
    assert not Feedback.objects.exists()
    assert client.get(f"/r/{TOKEN}").status_code == 404
