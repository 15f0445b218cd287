"""The bytes of a mail, read back by the library: whatever is in it, it arrives as it was meant."""

import email.policy
import random
import re
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import formataddr, parseaddr
from typing import Any

import pytest
from django.core.mail import BadHeaderError

from bench.ways import standard_bytes
from reviews.delivery.channels import Message
from reviews.delivery.channels.mime import address_of, serialize

pytestmark = pytest.mark.once

LEAVE = "https://reviews.example/r/Zk3vQ9x1T0aB7c2d/unsubscribe"
MAIL = Message(
    to="jane@example.com",
    sender="Riverside Dental <reviews@example.org>",
    subject="How did we do?",
    text="Hi Jane",
    html="<p>Hi Jane</p>",
    reply_to="desk@riverside.example",
    key="5b1d5c0e-3a0c-4d5e-9f60-0a8c1f2b3d4e",
    headers={
        "Message-ID": "<5b1d5c0e-3a0c-4d5e-9f60-0a8c1f2b3d4e@example.org>",
        "List-Unsubscribe": f"<{LEAVE}>, <mailto:out@example.org?subject=unsubscribe%20Zk3vQ9x1T0aB7c2d>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
)


def mail(**changes: Any) -> Message:
    return Message(**(vars(MAIL) | changes))


def read(raw: bytes) -> EmailMessage:
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    for part in found.walk():
        assert not part.defects
    return found


def body(found: EmailMessage, kind: str) -> str:
    part = found.get_body((kind,))
    assert part is not None
    assert part["Content-Type"] == f'text/{kind}; charset="utf-8"'
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    return raw.decode("utf-8")


def test_a_plain_mail_is_written_as_it_is() -> None:
    raw = serialize(MAIL)
    found = read(raw)
    assert found.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    assert (found["From"], found["To"], found["Reply-To"]) == (MAIL.sender, MAIL.to, MAIL.reply_to)
    assert {name: found[name] for name in MAIL.headers} == MAIL.headers
    assert found["Date"].datetime is not None
    assert found["MIME-Version"] == "1.0"
    assert b"\r\nSubject: How did we do?\r\n" in b"\r\n" + raw
    assert b"Content-Transfer-Encoding: 7bit\r\n\r\nHi Jane\r\n--" in raw


PIECES = ["a", "Jane", " ", "  ", "\n", "\r\n", "\r", ".", "\n.\n", "=", "=3D", "Grüße", "東京", "🦷", "—", "\t"]
PIECES += ["<b>&amp;</b>", '"', "\\", ",", ";", "--", "\nFrom ", "x" * 300, "y" * 1100, "é" * 90, " \n", "\f", "\x85"]
WORDS = [*PIECES, "=?utf-8?q?x?=", "Re:", ":", "(or so)"]


@pytest.mark.parametrize("seed", range(300))
def test_whatever_is_in_it_arrives(seed: int) -> None:
    chosen = random.Random(seed)  # noqa: S311 (varies a test)

    def some(pieces: list[str], most: int) -> str:
        return "".join(chosen.choices(pieces, k=chosen.randint(0, most)))

    subject = " ".join(some(PIECES, 12).split())
    text, html = some(PIECES, 40), some(PIECES, 40)
    raw = serialize(mail(subject=subject, text=text, html=html))
    found = read(raw)
    assert found["Subject"] == subject
    assert {name: found[name] for name in MAIL.headers} == MAIL.headers
    for kind, given in (("plain", text), ("html", html)):
        assert body(found, kind) == re.sub("\r\n|\r|\n", "\r\n", given)
    keeps_to_the_rules(raw)


@pytest.mark.parametrize("seed", range(100))
def test_a_mail_means_what_djangos_own_objects_make_of_it(seed: int) -> None:
    chosen = random.Random(seed)  # noqa: S311 (varies a test)
    words = [piece for piece in PIECES if piece not in ("\f", "\x85", "\r")]  # Django takes these for ends of lines
    text, html = (" ".join(chosen.choices(words, k=12)) for _ in range(2))
    message = mail(subject=" ".join(" ".join(chosen.choices(words, k=12)).split()), text=text, html=html)
    ours, theirs = read(serialize(message)), read(standard_bytes(message))
    names = {"subject", "from", "to", "reply-to", *(name.lower() for name in MAIL.headers)}
    for name in names:
        assert ours[name] == theirs[name].lstrip(), name  # Django begins some subjects with a blank
    assert names < {name.lower() for name in ours} == {name.lower() for name in theirs}
    for kind in ("plain", "html"):
        assert body(ours, kind).splitlines() == body(theirs, kind).splitlines()


NAMES = [
    "Riverside Dental",
    "Müller & Söhne",
    'The "Best", Inc.',
    "a, b <c@example.com>",
    "東京歯科医院" * 12,
    "Smith " * 30 + "Jones",
    "back\\slash",
    "=?utf-8?q?x?=",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_senders_name_arrives(name: str) -> None:
    raw = serialize(mail(sender=formataddr((name, "reviews@example.org"))))
    shown, address = parseaddr(email.message_from_bytes(raw)["From"])
    assert address == "reviews@example.org"
    assert str(make_header(decode_header(shown))) == name.replace("=?utf-8?q?x?=", "x")  # it was encoded already
    keeps_to_the_rules(raw)


def keeps_to_the_rules(raw: bytes) -> None:
    assert raw.isascii()
    assert b"\0" not in raw
    lines = raw.split(b"\r\n")
    assert not [line for line in lines if b"\r" in line or b"\n" in line]
    assert max(map(len, lines)) <= 998  # RFC 5322 §2.1.1
    head = raw.partition(b"\r\n\r\n")[0]
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^?\s]+\?[bq]\?[^?\s]*\?=", head))  # RFC 2047 §2


def test_a_domain_in_its_own_script_stops_no_mail() -> None:
    raw = serialize(mail(headers={"Message-ID": "<k@exämple.org>"}, sender="Shop <shop@exämple.org>"))
    found = email.message_from_bytes(raw)
    assert str(make_header(decode_header(found["Message-ID"]))) == "<k@exämple.org>"
    assert parseaddr(found["From"]) == ("Shop", "shop@xn--exmple-cua.org")
    keeps_to_the_rules(raw)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("name", ["subject", "sender", "to", "reply_to", "headers"])
def test_no_value_brings_a_header_along(name: str, end: str) -> None:
    value = f"jane@example.com{end}Bcc: eve@example.com"
    with pytest.raises(BadHeaderError):
        serialize(mail(**{name: {"X-Note": value} if name == "headers" else value}))


@pytest.mark.parametrize(
    ("mailbox", "address"),
    [
        ("jane@example.com", "jane@example.com"),
        ("Jane <jane@example.com>", "jane@example.com"),
        ("Jäne <jane@exämple.com>", "jane@xn--exmple-cua.com"),
        ("o'neil+a@example.com", "o'neil+a@example.com"),
        ("Shop <Shop@straße.example>", "Shop@xn--strae-oqa.example"),  # IDNA 2003 makes strasse.example of it
    ],
)
def test_the_envelope_has_the_bare_address(mailbox: str, address: str) -> None:
    assert address_of(mailbox) == address


def test_other_letters_before_the_at_sign_are_no_address() -> None:
    """RFC 6531 is not spoken, and an encoded word (RFC 2047) would be somebody else's address."""
    with pytest.raises(ValueError, match="no address"):
        address_of("bıll@example.com")


@pytest.mark.parametrize("mailbox", ["", "jane", "jane@example.com\r\nRCPT TO:<eve@example.com>", '"a b"@example.com'])
def test_what_is_no_address_never_gets_into_a_command(mailbox: str) -> None:
    try:
        address = address_of(mailbox)
    except ValueError:
        return
    assert not set("<>\r\n ") & set(address)
