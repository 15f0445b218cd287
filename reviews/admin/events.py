"""What providers reported, and what customers texted back."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator

from reviewhub.backoffice import AccountAdmin, GeneratedRows, action, display
from reviews import provider_events
from reviews.models import DeliveryEvent

EVENT_COLOURS = {
    "sent": "info",
    "delivered": "success",
    "deferred": "warning",
    "bounced": "danger",
    "failed": "danger",
    "complained": "danger",
    "unsubscribed": "warning",
    "replied": "primary",
    "unknown": "info",
}


@admin.register(DeliveryEvent)
class DeliveryEventAdmin(GeneratedRows, AccountAdmin):
    """An event whose message was not found belongs to no account: the operator alone sees it."""

    list_display = (
        "state",
        "said",
        "provider",
        "delivery",
        "occurred_at",
        "received_at",
        "applied_at",
        "account",
    )
    list_filter = ("kind", "provider", ("applied_at", admin.EmptyFieldListFilter))
    sortable_by = ()
    list_select_related = ("delivery", "account")
    ordering = ("-received_at",)
    actions = ("apply_again",)
    fields = (
        ("state", "provider"),
        "delivery",
        ("code", "text"),
        ("address", "provider_id"),
        ("occurred_at", "received_at", "applied_at"),
        "account",
        "raw",
    )
    readonly_fields = ("state", "raw")

    def has_apply_permission(self, request: HttpRequest) -> bool:
        return self._may_write(request, None)

    @display(description="Kind", ordering="kind", label=EVENT_COLOURS)
    def state(self, event: DeliveryEvent) -> tuple[str, str]:
        return event.kind, event.get_kind_display()

    @display(description="What was said")
    def said(self, event: DeliveryEvent) -> str:
        return Truncator(" ".join(part for part in (event.code, event.text) if part)).chars(60)

    @display(description="As it was reported")
    def raw(self, event: DeliveryEvent) -> str:
        return format_html('<pre class="rh-raw">{}</pre>', json.dumps(event.payload, indent=2, ensure_ascii=False))

    @action(description="Apply the chosen ones again", permissions=["apply"])
    def apply_again(self, request: HttpRequest, rows: QuerySet[DeliveryEvent]) -> None:
        """What was applied already changes nothing; what waited, or failed, may find its message by now."""
        done = waiting = refused = failed = 0
        for event in rows.select_related("account").order_by("received_at"):
            if not self._may_write(request, event):
                refused += 1
                continue
            try:
                applied: Any = provider_events.apply(event_id=event.pk, now=timezone.now(), again=True)
            except Exception:
                provider_events.logger.exception("provider event %s could not be applied", event.pk)
                failed += 1
            else:
                done += applied.done
                waiting += not applied.done
        counts = {"Applied": done, "Waiting for their message": waiting, "Not yours": refused, "Failed": failed}
        told = ". ".join(f"{words}: {count}" for words, count in counts.items() if count)
        (messages.error if failed else messages.success)(request, f"{told or 'Nothing was chosen'}.")
