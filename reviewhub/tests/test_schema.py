"""A database that a newer release has updated: this one starts nothing on it, and says why in a sentence."""

import runpy

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from reviewhub import schema
from reviews.insights import health

pytestmark = pytest.mark.django_db

WORDS = r"newer release of ReviewHub: it has the migration reviews\.9999_of_tomorrow"


@pytest.fixture
def newer_database() -> None:
    MigrationRecorder(connection).record_applied("reviews", "9999_of_tomorrow")
    MigrationRecorder(connection).record_applied("a_package", "0001_that_is_gone")


@pytest.fixture(autouse=True)
def keep_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the connection of the test be: what starts would close it."""
    monkeypatch.setattr(schema.connections, "close_all", lambda: None)


@pytest.mark.usefixtures("newer_database")
@pytest.mark.parametrize("command", ["migrate", "worker"])
def test_a_command_refuses_it(command: str) -> None:
    with pytest.raises(CommandError, match=WORDS):
        call_command(command)


@pytest.mark.usefixtures("newer_database")
def test_the_web_server_refuses_it() -> None:
    starts = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))["on_starting"]
    with pytest.raises(RuntimeError, match=WORDS):
        starts(None)


@pytest.mark.usefixtures("newer_database")
def test_readyz_says_it(client: Client) -> None:
    health._find_fault_of_schema.cache_clear()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "newer release" in answer.json()["reason"]
    health._find_fault_of_schema.cache_clear()


def test_the_database_of_this_release_is_taken() -> None:
    assert schema.find_newer() == ""
    assert not schema.is_behind()
