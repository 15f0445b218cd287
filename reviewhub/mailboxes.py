"""Mailboxes: the one form of an e-mail address, in which it is stored, compared, hashed and written to.

The form is ASCII in lower case: nothing here speaks SMTPUTF8 (RFC 6531), and a host travels as IDNA 2008 writes it
(RFC 5891), which Python's own codec does not know: that is IDNA 2003, which makes "strasse" of "straße", another host.
"""

import re
import unicodedata
from functools import lru_cache

import idna
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

LONGEST = 254  # RFC 5321 §4.5.3.1.3: a path has 256 octets, of which two are its angle brackets
LONGEST_LOCAL = 64  # RFC 5321 §4.5.3.1.1
LONGEST_LABEL = 63  # RFC 1035 §2.3.4
LONGEST_TEXT = 1_000  # longer text is looked at no further

# Dot-string of RFC 5321 §4.1.2 at a host with two labels or more, the last one no number.
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_FORM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?!\d+\Z)(?=..){_LABEL}")

# Letters that show nothing: soft hyphen, zero-width, bidi and format marks, variation selectors.
_UNSEEN = "\u00ad\u034f\u061c\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_JOINERS = "\u200c\u200d"
_MARKS = re.compile(f"[{_UNSEEN}{_JOINERS}]")
_MARKS_OF_HOSTS = re.compile(f"[{_UNSEEN}]")

_NO_ADDRESS = _("Enter a valid email address.")


class InvalidAddress(ValueError):
    """Text that is neither an e-mail address nor a number; its message is for the person who typed it."""


class InvalidEmail(InvalidAddress):
    """Text that is not an e-mail address that a mail could be sent to from here."""


def normalise_email(text: str) -> str:
    """Return the e-mail address in its stored form. Raises InvalidEmail.

    Blanks around it and letters that nobody sees are dropped, capitals become small ones, a host in other letters its
    A-labels. Refused, because a mail would not arrive or arrive elsewhere: other letters than ASCII before the @;
    letters in a host that become ASCII ones by folding; what is longer than RFC 5321 allows; names in quotes, comments,
    and hosts that are a number or one word.
    """
    address = text.strip()
    if address.isascii():
        address = address.lower()
        if _is_plain(address):
            return address
    if len(text) > LONGEST_TEXT:
        raise InvalidEmail(gettext("An e-mail address has up to %(longest)s characters.") % {"longest": LONGEST})
    local, at, host = text.rpartition("@")
    if not at:
        raise InvalidEmail(_NO_ADDRESS)
    address = f"{_read_local(local)}@{_read_host(host)}"
    if len(address) > LONGEST:
        raise InvalidEmail(gettext("An e-mail address has up to %(longest)s characters.") % {"longest": LONGEST})
    if not _FORM.fullmatch(address):
        raise InvalidEmail(_NO_ADDRESS)
    if max(map(len, address.rpartition("@")[2].split("."))) > LONGEST_LABEL:
        raise InvalidEmail(
            gettext("Between two dots, a host has up to %(longest_label)s characters.")
            % {"longest_label": LONGEST_LABEL}
        )
    return address


def read_reported_email(text: str) -> str:
    """Return the stored form of an address as a mail provider names it: bare, in angle brackets, or behind a name.

    Text that is none comes back in lower case: a report is kept, whatever it says.
    """
    bare = text[text.rfind("<") + 1 :].partition(">")[0] if "<" in text else text
    try:
        return normalise_email(bare)
    except InvalidEmail:
        return bare.strip().lower()


def has_stored_form(address: str) -> bool:
    """Tell whether the address is in its stored form, so that a mail to it can leave."""
    if _is_plain(address):
        return True
    try:
        return normalise_email(address) == address
    except InvalidEmail:
        return False


def with_ascii_host(address: str) -> str:
    """Return the address with its host in ASCII, as it travels; one in ASCII as it is. Raises InvalidEmail."""
    if address.isascii():
        return address
    local, at, host = address.rpartition("@")
    return f"{local}{at}{_read_host(host)}"


def has_other_letters(address: str) -> bool:
    """Tell whether the host of a stored address stands for one in other letters than ASCII."""
    return "xn--" in address


