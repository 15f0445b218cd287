"""The page of examples: who may fill a business and empty it again, how far it is, and what stands against it."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviewhub.testing import make_member
from reviews.models import Contact, Simulation
from reviews.simulation import examples, runs

pytestmark = pytest.mark.django_db

PAGE = "/admin/examples/"


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work is done before the page answers."""
    monkeypatch.setattr(runs, "_start_thread", lambda work: work())


def example(account: Account) -> Contact:
    return Contact.objects.create(account=account, first_name="Ava", email="ava@example.com", is_example=True)


@pytest.mark.usefixtures("forked", "at_once")
def test_an_owner_fills_the_business_and_removes_the_examples_again(
    account: Account, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = examples.fill
    monkeypatch.setattr(examples, "fill", lambda **more: fill(customers=5, **more))
    client = signed_in(owner)
    assert "Fill with examples" in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"fill": "1"}).status_code == 302
    assert Contact.objects.for_account(account).filter(is_example=True).count() >= 4
    assert not Simulation.objects.exists()
    page = client.get(PAGE).content.decode()
    assert "Remove the examples" in page
    assert '<a class="rh-primary" href="/admin/">Look around</a>' in page  # the way in comes first
    assert "Fill with examples" not in page
    answer = client.post(PAGE, {"remove": "1"}, follow=True)
    assert "examples were removed." in answer.content.decode()
    assert not Contact.objects.exists()


def test_only_owners_and_the_operator_may(account: Account, viewer: User, operator: User, stranger: User) -> None:
    example(account)
    manager = make_member(account, "manager", "manager@riverside.example")
    for person in (viewer, manager):
        client = signed_in(person)
        assert (client.get(PAGE).status_code, client.post(PAGE, {"remove": "1"}).status_code) == (403, 403)
    theirs = signed_in(stranger)
    assert theirs.post(PAGE, {"remove": "1", "business": str(account.pk)}).status_code == 404
    assert theirs.post(PAGE, {"remove": "1", "business": "x\0"}).status_code == 404
    assert theirs.post(PAGE, {"remove": "1"}).status_code == 302  # of their own business, which has none
    assert Contact.objects.count() == 1
    assert signed_in(operator).post(PAGE, {"remove": "1", "business": str(account.pk)}).status_code == 302
    assert not Contact.objects.exists()


def test_the_operator_chooses_a_business_first(account: Account, other_account: Account, operator: User) -> None:
    assert signed_in(operator).get(PAGE).status_code == 404


def test_what_stands_against_it_is_said(account: Account, owner: User, settings: Any) -> None:
    settings.SANDBOX = False
    client = signed_in(owner)
    assert "Examples are for the sandbox" in client.get(PAGE).content.decode()
    assert "Examples are for the sandbox" in client.post(PAGE, {"fill": "1"}, follow=True).content.decode()
    example(account)
    assert "Remove the examples" in client.get(PAGE).content.decode()  # also once customers are real


def test_progress_a_failure_and_a_lost_run_are_shown(account: Account, owner: User) -> None:
    now = timezone.now()
    run = Simulation.objects.create(
        user=owner,
        account=account,
        run="497f6eca-6276-4993-bfeb-53cbbbba6f08",
        asked={runs.EXAMPLES: True},
        percent=40,
        started_at=now,
        beat_at=now,
    )
    client = signed_in(owner)
    page = client.get(PAGE).content.decode()
    assert 'aria-valuenow="40"' in page
    assert 'http-equiv="refresh"' in page
    assert "Look again" not in client.get(reverse("simulator")).content.decode()  # it is no simulation
    assert (
        "running. Try again"
        in signed_in(make_member(account, "owner", "two@riverside.example"))
        .post(PAGE, {"fill": "1"}, follow=True)
        .content.decode()
    )
    Simulation.objects.filter(pk=run.pk).update(beat_at=now - timedelta(minutes=2))
    assert "It did not end." in client.get(PAGE).content.decode()
    Simulation.objects.filter(pk=run.pk).update(status="failed", error="There are examples already.")
    assert "No examples were made." in client.get(PAGE).content.decode()
