"""What every channel does: take one finished message, hand it to a provider, tell what came of it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True)
class Message:
    """A message ready to leave. `key` is ours, recorded before sending, and stays the same in a retry."""

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
    """The provider took it. `provider_id` is its name for the message; `sandbox`: it never left."""

    provider_id: str
    sandbox: bool = False


class ChannelError(Exception):
    """The provider did not take the message.

    `permanent`: trying again is pointless. `address_gone`: the address itself is the reason.
    `in_doubt`: it may have been taken; nobody told us. `untried`: no message was handed over, so
    that this costs no attempt. `retry_after`: how long the provider asked us to wait.
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
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.permanent = permanent or address_gone or opted_out
        self.address_gone = address_gone
        self.opted_out = opted_out
        self.in_doubt = in_doubt
        self.untried = untried
        self.retry_after = retry_after


class Channel(Protocol):
    """A way for messages to travel. `connect` comes before the first message and may be repeated."""

    def connect(self) -> None:
        """Reach the provider, so that one that is down costs no attempt. Raises ChannelError (untried)."""

    def send(self, message: Message) -> Accepted:
        """Hand one message over. Raises ChannelError. Never called inside a database transaction."""

    def close(self) -> None:
        """Let go of connections."""
