"""Addresses in their stored form, and the hashes that are kept of them (docs/rules.md D1)."""

import uuid

import pytest

from reviews.models.addresses import (
    InvalidAddress,
    InvalidPhone,
    forms_of,
    hash_address,
    hashes_of,
    normalise_phone,
    read_address,
    read_sender,
)

ACCOUNT = uuid.UUID(int=1)


@pytest.mark.parametrize(
    "text",
    [
        "(212) 555-1234",
        "+1 212 555 1234",
        "+1\u200b212\u202c5551234\u00a0",
        "\u202a+12125551234\u202c",
        "＋１２１２５５５１２３４",
        "٢١٢٥٥٥١٢٣٤",
        "tel:+1-212-555-1234",
        "TEL: (212) 555-1234",
        "sms:+12125551234",
        "whatsapp:+12125551234",
    ],
)
def test_a_number_has_one_form(text: str) -> None:
    assert normalise_phone(text, "US")[0] == "+12125551234"


@pytest.mark.parametrize(
    ("text", "country", "words"),
    [
        ("0000000000", "US", "stands where there is no number"),
        ("1234567890", "US", "stands where there is no number"),
        ("(123) 456-7890", "US", "stands where there is no number"),
        ("+1 123 456 7890", "US", "stands where there is no number"),
        ("1111111111", "US", "stands where there is no number"),
        ("+1 999 999 9999", "US", "stands where there is no number"),
        ("９９９９９９９９９９", "US", "stands where there is no number"),
        ("0123456789", "DE", "stands where there is no number"),
        ("01234 567890", "GB", "stands where there is no number"),
        ("+1 212 555 1234 x12", "US", "has an extension"),
        ("(212) 555-1234 ext. 5", "US", "has an extension"),
        ("tel:+12125551234;ext=5", "US", "has an extension"),
        ("(900) 555-1234", "US", "is a premium-rate number"),
        ("0871 873 1234", "GB", "is a premium-rate number"),
        ("+33 899 12 34 56", "US", "is a premium-rate number"),
        ("0900 1 123456", "DE", "is a premium-rate number"),
        ("fax:+12125551234", "US", "is not a phone number"),
        ("+1 212 555", "US", "digits"),
        ("", "US", "is not a phone number"),
    ],
)
def test_a_number_that_reaches_nobody_is_refused_in_words(text: str, country: str, words: str) -> None:
    with pytest.raises(InvalidPhone) as caught:
        normalise_phone(text, country)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sender"),
    [
        ("+12125551234", ("sms", "+12125551234")),
        ("+1 (212) 555-1234", ("sms", "+12125551234")),
        ("whatsapp:+12125551234", ("whatsapp", "+12125551234")),
        ("RCS:+12125551234", ("rcs", "+12125551234")),
        ("sms:＋12125551234", ("sms", "+12125551234")),
        ("tel:+12125551234", ("sms", "+12125551234")),
        ("rcs:riverside_agent", ("rcs", "riverside_agent")),
        ("messenger:1234567", ("messenger", "1234567")),
        (" 12345 ", ("sms", "12345")),
        ("RIVERSIDE", ("sms", "RIVERSIDE")),
        ("+10000000000", ("sms", "+10000000000")),
        ("", ("sms", "")),
    ],
)
def test_a_sender_is_a_transport_and_a_number(text: str, sender: tuple[str, str]) -> None:
    assert read_sender(text) == sender


def test_an_address_is_read_by_its_kind() -> None:
    assert read_address(" X@München.example", "US") == ("email", "x@xn--mnchen-3ya.example")
    assert read_address("(212) 555-1234", "US") == ("sms", "+12125551234")
    for text in ("bıll@example.com", "0000000000", "nobody"):
        with pytest.raises(InvalidAddress):
            read_address(text, "US")


def test_an_address_in_plain_letters_has_one_hash() -> None:
    assert hashes_of(ACCOUNT, "email", "jane@example.com") == (hash_address(ACCOUNT, "email", "jane@example.com"),)
    assert forms_of("+12125551234") == ("+12125551234",)
    assert len({hash_address(ACCOUNT, channel, "jane@example.com") for channel in ("email", "sms")}) == 2


def test_a_host_in_other_letters_is_sought_by_both_hashes_that_it_may_have() -> None:
    former, today = "x@münchen.example", "x@xn--mnchen-3ya.example"
    assert hashes_of(ACCOUNT, "email", today) == tuple(hash_address(ACCOUNT, "email", form) for form in (today, former))
