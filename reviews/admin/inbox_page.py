"""An item's page, as a conversation to read: what was sent and said, in the order of time, and a box to answer in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewhub.backoffice.business import accounts_in_view
from reviewhub.backoffice.moments import DUE
from reviewhub.sentences import said
from reviews.admin import badges, reasons, request_words, story
from reviews.admin.contact_actions import closed_ways, has_way
from reviews.admin.lists.inbox import BY_URGENCY
from reviews.admin.lists.words import REASONS
from reviews.delivery import answers
from reviews.delivery.content import segments
from reviews.delivery.content.render import reply_address, text_sender
from reviews.delivery.content.way_out import takes_replies
from reviews.models import Contact, Delivery, InboxItem, Suppression
from reviews.models.addresses import show_email
from reviews.models.base import Channel
from reviews.requests.schedule import slots

MOST = 50  # items, and answers, of a conversation
MOST_REQUESTS = 5
MOST_WAITING = 500  # among which the next and the previous one are looked for
FOLDED_AFTER, FOLDED_LINES = 600, 10  # characters, lines
NAMES = {Channel.SMS: gettext_lazy("Text message"), Channel.EMAIL: gettext_lazy("E-mail")}
UNCLEAR = InboxItem.Kind.UNCLEAR_OPT_OUT


@dataclass
class Entry:
    """One thing that was sent or said. `start`: the beginning of words that are too long to be shown at once."""

    at: datetime
    is_ours: bool
    title: str
    words: str = ""
    start: str = ""
    item: InboxItem | None = None
    answer: Delivery | None = None
    state: str = ""
    notes: list[str] = field(default_factory=list)
    trouble: str = ""


@dataclass
class Way:
    """A way to answer. `closed`: why it cannot be used; `leaves`: when a text leaves that may not leave now."""

    channel: Channel
    name: str
    address: str
    closed: str = ""
    leaves: str = ""
    note: str = ""
    is_chosen: bool = False


@dataclass
class Draft:
    """What somebody has written and not sent. `others`: the answer that was written meanwhile."""

    words: str = ""
    channel: str = ""
    token: str = ""
    problem: str = ""
    others: Delivery | None = None


def page(
    admin_page: Any, request: HttpRequest, item: InboxItem, draft: Draft | None = None, status: int = 200
) -> HttpResponse:
    """Answer with the page. What the person may not do has no button on it."""
    now, contact = timezone.now(), item.contact
    may_write = admin_page.has_write_permission(request, item)
    if contact is not None:
        contact.account = item.account
    items, written = answers.conversation(contact, most=MOST) if contact else ([item], [])
    ways = ways_of(item, draft, now) if contact and may_write else []
    draft = draft or _unsent(item, written)
    context = {
        **admin_page.admin_site.each_context(request),
        "title": item.sender,
        "opts": admin_page.opts,
        "original": item,
        "item": item,
        "entries": entries(item, items, written),
        "is_leaving": any(_is_leaving(answer, now) for answer in written),
        "may_write": may_write,
        "ways": ways,
        "may_answer": any(not way.closed for way in ways),
        "draft": draft,
        "token": draft.token or uuid4().hex,
        "size": size(draft.words, next((way.channel for way in ways if way.is_chosen), "")),
        "longest": max(answers.LONGEST.values()),
        "read_item": max((each.pk for each in items), default=item.pk),
        "read_answer": max((each.pk for each in written), default=0),
        "handled_words": admin_page.handled(item),
        "reply": admin_page.reply(item),
        "until": admin_page.until(item) if item.kind == UNCLEAR and item.handled_at is None else "",
        "meaning": admin_page.meaning(item),
        "buttons": {name: getattr(admin_page, f"has_{name}_permission")(request, item.pk) for name in DEEDS},
        "leave_alone": _leave_alone(item) if may_write and contact and has_way(contact) else "",
        "correct": admin_page.way_to_correct(item) if may_write else "",
        "neighbours": neighbours(request, item),
        "sent_along": admin_page.sent(item) if item.request_id else "",
    }
    return TemplateResponse(request, "admin/reviews/inboxitem/page.html", context, status=status)


DEEDS = ("opt_out", "dismiss", "handle", "reopen")


def _leave_alone(item: InboxItem) -> str:
    return f"{reverse('admin:reviews_contact_leave_alone', args=[item.contact_id])}?item={item.pk}"


def _is_leaving(answer: Delivery, now: datetime) -> bool:
    """Tell whether the answer is about to leave or to be reported on: the page looks again by itself."""
    if answer.status in Delivery.PENDING:
        return answer.due_at < now + timedelta(minutes=1) and now - answer.created_at < timedelta(hours=1)
    return answer.status == Delivery.Status.SENT and now - (answer.sent_at or now) < DUE and not answer.sandbox


def _unsent(item: InboxItem, written: Sequence[Delivery]) -> Draft:
    """Return as a draft the words of the item's last answer, where that did not arrive."""
    last = written[-1] if written else None
    if item.handled_at is None and last is not None and last.inbox_item_id == item.pk and last.status in LOST:
        return Draft(last.words)
    return Draft()


