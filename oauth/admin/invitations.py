"""Invitations of all accounts, for the operator. Owners make, send again and withdraw theirs in Settings."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oauth.models import Invitation
from reviewhub.backoffice.pages import GeneratedRows, OperatorAdmin, display


class StateFilter(admin.SimpleListFilter):
    """Filter by state; expired invitations have no choice of their own."""

    title = _("State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("pending", _("Pending")), ("accepted", _("Accepted")), ("withdrawn", _("Withdrawn"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "pending":
            return queryset.pending()
        ended = {"accepted": "accepted_at", "withdrawn": "withdrawn_at"}.get(self.value() or "")
        return queryset.exclude(**{ended: None}) if ended else queryset


@admin.register(Invitation)
class InvitationAdmin(GeneratedRows, OperatorAdmin):
    """Invitations, pending and ended."""

    list_display = ("email", "account", "role", "state", "invited_by", "sent_at")
    list_select_related = ("account", "invited_by")
    list_filter = (StateFilter,)
    ordering = ("-sent_at",)
    search_fields = ("email",)
    fields = ("account", "email", "role", "invited_by", "created_at", "sent_at", "accepted_at", "withdrawn_at")

    @display(
        description=_("State"),
        label={"pending": "info", "accepted": "success", "withdrawn": "danger", "expired": "warning"},
    )
    def state(self, invitation: Invitation) -> tuple[str, str]:
        if invitation.accepted_at:
            return "accepted", gettext("accepted")
        if invitation.withdrawn_at:
            return "withdrawn", gettext("withdrawn")
        if invitation.is_open(timezone.now()):
            return "pending", gettext("pending")
        return "expired", gettext("expired")
