"""Typed readers of the environment, each of which raises ImproperlyConfigured for a value that it cannot read.

`.env` beside `manage.py` fills in what the environment leaves out; `REVIEWHUB_ENV_FILE` names another file, or none
when it is empty. Any variable may be given as a file with `NAME_FILE` (Docker and Kubernetes secrets).
"""

import os
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv
from environ.fileaware_mapping import FileAwareMapping

BASE_DIR = Path(__file__).resolve().parent.parent

TRUE, FALSE = {"true", "yes", "on", "y", "1"}, {"false", "no", "off", "n", "0"}
LEAST_FOR_CONTACTS, MOST_DAYS = 90, 36_500  # a caller may repeat an external id for months
KINDS = ("messages", "words", "contacts", "reports", "log", "history", "tasks")  # of reviews.retention.kinds
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
# Of libpq: seconds to connect, and to notice that a connection has no other end (the last one in milliseconds).
VANISHED = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}
DATABASES = ("postgres://", "postgresql://", "sqlite://")


class Environment(FileAwareMapping):
    """Values of the variables, or of the files that NAME_FILE names, without the line end that editors add."""

    def __getitem__(self, name: str) -> str:
        try:
            value: str = super().__getitem__(name)
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read: {error}.") from error
        return value.rstrip("\r\n")


class StrictEnv(FileAwareEnv):
    """A reader that takes every value as it stands, and refuses by name one that it cannot read.

    The library takes a value that begins with `$` for the name of another variable, and any unknown word for false.
    """

    def get_value(
        self, var: str, cast: Any = None, default: Any = FileAwareEnv.NOTSET, parse_default: Any = None
    ) -> Any:
        try:
            value = self.ENVIRON[var]
        except KeyError:
            if default is self.NOTSET:
                raise ImproperlyConfigured(f"{var} is not set.") from None
            return default
        if cast is bool:
            return self._read_bool(var, value)
        return self.parse_value(value, cast)

    @staticmethod
    def _read_bool(var: str, value: str) -> bool:
        word = value.strip().lower()
        if word not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{var} must be true or false, not {value!r}.")
        return word in TRUE


env = StrictEnv()
ENV_FILE = os.environ.get("REVIEWHUB_ENV_FILE", str(BASE_DIR / ".env"))
if ENV_FILE and Path(ENV_FILE).is_file():
    env.read_env(ENV_FILE)
# An empty value counts as absent, for the lines of .env.example that are not filled in.
env.ENVIRON = Environment({name: value for name, value in os.environ.items() if value})


def secret_key(*, debug: bool) -> str:
    """Return SECRET_KEY, which only a development machine may leave out."""
    key: str = env.str("SECRET_KEY", default="")
    if key:
        return key
    if debug:
        return "development-only-" + "0" * 48
    raise ImproperlyConfigured("SECRET_KEY is not set: put a long random value into the environment.")


def whole_number(name: str, *, default: int, least: int = 0, most: int = 2**31 - 1) -> int:
    """Return a whole number between `least` and `most`."""
    value = env.str(name, default=str(default)).strip()
    if not value.isascii() or not value.removeprefix("-").isdigit() or not least <= int(value) <= most:
        limits = f"of at least {least}" if most == 2**31 - 1 else f"between {least} and {most}"
        raise ImproperlyConfigured(f"{name} must be a whole number {limits}, not {value!r}.")
    return int(value)


def days_by_kind(name: str) -> dict[str, int]:
    """Return the days that a setting such as `log=365,tasks=0` gives to some of KINDS."""
    days: dict[str, int] = {}
    for item in filter(None, (part.strip() for part in env.str(name, default="").split(","))):
        what, _, value = (part.strip() for part in item.partition("="))
        if what not in KINDS or not value.isascii() or not value.isdigit() or not _is_long(what, int(value)):
            raise ImproperlyConfigured(
                f"{name} must give days to some of {', '.join(KINDS)}, such as log=365, and at least"
                f" {LEAST_FOR_CONTACTS} to contacts, not {item!r}."
            )
        days[what] = int(value)
    return days


def _is_long(kind: str, days: int) -> bool:
    least = LEAST_FOR_CONTACTS if kind == "contacts" and days else 0
    return least <= days <= MOST_DAYS


def log_level(name: str, *, default: str) -> str:
    """Return one of LOG_LEVELS, in capitals."""
    value: str = env.str(name, default=default)
    if value.upper() not in LOG_LEVELS:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(LOG_LEVELS)}, not {value!r}.")
    return value.upper()


def one_of(name: str, *words: str, default: str) -> str:
    """Return one of these words in lower case; the variable may have it in any case."""
    value: str = env.str(name, default=default)
    if value.lower() not in words:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(words)}, not {value!r}.")
    return value.lower()


def origin(name: str, default: str) -> str:
    """Return an absolute http(s) URL without its trailing slash, as in PUBLIC_URL."""
    value: str = env.str(name, default=default)
    if value and not _is_url(value, "http", "https"):
        raise ImproperlyConfigured(f"{name} must be an absolute http(s) URL, not {value!r}.")
    return value.rstrip("/")


