"""Texts that customers send back: the effect of STOP, START, HELP and all other words.

No text is sent here: the answer goes back in the provider's own call.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext

from oauth.models import Account
from reviewhub.languages import ENGLISH, in_language
from reviews.contacts import opt_outs, suppressions
from reviews.delivery.provider_events.meaning import Meaning, read
from reviews.models import Contact, Delivery, DeliveryEvent, Suppression
from reviews.models.base import Channel
from reviews.requests import lifecycle

# --- The accounts that a text is meant for --------------------------------------------------------


def find_accounts(*, number: str, sender: str, moment: datetime) -> list[Account]:
    """Return the accounts that a text from the customer's number to our sender is meant for, in a fixed order.

    The first of these groups that has any: accounts that had texted the number by that moment and use the sender;
    accounts that use the sender and have a contact with the number; accounts with the sender as their own; accounts
    that had texted the number from any sender, so that no STOP is lost because a sender was changed.
    """
    texts = _texts_to(number, moment)
    writers = list(Account.objects.filter(pk__in=texts.values("account")).order_by("pk"))
    if accounts := [account for account in writers if _uses(account, sender)]:
        return accounts
    users = Account.objects.filter(_users_of(sender)).order_by("pk")
    with_contact = users.filter(pk__in=Contact.objects.filter(account__in=users, phone=number).values("account"))
    return list(with_contact) or list(users.filter(text_sender=sender)) or writers


def _texts_to(number: str, moment: datetime) -> QuerySet[Delivery]:
    """Select the texts to the number that were made by that moment and not cancelled."""
    texts = Delivery.objects.filter(channel=Channel.SMS, address=number, created_at__lte=moment)
    return texts.exclude(status=Delivery.Status.CANCELLED)


def _uses(account: Account, sender: str) -> bool:
    """Tell whether the account's texts may come from that number: a messaging service chooses any of its own."""
    if account.text_sender:
        return account.text_sender == sender
    return bool(settings.TWILIO_MESSAGING_SERVICE_SID) or sender == settings.TWILIO_FROM


def _users_of(sender: str) -> Q:
    """Return the condition of `_uses` for a query."""
    shared = bool(settings.TWILIO_MESSAGING_SERVICE_SID) or sender == settings.TWILIO_FROM
    return Q(text_sender=sender) | (Q(text_sender="") if shared else Q(pk__in=[]))


# --- Effect ---------------------------------------------------------------------------------------


Place = tuple[UUID, str, str]  # account, channel, address


@dataclass(frozen=True)
class Reaction:
    """Part of a text's effect that is left to the caller.

    `answer`: the words to text back, empty for none. `quiet`: the places of a STOP, at which nothing may be on its way
    any more when the answer leaves (`suppressions.until_quiet`).
    """

    answer: str = ""
    quiet: tuple[Place, ...] = ()


def take(event: DeliveryEvent, *, now: datetime) -> Reaction:
    """Do what the text asks for, and note on the event to which message and account it belongs.

    Runs in the caller's transaction, and does not save the event.
    """
    meaning, accounts = _read(event)
    if event.delivery is None:
        texts = _texts_to(event.address, event.received_at).filter(account__in=accounts)
        left = texts.exclude(status=Delivery.Status.PLANNED)
        event.delivery = left.order_by(F("sent_at").desc(nulls_last=True), "-pk").first()
    if event.delivery is not None:
        event.account_id = event.delivery.account_id
    elif len(accounts) == 1:
        event.account = accounts[0]
    with in_language(accounts[0].language if accounts else ENGLISH):
        answer = _obey(event, meaning, accounts, now=now)
    # Twilio has answered itself where it found the word itself.
    return Reaction("" if event.payload.get("OptOutType") else answer, _places(event, meaning, accounts))


def stopped_places(event: DeliveryEvent) -> tuple[Place, ...]:
    """Return `Reaction.quiet` of an event that was taken before, for a provider that posts it again."""
    return _places(event, *_read(event)) if event.kind == DeliveryEvent.Kind.REPLIED else ()


def _read(event: DeliveryEvent) -> tuple[Meaning, list[Account]]:
    """Return the meaning of the text, and the accounts that it is meant for."""
    form: dict[str, str] = event.payload
    accounts = find_accounts(number=event.address, sender=form.get("To", ""), moment=event.received_at)
    return read(event.text, form.get("OptOutType", "")).meaning, accounts


def _places(event: DeliveryEvent, meaning: Meaning, accounts: list[Account]) -> tuple[Place, ...]:
    if meaning is not Meaning.STOP:
        return ()
    return tuple((account.pk, Channel.SMS, event.address) for account in accounts)


def _obey(event: DeliveryEvent, meaning: Meaning, accounts: list[Account], *, now: datetime) -> str:
    """Do what the text asks for, and return the answer to it."""
    number, answer = event.address, ""
    if meaning is Meaning.STOP:
        opt_outs.lock_requests(accounts=accounts, channel=Channel.SMS, address=number)
        stopped = [account.name for account in accounts if _stop(account, event, now=now)]
        words = gettext("%(business)s: you are unsubscribed and get no more texts. Reply START to undo.")
        answer = _name_businesses(words, stopped)
    elif meaning is Meaning.START:
        started = [account.name for account in accounts if _start(account, event, now=now)]
        answer = _name_businesses(gettext("%(business)s: you may get texts again. Reply STOP to end them."), started)
    elif meaning is Meaning.HELP:
        answer = _write_help(accounts, event)
    elif event.delivery is not None:
        lifecycle.respond(request=event.delivery.request, now=now, reason="Replied by text message.")
    return answer


def _stop(account: Account, event: DeliveryEvent, *, now: datetime) -> bool:
    """Suppress the number in the account; return True when it was not suppressed before."""
    where: dict[str, Any] = {"account": account, "channel": Channel.SMS, "address": event.address}
    if suppressions.lifted_since(**where, moment=event.received_at):
        return False  # an old event applied again: the customer has texted START since
    evidence = f"Text message {event.provider_id}: {event.text}"[:500]
    suppression = opt_outs.opt_out(**where, reason=Suppression.Reason.STOP, evidence=evidence, now=now)
    return suppression.evidence == evidence


def _start(account: Account, event: DeliveryEvent, *, now: datetime) -> bool:
    """Lift the number's suppressions by STOP in the account; return True when there were any."""
    stops = suppressions.of(account=account, channel=Channel.SMS, address=event.address).filter(
        reason=Suppression.Reason.STOP, created_at__lte=event.received_at
    )
    because = f"Text message {event.provider_id}: {event.text}"
    return any(suppressions.lift(suppression=stop, because=because, now=now) for stop in stops)


def _write_help(accounts: list[Account], event: DeliveryEvent) -> str:
    account = event.account or (accounts[0] if len(accounts) == 1 else None)
    if account is None:
        words = gettext("Texts from this number ask for reviews. Help: %(contact)s. Reply STOP to end them.")
        return words % {"contact": _operator_address()}
    contact = ", ".join(_contact_details(account))
    words = gettext("%(business)s asks for your review by text. Contact: %(contact)s. Reply STOP to end texts.")
    return words % {"business": account.name, "contact": contact}


def _contact_details(account: Account) -> Iterator[str]:
    yield account.reply_to or _operator_address()
    if account.postal_address.strip():
        yield " ".join(account.postal_address.split())


def _operator_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _name_businesses(words: str, names: list[str]) -> str:
    """Put the names into the words; without any name, nothing has changed and nothing is said."""
    return words % {"business": ", ".join(names)} if names else ""
