"""A customer's page, to read first: the ways to write to them with their state, and the story of all requests."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewhub.languages import language_name
from reviews.admin import ask_again, story
from reviews.admin.contact_actions import closed_ways
from reviews.admin.inbox_page import Entry, of_answer
from reviews.delivery import answers
from reviews.models import Consent, Contact, InboxItem, ReviewRequest, Suppression
from reviews.models.addresses import has_stored_form, hashes_of, show_email
from reviews.models.base import Channel, available_channels
from reviews.models.consent import LATEST_FIRST, explain_missing, needs_consent

MOST_ITEMS = 100  # of the inbox

_WAYS = {Channel.EMAIL: gettext_lazy("E-mail"), Channel.SMS: gettext_lazy("Text message")}
_CLOSED = {
    Suppression.Reason.UNSUBSCRIBED: gettext_lazy("Unsubscribed"),
    Suppression.Reason.STOP: gettext_lazy("Replied that no more messages are wanted"),
    Suppression.Reason.COMPLAINED: gettext_lazy("Reported our message as spam"),
    Suppression.Reason.BOUNCED: gettext_lazy("Does not exist: correct it"),
    Suppression.Reason.STAFF: gettext_lazy("Do not contact, as staff noted"),
    Suppression.Reason.ERASED: gettext_lazy("Erased"),
    Suppression.Reason.WRONG_NUMBER: gettext_lazy("Belongs to somebody else: correct it"),
    Suppression.Reason.UNCLEAR: gettext_lazy("Nothing is sent: a text may have been an opt-out, and waits for you"),
}
_WRONG = {Suppression.Reason.BOUNCED, Suppression.Reason.WRONG_NUMBER}


@dataclass
class Way:
    """One way to write to the customer: its address, and whether it may be used."""

    channel: Channel
    name: str
    address: str
    words: str
    colour: str = "success"
    at: datetime | None = None
    evidence: str = ""  # the customer's words, or where it was seen
    suppression: Suppression | None = None
    consent: Consent | None = None
    to_correct: bool = False


def page(admin_page: Any, request: HttpRequest, contact: Contact) -> HttpResponse:
    """Answer with the page. What the person may not do has no button on it."""
    may_write = admin_page.has_change_permission(request, contact)
    rows = story.with_messages(contact.review_requests.order_by("-created_at", "-pk"))[: story.MOST + 1]
    requests = list(rows)
    for row in requests:
        row.contact, row.account = contact, contact.account
    said = _said(contact)
    buttons = admin_page.buttons(request, contact)
    ways = ways_of(contact)
    is_open = any(way.address and way.suppression is None for way in ways)
    context = {
        **admin_page.admin_site.each_context(request),
        "title": str(contact),
        "opts": admin_page.opts,
        "original": contact,
        "contact": contact,
        "speaks": language_name(contact.language) if contact.language else "",
        "ways": ways,
        "outlook": _outlook(contact, requests) if "ask_again" in buttons else None,
        "buttons": buttons,
        "offer_leave_alone": "leave_alone" in buttons and is_open,
        "may_write": may_write,
        "may_see_evidence": admin_page.has_write_permission(request, contact),
        "chapters": [(story.chapter(row), said.pop(row.pk, [])) for row in requests[: story.MOST]],
        "said_besides": said.get(None, []),
        "more": _list_of(contact) if len(requests) > story.MOST else "",
        "ask_differently": f"{reverse('admin:reviews_reviewrequest_add')}?{urlencode({'customer': contact.pk})}",
    }
    return TemplateResponse(request, "admin/reviews/contact/page.html", context)


@dataclass(frozen=True)
class Said:
    """Something that the customer said, as an item of the inbox, and what the team answered."""

    item: InboxItem
    answers: list[Entry]


def _said(contact: Contact) -> dict[object, list[Said]]:
    """Return what the customer said by the key of its request, the newest first."""
    items, written = answers.conversation(contact, most=MOST_ITEMS)
    of_item: dict[object, list[Entry]] = defaultdict(list)
    for answer in written:
        of_item[answer.inbox_item_id].append(of_answer(answer))
    said: dict[object, list[Said]] = defaultdict(list)
    for item in reversed(items):
        said[item.request_id].append(Said(item, of_item[item.pk]))
    return said


def _outlook(contact: Contact, requests: list[ReviewRequest]) -> ask_again.Outlook:
    """Say whether the customer may be asked now. `requests`: the newest ones, an open one among them."""
    for row in requests:
        if row.is_open:
            return ask_again.under_way(row)
    return ask_again.look(contact, now=timezone.now(), past=requests)


def _list_of(contact: Contact) -> str:
    """Return the address of the list of the customer's requests."""
    words = contact.email or contact.phone or contact.name
    return f"{reverse('admin:reviews_reviewrequest_changelist')}?{urlencode({'q': words})}" if words else ""


def ways_of(contact: Contact) -> list[Way]:
    """Return both ways with their state."""
    hashes = {
        channel: hashes_of(contact.account_id, channel, address)
        for channel in Channel
        if (address := contact.address(channel))
    }
    every = [each for several in hashes.values() for each in several]
    closed = {row.address_hash: row for row in closed_ways(contact)}
    acts = Consent.objects.for_account(contact.account).filter(address_hash__in=every)
    latest: dict[str, Consent] = {}
    for act in acts.order_by(*LATEST_FIRST)[:50]:
        latest.setdefault(act.address_hash, act)
    return [_way(contact, channel, hashes.get(channel, []), closed, latest) for channel in Channel]


def _way(
    contact: Contact,
    channel: Channel,
    hashes: Sequence[str],
    closed: dict[str, Suppression],
    latest: dict[str, Consent],
) -> Way:
    address, name = contact.address(channel), str(_WAYS[channel])
    way = Way(channel, name, show_email(address), _("May be written to"))
    if not address:
        way.words = _("No e-mail address is known") if channel is Channel.EMAIL else _("No mobile number is known")
        way.colour = "default"
        return way
    way.consent = next((latest[each] for each in hashes if each in latest), None)
    row = next((closed[each] for each in hashes if each in closed), None)
    missing = needs_consent(contact.account, channel)
    if row is not None:
        way.words, way.at, way.suppression = str(_CLOSED[Suppression.Reason(row.reason)]), row.created_at, row
        way.colour = "danger" if row.reason in _WRONG else "warning"
        way.evidence, way.to_correct = row.evidence, row.reason in _WRONG
    elif channel is Channel.EMAIL and not has_stored_form(address):
        way.words, way.colour, way.to_correct = _("No mail can go to such an address: correct it"), "danger", True
    elif missing and (way.consent is None or way.consent.kind != Consent.Kind.GIVEN):
        way.words = _(explain_missing(channel, way.consent.kind if way.consent else None))
        way.colour = "warning"
    elif channel not in available_channels():
        way.words, way.colour = _("No provider is set up for this way"), "warning"
    return way
