"""Channels: the ways in which messages travel. A channel sees no rows."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings

from reviews.delivery.channels.base import Accepted, Channel, ChannelError, Message, Received, Stops, Unfinished
from reviews.delivery.channels.email import EmailChannel
from reviews.delivery.channels.sandbox import SandboxChannel
from reviews.delivery.channels.sms import SmsChannel

__all__ = [
    "Accepted",
    "Channel",
    "ChannelError",
    "Message",
    "Received",
    "Stops",
    "Unfinished",
    "available_channels",
    "find_text",
    "get_channel",
    "received_texts",
]


def find_text(*, to: str, containing: str, since: datetime, but: Collection[str] = ()) -> str | None:
    """Ask the provider for a text that it took: its id, or None. Raises ChannelError when it cannot be asked.

    `but`: ids of texts that are not meant.
    """
    if not settings.TEXT_PROVIDER:
        raise ChannelError("no-provider", "No provider of texts is set up.")
    channel = SmsChannel()
    try:
        return channel.find(to=to, containing=containing, since=since, but=but)
    finally:
        channel.close()


def received_texts(*, since: datetime) -> list[Received]:
    """Ask the provider for the texts that customers sent since then, the oldest first. Raises ChannelError."""
    if not settings.TEXT_PROVIDER:
        raise ChannelError("no-provider", "No provider of texts is set up.")
    channel = SmsChannel()
    try:
        return sorted(channel.received(since=since), key=lambda text: text.at)
    finally:
        channel.close()


def get_channel(kind: str) -> Channel:
    """Return a new channel of the kind, for the use of one thread."""
    if settings.SANDBOX:
        return SandboxChannel()
    return EmailChannel() if kind == "email" else SmsChannel()
