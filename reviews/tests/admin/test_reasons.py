"""Stored reasons, in words for people."""

import pytest

from reviews.admin import reasons


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ("550 5.1.1 user unknown", "The address does not exist."),
        ("550-5.1.1 The email account that you tried\nto reach does not exist", "The address does not exist."),
        ("552 mailbox full", "full"),
        ("No answer.", "No answer came."),
        ("Cancelled by Ann.", "Cancelled by Ann."),
        ("5 stars are nice", "5 stars are nice"),
    ],
)
def test_a_reason_is_said_in_plain_words(stored: str, words: str) -> None:
    said = reasons.in_words(stored)
    assert words in said
    assert "550" not in said
