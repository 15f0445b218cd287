"""Kinds of what grows by itself: how long each is kept, which rows are too old then, and what becomes of them.

What proves an opt-out or a consent is never among them. A request that is open, its contact and its messages are left
alone, however old they are.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from oauth.models import Account
from reviews.contacts import erase
from reviews.delivery.provider_events.meaning import Meaning
from reviews.models import Consent, Contact, Delivery, DeliveryEvent, Feedback, InboxItem, Purge, ReviewRequest
from reviews.worker import queue

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Part:
    """Rows of one table.

    `moment`: the column that their age counts from. `too_old`: those of before a moment. `end`: what is done with some
    of them; returns how many.
    """

    model: type[Model]
    moment: str
    too_old: Callable[[datetime], Rows]
    end: Callable[[Rows], int]
    at_once: int = 500  # rows, so that none are locked for long


@dataclass(frozen=True)
class Kind:
    """Rows that are kept for so many days, by the operator's KEEP_DAYS or else the default; 0 is for ever."""

    name: Purge.Kind
    then: str | Promise  # what becomes of it
    default: int
    parts: tuple[Part, ...]

    @property
    def days(self) -> int:
        return int(settings.KEEP_DAYS.get(self.name, self.default))

    def before(self, now: datetime) -> datetime | None:
        """Return the moment before which rows are too old; None where they are kept for ever."""
        return now - timedelta(days=self.days) if self.days else None


def _deleted(rows: Rows) -> int:
    count, _by_model = rows.model.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).delete()
    return int(count)


# --- Rows ----------------------------------------------------------------------------------------


def _messages(before: datetime) -> Rows:
    written = ~Q(subject="", text="", words="")
    of_open = ReviewRequest.objects.open().filter(pk=OuterRef("request"))
    settled = Delivery.objects.exclude(status__in=Delivery.PENDING)
    return settled.filter(~Exists(of_open), written, due_at__lt=before)


def _reports(before: datetime) -> Rows:
    return DeliveryEvent.objects.filter(received_at__lt=before, applied_at__isnull=False).exclude(payload={})


def _replies(before: datetime) -> Rows:
    """Texts of customers that are no opt-out, nor perhaps one: those prove what was done, and stay."""
    said = DeliveryEvent.objects.filter(
        kind=DeliveryEvent.Kind.REPLIED, meaning=Meaning.REPLY, applied_at__isnull=False
    )
    return said.filter(received_at__lt=before).exclude(text="")


def _feedback(before: datetime) -> Rows:
    return Feedback.objects.filter(updated_at__lt=before).exclude(text="")


def _inbox(before: datetime) -> Rows:
    handled = InboxItem.objects.filter(created_at__lt=before, handled_at__isnull=False)
    return handled.exclude(kind=InboxItem.Kind.UNCLEAR_OPT_OUT).exclude(text="", note="")


def _contacts(before: datetime) -> Rows:
    """Contacts that nothing was heard of, asked or written since."""
    asked = Q(created_at__gte=before) | Q(responded_at__gte=before) | Q(ended_at__gte=before)
    lately = (
        ReviewRequest.objects.filter(asked | Q(status__in=ReviewRequest.OPEN)),
        Consent.objects.filter(recorded_at__gte=before),
        Delivery.objects.filter(created_at__gte=before),
        InboxItem.objects.filter(Q(created_at__gte=before) | Q(handled_at=None)),
    )
    contacts = Contact.objects.filter(created_at__lt=before, updated_at__lt=before, erased_at=None)
    for rows in lately:
        contacts = contacts.exclude(Exists(rows.filter(contact=OuterRef("pk"))))
    return _beyond_cool_down(contacts, before)


def _beyond_cool_down(contacts: Rows, before: datetime) -> Rows:
    """Leave out those who may not be asked again yet, where an account waits longer than contacts are kept."""
    now = timezone.now()
    for account in Account.objects.filter(cooldown_days__gte=(now - before).days):
        since = now - timedelta(days=account.cooldown_days + 1)
        asked = ReviewRequest.objects.filter(contact=OuterRef("pk"), sent_at__gte=since)
        contacts = contacts.exclude(Q(account=account) & Exists(asked))
    return contacts


def _forget(contacts: Rows) -> int:
    return erase.forget(contacts=contacts, now=timezone.now())


def _histories() -> Iterable[Part]:
    for model in apps.get_models():
        if hasattr(model, "history_date"):
            yield Part(model, "history_date", _of_history(model), _deleted)


def _of_history(model: Any) -> Callable[[datetime], Rows]:
    return lambda before: model.objects.filter(history_date__lt=before)


# --- What becomes of them ------------------------------------------------------------------------


def _without_text(messages: Rows) -> int:
    return messages.update(subject="", text="", words="")


def _without_words(rows: Rows) -> int:
    return rows.update(text="")


def _without_post(reports: Rows) -> int:
    return reports.update(payload={})


def _without_reply(reports: Rows) -> int:
    return reports.update(text="", payload={})


def _without_notes(items: Rows) -> int:
    return items.update(text="", note="")


# --- Kinds ---------------------------------------------------------------------------------------

YEARS = 3 * 365  # what France's authority (CNIL) names for customers who are not heard of any more
KINDS = (
    Kind(
        Purge.Kind.MESSAGES,
        _("Subject and text are emptied; that it was sent, when and to whom, stays."),
        YEARS,
        (Part(Delivery, "due_at", _messages, _without_text),),
    ),
    Kind(
        Purge.Kind.WORDS,
        _("Feedback, replies and notes about them are emptied; ratings and what proves an opt-out stay."),
        YEARS,
        (
            Part(Feedback, "updated_at", _feedback, _without_words),
            Part(DeliveryEvent, "received_at", _replies, _without_reply),
            Part(InboxItem, "created_at", _inbox, _without_notes),
        ),
    ),
    Kind(
        Purge.Kind.CONTACTS,
        _("Who it was is forgotten; requests and ratings count on. Whoever comes back is asked like anybody else."),
        YEARS,
        (Part(Contact, "updated_at", _contacts, _forget, at_once=200),),
    ),
    Kind(
        Purge.Kind.REPORTS,
        _("What the provider posted is emptied; what it meant stays."),
        180,
        (Part(DeliveryEvent, "received_at", _reports, _without_post),),
    ),
    Kind(
        Purge.Kind.LOG,
        _("Its rows are deleted."),
        YEARS,
        (Part(LogEntry, "action_time", lambda before: LogEntry.objects.filter(action_time__lt=before), _deleted),),
    ),
    Kind(
        Purge.Kind.HISTORY,
        _("Its rows are deleted."),
        YEARS,
        tuple(_histories()),
    ),
    Kind(
        Purge.Kind.TASKS,
        _("Its rows are deleted."),
        90,
        (Part(queue.Task, "stopped", queue.tasks_of_before, _deleted),),
    ),
)
