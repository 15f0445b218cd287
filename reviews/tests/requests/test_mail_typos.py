"""Slips in the domains of e-mail addresses."""

import pytest

from reviews.requests.mail_typos import KNOWN, meant_instead


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),  # neighbours changed places
        ("gmal.com", "gmail.com"),  # one missing
        ("gmaill.com", "gmail.com"),  # one too many
        ("hotnail.com", "hotmail.com"),  # another one
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmial.con", "gmail.com"),  # in both
        ("yaho.co.uk", "yahoo.co.uk"),
        ("tonline.de", "t-online.de"),
        ("comcst.net", "comcast.net"),
        ("aol.con", "aol.com"),
    ],
)
def test_a_slip_is_asked_about(typed: str, meant: str) -> None:
    assert meant_instead(f"jane@{typed}") == f"jane@{meant}"


@pytest.mark.parametrize(
    "domain",
    [
        *sorted(KNOWN),
        *("example.com", "riverside-dental.com", "gmail.de", "gmail.example", "outlook.dk", "wed.de", "gms.de"),
        *("nail.com", "mail.example.com", "xn--mnchen-3ya.example", "localhost", "lve.com", "mee.com"),
    ],
)
def test_what_may_well_be_right_is_left_alone(domain: str) -> None:
    assert meant_instead(f"jane@{domain}") == ""


def test_no_address_at_all_means_nothing_else() -> None:
    assert meant_instead("") == meant_instead("jane") == ""
