"""Facts about one business, read in one statement."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from oauth.models import Account, Invitation, Membership, User
from reviews.insights.standing import standing_of, standing_of_all
from reviews.models import Delivery, Endpoint
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


def test_a_business_that_has_only_begun(account: Account, now: datetime, django_assert_num_queries: Any) -> None:
    account.review_sites.all().delete()
    with django_assert_num_queries(1):
        standing = standing_of(account, now=now)
    assert standing.sequence == account.sequences.get(is_default=True).pk
    facts = (standing.has_site, standing.has_asked, standing.has_own_words, standing.has_colleagues)
    assert facts == (False, False, False, False)
    assert (standing.has_dead_webhook, standing.is_moving) == (False, False)


def test_each_fact_is_of_the_own_business_alone(
    account: Account, other_account: Account, owner: User, stranger: User, now: datetime
) -> None:
    before = standing_of(other_account, now=now)
    asked(account, now)
    step = account.sequences.get(is_default=True).steps.order_by("position")[0]
    step.email_subject = "How was it?"
    step.save()
    Invitation.objects.create(account=account, email="new@example.com", invited_by=owner, sent_at=now)
    Endpoint.objects.create(account=account, url="https://a.example/", is_active=False, failing_since=now)
    standing = standing_of(account, now=now)
    assert standing.site_url == account.review_sites.order_by("pk")[0].url
    assert (standing.has_asked, standing.has_own_words, standing.has_colleagues) == (True, True, True)
    assert (standing.has_dead_webhook, standing.is_moving) == (True, True)
    assert standing_of(other_account, now=now) == before


def test_a_colleague_is_another_member(account: Account, owner: User, stranger: User, now: datetime) -> None:
    assert not standing_of(account, now=now).has_colleagues
    Membership.objects.create(account=account, user=stranger, role="viewer")
    assert standing_of(account, now=now).has_colleagues


def test_a_webhook_that_somebody_switched_off_is_not_dead(account: Account, now: datetime) -> None:
    Endpoint.objects.create(account=account, url="https://a.example/", is_active=False, off_because="By Anna.")
    assert not standing_of(account, now=now).has_dead_webhook


def test_what_a_worker_holds_moves_whenever_its_claim_lapses(account: Account, now: datetime) -> None:
    asked(account, now)
    Delivery.objects.update(claim=uuid4(), due_at=now + timedelta(seconds=120))
    assert standing_of(account, now=now).is_moving
    Delivery.objects.update(claim=None)
    assert not standing_of(account, now=now).is_moving


@pytest.mark.parametrize(
    ("status", "due_in", "moves"),
    [
        ("planned", timedelta(seconds=59), True),
        ("planned", timedelta(seconds=61), False),
        ("planned", timedelta(hours=-3), True),
        ("sending", timedelta(seconds=10), True),
        ("sent", timedelta(0), False),
    ],
)
def test_what_is_due_or_leaving_moves(
    account: Account, now: datetime, status: str, due_in: timedelta, moves: bool
) -> None:
    asked(account, now)
    Delivery.objects.update(status=status, due_at=now + due_in)
    assert standing_of(account, now=now).is_moving is moves
    assert standing_of_all(now=now).is_moving is moves
