"""Preferences of a recipient: the ways in which the business may write to them. Shows no page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reviews.contacts import opt_outs, suppressions
from reviews.models import Delivery, Suppression
from reviews.models.addresses import show_email
from reviews.models.base import Channel


@dataclass(frozen=True)
class Way:
    """A channel that the customer has an address for."""

    channel: Channel
    address: str
    shown: str  # the address, with only as much of it as a stranger may read
    suppression: Suppression | None
    can_allow: bool = False  # the recipient may lift the suppression on the page

    @property
    def is_open(self) -> bool:
        """True also for a number in doubt: to close it is a clear word."""
        return self.suppression is None or self.suppression.reason == Suppression.Reason.UNCLEAR


def suppress_address(*, delivery: Delivery, now: datetime) -> None:
    """Suppress the address that the message went to. When this returns, no message is on its way there."""
    _opt_out(delivery, [(delivery.channel, delivery.address)], f"Unsubscribe link of message {delivery.pk}.", now)


def is_suppressed(delivery: Delivery) -> bool:
    """Return True if nothing is sent to the message's address any more, for good: one in doubt waits for staff."""
    rows = suppressions.of(account=delivery.account, channel=delivery.channel, address=delivery.address)
    return rows.exclude(reason=Suppression.Reason.UNCLEAR).exists()


def ways_to(delivery: Delivery) -> list[Way]:
    """Return the ways in which the customer who got the message can be written to now."""
    contact = delivery.request.contact
    addresses = {channel: contact.address(channel) for channel in Channel}
    # Whoever holds the link has shown that the message's address is theirs.
    addresses[Channel(delivery.channel)] = delivery.address or addresses[Channel(delivery.channel)]
    return [_way(delivery, channel, address) for channel, address in addresses.items() if address]


def save_choice(*, delivery: Delivery, wanted: Sequence[str], now: datetime) -> None:
    """Suppress every way whose channel is not in `wanted`, and lift suppressions that the customer made on such a page.

    A suppression by a text, a complaint or a provider stays, and so does one of another address than the message's:
    the link proves nothing about that one.
    """
    ways = ways_to(delivery)
    evidence = f"Preferences page of message {delivery.pk}."
    unwanted = [(way.channel.value, way.address) for way in ways if way.is_open and way.channel not in wanted]
    _opt_out(delivery, unwanted, evidence, now)
    for way in ways:
        if way.suppression and way.can_allow and way.channel in wanted:
            suppressions.lift(suppression=way.suppression, because=evidence, now=now)


def _opt_out(delivery: Delivery, places: Sequence[tuple[str, str]], evidence: str, now: datetime) -> None:
    """Suppress the places (channel, address), and wait until no message is on its way there."""
    for channel, address in places:
        opt_outs.opt_out(
            account=delivery.account,
            channel=channel,
            address=address,
            reason=Suppression.Reason.UNSUBSCRIBED,
            evidence=evidence,
            now=now,
        )
    if places:
        suppressions.until_quiet(*((delivery.account_id, channel, address) for channel, address in places))


def _way(delivery: Delivery, channel: Channel, address: str) -> Way:
    suppression = suppressions.of(account=delivery.account, channel=channel, address=address).first()
    is_theirs = (channel.value, address) == (delivery.channel, delivery.address)
    is_own = suppression is not None and suppression.reason == Suppression.Reason.UNSUBSCRIBED
    return Way(channel, address, _mask(channel, address), suppression, can_allow=is_theirs and is_own)


def _mask(channel: Channel, address: str) -> str:
    if channel == Channel.SMS:
        return f"… {address[-4:]}"
    name, _, domain = show_email(address).partition("@")
    return f"{name[:1]}…@{domain}"
