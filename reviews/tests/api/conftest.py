"""Fixtures: rows that several resources of the API show."""

from datetime import datetime

import pytest

from oauth.models import Account
from reviews.contacts import opt_outs
from reviews.models import Contact, Delivery, Feedback, Sequence, Suppression
from reviews.pages import actions
from reviews.tests.support.helpers import asked

API = "/api/v1"


@pytest.fixture
def contact(account: Account, now: datetime) -> Contact:
    return asked(account, now).contact


@pytest.fixture
def suppression(account: Account, now: datetime) -> Suppression:
    return opt_outs.opt_out(
        account=account,
        channel="email",
        address="jane@example.com",
        reason=Suppression.Reason.COMPLAINED,
        evidence="A report",
        now=now,
    )


@pytest.fixture
def everything(account: Account, contact: Contact, suppression: Suppression, now: datetime) -> dict[str, str]:
    """Make a row of each kind, and return the URL of each."""
    actions.record_feedback(delivery=Delivery.objects.all()[0], rating=4, text="Fine.", now=now)
    return {
        "contacts": f"{API}/contacts/{contact.pk}",
        "suppressions": f"{API}/suppressions/{suppression.pk}",
        "sequences": f"{API}/sequences/{Sequence.objects.get(account=account).pk}",
        "feedback": f"{API}/feedback/{Feedback.objects.get().pk}",
    }
