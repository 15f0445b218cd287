"""Events, and the notices by which webhooks are told of them, each with its calls."""

import json
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework.utils.encoders import JSONEncoder

from reviewhub.backoffice.pages import AccountAdmin, GeneratedRows, action, display
from reviewhub.languages import ENGLISH, in_language, number
from reviewhub.refused import Refused
from reviews.admin.webhooks import CALLS_SHOWN
from reviews.models import Endpoint, Event, Notice
from reviews.webhooks import endpoints
from reviews.webhooks.payload import represent_events

NOTICE_COLOURS = {"waiting": "info", "delivered": "success", "failed": "danger"}


@admin.register(Event)
class EventAdmin(GeneratedRows, AccountAdmin):
    """Events, in the words in which other programs are told of them."""

    list_display = ("type_name", "type", "occurred_at", "account")
    list_filter = ("type",)
    list_select_related = ("account",)
    ordering = ("-pk",)
    sortable_by = ()
    fields = ("type", "happened_at", "account", "as_told")
    readonly_fields = ("happened_at", "as_told")

    @display(description=_("What happened"))
    def type_name(self, event: Event) -> str:
        return event.get_type_display()

    @display(description=_("When"))
    def happened_at(self, event: Event) -> str:
        """Return the time on the clock of the event's business, whichever zone the page is in."""
        zone = event.account.time_zone
        return f"{localize(timezone.localtime(event.occurred_at, ZoneInfo(zone)))} ({zone})"

    @display(description=_("As programs are told"))
    def as_told(self, event: Event) -> str:
        with in_language(ENGLISH):  # as programs are told, whoever looks
            (payload,) = represent_events([event])
        text = json.dumps(payload, indent=2, ensure_ascii=False, cls=JSONEncoder)
        return format_html('<pre class="rh-raw" tabindex="0">{}</pre>', text)


@admin.register(Notice)
class NoticeAdmin(GeneratedRows, AccountAdmin):
    """Notices of one event to one webhook, with each call that was made for it."""

    account_path = "endpoint__account"
    list_display = ("type_name", "endpoint", "state", "tries", "due_at")
    list_filter = ("status",)
    list_select_related = ("event", "endpoint__account")
    ordering = ("-pk",)
    sortable_by = ()
    actions = ("again",)
    fields = ("event", "endpoint", "status", "tries", "due_at", "attempts_made")
    readonly_fields: ClassVar[Any] = ("attempts_made",)

    @display(description=_("Event"))
    def type_name(self, notice: Notice) -> str:
        return notice.event.get_type_display()

    @display(description=_("Status"), label=NOTICE_COLOURS)
    def state(self, notice: Notice) -> tuple[str, str]:
        return notice.status, notice.get_status_display()

    @display(description=_("Calls"))
    def attempts_made(self, notice: Notice) -> str:
        rows = notice.attempts.select_related("notice__event").order_by("-pk")
        return render_to_string("admin/reviews/endpoint/calls.html", {"attempts": rows[:CALLS_SHOWN]})

    @action(description=_("Tell the chosen ones again"), permissions=["write"])
    def again(self, request: HttpRequest, rows: QuerySet[Notice]) -> None:
        """Send the notices again, with a full round of tries; the other program knows them by their webhook-id."""
        sent = refused = 0
        for endpoint in Endpoint.objects.filter(notices__in=rows).select_related("account").distinct():
            if not self.has_write_permission(request, Notice(endpoint=endpoint, pk=0)):
                raise PermissionDenied
            try:
                sent += endpoints.replay(endpoint, rows, timezone.now())
            except Refused:
                refused += 1
        words = [gettext("Told again: %(number)s.") % {"number": number(sent)}]
        if refused:
            words.append(gettext("Webhooks that are switched off: %(number)s.") % {"number": number(refused)})
        (messages.error if refused else messages.success)(request, " ".join(words))
