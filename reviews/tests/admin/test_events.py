"""Events in the back-office."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.models import Event

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("person", ["owner", "operator"])
def test_an_event_says_when_it_was_on_the_clock_of_its_business(
    request: pytest.FixtureRequest, account: Account, other_account: Account, person: str
) -> None:
    user: User = request.getfixturevalue(person)
    Account.objects.filter(pk=account.pk).update(time_zone="America/Los_Angeles")
    event = Event.objects.create(
        account=account, type=Event.Type.TEST, occurred_at=datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
    )
    page = signed_in(user).get(reverse("admin:reviews_event_change", args=[event.pk])).content.decode()
    assert "2 Mar 2026, 19:00" in page
    assert "(America/Los_Angeles)" in page
