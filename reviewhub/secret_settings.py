"""Declaration of the secret settings, for masking, the deploy checks and the settings of the tests.

A variable of `.env.example` that looks like a secret and is not declared here fails a test.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Secret:
    """A variable of the environment that holds a secret.

    `find` returns the secret's values in the settings; without it they are in the setting of the variable's name, which
    may be a list. SECRET_KEY stands in for a key that is not set: `risk` is the harm in that, and `warning` the id of
    the check that says so before an installation goes live.
    """

    variable: str
    find: Callable[[Any], Iterable[Any]] | None = None
    warning: str = ""
    risk: str = ""

    def values(self, settings: Any) -> Iterable[Any]:
        """Return the values in these settings, some of which may be empty or no texts."""
        if self.find:
            return self.find(settings)
        value = getattr(settings, self.variable)
        return [value] if isinstance(value, str) else value


def _database_passwords(settings: Any) -> Iterator[Any]:
    """Yield the passwords, except one that equals the name of the user or the database, which logs are full of."""
    for database in settings.DATABASES.values():
        options = database.get("OPTIONS", {})
        passwords = [database.get("PASSWORD"), options.get("password"), options.get("sslpassword")]
        yield from (word for word in passwords if word not in (database.get("USER"), database.get("NAME")))


def _redis_passwords(settings: Any) -> list[str]:
    """Return the password, as it is and as the URL spells it, from either place that a Redis URL has for it."""
    address = urlsplit(settings.REDIS_URL)
    return [address.password or "", unquote(address.password or ""), *parse_qs(address.query).get("password", [])]


def _alert_url(settings: Any) -> list[str]:
    """Return the URL, and what stands behind its host: whoever knows that may write to the operator's chat."""
    address = urlsplit(settings.OPERATOR_ALERT_URL)
    return [settings.OPERATOR_ALERT_URL, address.path, address.query]


def _anymail_secrets(settings: Any) -> Iterator[Any]:
    """Yield anymail's settings that may be a secret, and the password in WEBHOOK_SECRET by itself."""
    yield from (value for name, value in settings.ANYMAIL.items() if is_secret(f"ANYMAIL_{name}"))
    yield settings.ANYMAIL.get("WEBHOOK_SECRET", "").partition(":")[2]


ANYMAIL = "ANYMAIL_*"  # each provider has names of its own: all are secret but those that end as follows
_NO_SECRET_OF_ANYMAIL = ("_PROVIDER", "TIMEOUT", "DOMAIN", "URL")

SECRETS = {
    secret.variable: secret
    for secret in (
        Secret("SECRET_KEY"),
        Secret("SECRET_KEY_FALLBACKS"),
        Secret(
            "OAUTH_TOKEN_KEY",
            warning="reviewhub.W002",
            risk="SECRET_KEY derives OAuth tokens: rotating it would disconnect every app.",
        ),
        Secret(
            "ADDRESS_HASH_KEY",
            warning="reviewhub.W003",
            risk="SECRET_KEY hashes opt-outs: rotating it would lose those of erased contacts.",
        ),
        Secret(
            "SECOND_FACTOR_KEY",
            warning="reviewhub.W013",
            risk="SECRET_KEY encrypts second factors: rotating it without a fallback would lock their people out.",
        ),
        Secret("SECOND_FACTOR_KEY_FALLBACKS"),
        Secret(
            "WEBHOOK_KEY",
            warning="reviewhub.W014",
            risk="SECRET_KEY encrypts webhook secrets: rotating it without a fallback would lose them.",
        ),
        Secret("WEBHOOK_KEY_FALLBACKS"),
        Secret(
            "EVIDENCE_KEY",
            warning="reviewhub.W015",
            risk="SECRET_KEY signs evidence: rotating it without a fallback would leave documents of then unchecked.",
        ),
        Secret("EVIDENCE_KEY_FALLBACKS"),
        Secret("METRICS_TOKEN"),
        Secret("DATABASE_URL", _database_passwords),
        Secret("REDIS_URL", _redis_passwords),
        Secret("EMAIL_URL", lambda settings: [settings.EMAIL_HOST_PASSWORD]),
        Secret("TWILIO_AUTH_TOKEN"),
        Secret("OPERATOR_ALERT_URL", _alert_url),
        Secret(ANYMAIL, _anymail_secrets),
    )
}


def is_secret(variable: str) -> bool:
    """Return True for a variable of the environment that holds a secret."""
    if variable.startswith("ANYMAIL_"):
        return not variable.endswith(_NO_SECRET_OF_ANYMAIL)
    return variable in SECRETS


def secret_values(settings: Any) -> set[str]:
    """Return the values of all secrets in these settings."""
    values = (value for secret in SECRETS.values() for value in secret.values(settings))
    return {value.strip() for value in values if isinstance(value, str)} - {""}
