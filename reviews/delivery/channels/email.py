"""The e-mail channel: SMTP, or any provider that anymail has."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from reviewhub.retry_after import read_retry_after
from reviews.delivery.channels import mail_faults, mime, smtp
from reviews.delivery.channels.base import Accepted, ChannelError, Message, Unfinished

SMTP = "django.core.mail.backends.smtp.EmailBackend"
# Providers that refuse a mail with metadata.
NO_METADATA = {"anymail.backends.mailersend.EmailBackend", "anymail.backends.postal.EmailBackend"}


QUICK = 1.0  # seconds for which a sender waits itself; longer waits are left to another thread


class EmailChannel:
    """Keeps one connection open from `connect` to `close`, and after a refusal as well."""

    def __init__(self) -> None:
        self._backend: Any = smtp.Backend() if settings.EMAIL_BACKEND == SMTP else get_connection()
        self._open = False

    def connect(self) -> None:
        if self._open:
            return
        try:
            self._backend.open()
        except Exception as error:
            self._drop()
            raise _out_of_reach(error) from error
        self._open = True

    def close(self) -> None:
        self._open = False
        with suppress(OSError):  # nothing is on its way
            self._backend.close()

    def send(self, message: Message) -> Accepted:
        hand_over = self._speak_smtp if isinstance(self._backend, smtp.Backend) else self._use_backend
        return self._translated(partial(hand_over, message))

    def _translated(self, hand_over: Callable[[], Accepted]) -> Accepted:
        """Hand a message over. Raises the library's errors as ChannelError; closes what the next message cannot use."""
        try:
            return hand_over()
        except (ChannelError, Unfinished):
            raise
        except Exception as error:
            if not isinstance(error, smtp.NotTaken) or error.is_over:
                self._drop()
            raise _translate(error) from error

    def _drop(self) -> None:
        """Let go of a connection whose state is unknown: the next message starts a new one."""
        self._open = False
        if isinstance(self._backend, smtp.Backend):
            self._backend.drop()
        else:
            self.close()

    def _speak_smtp(self, message: Message) -> Accepted:
        content = mime.serialize(message)
        sender, recipient = mime.address_of(message.sender), mime.address_of(message.to)
        self.connect()
        connection = self._backend.connection
        rest = smtp.hand_over(connection, sender=sender, recipient=recipient, content=content, quick=QUICK)
        if rest is not None:
            raise Unfinished(lambda at_most: self._translated(partial(_finish, rest, message, at_most)))
        return _accepted(message)

    def _use_backend(self, message: Message) -> Accepted:
        mail: Any = EmailMultiAlternatives(
            subject=message.subject,
            body=message.text,
            from_email=message.sender,
            to=[mime.address_of(message.to)],
            reply_to=[message.reply_to] if message.reply_to else None,
            headers=message.headers,
            connection=self._backend,
        )
        mail.attach_alternative(message.html, "text/html")
        if settings.EMAIL_BACKEND not in NO_METADATA:
            # Comes back with every event about the mail, also when the answer to this call was lost.
            mail.metadata = {"message_key": message.key}
        if not mail.send():
            raise ChannelError("refused", "The mail backend did not take the message.")
        return _accepted(message, str(getattr(getattr(mail, "anymail_status", None), "message_id", None) or ""))


def _finish(rest: smtp.Rest, message: Message, at_most: float) -> Accepted:
    rest.finish(at_most)
    return _accepted(message)


def _accepted(message: Message, provider_id: str = "") -> Accepted:
    return Accepted(provider_id or message.headers["Message-ID"])


def _out_of_reach(error: Exception) -> ChannelError:
    """Say why no connection came about, for which no message is to blame."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return mail_faults.smtp_error(error.smtp_code, _words(error.smtp_error), login=True, untried=True)
    if isinstance(error, smtplib.SMTPResponseException):
        code, words = error.smtp_code, _words(error.smtp_error)
        return ChannelError(str(code), words, untried=True, lost=code == 421)
    if isinstance(error, smtp.NotEncrypted | ssl.SSLError):
        return ChannelError("tls", f"{error} Nothing was sent, since the connection is not encrypted.", untried=True)
    is_lost = isinstance(error, smtplib.SMTPServerDisconnected)
    return ChannelError("connect", str(error), untried=True, lost=is_lost)


def _translate(error: Exception) -> ChannelError:
    """Translate a library's exception. An unknown one is in doubt: the mail may have been taken."""
    if isinstance(error, smtp.NotTaken):
        return mail_faults.smtp_error(error.code, _words(error.words), recipient=error.recipient)
    if isinstance(error, smtp.Lost):
        return ChannelError(error.code, str(error), lost=True, midway=True)
    if isinstance(error, smtp.InDoubt):
        return ChannelError("connection" if error.is_lost else "no-answer", str(error), in_doubt=True)
    if isinstance(error, smtp.Silent):
        return ChannelError("connect", str(error), midway=True)
    if isinstance(error, AnymailRecipientsRefused):
        return ChannelError("refused", str(error), address_gone=True)
    if isinstance(error, AnymailAPIError):
        return _http(error)
    if isinstance(error, AnymailError | ValueError):
        return ChannelError("message", str(error), permanent=True)
    if isinstance(error, smtplib.SMTPException | OSError):
        return ChannelError("connection", str(error), in_doubt=True)
    return ChannelError(type(error).__name__, str(error), in_doubt=True)


def _http(error: AnymailAPIError) -> ChannelError:
    response = error.response
    status = error.status_code or _status_of_amazon(error)
    if status is None:
        untried = isinstance(error.__cause__, requests.ConnectTimeout)
        return ChannelError("connection", str(error), in_doubt=not untried, untried=untried)
    wait = read_retry_after(response.headers) if response is not None else None
    # The exception's own words name the mail's addresses as well.
    words = getattr(response, "text", "") or str(error.__cause__ or error)
    return mail_faults.http_error(status, words, retry_after=wait)


def _status_of_amazon(error: AnymailAPIError) -> int | None:
    """Return the HTTP status of an answer of Amazon's, whose library has it in a dictionary; None without an answer."""
    answer = getattr(error.__cause__, "response", None)
    if not isinstance(answer, dict):
        return None
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return int(status) if status else None


def _words(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
