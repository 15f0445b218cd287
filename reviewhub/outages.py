"""Outages of the database: the errors that mean one, what is done about them, and the page that people see meanwhile.

docs/rules.md F2: calls are answered with 503 and `Retry-After`, the connection is dropped, and work goes on by itself.
"""

import logging
import sys
import threading
import time
from typing import Any

from django.db import InterfaceError, InternalError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import server_error

logger = logging.getLogger(__name__)

# What Django raises while the database is away, full, at its limit of connections, or read-only: a PostgreSQL that may
# only be read, as after a fail-over, answers a write with SQLSTATE 25006, which is an InternalError.
DATABASE_AWAY = (OperationalError, InterfaceError, InternalError)
RETRY_AFTER = "1"  # seconds, for callers
LOG_EVERY = 5.0  # seconds between two lines about the same outage


class Seldom:
    """A log line that is written once in LOG_EVERY seconds at most, by each process, however often it is asked for."""

    def __init__(self, target: logging.Logger) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._written_at = -LOG_EVERY

    def warn(self, message: str, *values: object, **fields: Any) -> None:
        with self._lock:
            now = time.monotonic()
            if now - self._written_at < LOG_EVERY:
                return
            self._written_at = now
        self._target.warning(message, *values, **fields)


_line = Seldom(logger)


def drop_connection(error: BaseException) -> None:
    """Log the outage, and close this thread's connection: the next statement opens another, maybe to another server.

    A connection to a server that was read-only when it began stays so, and would be kept for CONN_MAX_AGE.
    """
    _line.warn("the database does not answer: %s", describe(error))
    if not connection.in_atomic_block:
        connection.close()


def is_deadlock(error: BaseException) -> bool:
    """Tell PostgreSQL's deadlock (SQLSTATE 40P01), which is no outage: two transactions waited for each other."""
    return getattr(error.__cause__, "sqlstate", None) == "40P01"


def describe(error: BaseException) -> str:
    """Return the error's type and SQLSTATE. Its text may quote a row, with addresses."""
    state = getattr(error.__cause__, "sqlstate", None)
    return f"{type(error).__name__} {state}" if state else type(error).__name__


def close_soon_if_read_only(sender: object, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Let a new connection to a server that may only be read end with its request; receives `connection_created`.

    PostgreSQL reports both parameters by itself, from version 14 on; a pooler may keep them back.
    """
    if connection.vendor == "postgresql":
        status = connection.connection.info.parameter_status
        if "on" in (status("default_transaction_read_only"), status("in_hot_standby")):
            connection.close_at = time.monotonic()


def answer_error(request: HttpRequest) -> HttpResponse:
    """Answer an uncaught error: 503 while the database is away, else 500. Django calls it as `handler500`."""
    error = sys.exc_info()[1]
    if not isinstance(error, DATABASE_AWAY):
        return server_error(request)
    drop_connection(error)
    response = render(request, "503.html", status=503)
    response["Retry-After"] = RETRY_AFTER
    # Else Django logs each of these answers with its traceback.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
