import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

from reviewhub import env as readers

ROOT = Path(settings.BASE_DIR)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the readers see instead of the real environment."""
    given: dict[str, str] = {}
    monkeypatch.setattr(readers.env, "ENVIRON", FileAwareMapping(given, cache=False))
    return given


def test_a_secret_key_is_needed_outside_development(environment: dict[str, str]) -> None:
    assert len(readers.secret_key(debug=True)) > 50
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        readers.secret_key(debug=False)
    environment["SECRET_KEY"] = "given"
    assert readers.secret_key(debug=False) == "given"


def test_a_secret_may_be_in_a_file(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file")
    environment["SECRET_KEY_FILE"] = str(tmp_path / "key")
    assert readers.secret_key(debug=False) == "from a file"


def test_an_origin_is_absolute_and_has_no_slash_at_its_end(environment: dict[str, str]) -> None:
    environment["PUBLIC_URL"] = "https://reviews.example/"
    assert readers.origin("PUBLIC_URL", default="") == "https://reviews.example"
    for wrong in ("reviews.example", "ftp://reviews.example", "https://"):
        environment["PUBLIC_URL"] = wrong
        with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL"):
            readers.origin("PUBLIC_URL", default="")


def test_sqlite_takes_the_write_lock_at_once_and_keeps_what_it_wrote(environment: dict[str, str]) -> None:
    options = readers.database(default="sqlite:///x.sqlite3")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_postgresql_connections_are_kept(environment: dict[str, str]) -> None:
    environment["DATABASE_URL"] = "postgres://me:p%40ss@db.example:5433/reviews"
    config = readers.database(default="")
    assert (config["PASSWORD"], config["PORT"], config["CONN_MAX_AGE"]) == ("p@ss", 5433, 600)


def test_mail_by_smtp_by_a_provider_or_not_at_all(environment: dict[str, str]) -> None:
    assert readers.mail() == {}
    environment["EMAIL_URL"] = "smtp+tls://me:secret@mail.example:587"
    assert readers.mail()["EMAIL_HOST"] == "mail.example"
    environment |= {"ANYMAIL_PROVIDER": "postmark", "ANYMAIL_POSTMARK_SERVER_TOKEN": "token"}
    assert readers.mail() == {
        "EMAIL_BACKEND": "anymail.backends.postmark.EmailBackend",
        "ANYMAIL": {"POSTMARK_SERVER_TOKEN": "token"},
    }


@pytest.mark.parametrize("provider", ["pigeon", "../base", "os"])
def test_a_provider_that_does_not_exist_is_named(environment: dict[str, str], provider: str) -> None:
    environment["ANYMAIL_PROVIDER"] = provider
    with pytest.raises(ImproperlyConfigured, match="ANYMAIL_PROVIDER"):
        readers.mail()


def settings_with(**given: str) -> subprocess.CompletedProcess[str]:
    """Import the settings in a fresh process that has only these variables."""
    program = "from reviewhub import settings as s; print(s.WORKERS, s.SANDBOX, s.API_RATE_PER_MINUTE, s.DEBUG)"
    environment = {"PATH": os.environ["PATH"], "REVIEWHUB_ENV_FILE": ""} | given
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True)


def test_every_line_of_the_example_may_stay_empty() -> None:
    names = [line.split("=")[0] for line in (ROOT / ".env.example").read_text().splitlines() if line[:1].isalpha()]
    done = settings_with(**dict.fromkeys(names, "") | {"SECRET_KEY": "x"})
    assert done.stdout.split() == ["1", "True", "1200", "False"], done.stderr


def test_without_a_secret_key_nothing_starts_and_the_reason_is_said() -> None:
    done = settings_with()
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


def test_one_provider_is_enough_to_leave_the_sandbox() -> None:
    assert settings_with(SECRET_KEY="x", EMAIL_URL="smtp://127.0.0.1:25").stdout.split()[1] == "False"


def documented() -> set[str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return {line.lstrip("# ").split("=")[0] for line in lines if "=" in line and line.lstrip("# ")[:1].isupper()}


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    import re

    code = (ROOT / "reviewhub/settings.py").read_text() + (ROOT / "reviewhub/env.py").read_text()
    read = set(re.findall(r'(?:env\.\w+|origin|secret_key|database)\(\s*"([A-Z_]+)"', code))
    assert documented() - {"ANYMAIL_POSTMARK_SERVER_TOKEN"} == read
