"""A test message: what leaves, what is said about it, and that nothing of it stays."""

from datetime import datetime
from typing import Any

import pytest

from oauth.models import Account
from reviews.contacts import doubts
from reviews.contacts.suppressions import suppress
from reviews.delivery import send_test
from reviews.delivery.channels import ChannelError
from reviews.models import Contact, Delivery, FollowUpStep, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.tests.support.helpers import FakeProvider
from reviews.tests.support.mail import free_port

EMAIL, SMS = Channel.EMAIL, Channel.SMS
TO = "operator@reviewhub.example"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    fake = FakeProvider()
    monkeypatch.setattr(send_test, "get_channel", lambda _: fake)
    return fake


def test_it_is_the_message_that_a_customer_would_get(account: Account, now: datetime, provider: FakeProvider) -> None:
    outcome = send_test.send_test(account=account, channel=EMAIL, to=TO, now=now)
    assert (outcome.accepted, outcome.answer) == (True, "id-1")
    (message,) = provider.sent
    assert (message.to, message.subject) == (TO, "How did we do, Jane?")
    assert "Riverside Dental" in message.text
    assert "1 Main Street" in message.html
    assert "List-Unsubscribe" in message.headers


def test_a_text_goes_to_a_number(account: Account, now: datetime, provider: FakeProvider) -> None:
    send_test.send_test(account=account, channel=SMS, to="+12125551234", now=now)
    (message,) = provider.sent
    assert message.to == "+12125551234"
    assert message.text.startswith("Hi Jane, thank you for choosing Riverside Dental.")


def test_nothing_of_it_stays(account: Account, now: datetime, provider: FakeProvider) -> None:
    send_test.send_test(account=account, channel=EMAIL, to=TO, now=now)
    for model in (Delivery, ReviewRequest, Contact):
        assert not model.objects.exists()


@pytest.mark.parametrize(
    ("error", "words", "answer"),
    [
        (ChannelError("535", "bad login", untried=True), "check user and password in EMAIL_URL", "535: bad login"),
        (ChannelError("21211", "invalid", address_gone=True), "It was refused, and would be again.", "21211: invalid"),
        (ChannelError("451", "later"), "a real message would be tried again", "451: later"),
        (
            ChannelError("no-answer", "timed out", in_doubt=True),
            "It may have left all the same.",
            "no-answer: timed out",
        ),
        (KeyError("secret"), "An error of ReviewHub itself; the log has it: KeyError.", ""),
    ],
)
def test_what_the_provider_answered_is_said_in_plain_words(
    account: Account, now: datetime, provider: FakeProvider, error: Exception, words: str, answer: str
) -> None:
    provider.errors = [error]
    outcome = send_test.send_test(account=account, channel=EMAIL, to=TO, now=now)
    assert not outcome.accepted
    assert words in outcome.text
    assert outcome.answer == answer


def test_a_mail_server_that_is_down_is_said_to_be(account: Account, now: datetime, settings: Any) -> None:
    settings.SANDBOX, settings.MAIL_PROVIDER = False, True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    outcome = send_test.send_test(account=account, channel=EMAIL, to=TO, now=now)
    assert not outcome.accepted
    assert "could not be reached" in outcome.text
    assert outcome.answer.startswith("connect: ")


def test_without_a_provider_it_goes_to_the_sandbox_and_says_so(account: Account, now: datetime) -> None:
    outcome = send_test.send_test(account=account, channel=SMS, to="+12125551234", now=now)
    assert (outcome.accepted, outcome.answer) == (True, "")
    assert "sandbox and nowhere else" in outcome.text


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        ("text only", "No provider is set up for this channel: E-mail."),
        ("suppressed", "must not write to this address"),
        ("no sequence", "has no standard sequence"),
        ("no address", "no postal address"),
    ],
)
def test_what_cannot_be_sent_is_not_tried(
    account: Account, now: datetime, provider: FakeProvider, settings: Any, prepare: str, words: str
) -> None:
    if prepare == "text only":
        settings.TEXT_PROVIDER = True
    elif prepare == "suppressed":
        staff = Suppression.Reason.STAFF
        suppress(account=account, channel="email", address=TO, reason=staff, evidence="", now=now)
    elif prepare == "no sequence":
        FollowUpStep.objects.all().delete()
    else:
        account.postal_address = ""
    outcome = send_test.send_test(account=account, channel=EMAIL, to=TO, now=now)
    assert not outcome.accepted
    assert words in outcome.text
    assert provider.sent == []


def test_a_number_in_doubt_gets_no_test(account: Account, now: datetime, provider: FakeProvider) -> None:
    doubts.hold(account=account, number="+12125550198", evidence="maybe stop?", now=now)
    outcome = send_test.send_test(account=account, channel=Channel.SMS, to="+12125550198", now=now)
    assert (outcome.accepted, provider.sent) == (False, [])
    assert "perhaps an opt-out" in outcome.text
