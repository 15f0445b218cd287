"""The operator's page of what waits after a restore."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from oauth.models import Account, User
from reviews.restoring import held
from reviews.restoring.settle import settle
from reviews.tests.support.helpers import Clock, asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def restored(account: Account, clock: Clock) -> None:
    asked(account, clock())
    settle(backed_up_at=clock(), now=clock() + timedelta(hours=1))


def test_the_page_says_how_much_waits_asks_and_drops(
    client: Any, operator: User, account: Account, restored: None
) -> None:
    client.force_login(operator)
    shown = client.get(reverse("held")).content.decode()
    assert "1 message waits for you" in shown
    assert f"{account.name}, E-mail: 1" in shown
    question = client.get(reverse("held-decide", args=["drop"])).content.decode()
    assert "Drop the messages that wait?" in question
    assert held.waiting().count() == 1
    after = client.post(reverse("held-decide", args=["drop"]), follow=True).content.decode()
    assert "1 message counts as sent." in after
    assert "Nothing waits" in after


def test_it_sends_them(client: Any, operator: User, restored: None) -> None:
    client.force_login(operator)
    assert (
        "1 message is planned again."
        in client.post(reverse("held-decide", args=["send"]), follow=True).content.decode()
    )
    assert client.post(reverse("held-decide", args=["burn"])).status_code == 404


def test_staff_of_a_business_see_nothing_of_it(client: Any, owner: User, restored: None) -> None:
    client.force_login(owner)
    assert client.get(reverse("held")).status_code == 403
    assert client.post(reverse("held-decide", args=["drop"])).status_code == 403
    assert held.waiting().count() == 1
