"""Suppressions in the back-office: made, and lifted for a reason."""

from datetime import datetime

import pytest
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.models import (
    Suppression,
)
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


def test_an_address_is_suppressed_in_the_form_that_requests_have(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now)
    client = signed_in(owner)
    for channel, address in (("email", " JANE@example.com"), ("sms", "(212) 555-1234")):
        form = {"account": str(account.pk), "channel": channel, "address": address, "evidence": ""}
        assert client.post(reverse("admin:reviews_suppression_add"), form).status_code == 302
    assert set(Suppression.objects.values_list("address", flat=True)) == {"jane@example.com", "+12125551234"}
    request.refresh_from_db()
    assert request.status == "suppressed"


@pytest.mark.parametrize(("channel", "address"), [("email", "not an address"), ("sms", "12"), ("email", " ")])
def test_what_is_no_address_is_not_suppressed(account: Account, owner: User, channel: str, address: str) -> None:
    form = {"account": str(account.pk), "channel": channel, "address": address, "evidence": ""}
    assert signed_in(owner).post(reverse("admin:reviews_suppression_add"), form).status_code == 200
    assert not Suppression.objects.exists()


def test_an_address_is_allowed_again_for_a_reason_that_is_kept(full: Account, owner: User) -> None:
    client = signed_in(owner)
    address = reverse("admin:reviews_suppression_changelist")
    form = {"action": "lift", "_selected_action": [str(Suppression.objects.get().pk)]}
    for asking in (form, form | {"because": " "}):
        page = client.post(address, asking).content.decode()
        assert "zebedee@example.com" in page
        assert 'name="because"' in page
        assert Suppression.objects.active().exists()
    page = client.post(address, form | {"because": "Asked for it by phone"}, follow=True).content.decode()
    assert "Lifted: 1." in page
    assert Suppression.objects.get().lifted_because == f"Asked for it by phone ({owner})"
