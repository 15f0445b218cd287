"""What other programs are told: the events, and each notice of one to an endpoint with its calls."""

import json
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from rest_framework.utils.encoders import JSONEncoder

from reviewhub.backoffice.pages import AccountAdmin, GeneratedRows, action, display
from reviews.admin.webhooks import SHOWN
from reviews.models import Endpoint, Event, Notice
from reviews.webhooks import endpoints
from reviews.webhooks.payload import represent_events

NOTICE_COLOURS = {"waiting": "info", "delivered": "success", "failed": "danger"}


@admin.register(Event)
class EventAdmin(GeneratedRows, AccountAdmin):
    """What happened, as other programs are told."""

    list_display = ("type_name", "type", "occurred_at", "account")
    list_filter = ("type",)
    list_select_related = ("account",)
    ordering = ("-pk",)
    sortable_by = ()
    fields = ("type", "occurred_at", "account", "as_told")
    readonly_fields = ("as_told",)

    @display(description="What happened")
    def type_name(self, event: Event) -> str:
        return event.get_type_display()

    @display(description="As programs are told")
    def as_told(self, event: Event) -> str:
        (told,) = represent_events([event])
        written = json.dumps(told, indent=2, ensure_ascii=False, cls=JSONEncoder)
        return format_html('<pre class="rh-raw" tabindex="0">{}</pre>', written)


@admin.register(Notice)
class NoticeAdmin(GeneratedRows, AccountAdmin):
    """One event for one endpoint, and each call that was made for it."""

    account_path = "endpoint__account"
    list_display = ("type_name", "endpoint", "state", "tries", "due_at")
    list_filter = ("status",)
    list_select_related = ("event", "endpoint__account")
    ordering = ("-pk",)
    sortable_by = ()
    actions = ("again",)
    fields = ("event", "endpoint", "status", "tries", "due_at", "attempts_made")
    readonly_fields: ClassVar[Any] = ("attempts_made",)

    def has_again_permission(self, request: HttpRequest) -> bool:
        return self._may_write(request, None)

    @display(description="Event")
    def type_name(self, notice: Notice) -> str:
        return notice.event.get_type_display()

    @display(description="Status", label=NOTICE_COLOURS)
    def state(self, notice: Notice) -> tuple[str, str]:
        return notice.status, notice.get_status_display()

    @display(description="Calls")
    def attempts_made(self, notice: Notice) -> str:
        rows = notice.attempts.select_related("notice__event").order_by("-pk")
        return render_to_string("admin/reviews/endpoint/calls.html", {"attempts": rows[:SHOWN]})

    @action(description="Tell the chosen ones again", permissions=["again"])
    def again(self, request: HttpRequest, rows: QuerySet[Notice]) -> None:
        """With a full round of tries; the other program knows them by their webhook-id."""
        told = refused = 0
        for endpoint in Endpoint.objects.filter(notices__in=rows).select_related("account").distinct():
            if not self._may_write(request, Notice(endpoint=endpoint, pk=0)):
                raise PermissionDenied
            try:
                told += endpoints.replay(endpoint, rows, timezone.now())
            except endpoints.Refused:
                refused += 1
        words = f"Told again: {told:,}."
        if refused:
            words += f" Endpoints that are switched off: {refused}."
        (messages.error if refused else messages.success)(request, words)
