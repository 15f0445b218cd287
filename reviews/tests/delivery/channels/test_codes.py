"""What codes mean: the same when a provider answers so, and when it reports so later."""

import pytest

from reviews.delivery.channels import codes
from reviews.delivery.channels.codes import Outcome


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        (21610, 400, Outcome.OPTED_OUT),
        (21211, 400, Outcome.GONE),
        (21614, 400, Outcome.GONE),
        (30003, 400, Outcome.GONE),
        (30004, 400, Outcome.GONE),
        (30005, 400, Outcome.GONE),
        (30006, 400, Outcome.GONE),
        (30007, 400, Outcome.PERMANENT),
        (21612, 400, Outcome.PERMANENT),
        (20429, 429, Outcome.TEMPORARY),
        (20003, 401, Outcome.TEMPORARY),  # a wrong token is no reason to give a text up
        (99999, 400, Outcome.PERMANENT),
        (99999, 429, Outcome.TEMPORARY),
        (99999, 500, Outcome.TEMPORARY),
        (99999, 504, Outcome.IN_DOUBT),
        (99999, 200, Outcome.IN_DOUBT),
    ],
)
def test_an_error_of_twilios_is_read_by_its_code_else_by_its_status(code: int, status: int, outcome: Outcome) -> None:
    assert codes.of_twilio(code, status) is outcome


@pytest.mark.parametrize(
    ("code", "words", "recipient", "outcome"),
    [
        (550, "no such user", True, Outcome.GONE),
        (550, "no such user", False, Outcome.PERMANENT),  # said about the content
        (550, "5.1.1 no such user", True, Outcome.GONE),
        (550, "5.7.1 you are blocked", True, Outcome.PERMANENT),  # the sender is meant
        (554, "5.1.1 no such user", False, Outcome.GONE),
        (552, "5.2.2 mailbox full", True, Outcome.PERMANENT),
        (550, "5.2.1 mailbox disabled", True, Outcome.GONE),
        (556, "5.1.10 null MX", True, Outcome.GONE),
        (550, "5.1.8 bad sender", True, Outcome.PERMANENT),
        (550, "5.4.1 recipient address rejected", True, Outcome.GONE),
        (550, "5.9.9 something new", True, Outcome.GONE),  # a code nobody knows: the reply code counts
        (450, "5.1.1 greylisted", True, Outcome.TEMPORARY),
        (451, "4.3.0 later", True, Outcome.TEMPORARY),
        (421, "closing", True, Outcome.TEMPORARY),
    ],
)
def test_the_enhanced_code_is_more_exact_than_the_reply_code(
    code: int, words: str, recipient: bool, outcome: Outcome
) -> None:
    assert codes.of_smtp(code, words, recipient=recipient) is outcome


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("smtp; 550 5.1.1 <jane@example.com>: Recipient address rejected", Outcome.GONE),
        ("550-5.1.1 The email account that you tried to reach does not exist", Outcome.GONE),
        ("550 no such user here", Outcome.GONE),
        ("5.1.1 (bad destination mailbox address)", Outcome.GONE),
        ("smtp; 554 5.7.1 Service unavailable; client host [203.0.113.5] blocked", Outcome.PERMANENT),
        ("452 4.2.2 over quota", Outcome.TEMPORARY),
        ("host mx.example said: 421 try later", Outcome.TEMPORARY),
        ("message of 512 bytes from 5.12.3.4 was refused", None),
        ("General", None),
        ("", None),
    ],
)
def test_a_reply_that_a_provider_quotes_is_found(words: str, outcome: Outcome | None) -> None:
    assert codes.of_report(words) is outcome


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_outcome_becomes_an_error_and_comes_back(outcome: Outcome) -> None:
    assert codes.of_error(codes.error(1, "because", outcome)) is outcome
