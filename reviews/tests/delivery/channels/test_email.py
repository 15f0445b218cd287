"""The mail channel against a real SMTP server."""

from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core import mail

from reviews.delivery.channels import ChannelError, Message
from reviews.delivery.channels.email import EmailChannel
from reviews.tests.support.helpers import error_of
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
    error = error_of(EmailChannel(), MAIL)
    assert (error.code, error.permanent, error.address_gone, error.in_doubt) == (code, permanent, gone, False)


def test_a_refused_content_says_nothing_about_the_address(inbox: Inbox) -> None:
    inbox.data_answer = "554 looks like spam"
    error = error_of(EmailChannel(), MAIL)
    assert (error.code, error.permanent, error.address_gone) == ("554", True, False)


def test_after_a_refusal_the_next_mail_leaves(inbox: Inbox) -> None:
    channel = EmailChannel()
    inbox.rcpt_answer = "550 no such user"
    error_of(channel, MAIL)
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
    error = error_of(EmailChannel(), Message(**(vars(MAIL) | {"subject": "Hi\r\nBcc: eve@example.com"})))
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
