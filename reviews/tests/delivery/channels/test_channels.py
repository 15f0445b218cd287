"""The channels against what they talk to: a real SMTP server, and a server that speaks Twilio's API."""

import socket
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from reviews.delivery.channels import ChannelError, Message, get_channel
from reviews.delivery.channels.email import EmailChannel
from reviews.delivery.channels.sandbox import SandboxChannel
from reviews.delivery.channels.sms import SmsChannel
from reviews.models.base import available_channels
from reviews.tests.support.mail import Inbox, free_port

MAIL = Message(
    to="jane@example.com",
    sender="Riverside Dental <reviews@testserver>",
    subject="How did we do?",
    text="Hi Jäne",
    html="<p>Hi Jäne</p>",
    reply_to="desk@riverside.example",
    key="k",
    headers={"Message-ID": "<k@testserver>", "List-Unsubscribe": "<https://testserver/u>"},
)
TEXT = Message(to="+12125551234", sender="+15005550006", text="Hi Jane", key="k")


@pytest.fixture(params=[[], ["PIPELINING"]], ids=["one by one", "pipelined"])
def inbox(settings: Any, request: pytest.FixtureRequest) -> Iterator[Inbox]:
    handler = Inbox()
    handler.offers = request.param
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield handler
    controller.stop()


# --- Mail ---------------------------------------------------------------------------------------


def test_a_mail_arrives_as_it_was_written(inbox: Inbox) -> None:
    channel = EmailChannel()
    channel.connect()
    accepted = channel.send(MAIL)
    channel.close()
    assert (accepted.provider_id, accepted.sandbox) == ("<k@testserver>", False)
    [mail] = inbox.mails
    assert mail["From"] == "Riverside Dental <reviews@testserver>"
    assert mail["Reply-To"] == "desk@riverside.example"
    assert mail["Message-ID"] == "<k@testserver>"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == "Hi Jäne"
    assert html.get_content().strip() == "<p>Hi Jäne</p>"


def test_one_connection_carries_many_mails(inbox: Inbox) -> None:
    channel = EmailChannel()
    for _ in range(3):
        channel.connect()
        channel.send(MAIL)
    channel.close()
    assert len(inbox.mails) == 3


@pytest.mark.parametrize(
    ("answer", "code", "permanent", "gone"),
    [
        ("550 no such user", "550", True, True),
        ("550 5.7.1 you are blocked", "550", True, False),
        ("552 mailbox full", "552", True, False),
        ("451 try later", "451", False, False),
        ("421 closing", "421", False, False),
    ],
)
def test_the_code_of_a_refused_recipient_decides(
    inbox: Inbox, answer: str, code: str, permanent: bool, gone: bool
) -> None:
    inbox.rcpt_answer = answer
    error = refused(EmailChannel(), MAIL)
    assert (error.code, error.permanent, error.address_gone, error.in_doubt) == (code, permanent, gone, False)


def test_a_refused_content_says_nothing_about_the_address(inbox: Inbox) -> None:
    inbox.data_answer = "554 looks like spam"
    error = refused(EmailChannel(), MAIL)
    assert (error.code, error.permanent, error.address_gone) == ("554", True, False)


def test_after_a_refusal_the_next_mail_leaves(inbox: Inbox) -> None:
    channel = EmailChannel()
    inbox.rcpt_answer = "550 no such user"
    refused(channel, MAIL)
    inbox.rcpt_answer = ""
    channel.connect()
    channel.send(MAIL)
    channel.close()
    assert len(inbox.mails) == 1


def test_a_mail_server_that_is_down_is_untried(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    with pytest.raises(ChannelError) as caught:
        EmailChannel().connect()
    assert caught.value.untried


def test_a_subject_cannot_bring_headers_along(inbox: Inbox) -> None:
    error = refused(EmailChannel(), Message(**(vars(MAIL) | {"subject": "Hi\r\nBcc: eve@example.com"})))
    assert error.permanent
    assert inbox.mails == []


@pytest.mark.parametrize(
    ("provider", "carried"), [("test", {"message_key": "k"}), ("postal", None), ("mailersend", None)]
)
def test_a_provider_takes_our_key_along_where_it_can(settings: Any, provider: str, carried: Any) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    channel = EmailChannel()
    settings.EMAIL_BACKEND = f"anymail.backends.{provider}.EmailBackend"
    channel.send(MAIL)
    sent: Any
    [sent] = channel._backend.sent_messages if hasattr(channel._backend, "sent_messages") else mail.outbox
    assert sent.anymail_test_params.get("metadata") == carried


# --- Texts --------------------------------------------------------------------------------------


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
        (400, 21606, {"permanent": True, "address_gone": False}),
        (429, 20429, {"permanent": False, "retry_after": timedelta(seconds=7)}),
        (500, 20500, {"permanent": False, "in_doubt": False}),
        (503, 20503, {"permanent": False, "retry_after": timedelta(seconds=7)}),
    ],
)
def test_twilios_errors_become_ours(twilio: HTTPServer, status: int, code: int, expected: dict[str, Any]) -> None:
    body = f'{{"code": {code}, "message": "because", "status": {status}}}'
    respond(twilio, lambda _: Response(body, status, headers={"Retry-After": "7"}))
    error = refused(SmsChannel(), TEXT)
    assert error.code == str(code)
    assert {name: getattr(error, name) for name in expected} == expected


@pytest.mark.parametrize("body", ["", "<html>", "[]", "{}"])
def test_an_answer_nobody_understands_leaves_a_text_in_doubt(twilio: HTTPServer, body: str) -> None:
    respond(twilio, lambda _: Response(body, 201))
    assert refused(SmsChannel(), TEXT).in_doubt


def test_no_answer_in_time_leaves_a_text_in_doubt() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        channel = SmsChannel()
        channel._http.timeout = 0.2
        channel._client.api.base_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        error = refused(channel, TEXT)
    assert (error.in_doubt, error.untried) == (True, False)


def test_a_refused_connection_is_untried(twilio: HTTPServer, settings: Any) -> None:
    settings.TWILIO_API_URL = f"http://127.0.0.1:{free_port()}"
    error = refused(SmsChannel(), TEXT)
    assert (error.untried, error.in_doubt) == (True, False)


@pytest.fixture(autouse=True)
def credentials(settings: Any) -> None:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC123", "secret"


# --- Which one ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mail", "text", "available"),
    [
        (False, False, {"email", "sms"}),  # the sandbox takes both
        (True, False, {"email"}),
        (False, True, {"sms"}),
        (True, True, {"email", "sms"}),
    ],
)
def test_the_channels_an_installation_has(settings: Any, mail: bool, text: bool, available: set[str]) -> None:
    settings.MAIL_PROVIDER, settings.TEXT_PROVIDER = mail, text
    assert available_channels() == available


def test_without_providers_messages_stay_in_the_sandbox(settings: Any) -> None:
    settings.SANDBOX = True
    channel = get_channel("email")
    assert isinstance(channel, SandboxChannel)
    channel.connect()
    assert channel.send(MAIL).sandbox
    channel.close()


def test_with_a_provider_each_kind_has_its_channel(settings: Any) -> None:
    settings.SANDBOX = False
    assert isinstance(get_channel("email"), EmailChannel)
    assert isinstance(get_channel("sms"), SmsChannel)


def respond(server: HTTPServer, handler: Callable[[Request], Response]) -> None:
    server.expect_request(PATH, method="POST").respond_with_handler(handler)


def refused(channel: Any, message: Message) -> ChannelError:
    channel.connect()
    with pytest.raises(ChannelError) as caught:
        channel.send(message)
    channel.close()
    return caught.value
