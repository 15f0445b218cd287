"""Addressees: the accounts that a customer's text is meant for, by whom they have texted and from which sender."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q

from oauth.models import Account
from reviews.models import Contact, Delivery
from reviews.models.addresses import read_sender
from reviews.models.base import Channel
from reviews.models.delivery import DeliveryQuerySet


def find_accounts(*, number: str, sender: str, moment: datetime) -> list[Account]:
    """Return the accounts that a text from the customer's number to our sender is meant for, in a fixed order.

    The first of these groups that has any: accounts that had texted the number by that moment and use the sender;
    accounts that use the sender and have a contact with the number; accounts with the sender as their own; accounts
    that had texted the number from any sender, so that no STOP is lost because a sender was changed.
    """
    texts = texts_to(number, moment)
    writers = list(Account.objects.filter(pk__in=texts.values("account")).order_by("pk"))
    if accounts := [account for account in writers if _uses(account, sender)]:
        return accounts
    users = Account.objects.filter(_users_of(sender)).order_by("pk")
    with_contact = users.filter(pk__in=Contact.objects.filter(account__in=users, phone=number).values("account"))
    return list(with_contact) or list(users.filter(text_sender=sender)) or writers


def texts_to(number: str, moment: datetime) -> DeliveryQuerySet:
    """Select the texts to the number that were made by that moment and not cancelled."""
    texts = Delivery.objects.filter(channel=Channel.SMS, address=number, created_at__lte=moment)
    return texts.exclude(status=Delivery.Status.CANCELLED)


def _uses(account: Account, sender: str) -> bool:
    """Tell whether the account's texts may come from that number: a messaging service chooses any of its own."""
    if account.text_sender:
        return account.text_sender == sender
    return bool(settings.TWILIO_MESSAGING_SERVICE_SID) or sender == read_sender(settings.TWILIO_FROM)[1]


def _users_of(sender: str) -> Q:
    """Return the condition of `_uses` for a query."""
    shared = bool(settings.TWILIO_MESSAGING_SERVICE_SID) or sender == read_sender(settings.TWILIO_FROM)[1]
    return Q(text_sender=sender) | (Q(text_sender="") if shared else Q(pk__in=[]))
