"""Masking: addresses, numbers, tokens, keys and passwords are taken out of a text for the log.

By pattern, since errors of libraries quote them unexpectedly: a mail server's refusal names the recipient, PostgreSQL
repeats the row. A text that only looks like a phone number is masked as well.
"""

import re
from functools import cache

from django.conf import settings

from reviewhub.secret_settings import secret_values

SHORTEST_SECRET = 8  # a shorter one would be found inside ordinary words

# RFC 5321 §4.5.3.1: 64 characters before the @, 255 behind it. Bounded, so that no text takes long.
_EMAIL = re.compile(
    r"""(?:"[^"\n]{1,64}"|[^\s@<>"(),:;\[\]{}=&?/|]{1,96})(?:@|%40)(?:\[[0-9A-Fa-f:.]+\]|\w(?:[\w-]{0,62}\.?){1,10})""",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"://[^/\s@]{1,256}@")
_LINK = re.compile(r"(/|%2F)r(/|%2F)[\w-]+|(unsubscribe(?:\s|\+|%20))[\w-]{16,22}", re.IGNORECASE)
_INVITATION = re.compile(r"(invitation(?:/|%2F))[0-9a-f]{8,}(?::|%3A)[\w-]+", re.IGNORECASE)
_SIGNED_LINK = re.compile(r"((?:sign-in(?:/|%2F)link|mail(?:/|%2F)stop)(?:/|%2F))[\w:.-]+", re.IGNORECASE)
_RESET = re.compile(r"(password(?:/|%2F)reset(?:/|%2F))[0-9a-z]+(?:/|%2F)[\w-]+", re.IGNORECASE)
_OUR_TOKEN = re.compile(r"(?<![a-z])rh[a-z]?_[\w-]+")
_AUTHORIZATION = re.compile(r"\b(Bearer|Basic|Token)(\s+|%20)[^\s,'\"]{8,}", re.IGNORECASE)
# `token=…` in a URL, `'token': '…'` in a printed dictionary or JSON. More may stand before the name: access_token.
_NAMED = re.compile(
    r"""((?:token|secret|passw(?:or)?d|pwd|api_?key|signature|sig|code|code_verifier|verifier|state|session(?:id)?
        |(?<![a-z])key|auth)
        (?:=|%3D|\\?['"]\s*[:=]\s*b?\\?['"]))[^\s&'"<>\\]{6,}""",
    re.IGNORECASE | re.VERBOSE,
)
_NAMED_HINT = re.compile(r"[=:]|%3D")
# Details that PostgreSQL adds to an error: the row, the key, the parameters.
_ROW = re.compile(
    r"""(Failing\ row\ contains\ )\(.*?\)\.?(?=\n|$)
      | (Key\ \([^)\n]*\)=)\(.*?\)(?=\ already|\ is\ not|\ conflicts|\ is\ still|\.\n|\n|$)
      | (parameter\ \$\d+\ =\ )'.*?'""",
    re.DOTALL | re.VERBOSE,
)
_NUMBER = re.compile(
    r"""(?<![\w-])(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?![\w-])
      | (?<!\d)\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?                 # a date is none
      | (?:\+|%2B|(?<!\d)00)[1-9](?:[\s()./-]{0,2}\d){6,14}                # international
      | (?<![\w.])\(?0(?:[\s()/-]{0,2}\d){8,12}(?!\w)                      # national, with the trunk's zero
      | (?<![\w.-])\(?[2-9]\d\d\)?[\s./-]{0,2}\d{3}[\s.-]\d{4}(?!\w)       # North American, written in groups
      | (?<![\w.-])\d{10,15}(?![\w-])                                      # nothing but digits
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SEVEN_DIGITS = re.compile(r"\d(?:[^0-9a-zA-Z]{0,3}\d){6}")


def mask(text: str) -> str:
    """Return the text with personal data and secrets replaced.

    A pattern runs only on a text that has a sign of it: a sentence costs 1 µs, a route or an id 2 to 6, and a sentence
    with an address 10. The line of a request takes 23 µs in all.
    """
    for secret in _secrets():
        if secret in text:
            text = text.replace(secret, "[secret]")
    if "@" in text or "%40" in text:
        text = _EMAIL.sub("[email]", _USERINFO.sub("://[login]@", text))
    lower = text.lower()
    if "/r/" in text or "%2f" in lower or "unsubscribe" in lower:
        text = _LINK.sub(lambda match: f"{match[3] or f'{match[1]}r{match[2]}'}…", text)
    if "invitation" in lower:
        text = _INVITATION.sub(r"\1…", text)
    if "sign-in" in lower or "stop" in lower:
        text = _SIGNED_LINK.sub(r"\1…", text)
    if "reset" in lower:
        text = _RESET.sub(r"\1…", text)
    if "rh" in text:
        text = _OUR_TOKEN.sub("[token]", text)
    if "bearer" in lower or "basic" in lower or "token" in lower:
        text = _AUTHORIZATION.sub(r"\1 [token]", text)
    if _NAMED_HINT.search(text):
        text = _NAMED.sub(r"\1[secret]", text)
    if "Failing row" in text or "Key (" in text or "parameter $" in text:
        text = _ROW.sub(lambda match: f"{match[1] or match[2] or match[3]}(…)", text)
    if _SEVEN_DIGITS.search(text):
        text = _NUMBER.sub(_mask_number, text)
    return text


def _mask_number(match: re.Match[str]) -> str:
    text = match[0]
    return text if match["uuid"] or re.match(r"\d{4}-", text) else "[number]"


@cache
def _secrets() -> tuple[str, ...]:
    """Return the secrets in this installation's settings, longest first: one may contain another."""
    values = (value for value in secret_values(settings) if len(value) >= SHORTEST_SECRET)
    return tuple(sorted(values, key=len, reverse=True))
