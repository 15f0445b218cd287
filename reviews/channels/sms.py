"""Text messages, through Twilio."""

from datetime import datetime, timedelta
from typing import Any

import requests
from django.conf import settings
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from reviews.channels.base import Accepted, ChannelError, Message

# https://www.twilio.com/docs/api/errors
OPTED_OUT = {21610}
ADDRESS_GONE = {21211, 21214, 21217, 21219, 21407, 21421, 21612, 21614, 30003, 30004, 30005, 30006}
TRY_AGAIN = {20429, 20503, 30001, 30017}

LOOK_THROUGH = 200  # texts to one number in a day or two: never more than a few


class _HttpClient(TwilioHttpClient):
    """Twilio's client, which forgets the headers of an error; we need its Retry-After."""

    retry_after: timedelta | None = None

    def request(self, *args: Any, **kwargs: Any) -> Any:
        response = super().request(*args, **kwargs)
        wait = (getattr(response, "headers", None) or {}).get("Retry-After", "")
        self.retry_after = timedelta(seconds=int(wait)) if wait.isdigit() else None
        return response


class SmsChannel:
    """Keeps one HTTP session; for the use of one thread."""

    def __init__(self) -> None:
        self._http = _HttpClient(timeout=settings.TWILIO_TIMEOUT)
        self._client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=self._http)
        if settings.TWILIO_API_URL:
            self._client.api.base_url = settings.TWILIO_API_URL

    def connect(self) -> None:
        """HTTP connects with the first message; a refused connection is told apart in `send`."""

    def close(self) -> None:
        if self._http.session is not None:
            self._http.session.close()

    def send(self, message: Message) -> Accepted:
        given: dict[str, Any] = {"to": message.to, "body": message.text}
        if message.sender:
            given["from_"] = message.sender
        else:
            given["messaging_service_sid"] = settings.TWILIO_MESSAGING_SERVICE_SID
        try:
            created = self._client.messages.create(**given)
        except TwilioRestException as error:
            raise self._translate(error) from error
        except (requests.ConnectTimeout, requests.exceptions.SSLError) as error:
            raise ChannelError("connect", str(error), untried=True) from error
        except requests.ConnectionError as error:
            refused = "NewConnectionError" in repr(error)
            raise ChannelError("connection", str(error), untried=refused, in_doubt=not refused) from error
        except Exception as error:
            # The request was written, and the library did not understand what came back, if
            # anything did (it raises whatever its parsing runs into): it may well have been sent.
            raise ChannelError("no-answer", str(error), in_doubt=True) from error
        if not created.sid:
            raise ChannelError("no-answer", "The answer names no message.", in_doubt=True)
        return Accepted(created.sid)

    def find(self, *, to: str, containing: str, since: datetime) -> str | None:
        """Twilio's id of a text to that number, made since then, whose body has that in it; None when it has none.

        Raises ChannelError when Twilio cannot be asked: then nothing is known.
        """
        try:
            for text in self._client.messages.list(
                to=to, date_sent_after=since - timedelta(days=1), limit=LOOK_THROUGH
            ):
                if containing in (text.body or "") and (text.date_created is None or text.date_created >= since):
                    return str(text.sid)
        except TwilioRestException as error:
            raise self._translate(error) from error
        except Exception as error:
            raise ChannelError("no-answer", str(error)) from error
        return None

    def _translate(self, error: TwilioRestException) -> ChannelError:
        code = error.code or error.status
        text = error.msg or "no reason given"
        if code in OPTED_OUT:
            return ChannelError(str(code), text, opted_out=True)
        if code in ADDRESS_GONE:
            return ChannelError(str(code), text, address_gone=True)
        if code in TRY_AGAIN or error.status == 429:
            return ChannelError(str(code), text, retry_after=self._http.retry_after)
        if error.status >= 500:
            # A gateway may answer so after it passed the text on, so it is not simply tried again.
            return ChannelError(str(code), text, retry_after=self._http.retry_after, in_doubt=error.status == 504)
        if error.status < 400:
            return ChannelError(str(code), text, in_doubt=True)
        return ChannelError(str(code), text, permanent=True)
