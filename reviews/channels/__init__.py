"""The ways messages travel."""

from datetime import datetime

from django.conf import settings

from reviews.channels.base import Accepted, Channel, ChannelError, Message
from reviews.channels.email import EmailChannel
from reviews.channels.sandbox import SandboxChannel
from reviews.channels.sms import SmsChannel

__all__ = ["Accepted", "Channel", "ChannelError", "Message", "available_channels", "find_text", "get_channel"]

EMAIL, SMS = "email", "sms"


def available_channels() -> set[str]:
    """The kinds that this installation can send by. With no provider at all, both: to the sandbox."""
    configured = {
        kind for kind, has_provider in ((EMAIL, settings.MAIL_PROVIDER), (SMS, settings.TEXT_PROVIDER)) if has_provider
    }
    return configured or {EMAIL, SMS}


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
    return EmailChannel() if kind == EMAIL else SmsChannel()