@lru_cache(maxsize=1024)
def in_unicode(address: str) -> str:
    """Return a stored address with its host in Unicode: the form in which such addresses were once stored and hashed.

    Text that is no stored address comes back as it is.
    """
    local, _, host = address.rpartition("@")
    try:
        labels = [idna.ulabel(label) if label.startswith("xn--") else label for label in host.split(".")]
    except ValueError:
        return address
    return f"{local}@{'.'.join(labels)}"


def show_email(address: str) -> str:
    """Return a stored address as people read it. It reads back as the same address."""
    if not has_other_letters(address):
        return address
    shown = in_unicode(address)
    try:
        return shown if normalise_email(shown) == address else address
    except InvalidEmail:
        return address


def _is_plain(address: str) -> bool:
    """Tell whether the text is a stored address whose host stands for itself."""
    if len(address) > LONGEST or "xn--" in address or not _FORM.fullmatch(address):
        return False
    local, _, host = address.partition("@")
    return len(local) <= LONGEST_LOCAL and max(map(len, host.split("."))) <= LONGEST_LABEL


def _read_local(text: str) -> str:
    local = _MARKS.sub("", text).lstrip()
    for letter in unicodedata.normalize("NFC", local) + local:  # NFC would make a K of the Kelvin sign
        if not letter.isascii():
            raise InvalidEmail(
                gettext("“%(letter)s” stands before the @, where mail programs here take ASCII letters alone.")
                % {"letter": letter}
            )
    if len(local) > LONGEST_LOCAL:
        raise InvalidEmail(
            gettext("The part before the @ has up to %(longest_local)s characters.") % {"longest_local": LONGEST_LOCAL}
        )
    if local.startswith('"'):
        raise InvalidEmail(gettext("An address with quotation marks before the @ cannot be written to from here."))
    return local.lower()


@lru_cache(maxsize=1024)
def _read_host(text: str) -> str:
    """Return the host in A-labels, in lower case and without the dot of the root. Raises InvalidEmail."""
    host = _MARKS_OF_HOSTS.sub("", text).rstrip()
    if host.startswith("["):
        raise InvalidEmail(gettext("An address at the number of a server cannot be written to from here."))
    if host.isascii() and not has_other_letters(host.lower()):
        return host.lower().removesuffix(".")
    for letter in host + unicodedata.normalize("NFC", host):  # NFC would make a K of the Kelvin sign
        if letter > "\x7f" and _folds_to_ascii(letter):
            name = unicodedata.name(letter, "a letter").lower()
            raise InvalidEmail(
                gettext("“%(letter)s” (%(name)s) is not the letter that it looks like: type the host again.")
                % {"letter": letter, "name": name}
            )
    try:
        host = idna.uts46_remap(host)  # capitals and widths alone are left to be mapped; the result is in NFC
        labels = [_read_label(label) for label in host.removesuffix(".").split(".")]
    except ValueError as error:  # which idna's errors are
        raise InvalidEmail(
            gettext("“%(host)s” is not a host that a mail could be sent to.") % {"host": host}
        ) from error
    return ".".join(labels)


def _read_label(label: str) -> str:
    """Return the A-label of a label, which stands for itself in plain ASCII. Raises ValueError."""
    if label.startswith("xn--"):
        idna.ulabel(label)  # raises unless its letters are written in this very way: RFC 5891 §5.3
        return label
    if label.isascii():
        return label
    # A joiner between letters that it joins belongs to the name (RFC 5892, appendix A); elsewhere it is a stray mark.
    kept = [letter for place, letter in enumerate(label) if letter not in _JOINERS or idna.valid_contextj(label, place)]
    plain = "".join(kept)
    return plain if plain.isascii() else idna.alabel(plain).decode("ascii")


def _folds_to_ascii(letter: str) -> bool:
    """Tell whether some folding makes ASCII of the letter: dotless i, long s, the Kelvin sign, ligatures, superscripts.

    ß is no such letter: IDNA 2008 keeps it. Nor are wide forms, which keyboards for Chinese and Japanese type.
    """
    if letter in "ßẞ" or unicodedata.east_asian_width(letter) == "F":
        return False
    compatible = unicodedata.normalize("NFKC", letter)
    return letter == "İ" or any(form.isascii() for form in (compatible, letter.upper(), letter.lower()))
