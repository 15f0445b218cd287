"""The channel of texts against a server that speaks Twilio's API."""

import socket
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from reviews.delivery.channels import Message, Stops
from reviews.delivery.channels.sms import SmsChannel
from reviews.tests.support.helpers import error_of
from reviews.tests.support.mail import free_port

TEXT = Message(to="+12125551234", sender="+15005550006", text="Hi Jane", key="k")


@pytest.fixture
def twilio(httpserver: HTTPServer, settings: Any) -> HTTPServer:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC123", "secret"
    settings.TWILIO_API_URL = httpserver.url_for("").rstrip("/")
    settings.TWILIO_TIMEOUT = 1
    return httpserver


PATH = "/2010-04-01/Accounts/AC123/Messages.json"


def test_a_text_is_handed_to_twilio(twilio: HTTPServer) -> None:
    seen: list[Request] = []
    respond(twilio, lambda request: seen.append(request) or Response('{"sid": "SM1"}', 201))  # type: ignore[func-returns-value]
    assert SmsChannel().send(TEXT).provider_id == "SM1"
    form = parse_qs(seen[0].get_data(as_text=True))
    assert form == {"To": ["+12125551234"], "From": ["+15005550006"], "Body": ["Hi Jane"]}
    assert b64decode(seen[0].headers["Authorization"].split()[1]) == b"AC123:secret"


def test_without_a_sender_the_messaging_service_chooses_one(twilio: HTTPServer, settings: Any) -> None:
    settings.TWILIO_MESSAGING_SERVICE_SID = "MG1"
    seen: list[str] = []
    respond(twilio, lambda request: seen.append(request.get_data(as_text=True)) or Response('{"sid": "SM1"}', 201))  # type: ignore[func-returns-value]
    SmsChannel().send(Message(to="+12125551234", sender="", text="Hi", key="k"))
    assert parse_qs(seen[0])["MessagingServiceSid"] == ["MG1"]


@pytest.mark.parametrize(
    ("public", "asked"),
    [
        ("https://reviews.example", ["https://reviews.example/hooks/twilio/status?message=k"]),
        ("http://reviews.example", None),  # Twilio refuses a message whose callback it cannot reach
        ("https://localhost:8000", None),
        ("https://127.0.0.1", None),
    ],
)
def test_twilio_is_asked_to_report_where_it_can_reach_us(
    twilio: HTTPServer, settings: Any, public: str, asked: list[str] | None
) -> None:
    settings.PUBLIC_URL = public
    seen: list[str] = []
    respond(twilio, lambda request: seen.append(request.get_data(as_text=True)) or Response('{"sid": "SM1"}', 201))  # type: ignore[func-returns-value]
    SmsChannel().send(TEXT)
    assert parse_qs(seen[0]).get("StatusCallback") == asked


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, 21610, {"permanent": True, "opted_out": True}),
        (400, 21211, {"permanent": True, "address_gone": True}),
        (400, 21614, {"permanent": True, "address_gone": True}),
        (400, 21606, {"permanent": False, "stops": Stops.SENDER}),
        (401, 20003, {"permanent": False, "stops": Stops.CHANNEL}),
        (400, 21608, {"permanent": False, "stops": Stops.MESSAGE}),
        (400, 30007, {"permanent": True, "address_gone": False, "stops": None}),
        (429, 20429, {"permanent": False, "retry_after": timedelta(seconds=7)}),
        (500, 20500, {"permanent": False, "in_doubt": False}),
        (503, 20503, {"permanent": False, "retry_after": timedelta(seconds=7)}),
    ],
)
def test_twilios_errors_become_ours(twilio: HTTPServer, status: int, code: int, expected: dict[str, Any]) -> None:
    body = f'{{"code": {code}, "message": "because", "status": {status}}}'
    respond(twilio, lambda _: Response(body, status, headers={"Retry-After": "7"}))
    error = error_of(SmsChannel(), TEXT)
    assert error.code == str(code)
    assert {name: getattr(error, name) for name in expected} == expected


@pytest.mark.parametrize("body", ["", "<html>", "[]", "{}"])
def test_an_answer_nobody_understands_leaves_a_text_in_doubt(twilio: HTTPServer, body: str) -> None:
    respond(twilio, lambda _: Response(body, 201))
    assert error_of(SmsChannel(), TEXT).in_doubt


def test_no_answer_in_time_leaves_a_text_in_doubt() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        channel = SmsChannel()
        channel._http.timeout = 0.2
        channel._client.api.base_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        error = error_of(channel, TEXT)
    assert (error.in_doubt, error.untried) == (True, False)


def test_a_refused_connection_is_untried(twilio: HTTPServer, settings: Any) -> None:
    settings.TWILIO_API_URL = f"http://127.0.0.1:{free_port()}"
    error = error_of(SmsChannel(), TEXT)
    assert (error.untried, error.in_doubt) == (True, False)


@pytest.fixture(autouse=True)
def credentials(settings: Any) -> None:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC123", "secret"


def respond(server: HTTPServer, handler: Callable[[Request], Response]) -> None:
    server.expect_request(PATH, method="POST").respond_with_handler(handler)
