"""The history of a customer or a request: what was done, when, and by whom. It is read from the rows themselves.

Neither keeps versions: staff's deeds are in the admin's log, all else in the messages, requests and opt-outs.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewhub.backoffice.history import Entry
from reviews.admin import badges, reasons, request_words, story
from reviews.models import Contact, Delivery, ReviewRequest, Suppression
from reviews.models.addresses import hashes_of
from reviews.models.base import Channel

MOST = 200

# What the admin's log says of an action, in words: its name.
_DEEDS = {
    "send_now": gettext_lazy("Sent early"),
    "skip": gettext_lazy("Message skipped"),
    "retry": gettext_lazy("Sent again"),
    "hold_this": gettext_lazy("Held"),
    "release_this": gettext_lazy("Released"),
    "mark_responded": gettext_lazy("Marked as answered"),
    "cancel_this": gettext_lazy("Cancelled"),
    "take_back": gettext_lazy("Cancelling taken back"),
    "correct_address": gettext_lazy("Address corrected, asked again"),
    "ask_again": gettext_lazy("Asked again"),
    "leave_alone": gettext_lazy("Do not contact"),
    "allow_again": gettext_lazy("Allowed again"),
    "erase": gettext_lazy("Erased"),
}


def of_request(request: ReviewRequest) -> list[Entry]:
    """Return what happened to the request, newest first."""
    entries = [
        Entry(request.created_at, "", "", story.SOURCES[ReviewRequest.Source(request.source)](), []),
        *(
            entry
            for row in Delivery.objects.filter(request=request).select_related("clicked_site")
            for entry in _of(row)
        ),
        *_log(request),
    ]
    if request.responded_at:
        entries.append(Entry(request.responded_at, "", "", _("Answered"), []))
    if request.held_at:
        entries.append(Entry(request.held_at, "", "", _("Held"), [(_("Reason"), "", reasons.why(request))]))
    if request.ended_at and not request.responded_at:
        why = [(_("Reason"), "", reasons.why(request))] if request.reason else []
        entries.append(Entry(request.ended_at, "", "", badges.word_of(request), why))
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _of(row: Delivery) -> Iterator[Entry]:
    name = request_words.step_name(row)
    if row.sent_at:
        yield Entry(row.sent_at, "", name, badges.recorded() if row.sandbox else _("Sent"), [])
    if row.seen_at:
        yield Entry(row.seen_at, "", name, _("Page opened"), [])
    if row.clicked_at:
        site = row.clicked_site.name if row.clicked_site else name
        yield Entry(row.clicked_at, "", site, _("Review site chosen"), [])


def of_contact(contact: Contact) -> list[Entry]:
    """Return what happened to the customer's data and ways, and when they were asked, newest first."""
    requests = contact.review_requests.order_by("-created_at")[:MOST]
    entries = [
        Entry(contact.created_at, "", "", _("Known since"), []),
        *(Entry(row.created_at, "", "", story.SOURCES[ReviewRequest.Source(row.source)](), []) for row in requests),
        *(entry for row in _suppressions(contact) for entry in _of_suppression(row)),
        *_log(contact),
    ]
    if contact.erased_at:
        entries.append(Entry(contact.erased_at, "", "", _("Erased"), []))
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _suppressions(contact: Contact) -> list[Suppression]:
    places = [(channel, contact.address(channel)) for channel in Channel if contact.address(channel)]
    hashes = [hashed for way, address in places for hashed in hashes_of(contact.account_id, way, address)]
    rows = Suppression.objects.filter(account=contact.account_id, address_hash__in=hashes)
    return list(rows.order_by("-pk")[:MOST])


def _of_suppression(row: Suppression) -> Iterator[Entry]:
    fields = [(_("Reason"), "", _(row.get_reason_display())), (_("Evidence"), "", row.evidence)]
    shown = [field for field in fields if field[2]]
    yield Entry(row.created_at, "", row.shown_address, _("Not written to from here on"), shown)
    if row.lifted_at:
        because = [(_("Reason"), "", row.lifted_because)]
        yield Entry(row.lifted_at, "", row.shown_address, _("May be written to again"), because)


def _log(row: Any) -> Iterator[Entry]:
    """Yield the deeds of staff that the admin noted."""
    content_type = ContentType.objects.get_for_model(type(row))
    rows = LogEntry.objects.filter(content_type=content_type, object_id=str(row.pk)).select_related("user")
    for entry in rows.order_by("-action_time")[:MOST]:
        deed = _("Added") if entry.action_flag == ADDITION else _DEEDS.get(entry.change_message)
        words = str(deed) if deed else entry.get_change_message() or _("Changed")
        yield Entry(entry.action_time, str(entry.user), "", words, [])