LOST = (Delivery.Status.CANCELLED, Delivery.Status.BOUNCED, Delivery.Status.FAILED)


# --- The conversation ------------------------------------------------------------------------------


def entries(item: InboxItem, items: Sequence[InboxItem], written: Sequence[Delivery]) -> list[Entry]:
    """Tell what was sent and said, the oldest first."""
    rows = [*map(_of_item, items), *map(of_answer, written)]
    if item.contact is not None:
        rows += _asks(item.contact)
    return sorted(rows, key=lambda entry: entry.at)


def _of_item(item: InboxItem) -> Entry:
    if item.kind == InboxItem.Kind.BOUNCE:
        gone = show_email(item.suppression.address) if item.suppression else ""
        words = _("%(address)s does not exist") % {"address": gone} if gone else _("Wrong address")
        return Entry(item.created_at, False, words, item.text or _("Nothing more is known."), item=item)
    return Entry(item.created_at, False, _(item.get_kind_display()), item.text, _start(item.text), item=item)


def of_answer(answer: Delivery) -> Entry:
    """Tell what somebody of the team answered, and what became of it."""
    name = NAMES[Channel(answer.channel)]
    who = answer.written_by or _("Somebody")
    notes = [_("Sandbox: never left")] if answer.sandbox else []
    if answer.status == Delivery.Status.PLANNED and answer.reason:
        notes.append(reasons.in_words(answer.reason))
    is_lost = answer.status in (*LOST, Delivery.Status.UNKNOWN)
    trouble = reasons.cause(answer) or (reasons.in_words(answer.reason) if is_lost else "")
    title = _("%(person)s answered by %(way)s") % {"person": who, "way": name}
    state = badges.of_message(answer)
    words = answer.words or _("Erased.")
    return Entry(answer.created_at, True, title, words, _start(words), None, answer, state, notes, trouble)


def _asks(contact: Contact) -> Iterator[Entry]:
    """Tell what the customer was asked, and what they opened."""
    for request in story.with_messages(contact.review_requests.order_by("-created_at", "-pk"))[:MOST_REQUESTS]:
        for row in request.deliveries.all():
            if row.sent_at is None:
                continue
            title = f"{request_words.step_name(row)}, {NAMES[Channel(row.channel)]}"
            entry = Entry(row.sent_at, True, title, state=badges.of_message(row))
            if row.seen_at:
                entry.notes.append(_("opened on %(day)s") % {"day": _day(row.seen_at)})
            if row.clicked_at:
                site = row.clicked_site.name if row.clicked_site else _("a review site")
                entry.notes.append(_("went to %(site)s") % {"site": site})
            yield entry


