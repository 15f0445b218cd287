"""The text message channel: Twilio, through its library."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from urllib3.exceptions import ProtocolError, SSLError

from reviews.delivery.channels import codes
from reviews.delivery.channels.base import Accepted, ChannelError, Message, Received
from reviews.delivery.channels.twilio_http import HttpClient, is_untried

# Hosts that Twilio cannot reach: it refuses a message whose callback address has one of them.
UNREACHABLE = {"localhost", "127.0.0.1", "::1"}

MOST_SEARCHED = 200  # texts to one number in two days: there are never more than a few


class SmsChannel:
    """Keeps one HTTP connection; for the use of one thread."""

    def __init__(self) -> None:
        self._http = HttpClient(timeout=settings.TWILIO_TIMEOUT)
        self._client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=self._http)
        if settings.TWILIO_API_URL:
            self._client.api.base_url = settings.TWILIO_API_URL

    def connect(self) -> None:
        """Do nothing: HTTP connects with the first message, and `send` tells a refused connection from other errors."""

    def close(self) -> None:
        self._http.close()

    def send(self, message: Message) -> Accepted:
        fields: dict[str, Any] = {"to": message.to, "body": message.text}
        if message.sender:
            fields["from_"] = message.sender
        else:
            fields["messaging_service_sid"] = settings.TWILIO_MESSAGING_SERVICE_SID
        if callback := callback_url(message.key):
            fields["status_callback"] = callback
        try:
            created = self._client.messages.create(**fields)
        except TwilioRestException as error:
            raise self._translate(error) from error
        except Exception as error:
            if is_untried(error):
                raise ChannelError("connect", str(error), untried=True) from error
            # The request was written; then the connection broke, or the library could not parse the answer (it raises
            # any error): the text may have been sent.
            code = "connection" if isinstance(error, ProtocolError | SSLError) else "no-answer"
            raise ChannelError(code, str(error), in_doubt=True) from error
        if not created.sid:
            raise ChannelError("no-answer", "The answer names no message.", in_doubt=True)
        return Accepted(created.sid)

    def find(self, *, to: str, containing: str, since: datetime, but: Collection[str] = ()) -> str | None:
        """Return Twilio's id of a text to that number, made since then, whose body has `containing` in it, or None.

        `but`: ids of texts that are not meant. Raises ChannelError when Twilio cannot be asked.
        """
        try:
            for text in self._client.messages.list(
                to=to, date_sent_after=since - timedelta(days=1), limit=MOST_SEARCHED
            ):
                is_recent = text.date_created is None or text.date_created >= since
                if containing in (text.body or "") and is_recent and text.sid not in but:
                    return str(text.sid)
        except TwilioRestException as error:
            raise self._translate(error) from error
        except Exception as error:
            raise ChannelError("no-answer", str(error)) from error
        return None

    def received(self, *, since: datetime) -> Iterator[Received]:
        """Yield the texts that customers sent since then, to any of our senders. Raises ChannelError."""
        try:
            for text in self._client.messages.stream(date_sent_after=since - timedelta(days=1)):
                if text.direction == "inbound" and text.date_sent is not None and text.date_sent >= since:
                    yield Received(str(text.sid), str(text.from_), str(text.to), text.body or "", text.date_sent)
        except TwilioRestException as error:
            raise self._translate(error) from error
        except ChannelError:
            raise
        except Exception as error:
            raise ChannelError("no-answer", str(error)) from error

    def _translate(self, error: TwilioRestException) -> ChannelError:
        code = int(error.code or error.status)
        outcome = codes.of_twilio(code, error.status)
        return codes.error(code, error.msg or "no reason given", outcome, retry_after=self._http.retry_after)


def callback_url(key: str) -> str:
    """Return the URL for Twilio's events about the message with that key; empty where Twilio could not reach us.

    It holds the key because an event may come before the answer that names Twilio's own id, or without it.
    """
    public = urlsplit(settings.PUBLIC_URL)
    if public.scheme != "https" or public.hostname in UNREACHABLE:
        return ""
    return f"{settings.PUBLIC_URL}{reverse('hook-text-status', urlconf='reviews.urls')}?message={key}"
