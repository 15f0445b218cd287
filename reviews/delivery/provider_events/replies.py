"""Texts that customers send back: the effect of STOP, START, HELP and all other words.

No text is sent here: the answer goes back in the provider's own call.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F

from oauth.models import Account
from reviews.contacts import doubts, opt_outs, suppressions, wrong_numbers
from reviews.delivery.provider_events.addressees import find_accounts, texts_to
from reviews.delivery.provider_events.meaning import Meaning, read
from reviews.inbox import items
from reviews.models import Contact, Delivery, DeliveryEvent, InboxItem, ReviewRequest, Suppression
from reviews.models.addresses import read_sender
from reviews.models.base import Channel
from reviews.requests import lifecycle
from reviews.texts import Words, first_language, texts_in

Place = tuple[UUID, str, str]  # account, channel, address

# Meanings after which nothing may be on its way to the number any more.
SILENCING = (Meaning.STOP, Meaning.WRONG_NUMBER, Meaning.UNCLEAR)
# Meanings that leave nothing to do where a text fits no account: HELP is answered all the same.
CLOSED = (Meaning.HELP, Meaning.START)
# A number gets one automatic answer in that time, beside the confirmations of its opt-outs: two machines that answer
# each other come to an end.
ANSWER_EVERY = timedelta(hours=24)


@dataclass(frozen=True)
class Reaction:
    """Part of a text's effect that is left to the caller. `fits`: False for a text that is meant for no account.

    `answer`: the words to text back, empty for none. `quiet`: the places of an opt-out or a hold, at which nothing may
    be on its way any more when the answer leaves (`suppressions.until_quiet`).
    """

    answer: str = ""
    quiet: tuple[Place, ...] = ()
    fits: bool = True


def take(event: DeliveryEvent, *, now: datetime) -> Reaction:
    """Do what the text asks for; note on the event its meaning, and the message and account to which it belongs.

    Runs in the caller's transaction, and does not save the event.
    """
    suppressions.lock_number(event.address)  # of two texts, the second sees what the first has done
    reading, accounts = read(event.text, event.payload.get("OptOutType", "")), _accounts_of(event)
    event.meaning, event.meaning_reason = reading.meaning.value, reading.reason[:200]
    if event.delivery is None:
        texts = texts_to(event.address, event.received_at).filter(account__in=accounts)
        left = texts.exclude(status=Delivery.Status.PLANNED).select_related("request__contact", "contact")
        event.delivery = left.order_by(F("sent_at").desc(nulls_last=True), "-pk").first()
    if event.delivery is not None:
        event.account_id = event.delivery.account_id
    elif len(accounts) == 1:
        event.account = accounts[0]
    answer = _obey(event, reading.meaning, accounts, now=now)
    # Twilio has answered itself where it found the word itself.
    event.answer = event.answer or ("" if event.payload.get("OptOutType") else answer)
    return Reaction(
        event.answer if answer else "", _places(event, accounts), fits=bool(accounts) or reading.meaning in CLOSED
    )


def silenced_places(event: DeliveryEvent) -> tuple[Place, ...]:
    """Return `Reaction.quiet` of an event that was taken before, for a provider that posts it again."""
    return _places(event, _accounts_of(event)) if event.kind == DeliveryEvent.Kind.REPLIED else ()


def _accounts_of(event: DeliveryEvent) -> list[Account]:
    sender = read_sender(event.payload.get("To", ""))[1]
    return find_accounts(number=event.address, sender=sender, moment=event.received_at)


def _places(event: DeliveryEvent, accounts: Sequence[Account]) -> tuple[Place, ...]:
    if event.meaning not in SILENCING:
        return ()
    return tuple((account.pk, Channel.SMS, event.address) for account in accounts)


def _obey(event: DeliveryEvent, meaning: Meaning, accounts: Sequence[Account], *, now: datetime) -> str:
    """Do what the text asks for, and return the answer to it."""
    if meaning in SILENCING:
        opt_outs.lock_requests(accounts=accounts, channel=Channel.SMS, address=event.address)
    if meaning is Meaning.STOP:
        stopped = [account.name for account in accounts if _stop(account, event, now=now)]
        return _words(event, accounts, stopped).stop_confirmed if stopped else ""
    if meaning is Meaning.START:
        started = [account.name for account in accounts if _start(account, event, now=now)]
        return _unless_answered(event, _words(event, accounts, started).start_confirmed if started else "")
    if meaning is Meaning.HELP:
        return _unless_answered(event, _write_help(accounts, event))
    for account in accounts:
        if meaning is Meaning.WRONG_NUMBER:
            _remove_number(account, event, now=now)
        elif meaning is Meaning.UNCLEAR:
            _hold(account, event, now=now)
        elif event.account_id in (None, account.pk):
            items.add_reply(event, account=account)
    if meaning is Meaning.REPLY and event.delivery is not None and (request := _request_of(event.delivery, event)):
        lifecycle.respond(request=request, now=now, reason="Replied by text message.")
    return ""


def _request_of(message: Delivery, event: DeliveryEvent) -> ReviewRequest | None:
    """Return the request that a reply to the message responds to: its own, or of an answer, one that is still open.

    Whoever writes with the business is not reminded (docs/rules.md T4). A request that has ended stays as it is.
    """
    if not message.is_answer:
        return message.request
    texts = texts_to(event.address, event.received_at).asks().filter(account=message.account_id, sent_at__isnull=False)
    latest = texts.filter(request__status__in=ReviewRequest.OPEN).order_by("-sent_at", "-pk").select_related("request")
    ask = latest.first()
    return ask.request if ask else None


def _unless_answered(event: DeliveryEvent, answer: str) -> str:
    """Return the answer, unless the number has had one since ANSWER_EVERY; confirmations of opt-outs aside."""
    others = DeliveryEvent.objects.filter(
        kind=DeliveryEvent.Kind.REPLIED,
        address=event.address,
        received_at__gt=event.received_at - ANSWER_EVERY,
        received_at__lt=event.received_at + ANSWER_EVERY,  # of two at once, the second to come may be the first here
    )
    answered = others.exclude(pk=event.pk).exclude(answer="").exclude(meaning=Meaning.STOP)
    return "" if answer and answered.exists() else answer


def _where(account: Account, event: DeliveryEvent) -> dict[str, Any]:
    return {"account": account, "channel": Channel.SMS, "address": event.address}


def _evidence(event: DeliveryEvent) -> str:
    return f"Text message {event.provider_id}: {event.text}"[:500]


def _was_undone(account: Account, event: DeliveryEvent) -> bool:
    """Tell whether the number was allowed again since: an old event that is applied again takes nothing back."""
    return suppressions.lifted_since(**_where(account, event), moment=event.received_at)


def _stop(account: Account, event: DeliveryEvent, *, now: datetime) -> bool:
    """Suppress the number in the account; return True when it was not suppressed before."""
    if _was_undone(account, event):
        return False
    evidence = _evidence(event)
    where = _where(account, event)
    suppression = opt_outs.opt_out(**where, reason=Suppression.Reason.STOP, evidence=evidence, now=now)
    return suppression.evidence == evidence


def _remove_number(account: Account, event: DeliveryEvent, *, now: datetime) -> None:
    if not _was_undone(account, event):
        wrong_numbers.remove(account=account, number=event.address, evidence=_evidence(event), now=now)


def _hold(account: Account, event: DeliveryEvent, *, now: datetime) -> None:
    """Hold the number, and ask staff; a number that is suppressed anyway gets no question."""
    if _was_undone(account, event):
        return
    suppression, is_new = doubts.hold(account=account, number=event.address, evidence=_evidence(event), now=now)
    if suppression.reason == Suppression.Reason.UNCLEAR:
        items.add_unclear(event, account=account, suppression=suppression, tell=is_new)
    else:
        items.add_reply(event, account=account)


def _start(account: Account, event: DeliveryEvent, *, now: datetime) -> bool:
    """Lift the number's suppressions by STOP in the account, and end its hold; return True when there were any."""
    stops = suppressions.of(**_where(account, event)).filter(
        reason__in=[Suppression.Reason.STOP, Suppression.Reason.UNCLEAR], created_at__lte=event.received_at
    )
    outcome, because = InboxItem.Outcome.RESTARTED, f"Text message {event.provider_id}: {event.text}"
    stop = stops.select_related("account").first()  # an address has one suppression in force at most
    return stop is not None and doubts.lift(suppression=stop, because=because, outcome=outcome, now=now)


