"""`manage.py keys` and `manage.py version`, which need no settings."""

import subprocess
import sys

import pytest
from django.conf import settings

from reviewhub import VERSION
from reviewhub.secret_settings import SECRETS

pytestmark = pytest.mark.once


def manage(*words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "manage.py", *words]
    return subprocess.run(line, cwd=settings.BASE_DIR, env={"REVIEWHUB_ENV_FILE": ""}, capture_output=True, text=True)


def test_five_lines_are_for_a_person_and_every_key_is_made_for_this_installation() -> None:
    first, second = (manage("keys", "https://reviews.example.com").stdout for _ in range(2))
    assert first.partition("\n\n")[0].splitlines() == [
        f"REVIEWHUB_VERSION={VERSION}",
        "PUBLIC_URL=https://reviews.example.com",
        "EMAIL_URL=",
        "DEFAULT_FROM_EMAIL=reviews@reviews.example.com",
        "OPERATOR_ALERT_URL=",
    ]
    made = dict(line.split("=", 1) for line in first.partition("\n\n")[2].splitlines() if line[0] != "#")
    # SECRET_KEY, and every key that it would stand in for.
    assert made.keys() == {"SECRET_KEY", "POSTGRES_PASSWORD"} | {name for name in SECRETS if SECRETS[name].warning}
    assert len(set(made.values())) == len(made)
    assert min(map(len, made.values())) >= 43
    assert not {value for value in made.values() if value in second}


@pytest.mark.parametrize(
    "words",
    [[], ["http://reviews.example.com"], ["reviews.example.com"], ["https://a.example/reviews"], ["https://a", "b"]],
    ids=["none", "no TLS", "no scheme", "a path", "two"],
)
def test_what_is_no_address_of_a_site_makes_no_settings(words: list[str]) -> None:
    done = manage("keys", *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert "https://reviews.example.com" in done.stderr


def test_the_version_is_that_of_the_product() -> None:
    assert manage("version").stdout == manage("--version").stdout == f"{VERSION}\n"
