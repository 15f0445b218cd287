"""Errors of the web server itself have the form of all others."""

import json
import logging

import pytest
from waitress import utilities
from waitress.utilities import Error

from reviewhub import server_errors, web_worker

pytestmark = pytest.mark.once


def kinds(of: type[Error] = Error) -> list[type[Error]]:
    """All kinds of errors that waitress or our worker answers with."""
    return [of, *(kind for below in of.__subclasses__() for kind in kinds(below))]


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_each_is_a_sentence_in_json(kind: type[Error], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "reviewhub.access"):
        status, headers, body = server_errors.to_response(kind("exceeds max_header of 5"))
    assert status == f"{kind.code} {kind.reason}"
    sent = dict(headers)
    assert (sent["Content-Type"], sent["Cache-Control"]) == ("application/json", "no-store")
    error = json.loads(body)
    assert error["error"].replace("_", "").isalpha()
    assert error["error_description"].endswith(".")
    assert "max_header" not in error["error_description"]
    (line,) = caplog.records
    assert (line.getMessage(), getattr(line, "status")) == ("request", kind.code)  # noqa: B009 (a record has no types)


def test_those_of_the_worker_are_among_them() -> None:
    assert {web_worker.TooSlow, utilities.ServerNotImplemented} <= set(kinds())


def test_each_names_its_call() -> None:
    first, second = (dict(server_errors.to_response(Error(""))[1])["X-Request-ID"] for _ in range(2))
    assert first != second
    assert len(first) == 32
