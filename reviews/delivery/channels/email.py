"""The e-mail channel: SMTP, or any provider that anymail has."""

import smtplib
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from reviewhub.retry_after import read_retry_after
from reviews.delivery.channels import mail_faults, mime, smtp
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
            raise mail_faults.smtp_error(error.smtp_code, _words(error.smtp_error), login=True, untried=True) from error
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
            to=[message.to],
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
        return mail_faults.smtp_error(code, _words(words), recipient=True)
    if isinstance(error, smtplib.SMTPResponseException):
        return mail_faults.smtp_error(error.smtp_code, _words(error.smtp_error))
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
