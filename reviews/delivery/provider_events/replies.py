"""Texts that customers send: STOP, START, HELP, and everything else."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from email.utils import parseaddr
from enum import Enum
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext

from oauth.models import Account
from reviewhub.languages import ENGLISH, speaking
from reviews.contacts import opt_outs, suppressions
from reviews.models import Contact, Delivery, DeliveryEvent, Suppression
from reviews.models.base import Channel
from reviews.requests import lifecycle


class Meaning(Enum):
    STOP = "stop"
    START = "start"
    HELP = "help"
    REPLY = "reply"


# What customers write to be left alone (47 CFR 64.1200(a)(10)), without case, accents and punctuation.
STOP_WORDS = {
    "stop",
    "stopall",
    "stop all",
    "unsubscribe",
    "end",
    "quit",
    "revoke",
    "optout",
    "opt out",
    "cancel",
    "remove",
    "arret",
    # In the languages that we write in.
    "stopp",
    "abmelden",
    "abbestellen",
    "baja",
    "parar",
    "cancelar",
    "desabonner",
}
START_WORDS = {"start", "unstop"}
HELP_WORDS = {"help", "info"}
# Beside one of those words they change nothing: "stop please", "remove me".
FILLERS = {"please", "me"}


def meaning_of(text: str, opt_out_type: str = "") -> Meaning:
    """What the customer wants. `opt_out_type`: what Twilio has found already, with words of its own."""
    words = _words(opt_out_type or text)
    for candidate in (words, [word for word in words if word not in FILLERS]):
        said = " ".join(candidate)
        if said in STOP_WORDS:
            return Meaning.STOP
        if said in START_WORDS:
            return Meaning.START
        if said in HELP_WORDS:
            return Meaning.HELP
    return Meaning.REPLY


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return re.findall(r"[^\W_]+", "".join(letter for letter in plain if not unicodedata.combining(letter)))


# --- Whom it concerns ---------------------------------------------------------------------------


def concerned(*, number: str, sender: str, moment: datetime) -> list[Account]:
    """The accounts that a word from `number` to `sender` at that moment is meant for, in a fixed order.

    Those whose texts go from that sender to that number; where there is none, those that use the
    sender and know the number; else those whose own number it is; else whoever wrote to the number
    at all: a STOP is never lost because a sender was changed.
    """
    texts = _texts_to(number, moment)
    wrote = list(Account.objects.filter(pk__in=texts.values("account")).order_by("pk"))
    if found := [account for account in wrote if _sends_from(account, sender)]:
        return found
    users = Account.objects.filter(_senders(sender)).order_by("pk")
    known = users.filter(pk__in=Contact.objects.filter(account__in=users, phone=number).values("account"))
    return list(known) or list(users.filter(text_sender=sender)) or wrote


def _texts_to(number: str, moment: datetime) -> QuerySet[Delivery]:
    texts = Delivery.objects.filter(channel=Channel.SMS, address=number, created_at__lte=moment)
    return texts.exclude(status=Delivery.Status.CANCELLED)


def _sends_from(account: Account, sender: str) -> bool:
    """Whether the account's texts come from that number; a messaging service may choose any."""
    if account.text_sender:
        return account.text_sender == sender
    return bool(settings.TWILIO_MESSAGING_SERVICE_SID) or sender == settings.TWILIO_FROM


def _senders(sender: str) -> Q:
    """The same as a query."""
    shared = bool(settings.TWILIO_MESSAGING_SERVICE_SID) or sender == settings.TWILIO_FROM
    return Q(text_sender=sender) | (Q(text_sender="") if shared else Q(pk__in=[]))


# --- What follows from it -----------------------------------------------------------------------


def take(event: DeliveryEvent, *, now: datetime) -> str:
    """Do what the text asks for, and note on the event whose it is; returns what to text back, if anything.

    Runs inside the caller's transaction.
    """
    form: dict[str, str] = event.payload
    number, sender, twilio_found = event.address, form.get("To", ""), form.get("OptOutType", "")
    accounts = concerned(number=number, sender=sender, moment=event.received_at)
    if event.delivery is None:
        last = _texts_to(number, event.received_at).filter(account__in=accounts).exclude(status=Delivery.Status.PLANNED)
        event.delivery = last.order_by(F("sent_at").desc(nulls_last=True), "-pk").first()
    if event.delivery is not None:
        event.account_id = event.delivery.account_id
    elif len(accounts) == 1:
        event.account = accounts[0]
    meaning = meaning_of(event.text, twilio_found)
    with speaking(accounts[0].language if accounts else ENGLISH):
        answer = _follow(event, meaning, accounts, now=now)
    # Where Twilio found the word itself, it has answered itself.
    return "" if twilio_found else answer


def _follow(event: DeliveryEvent, meaning: Meaning, accounts: list[Account], *, now: datetime) -> str:
    """Do it; returns what to say about it."""
    number, answer = event.address, ""
    if meaning is Meaning.STOP:
        opt_outs.lock_requests(accounts=accounts, channel=Channel.SMS, address=number)
        new = [account.name for account in accounts if _stop(account, event, now=now)]
        answer = _told(gettext("%(business)s: you are unsubscribed and get no more texts. Reply START to undo."), new)
    elif meaning is Meaning.START:
        lifted = [account.name for account in accounts if _start(account, event, now=now)]
        answer = _told(gettext("%(business)s: you may get texts again. Reply STOP to end them."), lifted)
    elif meaning is Meaning.HELP:
        answer = _help(accounts, event)
    elif event.delivery is not None:
        lifecycle.respond(request=event.delivery.request, now=now, reason="Replied by text message.")
    return answer


def _stop(account: Account, event: DeliveryEvent, *, now: datetime) -> bool:
    """Suppress the number in the account; True when it was not yet."""
    where: dict[str, Any] = {"account": account, "channel": Channel.SMS, "address": event.address}
    if suppressions.lifted_since(**where, moment=event.received_at):
        return False  # an old event applied again: the customer has said START since
    evidence = f"Text message {event.provider_id}: {event.text}"[:500]
    made = opt_outs.opt_out(**where, reason=Suppression.Reason.STOP, evidence=evidence, now=now)
    return made.evidence == evidence


def _start(account: Account, event: DeliveryEvent, *, now: datetime) -> bool:
    """Lift what a STOP of the number did in the account, and nothing else."""
    stops = suppressions.of(account=account, channel=Channel.SMS, address=event.address).filter(
        reason=Suppression.Reason.STOP, created_at__lte=event.received_at
    )
    because = f"Text message {event.provider_id}: {event.text}"
    return any(suppressions.lift(suppression=stop, because=because, now=now) for stop in stops)


def _help(accounts: list[Account], event: DeliveryEvent) -> str:
    account = event.account or (accounts[0] if len(accounts) == 1 else None)
    if account is None:
        words = gettext("Texts from this number ask for reviews. Help: %(contact)s. Reply STOP to end them.")
        return words % {"contact": _our_address()}
    contact = ", ".join(_contact(account))
    words = gettext("%(business)s asks for your review by text. Contact: %(contact)s. Reply STOP to end texts.")
    return words % {"business": account.name, "contact": contact}


def _contact(account: Account) -> Iterator[str]:
    yield account.reply_to or _our_address()
    if account.postal_address.strip():
        yield " ".join(account.postal_address.split())


def _our_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _told(words: str, names: list[str]) -> str:
    return words % {"business": ", ".join(names)} if names else ""
