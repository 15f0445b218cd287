"""Badges: the words of states, and of what the sandbox only recorded."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.models import Delivery, ReviewRequest
from reviews.tests.support.helpers import asked
from reviews.tests.support.lists import page_of, sentences

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(account: Account, owner: User) -> Any:
    """`pages()`: the pages and lists that tell of the one request, whose message has left."""
    request = asked(account, timezone.now())

    def tell(**columns: Any) -> list[str]:
        Delivery.objects.update(status="sent", sent_at=timezone.now(), **columns)
        ReviewRequest.objects.update(status="sent", sent_at=timezone.now())
        client = signed_in(owner)
        addresses = [
            reverse("admin:reviews_reviewrequest_change", args=[request.pk]),
            reverse("admin:reviews_reviewrequest_history", args=[request.pk]),
            reverse("admin:reviews_contact_change", args=[request.contact_id]),
        ]
        listed = sentences(page_of(client, "requests"))["Jane Smith"]
        return [*(client.get(address).content.decode() for address in addresses), listed]

    return tell


def test_nothing_says_sent_of_what_the_sandbox_recorded(pages: Any) -> None:
    for page in pages(sandbox=True):
        shown = page.replace("Sent by", "")  # names the way: mail, texts or both
        assert ">Sent" not in shown
        assert "Sent, and not answered" not in shown
        assert "Asked by e-mail" not in shown
        assert "Recorded" in shown


def test_a_message_that_left_says_so(pages: Any, settings: Any) -> None:
    settings.SANDBOX = False
    request, history, customer, listed = pages(sandbox=False)
    assert "Recorded" not in request + history + customer + listed
    assert "Sent, and not answered yet. Nothing more is sent." in request
    assert listed == "Asked by e-mail · no further message"
