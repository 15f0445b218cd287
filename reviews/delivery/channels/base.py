"""The interface of channels: a finished message in, the provider's id or one type of error out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from reviews.models.provider_codes import Stops


@dataclass(frozen=True)
class Message:
    """A message ready to leave. `key` is our id of it, recorded before sending and the same in a retry."""

    to: str
    sender: str
    text: str
    key: str
    subject: str = ""
    html: str = ""
    reply_to: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Accepted:
    """The provider took the message, under its own id. `sandbox`: the message never left."""

    provider_id: str
    sandbox: bool = False


@dataclass(frozen=True)
class Received:
    """A text that a customer sent, as the provider lists it."""

    provider_id: str
    sender: str
    to: str
    text: str
    at: datetime


class ChannelError(Exception):
    """The provider did not take the message.

    `permanent`: another try is pointless. `address_gone`: the address itself is the reason. `opted_out`: the provider
    remembers an opt-out. `in_doubt`: the provider may have taken it. `untried`: no message was handed over, so that no
    attempt is spent. `lost`: untried, because the provider closed a connection that may be made anew at once. `midway`:
    untried, because the conversation broke off over this message. `stops`: the fault is our account's; nothing fails,
    no attempt is spent, and that much waits.
    `retry_after`: the wait that the provider asked for.
    """

    def __init__(
        self,
        code: str,
        text: str,
        *,
        permanent: bool = False,
        address_gone: bool = False,
        opted_out: bool = False,
        in_doubt: bool = False,
        untried: bool = False,
        lost: bool = False,
        midway: bool = False,
        stops: Stops | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.permanent = permanent or address_gone or opted_out
        self.address_gone = address_gone
        self.opted_out = opted_out
        self.in_doubt = in_doubt
        self.untried = untried or lost or midway
        self.lost = lost
        self.midway = midway
        self.stops = stops
        self.retry_after = retry_after


class Unfinished(Exception):
    """The provider takes its time. `finish` waits for its answers, and returns or raises what `send` would have.

    It takes the most seconds that an answer is waited for. Another thread may call it; until it has come back, the
    channel is of no other use.
    """

    def __init__(self, finish: Callable[[float], Accepted]) -> None:
        super().__init__()
        self.finish = finish


class Channel(Protocol):
    """A way in which messages travel. `connect` comes before the first message and may be repeated."""

    def connect(self) -> None:
        """Reach the provider, so that one that is down costs no attempt. Raises ChannelError (untried)."""

    def send(self, message: Message) -> Accepted:
        """Hand one message over. Raises ChannelError, or Unfinished rather than wait for long.

        Never called inside a database transaction.
        """

    def close(self) -> None:
        """Let go of connections."""
