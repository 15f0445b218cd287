"""Provider events: reports about messages, and the texts that customers sent back."""

import json
import logging
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oauth.roles import is_operator
from reviewhub.backoffice.pages import AccountAdmin, GeneratedRows, action, display
from reviewhub.languages import number
from reviews.admin import badges, reasons
from reviews.admin.badges import EVENT_COLOURS
from reviews.admin.inbox_words import read_as
from reviews.delivery.provider_events import apply
from reviews.models import DeliveryEvent

logger = logging.getLogger(__name__)


@admin.register(DeliveryEvent)
class DeliveryEventAdmin(GeneratedRows, AccountAdmin):
    """Events of the accounts' messages. One whose message was not found has no account: the operator alone sees it."""

    list_display = (
        "state",
        "said",
        "provider",
        "about",
        "occurred_at",
        "received_at",
        "applied_at",
        "account",
    )
    list_filter = ("kind", "provider", ("applied_at", admin.EmptyFieldListFilter))
    sortable_by = ()
    list_select_related = ("delivery__request__contact", "delivery__contact", "account")
    ordering = ("-pk",)  # newest first
    actions = ("apply_again",)
    fields = (
        ("kind_badge", "provider"),
        ("delivery", "asked"),
        ("code_in_words", "text"),
        ("read_as", "answer"),
        ("address", "provider_id"),
        ("occurred_at", "received_at", "applied_at"),
        "account",
        "raw",
    )
    readonly_fields = ("kind_badge", "asked", "code_in_words", "read_as", "raw")

    def in_view(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return all to the operator, whom the reports without an account concern."""
        return rows if is_operator(request) else super().in_view(request, rows)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        plain = {"help_texts": {field.name: "" for field in self.opts.fields}}  # nothing to fill in: no help with it
        return super().get_form(request, obj, change=change, **kwargs | plain)

    @display(description=_("Kind"), ordering="kind", label=EVENT_COLOURS)
    def state(self, event: DeliveryEvent) -> tuple[str, str]:
        return event.kind, event.get_kind_display()

    @display(description=_("Kind"))
    def kind_badge(self, event: DeliveryEvent) -> str:
        return badges.of_report(event)

    @display(description=_("What was said"))
    def said(self, event: DeliveryEvent) -> str:
        return Truncator(event.text or (reasons.of_code(event.code) if event.code else "")).chars(60)

    @display(description=_("Message"))
    def about(self, event: DeliveryEvent) -> str:
        return f"{event.delivery.customer}: {event.delivery}" if event.delivery else gettext("Not found")

    @display(description=_("Review request"))
    def asked(self, event: DeliveryEvent) -> str:
        if event.delivery is None:
            return gettext("Its message was not found.")
        if event.delivery.is_answer:
            return gettext("None: it is about an answer to %(customer)s.") % {"customer": event.delivery.customer}
        address = reverse("admin:reviews_reviewrequest_change", args=[event.delivery.request_id])
        return format_html('<a href="{}" class="rh-link">{}</a>', address, event.delivery.request.contact)

    @display(description=_("Reason"))
    def code_in_words(self, event: DeliveryEvent) -> str:
        return f"{reasons.of_code(event.code)} ({event.code})" if event.code else "–"

    @display(description=_("Read as"))
    def read_as(self, event: DeliveryEvent) -> str:
        return read_as(event) or "–"

    @display(description=_("As it was reported"))
    def raw(self, event: DeliveryEvent) -> str:
        return format_html(
            '<pre class="rh-raw" tabindex="0">{}</pre>', json.dumps(event.payload, indent=2, ensure_ascii=False)
        )

    @action(description=_("Apply the chosen ones again"), permissions=["write"])
    def apply_again(self, request: HttpRequest, rows: QuerySet[DeliveryEvent]) -> None:
        """Apply events once more: one that waited, or failed, may find its message by now. Others change nothing."""
        done = waiting = refused = failed = 0
        for event in rows.select_related("account").order_by("received_at"):
            if not self.has_write_permission(request, event):
                refused += 1
                continue
            try:
                applied: Any = apply.apply(event_id=event.pk, now=timezone.now(), again=True)
            except Exception:
                logger.exception("provider event %s could not be applied", event.pk)
                failed += 1
            else:
                done += applied.done
                waiting += not applied.done
        counts = {
            gettext("Applied: %(number)s."): done,
            gettext("Waiting for their message: %(number)s."): waiting,
            gettext("Not yours: %(number)s."): refused,
            gettext("Failed: %(number)s."): failed,
        }
        summary = " ".join(words % {"number": number(count)} for words, count in counts.items() if count)
        (messages.error if failed else messages.success)(request, summary or gettext("Nothing was chosen."))
