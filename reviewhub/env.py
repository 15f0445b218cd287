"""Typed readers of the environment: the only place that knows how settings are spelled there.

`.env` beside `manage.py` fills in what the environment leaves out; `REVIEWHUB_ENV_FILE` names
another file, or none when it is empty. Any variable may be given as a file with `NAME_FILE`
(Docker and Kubernetes secrets).
"""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv
from environ.fileaware_mapping import FileAwareMapping

BASE_DIR = Path(__file__).resolve().parent.parent

env = FileAwareEnv()
_env_file = os.environ.get("REVIEWHUB_ENV_FILE", str(BASE_DIR / ".env"))
if _env_file and Path(_env_file).is_file():
    env.read_env(_env_file)
# An empty value counts as none: that is what an unfilled line of .env.example means.
env.ENVIRON = FileAwareMapping({name: value for name, value in os.environ.items() if value})


def secret_key(*, debug: bool) -> str:
    """SECRET_KEY, which only a development machine may leave out."""
    key: str = env.str("SECRET_KEY", default="")
    if key:
        return key
    if debug:
        return "development-only-" + "0" * 48
    raise ImproperlyConfigured("SECRET_KEY is not set: put a long random value into the environment.")


def origin(name: str, default: str) -> str:
    """An absolute http(s) URL without a trailing slash, as in PUBLIC_URL."""
    value: str = env.str(name, default=default).rstrip("/")
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ImproperlyConfigured(f"{name} must be an absolute http(s) URL, not {value!r}.")
    return value


def database(*, default: str) -> dict[str, Any]:
    """DATABASE_URL as Django's dictionary, with what each engine needs to be safe under load."""
    config: dict[str, Any] = env.db_url("DATABASE_URL", default=default)
    options = config.setdefault("OPTIONS", {})
    if config["ENGINE"] == "django.db.backends.sqlite3":
        # IMMEDIATE takes the write lock at BEGIN: the loser of a race waits instead of failing.
        options |= {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    else:
        config["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
        config["CONN_HEALTH_CHECKS"] = True
    return config


def mail() -> dict[str, Any]:
    """How mail leaves: settings to merge in, or an empty dictionary for the sandbox.

    EMAIL_URL (`smtp://user:password@host:587?…`, `smtp+tls://`, `smtp+ssl://`) or
    ANYMAIL_PROVIDER with that provider's keys as ANYMAIL_* variables.
    """
    provider: str = env.str("ANYMAIL_PROVIDER", default="")
    if provider:
        if not provider.isidentifier() or find_spec(f"anymail.backends.{provider}") is None:
            raise ImproperlyConfigured(f"ANYMAIL_PROVIDER {provider!r} is not one that anymail has.")
        keys = {
            name.removeprefix("ANYMAIL_"): value
            for name, value in env.ENVIRON.items()
            if name.startswith("ANYMAIL_") and name != "ANYMAIL_PROVIDER"
        }
        return {"EMAIL_BACKEND": f"anymail.backends.{provider}.EmailBackend", "ANYMAIL": keys}
    if not env.str("EMAIL_URL", default=""):
        return {}
    return dict(env.email_url("EMAIL_URL"))
