"""The list of requests: what it says of each, and its file."""

import csv
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from oauth.models import Account, User
from reviews.models import Delivery, ReviewRequest
from reviews.pages import actions
from reviews.requests import lifecycle
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked
from reviews.tests.support.lists import chips, exported, page_of, sentences

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of_jane(account: Account) -> ReviewRequest:
    return asked(account, timezone.now())


def said(owner: User) -> str:
    return sentences(page_of(owner, "requests"))["Jane Smith"]


def sent(request: ReviewRequest, **columns: object) -> Delivery:
    """The first message has left, and the reminder waits for three days."""
    now = timezone.now()
    Delivery.objects.filter(request=request).update(status="sent", sent_at=now, **columns)
    ReviewRequest.objects.filter(pk=request.pk).update(status="sent", sent_at=now)
    first = Delivery.objects.get(request=request)
    due_at = now + timedelta(days=3)
    Delivery.objects.create(
        account=request.account, request=request, step=1, channel="email", due_at=due_at, created_at=now
    )
    return first


def test_a_scheduled_one_says_when_and_how_it_is_asked_first(owner: User, request_of_jane: ReviewRequest) -> None:
    Delivery.objects.update(due_at=timezone.now() + timedelta(minutes=10, seconds=5))
    assert said(owner) == "First ask by e-mail in 10 minutes"
    Delivery.objects.update(channel="sms")
    assert said(owner) == "First ask by text in 10 minutes"


def test_one_that_was_sent_says_what_happened_and_what_comes_next(
    owner: User, request_of_jane: ReviewRequest, account: Account
) -> None:
    sent(request_of_jane)
    at = timezone.localtime(Delivery.objects.get(step=1).due_at, ZoneInfo(account.time_zone))
    assert said(owner) == f"Asked by e-mail · reminder {at:%a %H:%M}"
    Delivery.objects.filter(step=0).update(seen_at=timezone.now())
    assert said(owner) == f"Opened · reminder {at:%a %H:%M}"
    Delivery.objects.filter(step=1).delete()
    assert said(owner) == "Opened · no further message"


def test_an_answer_is_quoted_with_its_stars(owner: User, request_of_jane: ReviewRequest) -> None:
    first = sent(request_of_jane)
    actions.record_feedback(delivery=first, rating=2, text="Waited <long>.\nVery.", now=timezone.now())
    assert said(owner) == "2 of 5 stars · “Waited <long>. Very.”"
    assert '<li class="bad">' in page_of(owner, "requests")


def test_a_choice_of_a_site_and_an_answer_without_words_are_said(
    owner: User, request_of_jane: ReviewRequest, account: Account
) -> None:
    first = sent(request_of_jane)
    lifecycle.respond(request=ReviewRequest.objects.get(), now=timezone.now(), reason="Replied by text message.")
    assert said(owner) == "Replied by text message"
    site = account.review_sites.create(name="Kelp", url="https://kelp.example/r")
    Delivery.objects.filter(pk=first.pk).update(clicked_site=site, clicked_at=timezone.now())
    assert said(owner) == "Chose Kelp"


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        ("completed", "No answer.", "Did not answer"),
        ("suppressed", "Unsubscribed.", "Unsubscribed"),
        ("suppressed", "", "Not asked"),
        ("cancelled", "Cancelled by anna@example.com.", "Cancelled by anna@example.com"),
        ("failed", "No way to reach the customer is left.", "Did not arrive · No way to reach the customer is left"),
    ],
)
def test_an_end_is_said_with_its_reason(
    owner: User, request_of_jane: ReviewRequest, status: str, reason: str, words: str
) -> None:
    Delivery.objects.update(status="cancelled")
    ReviewRequest.objects.update(status=status, reason=reason, ended_at=timezone.now())
    assert said(owner) == words


def test_a_failure_is_said_in_words_and_without_its_code(owner: User, request_of_jane: ReviewRequest) -> None:
    Delivery.objects.update(status="bounced", error_code="5.1.1", error_text="550 no such user")
    ReviewRequest.objects.update(status="failed", reason="It bounced.", ended_at=timezone.now())
    words = said(owner)
    assert words.startswith("Did not arrive · ")
    assert "customer" in words
    assert "5.1.1" not in words
    assert "550" not in words


def test_one_that_is_tried_again_says_why(owner: User, request_of_jane: ReviewRequest) -> None:
    Delivery.objects.update(error_code="429", attempts=1)
    assert said(owner).startswith("tried again: The provider was asked too often")


def test_a_held_one_says_so_first_and_has_a_chip(owner: User, account: Account, request_of_jane: ReviewRequest) -> None:
    asked(account, timezone.now(), person=Person(first_name="Bob", email="b@example.com"))
    ReviewRequest.objects.filter(pk=request_of_jane.pk).update(
        held="staff", asked_hold="staff", held_at=timezone.now(), hold_reason="Her fence is not finished."
    )
    assert said(owner) == "Held · Her fence is not finished"
    assert chips(page_of(owner, "requests"))["Held"] == "1"
    assert set(sentences(page_of(owner, "requests", held="yes"))) == {"Jane Smith"}


def test_the_file_says_it_in_columns(owner: User, account: Account, now: datetime) -> None:
    request = asked(account, now)
    first = sent(request, seen_at=now)
    actions.record_feedback(delivery=first, rating=4, text="Fine.", now=timezone.now())
    headings, line = csv.reader(exported(owner, "requests"))
    row = dict(zip(headings, line, strict=True))
    assert (row["Customer"], row["E-mail"], row["Status"]) == ("Jane Smith", "jane@example.com", "Answered")
    assert (row["Stars"], row["Words"]) == ("4", "Fine.")
    assert row["Opened"] == "2026-03-03T10:00:00-05:00"
    assert row["Next message"] == ""
