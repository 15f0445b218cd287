"""Holding and releasing a request on its page, and what the page then says."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.contacts import doubts
from reviews.models import Delivery, RequestAlias, ReviewRequest
from reviews.requests import holds, lifecycle
from reviews.tests.support.helpers import JANE, asked

pytestmark = pytest.mark.django_db


def page(request: ReviewRequest, name: str = "change") -> str:
    return reverse(f"admin:reviews_reviewrequest_{name}", args=[request.pk])


def press(user: User, request: ReviewRequest, name: str, **form_data: str) -> Any:
    return signed_in(user).post(page(request, name), form_data, follow=True).content.decode()


def test_staff_hold_a_request_and_let_it_go_on(account: Account, owner: User) -> None:
    request = asked(account, timezone.now(), delay=timedelta(hours=1))
    content = press(owner, request, "hold_this", because="open_job", note="Second coat on Friday")
    words = f"The job is not finished. Second coat on Friday. Held by {owner}."
    assert "Held: nothing leaves until somebody releases it." in content
    assert content.count(words) == 2  # as its reason, and at its place in what happened
    assert f"{words} Nothing is sent until then." in content
    request.refresh_from_db()
    assert (request.held, request.hold_reason) == ("staff", words)
    assert Delivery.objects.get().due_at == Delivery.OUT_OF_REACH
    assert page(request, "hold_this") not in content
    assert page(request, "send_now") not in content
    content = press(owner, request, "release_this")
    assert f"Released by {owner}." in content
    request.refresh_from_db()
    assert (request.held, Delivery.objects.get().planned_for) == ("", None)
    assert page(request, "release_this") not in content
    assert page(request, "hold_this") in content


def test_a_hold_needs_its_reason(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now)
    for form_data in ({}, {"because": "rating"}, {"because": "refund", "note": "x" * 201}):
        press(owner, request, "hold_this", **form_data)
        request.refresh_from_db()
        assert request.held == ""


def test_a_hold_of_the_api_is_released_by_staff(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now)
    api = {"by": ReviewRequest.Hold.API, "because": holds.Because.REFUND, "who": "through the API"}
    holds.ask_to_hold(request=request, now=now, **api)  # type: ignore[arg-type]
    assert "A refund is under way. Held through the API." in signed_in(owner).get(page(request)).content.decode()
    press(owner, request, "release_this")
    request.refresh_from_db()
    assert request.held == ""


def test_a_doubt_is_decided_in_the_inbox_and_not_released(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now)
    doubts.hold(account=account, number=JANE.phone, evidence="maybe stop?", now=now)
    content = signed_in(owner).get(page(request)).content.decode()
    assert page(request, "release_this") not in content
    assert signed_in(owner).post(page(request, "release_this")).status_code == 403
    assert "Held: nothing leaves" in press(owner, request, "hold_this", because="dispute")
    request.refresh_from_db()
    assert (request.held, request.asked_hold) == ("unclear_opt_out", "staff")


def test_what_ended_meanwhile_is_not_held(account: Account, owner: User, now: datetime) -> None:
    """It was open when the page was made."""
    request = asked(account, now)
    lifecycle.respond(request=request, now=now, reason="")
    with pytest.raises(lifecycle.InvalidMove, match="is responded and cannot be held"):
        holds.ask_to_hold(
            request=request, by=ReviewRequest.Hold.STAFF, because=holds.Because.OTHER, who="by Ann", now=now
        )
    assert signed_in(owner).post(page(request, "hold_this"), {"because": "other"}).status_code == 403


def test_the_page_names_all_ids_of_a_request(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now, external_id="job-1")
    RequestAlias.objects.create(account=account, request=request, external_id="job-2", created_at=now)
    assert "Your id: job-1, job-2" in signed_in(owner).get(page(request)).content.decode()