def _write_help(accounts: Sequence[Account], event: DeliveryEvent) -> str:
    account = event.account or (accounts[0] if len(accounts) == 1 else None)
    if account is None:
        return _words(event, accounts, []).put("help_of_many", contact=_operator_address())
    contact = ", ".join(_contact_details(account))
    return _words(event, accounts, [account.name]).put("help", contact=contact)


def _contact_details(account: Account) -> Iterator[str]:
    yield account.reply_to or _operator_address()
    if account.postal_address.strip():
        yield " ".join(account.postal_address.split())


def _operator_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _words(event: DeliveryEvent, accounts: Sequence[Account], businesses: Sequence[str]) -> Words:
    """Return the words of answers, which name these businesses: in the customer's language, else the account's."""
    account = event.account or (accounts[0] if accounts else None)
    request = event.delivery.request if event.delivery else None  # an answer is of none
    contact = event.delivery.customer if event.delivery else _contact_of(account, event.address)
    spoken = (contact.language if contact else "", request.language if request else "")
    texts = texts_in(
        first_language(*spoken, account.language if account else ""), informal=bool(account and account.is_informal)
    )
    return Words(texts, business=", ".join(businesses))


def _contact_of(account: Account | None, number: str) -> Contact | None:
    """Return the account's contact with the number, one whose language is known before others."""
    return Contact.objects.filter(account=account, phone=number).order_by("-language").first() if account else None
