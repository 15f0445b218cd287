"""Ways to the operator: which is used when, in which language, and what none of them shows."""

import json
from smtplib import SMTPAuthenticationError
from typing import Any

import pytest
from django.core import mail
from django.utils.translation import gettext

from oauth.models import User
from reviewhub.masking import mask
from reviews.alarms import ways
from reviews.alarms.ways import Operator
from reviews.delivery.channels import ChannelError
from reviews.models import Pause
from reviews.tests.support.helpers import FakeProvider
from reviews.tests.support.receiver import Receiver, answering

ANNA, JOSÉ = Operator("anna@example.com", "de"), Operator("jose@example.com", "")
NOTHING_PAUSED: set[str] = set()


@pytest.fixture
def mails(settings: Any) -> Any:
    settings.MAIL_PROVIDER = True
    return mail.outbox


@pytest.fixture
def phone(settings: Any, monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    settings.TEXT_PROVIDER, settings.OPERATOR_ALERT_NUMBER = True, "+12125550199"
    fake = FakeProvider()
    monkeypatch.setattr(ways, "get_channel", lambda _: fake)
    return fake


def words() -> str:
    return gettext("Yes")


def test_the_webhook_and_mail_are_told_and_no_text_leaves(
    chat: Receiver, mails: Any, phone: FakeProvider, settings: Any
) -> None:
    assert ways.tell(words, to=[ANNA, JOSÉ], paused=NOTHING_PAUSED)
    [told] = chat.told
    assert json.loads(told.body) == {"text": "ReviewHub http://testserver: Yes"}
    assert told.headers["Content-Type"] == "application/json"
    assert [(sent.to, sent.subject) for sent in mails] == [
        (["anna@example.com"], "ReviewHub: Ja"),
        (["jose@example.com"], "ReviewHub: Yes"),
    ]
    assert "http://testserver/admin/operations/" in mails[0].body
    assert phone.sent == []


def test_the_webhook_is_enough(chat: Receiver, mails: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **values: Any) -> None:
        raise SMTPAuthenticationError(535, b"no")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    assert ways.tell(words, to=[ANNA], paused=NOTHING_PAUSED)
    assert len(chat.told) == 1


def test_a_channel_that_is_paused_is_not_tried(mails: Any, phone: FakeProvider) -> None:
    assert not ways.tell(words, to=[ANNA], paused={"email", "sms"})
    assert (len(mails), phone.sent) == (0, [])


@pytest.mark.parametrize("is_refused", [True, False])
def test_a_text_leaves_where_mail_is_what_fails(
    mails: Any, phone: FakeProvider, monkeypatch: pytest.MonkeyPatch, is_refused: bool
) -> None:
    def refuse(*args: Any, **values: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    assert ways.tell(words, to=[ANNA], paused=NOTHING_PAUSED if is_refused else {"email"})
    [text] = phone.sent
    assert (text.to, text.text) == ("+12125550199", "ReviewHub http://testserver: Yes")


def test_a_text_leaves_where_the_webhook_fails_and_no_mail_is_set_up(chat: Receiver, phone: FakeProvider) -> None:
    chat.behave["/hooks/alarms-of-the-operator"] = answering(404)
    assert ways.tell(words, to=[ANNA], paused=NOTHING_PAUSED)
    assert len(phone.sent) == 1


@pytest.mark.parametrize(("in_doubt", "is_told"), [(True, True), (False, False)])
def test_a_text_that_may_have_left_is_not_sent_again(phone: FakeProvider, in_doubt: bool, is_told: bool) -> None:
    phone.errors = [ChannelError("no-answer", "", in_doubt=in_doubt)]
    assert ways.tell(words, to=[], paused=NOTHING_PAUSED) is is_told


def test_without_an_operator_to_write_to_mail_has_reached_nobody(mails: Any) -> None:
    assert not ways.tell(words, to=[], paused=NOTHING_PAUSED)


@pytest.mark.django_db
def test_operators_are_the_active_superusers_with_an_address(owner: User, operator: User) -> None:
    User.objects.create(email="", is_superuser=True)
    User.objects.create(email="gone@example.com", is_superuser=True, is_active=False)
    assert [found.email for found in ways.operators()] == [operator.email]


@pytest.mark.django_db
def test_paused_channels_are_those_with_a_pause(now: Any) -> None:
    Pause.objects.create(channel="email", sender="a@example.com", code="sender", since=now, retry_at=now)
    assert ways.paused_channels() == {"email"}


def test_the_address_of_the_webhook_is_in_no_line_of_the_log(
    chat: Receiver, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    chat.behave["/hooks/alarms-of-the-operator"] = answering(500)
    ways.tell(words, to=[], paused=NOTHING_PAUSED)
    assert "took no alarm" in caplog.text
    assert "alarms-of-the-operator" not in caplog.text
    assert "alarms-of-the-operator" not in mask(f"POST {settings.OPERATOR_ALERT_URL} /hooks/alarms-of-the-operator")