def redis_url(name: str) -> str:
    """Return a URL of Redis, or an empty text. Errors leave the value out: it may hold a password."""
    value: str = env.str(name, default="")
    if value and not _is_url(value, "redis", "rediss"):
        raise ImproperlyConfigured(f"{name} must look like redis://host:6379/0 or rediss://user:password@host:6379/0.")
    return value


def parts(name: str, default: list[str]) -> list[str]:
    """Return texts, which the variable separates by commas; blanks around them do not count, nor do empty ones."""
    return [part.strip() for part in env.list(name, default=default) if part.strip()]


def key_and_former(name: str, stand_in: str, former: list[str]) -> tuple[str, list[str]]:
    """Return a key and those before it, from NAME_FALLBACKS; without a key, its stand-in and that one's former ones."""
    key: str = env.str(name, default=stand_in)
    return key, parts(f"{name}_FALLBACKS", default=former if key == stand_in else [])


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Return networks, which the variable separates by commas (10.0.0.0/8,192.168.0.0/16)."""
    try:
        return [ip_network(network) for network in parts(name, default=[])]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be networks such as 10.0.0.0/8: {error}.") from error


def _is_url(value: str, *schemes: str) -> bool:
    """Tell whether it is a URL of one of these schemes, with a host and a possible port."""
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def database(*, default: str) -> dict[str, Any]:
    """Return DATABASE_URL as Django's dictionary, with the options that make each engine safe under load."""
    url: str = env.str("DATABASE_URL", default=default)
    try:
        config: dict[str, Any] = env.db_url_config(url) if url.startswith(DATABASES) else {}
    except ValueError:
        config = {}
    if not config:  # the value stays out of the message: it may hold a password
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgres://user:password@host:5432/name or sqlite:///path."
        )
    options = config.setdefault("OPTIONS", {})
    config["CONN_MAX_AGE"] = whole_number("CONN_MAX_AGE", default=600)
    if config["ENGINE"] == "django.db.backends.sqlite3":
        # IMMEDIATE takes the write lock at BEGIN: the loser of a race waits instead of failing.
        options |= {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    else:
        config["CONN_HEALTH_CHECKS"] = True
        # A server that vanished without a word, as in a fail-over, would else hold a call for minutes.
        for name, value in VANISHED.items():
            options.setdefault(name, value)
        if env.bool("PREPARED_STATEMENTS", default=True):
            # A statement that came five times on a connection is not planned again, which halves the time of a join.
            options |= {"server_side_binding": True, "prepare_threshold": 5}
        else:
            # A pooler in transaction mode may run each statement on another connection, where no cursor waits.
            config["DISABLE_SERVER_SIDE_CURSORS"] = True
    return config


def mail() -> dict[str, Any]:
    """Return the EMAIL_* settings of the mail server or provider; empty without one, which means the sandbox.

    They come from EMAIL_URL (`smtp://user:password@host:587?…`, `smtp+tls://`, `smtp+ssl://`), or from
    ANYMAIL_PROVIDER, whose keys `anymail` reads.
    """
    provider: str = env.str("ANYMAIL_PROVIDER", default="")
    if provider:
        if not provider.isidentifier() or find_spec(f"anymail.backends.{provider}") is None:
            raise ImproperlyConfigured(f"ANYMAIL_PROVIDER {provider!r} is not one that anymail has.")
        if provider == "amazon_ses" and find_spec("boto3") is None:
            raise ImproperlyConfigured(
                "ANYMAIL_PROVIDER amazon_ses needs the package boto3; or set EMAIL_URL to Amazon's SMTP server."
            )
        return {"EMAIL_BACKEND": f"anymail.backends.{provider}.EmailBackend"}
    if not env.str("EMAIL_URL", default=""):
        return {}
    try:
        config: dict[str, Any] = env.email_url("EMAIL_URL")
    except (KeyError, ValueError, ImproperlyConfigured):
        config = {}
    if not config or (config["EMAIL_BACKEND"].endswith("smtp.EmailBackend") and not config["EMAIL_HOST"]):
        raise ImproperlyConfigured("EMAIL_URL must look like smtp+tls://user:password@host:587.")
    return config


def anymail() -> dict[str, str]:
    """Return anymail's own settings: each ANYMAIL_* variable, without the prefix.

    ANYMAIL_WEBHOOK_SECRET is `user:password`. It counts with SMTP as well: that provider may call with events, too.
    """
    secret: str = env.str("ANYMAIL_WEBHOOK_SECRET", default="")
    if secret and not all(secret.partition(":")):
        raise ImproperlyConfigured("ANYMAIL_WEBHOOK_SECRET must look like user:password.")
    # Read by name: reading every variable would open other programs' files (TF_CLI_CONFIG_FILE, say).
    return {
        name.removeprefix("ANYMAIL_"): env.ENVIRON[name]
        for name in env.ENVIRON
        if name.startswith("ANYMAIL_") and name != "ANYMAIL_PROVIDER" and not name.endswith("_FILE")
    }
