"""The back-office speaks the person's language alone: every page in a language that marks what is translated.

In that language each marked text stands in brackets. Words outside of them are not marked for translation, unless they
are data: texts of rows, addresses, names of products.
"""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils.translation import trans_real

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviewhub import sentences
from reviews.models import Endpoint
from reviews.tests.journeys.attack.conftest import texts_of, victim
from reviews.tests.journeys.attack.routes import Route, routes, values_of
from reviews.webhooks import endpoints

pytestmark = [pytest.mark.django_db, pytest.mark.once]

__all__ = ["victim"]

# Not for people, or without a page of its own.
PROGRAMS = re.compile(
    r"^(api/|hooks/|oauth/(token|revoke|introspect)|r/|b/|\.well-known/|healthz|readyz|metrics|language$|sign-out"
    r"|.*\.csv$|.*autocomplete|.*jsi18n|admin/r/|.*/export$)"
)
# Names, units and signs that are the same in every language, and words of the examples that fields hold.
SAME = re.compile(
    r"ReviewHub|Google|Yelp|Twilio|Zapier|Redis|OAuth|PKCE|UTC|America/New_York|New_York|GSM-7|UCS-2|Unicode|Ed25519"
    r"|manage\.py \w+|webhook-id|[A-Z]{2,}_[A-Z_]+|https?://\S+|[\w.+-]+@[\w.-]+|\bms\b|\bMB\b|\bAM\b|\bPM\b|#\w+"
    r"|\b(Access|Refresh)Token #\d+|\bGrant #\d+|\bJTI\b|\bmd5\b|\bhi\*+|\brh_x\b|\b[a-z_]+\.[a-z_]+\b|\b[rb]/[\w-]+"
    r"|Riverside Dental|Jane Smith|\bJane\b|Smith Industries|\besc\b|\b[A-Z]{2}\b|Deutsch|English|Español|Français"
    r"|\bUser:|[\w/+=]*\*{6,}|\bE[SD]T\b|Tell us how it went|\b[0-9a-f]{8,}(-[0-9a-f]+)*\b|\{\{.*?\}\}|\{%.*?%\}"
    r"|\bStandard\b"  # the sequence that each business begins with
)
LONGEST_SELECT = 5_000  # characters: a longer one offers countries or time zones, by the lists of CLDR and IANA
NODE = "\0"  # between two texts of a page
SILENT = {"script", "style", "code", "pre", "textarea", "noscript"}
LETTERS = re.compile(r"[A-Za-z]{2}")
HEARD = ("title", "aria-label", "placeholder", "alt")  # attributes that people read or hear


class Pseudo:
    """A catalogue in which every text is its own translation, in brackets."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def gettext(self, message: str) -> str:
        return mark(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return mark(singular if number == 1 else plural)


def mark(message: str) -> str:
    text = message.rpartition("\x04")[2]  # behind the context
    return f"⟦{text}⟧" if re.search("[A-Za-z]{2}", text) else text


class Words(HTMLParser):
    """Collect what a page says: texts outside of code and data, and attributes that people hear."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self.heard: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        is_icon = "material-symbols-outlined" in (given.get("class") or "")
        is_data = tag != "html" and "lang" in given  # what customers read, in their language
        if tag in SILENT or is_icon or is_data or tag in self._silent[-1:]:
            self._silent.append(tag)
        self.heard += [text for name in HEARD if (text := given.get(name))]
        if tag == "input" and given.get("type") in ("submit", "button") and (text := given.get("value")):
            self.heard.append(text)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.read.append(data)


def unmarked(html: str, data: "re.Pattern[str]") -> set[str]:
    """Return the texts of a page that stand outside of brackets, but for data."""
    reader = Words()
    parts = re.split(r"(?=<select\b)|(?<=</select>)", html)
    reader.feed("".join(part for part in parts if len(part) < LONGEST_SELECT or not part.startswith("<select")))
    found = set()
    for said in [*reader.heard, NODE.join(reader.read)]:  # a marked text may hold elements
        while said != (shorter := re.sub(r"⟦[^⟦⟧]*⟧", " ", said)):
            said = shorter
        texts = (text for text in said.split(NODE) if LETTERS.search(text))
        rests = (data.sub(" ", SAME.sub(" ", text)) for text in texts)
        found |= {" ".join(rest.split()) for rest in rests if LETTERS.search(rest)}
    return found


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let German be the language of brackets."""
    catalogues: Any = trans_real
    monkeypatch.setitem(catalogues._translations, "de", Pseudo(trans_real.translation("de")))
    sentences._said.cache_clear()  # what an earlier test has had said in true German


def pages() -> list[Route]:
    return [route for route in routes() if not PROGRAMS.match(route.pattern)]


def data_of(account: Account) -> "re.Pattern[str]":
    """Return a pattern of all that rows say: no text of ours."""
    texts = texts_of(account) | {user.email for user in User.objects.all()} | {str(account)}
    texts |= {factor.wrap().name for factor in Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)}
    texts |= {secret for endpoint in Endpoint.objects.all() for secret in endpoints.secrets_of(endpoint)}
    # A word of a sentence in a row is no reason to leave the same word out elsewhere; a name or an address is.
    names = {word for text in texts for word in text.split() if re.search(r"Quagga|Zebedee|[\d@_/]", word)}
    words = sorted({text for text in names | texts if len(text) > 2}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


@pytest.mark.parametrize("who", ["operator", "owner"])
def test_every_page_says_nothing_but_marked_texts(
    victim: Account, operator: User, pseudo: None, who: str, client: Client
) -> None:
    user = operator if who == "operator" else victim.memberships.get(role="owner").user
    User.objects.filter(pk=user.pk).update(language="de")
    person, data, seen, problems = signed_in(user), data_of(victim), 0, {}
    person.raise_request_exception = False
    for route in pages():
        response = person.get(route.path(values_of(route, victim)))
        if response.status_code >= 400 or "text/html" not in response.get("Content-Type", ""):
            continue
        seen += 1
        assert response["Content-Language"] == "de", route.pattern
        if words := unmarked(response.content.decode(), data):
            problems[route.pattern] = sorted(words)
    assert seen > 25
    assert not problems, "\n".join(f"{page}: {words}" for page, words in problems.items())
