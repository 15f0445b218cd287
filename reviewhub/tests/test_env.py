"""Readers of the environment: forms, defaults, refusals, and the example file that describes them."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from reviewhub import env as readers

ROOT = Path(settings.BASE_DIR)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Variables that the readers see instead of the real environment."""
    variables: dict[str, str] = {}
    monkeypatch.setattr(readers.env, "ENVIRON", readers.Environment(variables, cache=False))
    return variables


def test_a_secret_key_is_needed_outside_development(environment: dict[str, str]) -> None:
    assert len(readers.secret_key(debug=True)) > 50
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        readers.secret_key(debug=False)
    environment["SECRET_KEY"] = "given"
    assert readers.secret_key(debug=False) == "given"


def test_a_secret_may_be_in_a_file_with_a_line_end(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file\n")
    environment["SECRET_KEY_FILE"] = str(tmp_path / "key")
    assert readers.secret_key(debug=False) == "from a file"


def test_a_secret_file_that_is_not_there_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    environment["SECRET_KEY_FILE"] = str(tmp_path / "key")
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE"):
        readers.secret_key(debug=False)


def test_a_value_that_begins_with_a_dollar_is_that_value(environment: dict[str, str]) -> None:
    environment |= {"SECRET_KEY": "$abc", "abc": "another"}
    assert readers.secret_key(debug=False) == "$abc"


@pytest.mark.parametrize(("word", "truth"), [("true", True), ("Yes", True), ("1", True), ("off", False), ("0", False)])
def test_truth_is_read_in_any_of_its_words(environment: dict[str, str], word: str, truth: bool) -> None:
    environment["DEBUG"] = word
    assert readers.env.bool("DEBUG", default=not truth) is truth


def test_a_list_of_keys_may_have_blanks_after_its_commas(environment: dict[str, str]) -> None:
    environment["SECRET_KEY_FALLBACKS"] = "old, older ,,"
    assert readers.parts("SECRET_KEY_FALLBACKS", default=[]) == ["old", "older"]
    assert readers.parts("NOT_SET", default=["its default"]) == ["its default"]


def test_a_variable_that_is_not_set_has_its_default(environment: dict[str, str]) -> None:
    assert readers.env.bool("DEBUG", default=True) is True
    assert readers.whole_number("PORT", default=8000) == 8000
    assert readers.log_level("LOG_LEVEL", default="INFO") == "INFO"
    assert readers.redis_url("REDIS_URL") == ""
    assert readers.origin("TWILIO_API_URL", default="") == ""
    with pytest.raises(ImproperlyConfigured, match="DEBUG is not set"):
        readers.env.bool("DEBUG")


def test_numbers_lists_and_levels(environment: dict[str, str]) -> None:
    environment |= {"PORT": " 65535", "LOG_LEVEL": "debug", "ALLOWED_HOSTS": "a.example,b.example"}
    environment["KEEP_DAYS"] = "log = 30, tasks=0,"
    assert readers.days_by_kind("KEEP_DAYS") == {"log": 30, "tasks": 0}
    assert readers.whole_number("PORT", default=1, most=65535) == 65535
    assert readers.log_level("LOG_LEVEL", default="INFO") == "DEBUG"
    assert readers.env.list("ALLOWED_HOSTS", default=[]) == ["a.example", "b.example"]


WRONG = [
    ("DEBUG", "maybe", lambda: readers.env.bool("DEBUG", default=False)),
    *[
        ("PORT", value, lambda: readers.whole_number("PORT", default=1, least=1, most=65535))
        for value in ("x", "1.5", "0", "-1", "65536", "٣")
    ],
    *[
        ("KEEP_DAYS", value, lambda: readers.days_by_kind("KEEP_DAYS"))
        for value in ("log", "log=", "log=-1", "log=1.5", "log=٣", "log=36501", "texts=1", "=1", "contacts=89")
    ],
    ("WORKERS", "0", lambda: readers.whole_number("WORKERS", default=1, least=1)),
    ("LOG_LEVEL", "chatty", lambda: readers.log_level("LOG_LEVEL", default="INFO")),
    ("LOG_FORMAT", "xml", lambda: readers.one_of("LOG_FORMAT", "json", "text", default="json")),
    *[
        ("PUBLIC_URL", value, lambda: readers.origin("PUBLIC_URL", default=""))
        for value in ("reviews.example", "ftp://reviews.example", "https://", "https://reviews.example:x", "https://[")
    ],
]
SECRET = [
    *[
        ("REDIS_URL", value, lambda: readers.redis_url("REDIS_URL"))
        for value in ("http://:hunter2@host", "redis://", "redis://:hunter2@host:x")
    ],
    *[
        ("DATABASE_URL", value, lambda: readers.database(default=""))
        for value in ("hunter2", "mysql://me:hunter2@host/x", "postgres://me:hunter2@host:x/x")
    ],
    *[
        ("EMAIL_URL", value, lambda: readers.mail())
        for value in ("hunter2", "gopher://me:hunter2@host", "smtp://", "smtp://me:hunter2@host:x")
    ],
    *[("ANYMAIL_WEBHOOK_SECRET", value, lambda: readers.anymail()) for value in ("hunter2", ":hunter2", "hunter2:")],
]


@pytest.mark.parametrize(("name", "value", "read"), WRONG)
def test_a_wrong_value_is_refused_and_shown(
    environment: dict[str, str], name: str, value: str, read: Callable[[], object]
) -> None:
    environment[name] = value
    with pytest.raises(ImproperlyConfigured, match=f"^{name} must .*, not {re.escape(repr(value))}"):
        read()


@pytest.mark.parametrize(("name", "value", "read"), SECRET)
def test_a_wrong_value_that_may_hold_a_password_is_refused_and_not_shown(
    environment: dict[str, str], name: str, value: str, read: Callable[[], object]
) -> None:
    environment[name] = value
    with pytest.raises(ImproperlyConfigured, match=f"^{name} must") as refused:
        read()
    assert "hunter2" not in str(refused.value)


def test_an_origin_has_no_slash_at_its_end(environment: dict[str, str]) -> None:
    environment["PUBLIC_URL"] = "https://reviews.example/"
    assert readers.origin("PUBLIC_URL", default="") == "https://reviews.example"


def test_sqlite_takes_the_write_lock_at_once_and_keeps_what_it_wrote(environment: dict[str, str]) -> None:
    options = readers.database(default="sqlite:///x.sqlite3")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_sqlite_connections_are_kept(environment: dict[str, str]) -> None:
    """Opening the file and setting it up takes as long as a whole call of the API."""
    assert readers.database(default="sqlite:///x.sqlite3")["CONN_MAX_AGE"] == 600


def test_postgresql_connections_are_kept(environment: dict[str, str]) -> None:
    environment["DATABASE_URL"] = "postgres://me:p%40ss@db.example:5433/reviews"
    config = readers.database(default="")
    assert (config["PASSWORD"], config["PORT"], config["CONN_MAX_AGE"]) == ("p@ss", 5433, 600)


def test_statements_are_prepared_unless_a_pooler_is_in_the_way(environment: dict[str, str]) -> None:
    environment["DATABASE_URL"] = "postgres://db.example/reviews"
    config = readers.database(default="")
    assert config["OPTIONS"] == readers.VANISHED | {"server_side_binding": True, "prepare_threshold": 5}
    assert "DISABLE_SERVER_SIDE_CURSORS" not in config
    environment["PREPARED_STATEMENTS"] = "false"
    config = readers.database(default="")
    assert config["OPTIONS"] == readers.VANISHED
    assert config["DISABLE_SERVER_SIDE_CURSORS"] is True


def test_the_address_of_a_database_may_set_how_long_is_waited(environment: dict[str, str]) -> None:
    environment["DATABASE_URL"] = "postgres://user@db.example/reviews?connect_timeout=2"
    assert readers.database(default="")["OPTIONS"]["connect_timeout"] == 2


def test_mail_by_smtp_by_a_provider_or_not_at_all(environment: dict[str, str]) -> None:
    assert readers.mail() == {}
    environment["EMAIL_URL"] = "smtp+tls://me:secret@mail.example:587"
    assert readers.mail()["EMAIL_HOST"] == "mail.example"
    environment |= {"ANYMAIL_PROVIDER": "postmark", "ANYMAIL_POSTMARK_SERVER_TOKEN": "token"}
    assert readers.mail() == {"EMAIL_BACKEND": "anymail.backends.postmark.EmailBackend"}
    assert readers.anymail() == {"POSTMARK_SERVER_TOKEN": "token"}


def test_files_of_other_programs_are_not_opened(environment: dict[str, str]) -> None:
    environment |= {"TF_CLI_CONFIG_FILE": "/nowhere/at-all", "ANYMAIL_MAILGUN_API_KEY": "key"}
    assert readers.anymail() == {"MAILGUN_API_KEY": "key"}


def test_the_secret_of_webhooks_is_read_where_mail_leaves_by_smtp_too(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("hooks:pass\n")
    environment |= {"EMAIL_URL": "smtp://mail.example", "ANYMAIL_WEBHOOK_SECRET_FILE": str(tmp_path / "secret")}
    assert readers.anymail() == {"WEBHOOK_SECRET": "hooks:pass"}


@pytest.mark.parametrize("provider", ["pigeon", "../base", "os"])
def test_a_provider_that_does_not_exist_is_named(environment: dict[str, str], provider: str) -> None:
    environment["ANYMAIL_PROVIDER"] = provider
    with pytest.raises(ImproperlyConfigured, match="ANYMAIL_PROVIDER"):
        readers.mail()


def test_a_provider_without_its_package_is_refused_with_the_packages_name(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment["ANYMAIL_PROVIDER"] = "amazon_ses"
    monkeypatch.setattr(readers, "find_spec", lambda name: None if name == "boto3" else name)
    with pytest.raises(ImproperlyConfigured, match="boto3"):
        readers.mail()


def settings_with(**variables: str) -> subprocess.CompletedProcess[str]:
    """Import the settings in a fresh process that has only these variables."""
    program = "from reviewhub import settings as s; print(s.WORKERS, s.SANDBOX, s.API_RATE_PER_MINUTE, s.DEBUG)"
    environment = {"PATH": os.environ["PATH"], "REVIEWHUB_ENV_FILE": ""} | variables
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True)


def test_every_line_of_the_example_may_stay_empty() -> None:
    names = [line.split("=")[0] for line in (ROOT / ".env.example").read_text().splitlines() if line[:1].isalpha()]
    done = settings_with(**dict.fromkeys(names, "") | {"SECRET_KEY": "x"})
    assert done.stdout.split() == ["1", "True", "1200", "False"], done.stderr


def test_without_a_secret_key_nothing_starts_and_the_reason_is_shown() -> None:
    done = settings_with()
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


def test_one_provider_is_enough_to_leave_the_sandbox() -> None:
    assert settings_with(SECRET_KEY="x", EMAIL_URL="smtp://127.0.0.1:25").stdout.split()[1] == "False"


def documented() -> set[str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return {line.lstrip("# ").split("=")[0] for line in lines if "=" in line and line.lstrip("# ")[:1].isupper()}


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    readers_of = ("reviewhub/settings.py", "reviewhub/env.py", "gunicorn.conf.py")
    code = "".join((ROOT / name).read_text() for name in readers_of)
    read = set(
        re.findall(
            r'(?:env\.\w+|days_by_kind|log_level|networks|one_of|origin|parts|redis_url|whole_number)\(\s*"([A-Z_]+)"',
            code,
        )
    )
    for key in re.findall(r'key_and_former\("([A-Z_]+)"', code):
        read |= {key, f"{key}_FALLBACKS"}
    assert documented() - {"ANYMAIL_POSTMARK_SERVER_TOKEN"} == read
