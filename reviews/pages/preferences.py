"""The ways in which a business may write to a customer, as the customer wants them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reviews.contacts import opt_outs, suppressions
from reviews.models import Delivery, Suppression
from reviews.models.base import Channel

Reason = Suppression.Reason


@dataclass(frozen=True)
class Way:
    """A channel that the customer has an address for. `shown`: the address, without what a stranger need not read."""

    channel: Channel
    address: str
    shown: str
    suppression: Suppression | None
    can_allow: bool = False

    @property
    def is_open(self) -> bool:
        return self.suppression is None


def leave(*, delivery: Delivery, now: datetime) -> None:
    """No more messages to where this one went; nothing is on its way there when this returns."""
    _stop(delivery, [(delivery.channel, delivery.address)], f"Unsubscribe link of message {delivery.pk}.", now)


def ways_to(delivery: Delivery) -> list[Way]:
    """Where the customer who got the message can be written to, as known now."""
    contact = delivery.request.contact
    known = {channel: contact.address(channel) for channel in Channel}
    # Whoever holds the link has shown that this address is theirs.
    known[Channel(delivery.channel)] = delivery.address or known[Channel(delivery.channel)]
    return [_way(delivery, channel, address) for channel, address in known.items() if address]


def choose(*, delivery: Delivery, wanted: Sequence[str], now: datetime) -> None:
    """Stop every way that is not wanted, and allow again what the customer had stopped on such a page.

    What a text, a complaint or a provider has stopped stays so, and so does another address than the message's:
    the link proves nothing about that one.
    """
    ways = ways_to(delivery)
    unwanted = [(way.channel.value, way.address) for way in ways if way.is_open and way.channel not in wanted]
    _stop(delivery, unwanted, f"Preferences page of message {delivery.pk}.", now)
    for way in ways:
        if way.suppression and way.can_allow and way.channel in wanted:
            because = f"Preferences page of message {delivery.pk}."
            suppressions.lift(suppression=way.suppression, because=because, now=now)


def _stop(delivery: Delivery, places: Sequence[tuple[str, str]], evidence: str, now: datetime) -> None:
    for channel, address in places:
        opt_outs.opt_out(
            account=delivery.account,
            channel=channel,
            address=address,
            reason=Reason.UNSUBSCRIBED,
            evidence=evidence,
            now=now,
        )
    if places:
        suppressions.until_quiet(*((delivery.account_id, channel, address) for channel, address in places))


def _way(delivery: Delivery, channel: Channel, address: str) -> Way:
    found = suppressions.of(account=delivery.account, channel=channel, address=address).first()
    is_theirs = (channel.value, address) == (delivery.channel, delivery.address)
    can_allow = found is not None and is_theirs and found.reason == Reason.UNSUBSCRIBED
    return Way(channel, address, _masked(channel, address), found, can_allow)


def _masked(channel: Channel, address: str) -> str:
    if channel == Channel.SMS:
        return f"… {address[-4:]}"
    name, _, domain = address.partition("@")
    return f"{name[:1]}…@{domain}"
