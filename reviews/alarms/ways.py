"""Ways to the operator: mail to those who run the installation, a webhook, a text. A trouble may have closed some.

The webhook gets everything; mail goes out unless mail is what fails; a text only where nothing else went through.
None of it is a customer's message: no opt-out, no hours and no limit apply, and no row is kept.
"""

import json
import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from smtplib import SMTPException

from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.mail import EmailMessage

from oauth.models import User
from reviewhub.languages import ENGLISH, in_language
from reviewhub.outbound import ANYWHERE, Caller
from reviews.delivery.channels import ChannelError, Message, get_channel
from reviews.models import Pause
from reviews.models.base import Channel

logger = logging.getLogger(__name__)

LONGEST_TEXT = 300  # characters: two segments, as a rule

Words = Callable[[], str]  # of an alarm, in the language that is active when it is called


@dataclass(frozen=True)
class Operator:
    """Somebody who runs the installation."""

    email: str
    language: str


def operators() -> list[Operator]:
    """Return the people who run the installation, and can be written to."""
    people = User.objects.filter(is_superuser=True, is_active=True).exclude(email="").order_by("pk")
    return [Operator(email, language) for email, language in people.values_list("email", "language")]


def paused_channels() -> set[str]:
    """Return the channels on which an alarm would not leave: our account with the provider is not in order."""
    return set(Pause.objects.values_list("channel", flat=True))


def tell(words: Words, *, to: Sequence[Operator], paused: set[str]) -> bool:
    """Tell the operator by each way that may work; False if it has reached nobody, and is to be tried again."""
    called = _call(words)
    mailed = settings.MAIL_PROVIDER and Channel.EMAIL not in paused and _mail(words, to)
    if called or mailed:
        return True
    return bool(settings.TEXT_PROVIDER) and Channel.SMS not in paused and _text(words)


def exist() -> bool:
    """Tell whether there is any way to the operator."""
    by_text = settings.TEXT_PROVIDER and settings.OPERATOR_ALERT_NUMBER
    return bool(settings.OPERATOR_ALERT_URL or settings.MAIL_PROVIDER or by_text)


def _call(words: Words) -> bool:
    if not settings.OPERATOR_ALERT_URL:
        return False
    with in_language(ENGLISH):
        body = json.dumps({"text": f"ReviewHub {settings.PUBLIC_URL}: {words()}"}).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "ReviewHub-Alarms/1.0"}
    caller = Caller(ANYWHERE)
    try:
        answer = caller.post(settings.OPERATOR_ALERT_URL, body, headers)
    finally:
        caller.close()
    if not answer.is_ok:
        logger.warning("OPERATOR_ALERT_URL took no alarm: %s", answer.error or answer.status)
    return answer.is_ok


def _mail(words: Words, to: Sequence[Operator]) -> bool:
    """Mail each operator in their own language; False unless each mail was taken."""
    taken = [_mail_one(words, operator) for operator in to]
    return bool(taken) and all(taken)


def _mail_one(words: Words, operator: Operator) -> bool:
    with in_language(operator.language or ENGLISH):
        text = words()
        mail = EmailMessage(f"ReviewHub: {text}"[:120], f"{text}\n\n{settings.PUBLIC_URL}/admin/operations/\n")
    mail.to = [operator.email]
    try:
        mail.send()
    except (OSError, SMTPException, AnymailError) as error:
        logger.warning("an alarm by mail did not leave: %s", type(error).__name__)
        return False
    return True


def _text(words: Words) -> bool:
    """Text the operator. A text that may have left counts: a second one would be read as another trouble."""
    if not settings.OPERATOR_ALERT_NUMBER:
        return False
    with in_language(ENGLISH):
        text = f"ReviewHub {settings.PUBLIC_URL}: {words()}"[:LONGEST_TEXT]
    channel = get_channel(Channel.SMS)
    try:
        channel.connect()
        channel.send(Message(settings.OPERATOR_ALERT_NUMBER, settings.TWILIO_FROM, text, key=str(uuid.uuid4())))
    except ChannelError as error:
        logger.warning("an alarm by text did not leave: %s", error.code)
        return error.in_doubt
    finally:
        channel.close()
    return True
