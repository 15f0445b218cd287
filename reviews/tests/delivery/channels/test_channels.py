"""The channel of each kind that an installation has."""

from typing import Any

import pytest

from reviews.delivery.channels import Message, get_channel
from reviews.delivery.channels.email import EmailChannel
from reviews.delivery.channels.sandbox import SandboxChannel
from reviews.delivery.channels.sms import SmsChannel
from reviews.models.base import available_channels

MAIL = Message(to="jane@example.com", sender="reviews@testserver", text="Hi Jane", key="k")


@pytest.mark.parametrize(
    ("mail", "text", "available"),
    [
        (False, False, {"email", "sms"}),  # the sandbox takes both
        (True, False, {"email"}),
        (False, True, {"sms"}),
        (True, True, {"email", "sms"}),
    ],
)
def test_the_channels_an_installation_has(settings: Any, mail: bool, text: bool, available: set[str]) -> None:
    settings.MAIL_PROVIDER, settings.TEXT_PROVIDER = mail, text
    assert available_channels() == available


def test_without_providers_messages_stay_in_the_sandbox(settings: Any) -> None:
    settings.SANDBOX = True
    channel = get_channel("email")
    assert isinstance(channel, SandboxChannel)
    channel.connect()
    assert channel.send(MAIL).sandbox
    channel.close()


def test_with_a_provider_each_kind_has_its_channel(settings: Any) -> None:
    settings.SANDBOX = False
    assert isinstance(get_channel("email"), EmailChannel)
    assert isinstance(get_channel("sms"), SmsChannel)