def _start(words: str) -> str:
    """Return the beginning of long words; empty where they are shown as a whole."""
    lines = words.split("\n")
    start = "\n".join(lines[:FOLDED_LINES])
    if len(start) > FOLDED_AFTER:
        start = start[:FOLDED_AFTER].rsplit(" ", 1)[0]
    return start if len(start) < len(words.rstrip()) else ""


# --- Ways to answer --------------------------------------------------------------------------------


def ways_of(item: InboxItem, draft: Draft | None, now: datetime) -> list[Way]:
    """Return both ways; the one that the customer used is chosen, if it can be used."""
    contact = item.contact
    if contact is None:
        return []
    ways = [_way(contact, channel, now) for channel in (Channel.SMS, Channel.EMAIL)]
    usual = draft.channel if draft and draft.channel else answers.usual_way(item)
    usable = [way for way in ways if not way.closed]
    chosen = next((way for way in usable if way.channel == usual), usable[0] if usable else None)
    if chosen is not None:
        chosen.is_chosen = True
    return ways


def _way(contact: Contact, channel: Channel, now: datetime) -> Way:
    way = Way(channel, str(NAMES[channel]), show_email(contact.address(channel)))
    if reason := answers.why_closed(contact, channel):
        row = next((row for row in closed_ways(contact) if row.channel == channel), None)
        way.closed = _closed_by(row) if row is not None else said(reason)
        return way
    slot = slots.slot(account=contact.account, contact=contact, channel=channel, earliest=now, is_answer=True)
    if slot.due_at > now:
        is_near = slot.due_at - now < timedelta(hours=24)
        time = date_format(slot.local, "TIME_FORMAT" if is_near else "l H:i")
        way.leaves = _("Leaves at %(time)s their time") % {"time": time}
    way.note = _note(contact, channel)
    return way


_STATES = {Suppression.Reason.BOUNCED, Suppression.Reason.WRONG_NUMBER, Suppression.Reason.UNCLEAR}  # no deed of a day


def _closed_by(row: Suppression) -> str:
    reason, day = Suppression.Reason(row.reason), _day(row.created_at)
    if reason in _STATES:
        return f"{REASONS[reason]} ({day})"
    return _("%(reason)s on %(day)s") % {"reason": REASONS[reason], "day": day}


def _note(contact: Contact, channel: Channel) -> str:
    """Say where the customer's reply goes to."""
    if channel is Channel.SMS:
        can_reply = takes_replies(text_sender(contact.account))
        return "" if can_reply else _("The customer cannot reply: your texts come from a name, not from a number.")
    if address := reply_address(contact.account.reply_to):
        return _("A reply goes to %(address)s.") % {"address": show_email(address)}
    return _("Nobody reads a reply: your business has no address for replies yet.")


def _day(at: datetime) -> str:
    local = timezone.localtime(at)
    # Translators: how a date of this year is written, in Django's format letters: 12 Nov.
    return date_format(local, _("j M"))


def size(words: str, channel: str) -> str:
    """Say how many segments a text takes; nothing for a mail."""
    return str(segments.measure(words.strip())) if channel == Channel.SMS and words.strip() else ""


# --- The others that wait --------------------------------------------------------------------------


def waiting(request: HttpRequest) -> list[int]:
    """Return the keys of what waits in the businesses in view, the most urgent first."""
    rows, accounts = InboxItem.objects.filter(handled_at=None), accounts_in_view(request)
    rows = rows if accounts is None else rows.filter(account__in=accounts)
    return list(rows.order_by(*BY_URGENCY).values_list("pk", flat=True)[:MOST_WAITING])


def neighbours(request: HttpRequest, item: InboxItem) -> dict[str, str]:
    """Return the addresses of the next and the previous item that wait; empty where there is none."""
    keys = waiting(request)
    at = keys.index(item.pk) if item.pk in keys else -1
    following = keys[at + 1] if at + 1 < len(keys) else None
    before = keys[at - 1] if at > 0 else None
    return {"next": _address(following), "previous": _address(before)}


def _address(key: int | None) -> str:
    return reverse("admin:reviews_inboxitem_change", args=[key]) if key else ""
