"""The first page of the back-office."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, Membership, User
from oauth.tests.flow import signed_in
from reviews.models import (
    WorkerBeat,
)
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


def test_the_dashboard_counts_the_own_accounts_only(
    account: Account, other_account: Account, owner: User, stranger: User
) -> None:
    asked(account, timezone.now())
    asked(other_account, timezone.now())
    asked(other_account, timezone.now(), person=Person(email="b@example.com"))
    assert '<span class="rh-number">1</span>' in signed_in(owner).get("/admin/").content.decode()
    assert '<span class="rh-number">2</span>' in signed_in(stranger).get("/admin/").content.decode()


def test_the_sandbox_and_a_missing_worker_are_said(owner: User, operator: User, settings: Any) -> None:
    content = signed_in(owner).get("/admin/").content.decode()
    assert "Sandbox." in content
    assert "No worker." in content
    settings.SANDBOX = False
    WorkerBeat.objects.create(worker="w", started_at=timezone.now(), beat_at=timezone.now())
    content = signed_in(owner).get("/admin/").content.decode()
    assert "Sandbox." not in content
    assert "No worker." not in content
    assert "last heard of" not in content  # the machinery is the operator's
    assert "The worker was last heard of" in signed_in(operator).get("/admin/").content.decode()


def test_the_operator_is_told_of_own_accounts_without_a_review_site(
    account: Account, other_account: Account, operator: User
) -> None:
    account.review_sites.all().delete()
    other_account.review_sites.all().delete()
    assert "no review site" not in signed_in(operator).get("/admin/").content.decode()  # each owner is told
    Membership.objects.create(account=account, user=operator, role="owner")
    content = signed_in(operator).get("/admin/").content.decode()
    assert f"{account} has no review site." in content
    assert f"{other_account} has no review site." not in content


def test_who_may_only_look_is_offered_no_way_to_ask(account: Account, owner: User, viewer: User) -> None:
    ways = [reverse("admin:reviews_reviewrequest_add"), reverse("admin:reviews_importjob_add")]
    offered = signed_in(owner).get("/admin/").content.decode()
    assert [offered.count(f'href="{way}"') for way in ways] == [2, 1]  # on the page, and in the bar of a phone
    content = signed_in(viewer).get("/admin/").content.decode()
    assert [way for way in ways if f'href="{way}"' in content] == []
