"""The channel of a step."""

import pytest

from reviews.models import Contact, FollowUpStep
from reviews.models.base import Channel
from reviews.requests import plan
from reviews.tests.support.helpers import JANE

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("rule", "only", "blocked", "previous", "expected"),
    [
        ("auto", "auto", [], None, "email"),
        ("sms", "auto", [], None, "sms"),
        ("other", "auto", [], "email", "sms"),
        ("other", "auto", [], "sms", "email"),
        ("other", "auto", ["sms"], "email", "email"),  # only one left: it takes over
        ("email", "auto", ["email"], None, "sms"),
        ("other", "email", [], "email", "email"),  # the caller chose the channel for the whole request
        ("auto", "sms", ["sms"], None, None),
        ("auto", "auto", ["sms", "email"], None, None),
    ],
)
def test_the_channel_of_a_step(
    rule: str, only: str, blocked: list[str], previous: str | None, expected: str | None
) -> None:
    jane = Contact(email=JANE.email, phone=JANE.phone)
    found = plan.pick_channel(
        contact=jane, rule=rule, only=only, blocked=dict.fromkeys(blocked, "gone"), previous=previous
    )
    assert found == (Channel(expected) if expected else None)


def test_a_step_needs_an_address_on_its_channel() -> None:
    only_mail = Contact(email=JANE.email)
    for rule in FollowUpStep.ChannelRule.values:
        assert plan.pick_channel(contact=only_mail, rule=rule, only="auto", blocked={}) == "email"
