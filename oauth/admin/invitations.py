"""Invitations to an account: owners make, send again and withdraw theirs, the operator all of them."""

import logging
import smtplib
from typing import Any, cast
from uuid import UUID

from anymail.exceptions import AnymailError
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, Invitation, Membership, User
from oauth.roles import is_operator, roles_of
from oauth.sign_in.invitations import NoInvitation, check, renew, send, withdraw
from reviewhub.backoffice.pages import AccountAdmin, FixedRows, action, display

logger = logging.getLogger("reviewhub.invitations")

MAIL_ERRORS = (OSError, smtplib.SMTPException, AnymailError)
NOT_SENT = "The mail could not be sent. The invitation waits in this list: send it again later."
NO_MAIL = "This installation sends no mail yet, so nobody gets it. Once mail is set up, send it again from this list."


class InvitationForm(forms.ModelForm):
    """Form for a new invitation: account, address and role."""

    class Meta:
        model = Invitation
        fields = ("account", "email", "role")
        help_texts = {
            "email": "A mail goes there at once, with a link that works for seven days.",
            "role": "Owners do everything and invite others; managers work with requests and contacts; viewers look.",
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("account") and cleaned.get("email"):
            cleaned["email"] = cleaned["email"].lower()
            try:
                check(account=cleaned["account"], email=cleaned["email"], now=timezone.now())
            except NoInvitation as error:
                self.add_error("email", str(error))
        return cleaned


class StateFilter(admin.SimpleListFilter):
    """Filter by state; expired invitations have no choice of their own."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("pending", "Pending"), ("accepted", "Accepted"), ("withdrawn", "Withdrawn")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "pending":
            return queryset.pending()
        ended = {"accepted": "accepted_at", "withdrawn": "withdrawn_at"}.get(self.value() or "")
        return queryset.exclude(**{ended: None}) if ended else queryset


@admin.register(Invitation)
class InvitationAdmin(FixedRows, AccountAdmin):
    """Invitations: made, sent again or withdrawn, never edited. Managers and viewers see none."""

    form = InvitationForm
    list_display = ("email", "account", "role", "state", "invited_by", "sent_at")
    list_select_related = ("account", "invited_by")
    list_filter = (StateFilter,)
    ordering = ("-sent_at",)
    search_fields = ("email",)
    actions = ("send_again", "withdraw")

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        names = ("account", "email", "role")
        return (*names, "inviter", "created_at", "sent_at", "accepted_at", "withdrawn_at") if obj else names

    # --- Permissions ---

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        rows: QuerySet[Invitation] = super().get_queryset(request)
        return rows if is_operator(request) else rows.filter(account__in=_owned(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_write_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_write_permission(request, obj)

    def _role(self, request: HttpRequest, obj: Any) -> set[str]:
        """Return the role of an owner alone: on these pages a manager or viewer is a stranger."""
        return super()._role(request, obj) & {Membership.Role.OWNER}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        choice = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "account" and not is_operator(request):
            choice.queryset = Account.objects.filter(pk__in=_owned(request))
            owned = _owned(request)
            choice.initial = owned[0] if len(owned) == 1 else None
        return choice

    # --- Pages and actions ---

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        one_way = {"show_save_and_add_another": False, "show_save_and_continue": False}
        page: HttpResponse = super().add_view(request, form_url, (extra_context or {}) | one_way)
        return page

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        obj.invited_by, obj.sent_at = cast(User, request.user), timezone.now()
        try:
            with transaction.atomic():
                super().save_model(request, obj, form, change)
        except IntegrityError:  # pressed twice at once: the other press has made the row, and sends the mail
            return
        # After the page's transaction: a slow mail server must not hold it open.
        transaction.on_commit(lambda: self._send(request, obj))

    def response_add(self, request: HttpRequest, obj: Invitation, post_url_continue: str | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:oauth_invitation_changelist"))

    def _send(self, request: HttpRequest, invitation: Invitation) -> None:
        try:
            send(invitation)
        except MAIL_ERRORS as error:
            logger.warning("the mail of an invitation was refused: %s", type(error).__name__)
            messages.error(request, NOT_SENT)
            return
        if settings.MAIL_PROVIDER:
            messages.success(request, f"{invitation.email} has mail: the link in it works for seven days.")
        else:
            messages.warning(request, NO_MAIL)

    @display(description="Invited by")
    def inviter(self, invitation: Invitation) -> str:
        """Name the inviter without a link: a person's own page is for the operator alone."""
        return str(invitation.invited_by or "–")

    @display(
        description="State",
        label={"pending": "info", "accepted": "success", "withdrawn": "danger", "expired": "warning"},
    )
    def state(self, invitation: Invitation) -> str:
        if invitation.accepted_at:
            return "accepted"
        if invitation.withdrawn_at:
            return "withdrawn"
        return "pending" if invitation.is_open(timezone.now()) else "expired"

    @action(description="Send the chosen invitations again", permissions=["write"])
    def send_again(self, request: HttpRequest, invitations: QuerySet[Invitation]) -> None:
        for invitation in invitations:
            try:
                self._send(request, renew(invitation, timezone.now()))
            except NoInvitation as error:
                messages.error(request, f"{invitation.email}: {error}")

    @action(description="Withdraw the chosen invitations", permissions=["write"])
    def withdraw(self, request: HttpRequest, invitations: QuerySet[Invitation]) -> None:
        messages.success(request, f"Withdrawn: {withdraw(list(invitations), timezone.now())}.")


def _owned(request: HttpRequest) -> list[UUID]:
    return [account for account, role in roles_of(request).items() if role == Membership.Role.OWNER]
