"""Cells of a list of customers: addresses, numbers, times and languages as lists write them, read one by one."""

import re
import unicodedata
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers
from django.utils.translation import gettext

from reviews.models.addresses import InvalidPhone, normalise_phone
from reviews.requests.languages import UnknownLanguage, read_language
from reviews.requests.mail_typos import meant_instead


class Unusable(Exception):
    """A row that is no ask; the text tells the person who imports it why."""


# --- Addresses and numbers ------------------------------------------------------------------------

# Between several values of one cell: Google's contacts, and what people type.
_SEPARATORS = re.compile(r"\s*(?::::|[;,\n])\s*")
_WITH_NAME = re.compile(r"[^<>]*<([^<>\s]+@[^<>\s]+)>")
_CUT_SHORT = re.compile(r"[+-]?\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)


def read_email(cell: str) -> tuple[str, str]:
    """Return the e-mail address in a cell, not validated, and a doubt: the first where there are several."""
    values = [value for value in _SEPARATORS.split(cell) if value]
    with_at = [value for value in values if "@" in value]
    text = with_at[0] if with_at else cell
    if match := _WITH_NAME.fullmatch(text):
        text = match[1]
    text = re.sub(r"(?i)^mailto:", "", text)
    return text, _several(text) if len(with_at) > 1 else ""


def read_phone(cell: str, country: str) -> tuple[str, str]:
    """Return the number in a cell, and a doubt. Spreadsheets that take a number for an amount spoil it in three ways.

    4.9151E+11 has lost its digits: nothing is returned, and the doubt says so. 491511234567.0 is itself. One that lost
    its + or its 0 is read as a number of `country` (ISO 3166), unless only a + makes one of it that is in use.
    """
    if _CUT_SHORT.fullmatch(cell):
        return "", gettext(
            "%(cell)s is what is left of a number: the spreadsheet cut it short. Format the column as text, and write"
            " it anew."
        ) % {"cell": cell}
    values = [value for value in _SEPARATORS.split(cell) if value]
    several = len(values) > 1
    text = next((value for value in values if _doubt_of(value, country) is not None), cell) if several else cell
    doubt = _several(text) if text != cell else ""
    text = re.sub(r"(?<=\d{6})[.,]0$", "", text)
    bare = text.isdecimal() and not text.startswith("0")
    if bare and _doubt_of(text, country) != "" and _doubt_of(f"+{text}", "") == "":
        return f"+{text}", doubt
    return text, doubt


def _doubt_of(text: str, country: str) -> str | None:
    """Return the doubt about a number, empty for one that is in use; None where it is none."""
    try:
        return normalise_phone(text, country)[1]
    except InvalidPhone:
        return None


def _several(text: str) -> str:
    return gettext("The cell has several: %(text)s is taken.") % {"text": text}


def doubt_of_domain(email: str) -> str:
    """Return a doubt where the domain of an address may be a slip; else empty."""
    meant = meant_instead(email).rpartition("@")[2]
    words = gettext("%(domain)s may be a typing error for %(meant)s.")
    return words % {"domain": email.rpartition("@")[2], "meant": meant} if meant else ""


def doubt_of_country(phone: str, country: str) -> str:
    """Return a doubt where a number in E.164 is one of another country than `country` (ISO 3166); else empty."""
    region = phonenumbers.region_code_for_number(phonenumbers.parse(phone, None)) if phone else None
    if not region or region == country:
        return ""
    words = gettext("%(phone)s is a number of another country (%(country)s).")
    return words % {"phone": phone, "country": region}


# --- Times ------------------------------------------------------------------------------------------

# Beside those of ISO 8601: with points, the day stands first everywhere.
_TIMES = ("%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%y")
_MONTH_FIRST = {"US", "PH", "PR", "GU", "VI", "AS"}
_WITH_SLASHES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %I:%M %p")


def read_time(cell: str, zone: ZoneInfo, *, country: str = "") -> datetime | None:
    """Return the time in a cell: by the clock of `zone` where the cell has no offset; None where it holds none.

    A date with slashes is read by the habit of `country` (ISO 3166), and not at all without one: 3/4 is a day in March
    here, in April there.
    """
    with suppress(ValueError):
        moment = datetime.fromisoformat(cell)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    forms = list(_TIMES)
    if country:
        day = "%m/%d/" if country in _MONTH_FIRST else "%d/%m/"
        forms += [f"{day}{year}{time}" for year in ("%Y", "%y") for time in _WITH_SLASHES]
    for form in forms:
        with suppress(ValueError):
            return datetime.strptime(cell, form).replace(tzinfo=zone)
    return None


def is_date_alone(cell: str) -> bool:
    """Tell whether a cell that holds a time has the day alone."""
    return ":" not in cell


# --- Languages ----------------------------------------------------------------------------------------

# Names of the languages that there are texts in, in each of these, without accents.
_LANGUAGES = {
    "en": "english englisch anglais ingles eng",
    "de": "german deutsch allemand aleman ger deu",
    "es": "spanish spanisch espagnol espanol castellano spa",
    "fr": "french franzosisch franzoesisch francais frances fra fre",
}
_CODE_OF = {name: code for code, names in _LANGUAGES.items() for name in names.split()}


def read_language_cell(cell: str) -> tuple[str, str]:
    """Return the language that a cell names by its code or its name, and a doubt where there are no texts in it."""
    code = _CODE_OF.get(plain(cell)) or cell.replace("_", "-").partition(".")[0]
    try:
        return read_language(code), ""
    except UnknownLanguage:
        doubt = gettext("There are no texts in the language “%(cell)s”: the business's are used.")
        return "", doubt % {"cell": cell}


def plain(text: str) -> str:
    """Return the letters of a heading or a name in small ones, without accents, digits, blanks and punctuation."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalpha())
