"""Outages of the database: which errors mean one, and what people see meanwhile."""

import logging
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import InternalError, OperationalError, ProgrammingError, connection
from django.db.utils import DatabaseErrorWrapper
from django.test import Client

from oauth.models import User
from oauth.tests.flow import sign_in
from reviewhub import outages

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Client:
    return Client(raise_request_exception=False)


OUTAGES = [
    psycopg.errors.AdminShutdown,
    psycopg.errors.CannotConnectNow,
    psycopg.errors.ConnectionException,
    psycopg.errors.CrashShutdown,
    psycopg.errors.DiskFull,
    psycopg.errors.IdleInTransactionSessionTimeout,
    psycopg.errors.OutOfMemory,
    psycopg.errors.PipelineAborted,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.TooManyConnections,
    psycopg.InterfaceError,  # the connection is closed
]


@pytest.mark.parametrize("error", OUTAGES)
def test_what_postgresql_says_in_an_outage_is_known_as_one(error: type[Exception]) -> None:
    wrapper: Any = SimpleNamespace(Database=psycopg, errors_occurred=False)
    with pytest.raises(outages.DATABASE_AWAY) as raised, DatabaseErrorWrapper(wrapper):
        raise error
    assert outages.describe(raised.value).startswith(type(raised.value).__name__)


def refuse_sign_in(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("oauth.views.sign_in.perform_login", refuse)


@pytest.mark.parametrize("error", outages.DATABASE_AWAY)
def test_a_page_says_so_in_words_and_when_to_come_back(
    caller: Client, owner: User, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_sign_in(monkeypatch, error("the words of the server"))
    answer = sign_in(caller, owner.email)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert "One moment, please" in answer.content.decode()
    assert "the words of the server" not in answer.content.decode()


def test_another_error_stays_a_bug(caller: Client, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_sign_in(monkeypatch, ProgrammingError("no such column"))
    assert sign_in(caller, owner.email).status_code == 500


def test_it_is_logged_in_a_line_without_words_of_the_server(
    caller: Client, owner: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    error = InternalError("cannot execute UPDATE in a read-only transaction")
    error.__cause__ = psycopg.errors.ReadOnlySqlTransaction()
    refuse_sign_in(monkeypatch, error)
    monkeypatch.setattr(outages, "_line", outages.Seldom(outages.logger))
    with caplog.at_level(logging.WARNING):
        for _ in range(20):
            assert sign_in(caller, owner.email).status_code == 503
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.getMessage() == "the database does not answer: InternalError 25006"
    assert record.exc_info is None


def test_middleware_that_reads_rows_is_answered_for_too(
    caller: Client, owner: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OperationalError

    caller.force_login(owner)
    settings.STAFF_MUST_HAVE_MFA = True
    monkeypatch.setattr("oauth.sign_in.second_factor.is_mfa_enabled", refuse)
    assert caller.get("/admin/").status_code == 503


def test_the_back_office_says_so(caller: Client, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OperationalError

    caller.force_login(owner)
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", refuse)
    answer = caller.get("/admin/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")


@pytest.mark.parametrize(
    ("parameters", "is_kept"),
    [
        ({"default_transaction_read_only": "off", "in_hot_standby": "off"}, True),
        ({"default_transaction_read_only": "on", "in_hot_standby": "off"}, False),
        ({"default_transaction_read_only": "off", "in_hot_standby": "on"}, False),
        ({}, True),  # a pooler kept them back
    ],
)
def test_a_connection_to_a_server_that_may_only_be_read_is_not_kept(parameters: dict[str, str], is_kept: bool) -> None:
    driver = SimpleNamespace(info=SimpleNamespace(parameter_status=parameters.get))
    made: Any = SimpleNamespace(vendor="postgresql", connection=driver, close_at=None)
    outages.close_soon_if_read_only(None, made)
    assert (made.close_at is None) == is_kept


def test_a_transaction_is_left_to_who_began_it() -> None:
    assert connection.in_atomic_block  # of the test
    outages.drop_connection(OperationalError())
    connection.ensure_connection()
    assert connection.connection is not None
