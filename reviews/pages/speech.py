"""Language of a page: the one that its address names, else the customer's, else the business's."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_from_request

from oauth.models import Account
from reviews.models import Delivery
from reviews.texts import Words, texts_in

PARAMETER = "language"
AT = "at"  # names the page on which the language was chosen: one of those below, or the question
THANKS, UNSUBSCRIBE, PREFERENCES = "thanks", "unsubscribe", "preferences"


@dataclass(frozen=True)
class Speech:
    """Language of a page, with its fixed texts. `named`: "?language=de", where the address names the language."""

    language: str
    words: Words
    named: str = ""


def read_choice(value: str | None) -> str:
    """Return the language that a form or an address names; empty where it names none of ours."""
    return value if value in dict(settings.LANGUAGES) else ""


def speech_for(request: HttpRequest, account: Account | None, delivery: Delivery | None = None) -> Speech:
    """Return the speech of a page of the account, for the recipient of the message or for nobody known.

    Without an account, it is the browser's.
    """
    named = read_choice(request.GET.get(PARAMETER))
    if named:
        return speak(named, account, named=f"?{PARAMETER}={named}")
    if account is None:
        return speak(get_language_from_request(request), None)
    if delivery is None:
        return speak(account.language, account)
    return speak(delivery.request.spoken(account), account)


def speak(language: str, account: Account | None, *, named: str = "") -> Speech:
    """Return the speech in that language, in the form that the account has chosen."""
    texts = texts_in(language, informal=bool(account and account.is_informal))
    return Speech(language, Words(texts, business=account.name if account else ""), named)
