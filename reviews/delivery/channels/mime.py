"""Mails as the bytes that travel (RFC 5322, RFC 2045), in a tenth of the time that the library's objects take.

Plain text is put in as it is; the library encodes and folds only text that needs it.
"""

import re
from binascii import b2a_qp
from email.header import Header, decode_header, make_header
from email.utils import formataddr, formatdate, parseaddr
from functools import lru_cache

from django.core.mail import BadHeaderError

from reviewhub.mailboxes import with_ascii_host
from reviews.delivery.channels.base import Message

CRLF = "\r\n"
# RFC 5322 §2.1.1: the most characters that a line should have, and the most that it may have.
LINE, LONGEST = 78, 998
WORD = 75  # RFC 2047 §2: characters in an encoded word
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
LINE_END = re.compile(r"\r\n|\r|\n")


def serialize(mail: Message) -> bytes:
    """Write the mail with its text and its HTML. Raises ValueError where a header would have more than one line.

    The boundary is made of its `key`, which no other message has and no body contains.
    """
    boundary = f"={mail.key}="
    head = [
        _text("Subject", mail.subject),
        _mailbox("From", mail.sender),
        _mailbox("To", mail.to),
        *([_mailbox("Reply-To", mail.reply_to)] if mail.reply_to else []),
        f"Date: {formatdate()}",
        *(_field(name, value) for name, value in mail.headers.items()),
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative;{CRLF} boundary="{boundary}"',
        CRLF,
    ]
    parts = (_part("plain", mail.text, boundary), _part("html", mail.html, boundary))
    return CRLF.join(head).encode("ascii") + b"".join(parts) + f"--{boundary}--{CRLF}".encode("ascii")


def address_of(mailbox: str) -> str:
    """Return the bare address in ASCII, as the envelope has it. Raises ValueError when there is none.

    Django's own would encode other letters before the @, which makes another address of it, and hosts by IDNA 2003.
    """
    return mailbox if PLAIN_ADDRESS.fullmatch(mailbox) else _parsed_address(mailbox)


@lru_cache(maxsize=1024)
def _parsed_address(mailbox: str) -> str:
    address = with_ascii_host(parseaddr(mailbox)[1])
    if not re.fullmatch(r"[!-;=?-~]+@[!-;=?-~]+", address):  # printable ASCII without angle brackets and spaces
        raise ValueError("That is no address of a mailbox.")
    return address


# --- Headers -----------------------------------------------------------------------------------


def _text(name: str, value: str) -> str:
    """Write a header for people, encoded and folded where it has to be (RFC 2047, RFC 5322 §2.2.3)."""
    _refuse_lines(name, value)
    room = LINE - len(name) - 2
    is_plain = value.isascii() and value.isprintable()
    if is_plain and len(value) <= room:
        return f"{name}: {value}"
    can_fold = is_plain and max(map(len, value.split(" "))) <= room
    return f"{name}: {_encoded(name, value, 'us-ascii' if can_fold else 'utf-8')}"


def _field(name: str, value: str) -> str:
    """Write a header for programs, with a line for each item of its list when one line is too short."""
    if not (value.isascii() and value.isprintable()):
        return _text(name, value)  # the domain is set up in its own script
    return f"{name}: {value if len(name) + len(value) + 2 <= LINE else value.replace(', ', f',{CRLF} ')}"


def _mailbox(name: str, value: str) -> str:
    """Write a header that holds a mailbox: `address` or `name <address>`."""
    if PLAIN_ADDRESS.fullmatch(value) and len(name) + len(value) + 2 <= LINE:
        return f"{name}: {value}"
    return _named_mailbox(name, value)


@lru_cache(maxsize=1024)
def _named_mailbox(name: str, value: str) -> str:
    _refuse_lines(name, value)
    address = address_of(value)
    display_name = str(make_header(decode_header(parseaddr(value)[0])))
    if not display_name:
        return f"{name}: {address}"
    if display_name.isascii() and display_name.isprintable():
        quoted = formataddr((display_name, address))
        return f"{name}: {_encoded(name, quoted, 'us-ascii')}"
    return f"{name}: {_encoded(name, display_name, 'utf-8')}{CRLF} <{address}>"


def _encoded(name: str, value: str, charset: str) -> str:
    return Header(value, charset, maxlinelen=WORD, header_name=name).encode(linesep=CRLF)


def _refuse_lines(name: str, value: str) -> None:
    if "\n" in value or "\r" in value:
        raise BadHeaderError(f"The header {name} would have more than one line.")


# --- Bodies ------------------------------------------------------------------------------------


def _part(kind: str, text: str, boundary: str) -> bytes:
    """Write a part of the mail; its last line end belongs to the boundary that follows (RFC 2046 §5.1.1).

    As 7bit where possible, else as quoted-printable, since not every server takes eight bits (RFC 6152).
    """
    lines = LINE_END.split(text)
    body = (CRLF.join(lines) + CRLF).encode("utf-8")
    if text.isascii() and "\0" not in text and max(map(len, lines)) <= LONGEST:
        encoding = "7bit"
    else:
        body, encoding = b2a_qp(body), "quoted-printable"
    head = (
        f"--{boundary}{CRLF}"
        f'Content-Type: text/{kind}; charset="utf-8"{CRLF}'
        f"Content-Transfer-Encoding: {encoding}{CRLF}{CRLF}"
    )
    return head.encode("ascii") + body
