"""Declaration of the secret settings: each one in `.env.example` is masked, and known to the checks."""

import re
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from reviewhub import checks, masking
from reviewhub import env as readers
from reviewhub.secret_settings import ANYMAIL, SECRETS, Secret, is_secret

ROOT = Path(settings.BASE_DIR)
With = Callable[..., SimpleNamespace]


@pytest.fixture
def installed_with(monkeypatch: pytest.MonkeyPatch) -> Iterator[With]:
    """Function that makes the settings of an installation with these variables, also for masking and checks."""

    def install(**environment: str) -> SimpleNamespace:
        variables = {"SECRET_KEY": "the-first-key-of-all", **environment}
        monkeypatch.setattr(readers.env, "ENVIRON", readers.Environment(variables, cache=False))
        made = SimpleNamespace(**runpy.run_path(str(ROOT / "reviewhub/settings.py")))
        monkeypatch.setattr(masking, "settings", made)
        monkeypatch.setattr(checks, "settings", made)
        masking._secrets.cache_clear()
        return made

    yield install
    masking._secrets.cache_clear()


def example() -> dict[str, str]:
    """Return the variables of `.env.example`, each with the comment above it."""
    comments, comment = {}, ""
    for line in (ROOT / ".env.example").read_text().splitlines():
        if variable := re.match(r"(?:# )?([A-Z][A-Z_]+)=", line):
            comments[variable[1]] = comment
        comment = f"{comment} {line}" if line.startswith("#") and not variable else ""
    return comments


SECRET_OF_EXAMPLE = sorted(filter(is_secret, example()))
SPELLED = {
    "DATABASE_URL": "postgres://reviewhub:{}@db.example/reviews",
    "REDIS_URL": "redis://:{}@cache.example/0",
    "EMAIL_URL": "smtp+tls://reviews:{}@mail.example:587",
    "ANYMAIL_WEBHOOK_SECRET": "reporter:{}",
}


@pytest.mark.parametrize("variable", SECRET_OF_EXAMPLE)
def test_a_secret_of_the_example_is_masked_once_it_is_set(installed_with: With, variable: str) -> None:
    values = [f"{word}-value-of-{variable.lower()}" for word in ("first", "second")][: 1 + ("FALLBACKS" in variable)]
    text = "; ".join(["It was", *values])
    installed_with()
    assert masking.mask(text) == text  # by no pattern, else this would show nothing
    installed_with(**{variable: SPELLED.get(variable, "{}").format(",".join(values))})
    assert masking.mask(text) == "; ".join(["It was", *["[secret]"] * len(values)])


def test_a_variable_that_looks_like_a_secret_is_declared() -> None:
    looking = {name for name, comment in example().items() if re.search("KEY|TOKEN|SECRET|PASSWORD", name)}
    looking |= {name for name, comment in example().items() if "password" in comment}
    assert {"WEBHOOK_KEY_FALLBACKS", "TWILIO_AUTH_TOKEN", "DATABASE_URL", "EMAIL_URL"} <= looking
    assert {name for name in looking if not is_secret(name)} == set()


def test_every_declared_secret_is_in_the_example() -> None:
    assert SECRETS.keys() - {ANYMAIL} <= example().keys()
    assert len(SECRET_OF_EXAMPLE) >= len(SECRETS)


@pytest.mark.parametrize(
    ("environment", "secret"),
    [
        ({"REDIS_URL": "redis://:not%2Dgood@cache.example/0"}, "not-good"),
        ({"REDIS_URL": "redis://:not%2Dgood@cache.example/0"}, "not%2Dgood"),
        ({"REDIS_URL": "redis://cache.example/0?password=in-the-query"}, "in-the-query"),
        ({"DATABASE_URL": "postgres://reviewhub:not%40good@db.example/reviews"}, "not@good"),
        ({"DATABASE_URL": "postgres://db.example/reviews?password=in-the-query"}, "in-the-query"),
        ({"EMAIL_URL": "smtp://reviews:not%40good@mail.example"}, "not@good"),
        ({"ANYMAIL_WEBHOOK_SECRET": "reporter:long-enough"}, "reporter:long-enough"),
        ({"ANYMAIL_MAILJET_SECRET_KEY": "of-any-provider"}, "of-any-provider"),
        ({"ANYMAIL_SENDGRID_API_KEY": "of-any-provider"}, "of-any-provider"),
        ({"SECRET_KEY_FALLBACKS": "first-one-of-two, second-one-of-two"}, "second-one-of-two"),
    ],
)
def test_a_secret_in_any_form_is_masked(installed_with: With, environment: dict[str, str], secret: str) -> None:
    installed_with(**environment)
    assert masking.mask(f"refused: {secret}") == "refused: [secret]"


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"DATABASE_URL": "postgres://reviewhub:reviewhub@db.example/x"}, "reviewhub"),
        ({"DATABASE_URL": "postgres://x:reviewhub@db.example/reviewhub"}, "reviewhub"),
        ({"ANYMAIL_MAILGUN_SENDER_DOMAIN": "mail.riverside.example"}, "mail.riverside.example"),
        ({"TWILIO_AUTH_TOKEN": "message"}, "message"),
    ],
)
def test_a_common_word_is_left_as_it_is(installed_with: With, environment: dict[str, str], word: str) -> None:
    installed_with(**environment)
    assert masking.mask(f"no answer for {word}") == f"no answer for {word}"


# --- Keys that SECRET_KEY stands in for ---------------------------------------------------------------------


def test_the_checks_find_every_key_that_secret_key_stands_in_for(installed_with: With) -> None:
    made = installed_with()
    shared = {name for name, value in vars(made).items() if value == made.SECRET_KEY} - {"SECRET_KEY"}
    assert shared == {"ADDRESS_HASH_KEY", "EVIDENCE_KEY", "OAUTH_TOKEN_KEY", "SECOND_FACTOR_KEY", "WEBHOOK_KEY"}
    warnings = checks.check_keys(None)
    assert {message.id for message in warnings} == {SECRETS[name].warning for name in shared}
    assert len({message.id for message in warnings}) == len(shared)
    installed_with(**{name: f"of its own: {name}" for name in shared})
    assert checks.check_keys(None) == []


def test_masking_and_checks_read_the_same_declaration(installed_with: With, monkeypatch: pytest.MonkeyPatch) -> None:
    new = Secret("UNSUBSCRIBE_MAILTO", warning="reviewhub.W999", risk="Declared by this test.")
    monkeypatch.setitem(SECRETS, new.variable, new)
    made = installed_with(UNSUBSCRIBE_MAILTO="the-newest-secret")
    assert masking.mask("It was the-newest-secret") == "It was [secret]"
    made.UNSUBSCRIBE_MAILTO = made.SECRET_KEY
    assert "reviewhub.W999" in [message.id for message in checks.check_keys(None)]


@pytest.mark.parametrize("key", ["SECOND_FACTOR_KEY", "WEBHOOK_KEY", "EVIDENCE_KEY"])
def test_a_key_that_secret_key_stands_in_for_has_its_fallbacks_too(installed_with: With, key: str) -> None:
    def former(**environment: str) -> Any:
        return getattr(installed_with(SECRET_KEY_FALLBACKS="a,b", **environment), f"{key}_FALLBACKS")

    assert former() == ["a", "b"]
    assert former(**{key: "of its own"}) == []
    assert former(**{key: "of its own", f"{key}_FALLBACKS": "c,d"}) == ["c", "d"]
