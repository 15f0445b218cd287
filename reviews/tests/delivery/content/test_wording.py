"""docs/rules.md A2: no reward for a review, none only from the happy, and nothing that steers what people write."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth.models import Account
from reviews.delivery.content.wording import check_wording
from reviews.delivery.content.wording.phrases import Rule
from reviews.models import FollowUpStep, Sequence

pytestmark = pytest.mark.once

LINES = [
    line.split("\t", 1)
    for line in Path(__file__).with_name("wording.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
REFUSED = [(verdict, text) for verdict, text in LINES if verdict != "innocent"]
INNOCENT = [text for verdict, text in LINES if verdict == "innocent"]


def test_the_lists_are_long_and_name_every_rule() -> None:
    assert len(REFUSED) >= 150
    assert len(INNOCENT) >= 150
    assert {verdict for verdict, _ in REFUSED} == {rule.name.lower() for rule in Rule}


@pytest.mark.parametrize(("rule", "text"), REFUSED)
def test_what_must_not_be_said_is_refused_with_its_rule_and_source(rule: str, text: str) -> None:
    broken = Rule[rule.upper()]
    problems = check_wording(text)
    assert any(problem.startswith(broken.words) and broken.source in problem for problem in problems), problems


@pytest.mark.parametrize("text", INNOCENT)
def test_what_people_say_otherwise_passes(text: str) -> None:
    assert check_wording(text) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Ein Prämien-Gutschein für Bücher", "Prämien-Gutschein"),
        ("10 % off your next visit", "10 % off"),
        ("If you were happy, tell others", "If you were happy"),
        ("a dis\u200bcount", "discount"),
    ],
)
def test_the_words_are_named_as_a_person_reads_them(text: str, named: str) -> None:
    assert any(f"“{named}”" in problem for problem in check_wording(text))


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    check_wording(text)


@pytest.mark.django_db
def test_the_texts_that_every_account_starts_with_pass(account: Account) -> None:
    steps = FollowUpStep.objects.filter(sequence__in=Sequence.objects.filter(account=account))
    assert steps
    for step in steps:
        for text in (step.email_subject, step.email_text, step.sms_text):
            assert check_wording(text) == []
