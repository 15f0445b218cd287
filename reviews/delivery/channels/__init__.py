"""The ways messages travel."""

from datetime import datetime

from django.conf import settings

from reviews.delivery.channels.base import Accepted, Channel, ChannelError, Message
from reviews.delivery.channels.email import EmailChannel
from reviews.delivery.channels.sandbox import SandboxChannel
from reviews.delivery.channels.sms import SmsChannel

__all__ = ["Accepted", "Channel", "ChannelError", "Message", "available_channels", "find_text", "get_channel"]


def find_text(*, to: str, containing: str, since: datetime) -> str | None:
    """The provider's id of a text that it took, or None when it took none. Raises ChannelError: nobody knows."""
    if not settings.TEXT_PROVIDER:
        raise ChannelError("no-provider", "No provider of texts is set up.")
    channel = SmsChannel()
    try:
        return channel.find(to=to, containing=containing, since=since)
    finally:
        channel.close()


def get_channel(kind: str) -> Channel:
    """A channel of that kind, for one thread's use."""
    if settings.SANDBOX:
        return SandboxChannel()
    return EmailChannel() if kind == "email" else SmsChannel()
