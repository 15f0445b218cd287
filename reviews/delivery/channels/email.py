"""The e-mail channel: SMTP, or any provider that anymail has."""

import smtplib
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from reviewhub.retry_after import read_retry_after
from reviews.delivery.channels import codes, mime, smtp
from reviews.delivery.channels.base import Accepted, ChannelError, Message

# Providers that refuse a mail with metadata.
NO_METADATA = {"anymail.backends.mailersend.EmailBackend", "anymail.backends.postal.EmailBackend"}


class EmailChannel:
    """Keeps one connection open from `connect` to `close`."""

    def __init__(self) -> None:
        self._backend: Any = get_connection()
        self._open = False

    def connect(self) -> None:
        if self._open:
            return
        try:
            self._backend.open()
        except smtplib.SMTPAuthenticationError as error:
            raise ChannelError(str(error.smtp_code), _words(error.smtp_error), untried=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise ChannelError("connect", str(error), untried=True) from error
        self._open = True

    def close(self) -> None:
        self._open = False
        connection = getattr(self._backend, "connection", None)
        try:
            self._backend.close()
        except (OSError, smtplib.SMTPException):
            self._backend.connection = None
            if connection is not None:
                connection.close()  # a QUIT that fails leaves the socket open

    def send(self, message: Message) -> Accepted:
        hand_over = self._speak_smtp if isinstance(self._backend, SmtpBackend) else self._use_backend
        try:
            provider_id = hand_over(message)
        except ChannelError:
            raise
        except Exception as error:
            self.close()  # the state of the conversation is unknown: the next message starts a new one
            raise _translate(error) from error
        return Accepted(provider_id or message.headers["Message-ID"])

    def _speak_smtp(self, message: Message) -> str:
        content = mime.serialize(message)
        sender, recipient = mime.address_of(message.sender), mime.address_of(message.to)
        self._backend.open()
        smtp.hand_over(self._backend.connection, sender=sender, recipient=recipient, content=content)
        return ""

    def _use_backend(self, message: Message) -> str:
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
        return str(getattr(getattr(mail, "anymail_status", None), "message_id", None) or "")


def _translate(error: Exception) -> ChannelError:
    """Translate a library's exception. An unknown one is in doubt: the mail may have been taken."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return _smtp(code, words, recipient=True)
    if isinstance(error, smtplib.SMTPResponseException):
        return _smtp(error.smtp_code, error.smtp_error)
    if isinstance(error, AnymailRecipientsRefused):
        return ChannelError("refused", str(error), address_gone=True)
    if isinstance(error, AnymailAPIError):
        return _http(error)
    if isinstance(error, AnymailError | ValueError):
        return ChannelError("message", str(error), permanent=True)
    if isinstance(error, smtplib.SMTPException | OSError):
        return ChannelError("connection", str(error), in_doubt=True)
    return ChannelError(type(error).__name__, str(error), in_doubt=True)


def _smtp(code: int, words: bytes | str, *, recipient: bool = False) -> ChannelError:
    """Translate an SMTP reply by its code: 550 and 451 raise the same exception."""
    text = _words(words)
    return codes.error(code, text, codes.of_smtp(code, text, recipient=recipient))


def _http(error: AnymailAPIError) -> ChannelError:
    status = error.status_code
    if status is None:
        untried = isinstance(error.__cause__, requests.ConnectTimeout)
        return ChannelError("connection", str(error), in_doubt=not untried, untried=untried)
    if status == 429 or status >= 500:
        wait = read_retry_after(error.response.headers) if error.response is not None else None
        return ChannelError(str(status), str(error), retry_after=wait)
    return ChannelError(str(status), str(error), permanent=True)


def _words(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
