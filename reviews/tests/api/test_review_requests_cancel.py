"""Cancelling a review request through the API."""

from datetime import datetime
from typing import Any

import pytest

from oauth.models import Account
from reviews.models import Event, ReviewRequest
from reviews.requests import lifecycle
from reviews.tests.support.helpers import REFERENCE, URL, asked, in_state, post

pytestmark = pytest.mark.django_db


def test_cancelling_twice_is_cancelling_once(owner_api: Any) -> None:
    created = post(owner_api, REFERENCE).json()
    response = post(owner_api, {}, f"{URL}/{created['id']}/cancel")
    assert (response.status_code, response.json()["status"]) == (200, "cancelled")
    assert response.json()["messages"][0]["status"] == "cancelled"
    again = post(owner_api, {}, f"{URL}/{created['id']}/cancel")
    assert (again.status_code, again.json()) == (200, response.json())
    assert Event.objects.filter(type=Event.Type.REQUEST_CANCELLED).count() == 1


def test_cancelling_needs_no_body(owner_api: Any) -> None:
    created = post(owner_api, REFERENCE).json()
    assert owner_api.post(f"{URL}/{created['id']}/cancel").status_code == 200


def test_of_two_who_cancel_at_once_both_are_told_that_it_is(
    owner_api: Any, account: Account, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slower one has read the request while it was open."""
    request, cancel = asked(account, now), lifecycle.cancel_request

    def cancel_too_late(**call: Any) -> Any:
        cancel(request=ReviewRequest.objects.get(pk=request.pk), now=now)
        return cancel(**call)

    monkeypatch.setattr(lifecycle, "cancel_request", cancel_too_late)
    response = post(owner_api, {}, f"{URL}/{request.pk}/cancel")
    assert (response.status_code, response.json()["status"]) == (200, "cancelled")
    assert Event.objects.filter(type=Event.Type.REQUEST_CANCELLED).count() == 1


@pytest.mark.parametrize("status", ["responded", "completed", "suppressed", "failed"])
def test_what_has_ended_otherwise_is_not_cancelled(
    owner_api: Any, account: Account, now: datetime, status: str
) -> None:
    request = in_state(account, status, now)
    response = post(owner_api, {}, f"{URL}/{request.pk}/cancel")
    assert (response.status_code, response.json()["error"]) == (409, "invalid_state")
    request.refresh_from_db()
    assert request.status == status
