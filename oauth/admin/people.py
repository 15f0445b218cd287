"""Settings, People: who works in the business and who is invited, in one list, with roles, invitations and ends."""

import logging
import smtplib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from allauth.mfa.models import Authenticator
from anymail.exceptions import AnymailError
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oauth.connections import connections_of
from oauth.models import Account, ApiKey, Invitation, Membership, User
from oauth.sign_in.invitations import NoInvitation, check, renew, send, withdraw
from oauth.sign_in.members import change_role, owners_left_without, remove_member
from oauth.sign_in.second_factor import FACTORS
from reviewhub.backoffice.pages import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget
from reviewhub.backoffice.settings_pages import OWNERS, enter_row, may_write, row_page, settings_page, show
from reviewhub.refused import Refused

logger = logging.getLogger("reviewhub.invitations")

MAIL_ERRORS = (OSError, smtplib.SMTPException, AnymailError)
ROLES = {
    Membership.Role.OWNER: gettext_lazy("Owner"),
    Membership.Role.MANAGER: gettext_lazy("Manager"),
    Membership.Role.VIEWER: gettext_lazy("Viewer"),
}
TOLD = {
    Membership.Tell.AT_ONCE: gettext_lazy("Mail about the inbox: at once"),
    Membership.Tell.DAILY: gettext_lazy("Mail about the inbox: in the morning"),
    Membership.Tell.NEVER: gettext_lazy("Mail about the inbox: never"),
}


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        widget=UnfoldAdminEmailInputWidget({"autocomplete": "off"}),
        help_text=gettext_lazy("A mail goes there at once, with a link that works for seven days."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=list(ROLES.items()),
        initial=Membership.Role.MANAGER,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("Owners do everything. Managers ask customers and change settings. Viewers look."),
    )

    def __init__(self, account: Account, data: Any = None) -> None:
        super().__init__(data)
        self._account = account

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        try:
            check(account=self._account, email=email, now=timezone.now())
        except NoInvitation as error:
            raise forms.ValidationError(str(error)) from error
        return email


@dataclass(frozen=True)
class Member:
    """A person of the list."""

    membership: Membership
    role: str
    is_you: bool
    has_second_factor: bool
    is_last_owner: bool
    told: str


def _members(account: Account, you: Any) -> list[Member]:
    memberships = list(account.memberships.select_related("user", "mail").order_by("created_at"))
    factors = Authenticator.objects.filter(type__in=FACTORS, user__in=[row.user_id for row in memberships])
    secured = set(factors.values_list("user_id", flat=True))
    owners = [row for row in memberships if row.role == Membership.Role.OWNER and row.user.is_active]
    return [
        Member(
            membership=row,
            role=str(ROLES[Membership.Role(row.role)]),
            is_you=row.user_id == you.pk,
            has_second_factor=row.user_id in secured,
            is_last_owner=row.role == Membership.Role.OWNER and not [owner for owner in owners if owner != row],
            told=str(TOLD[row.told]),
        )
        for row in memberships
    ]


def _invitations(account: Account, now: datetime) -> list[dict[str, Any]]:
    rows = Invitation.objects.pending().filter(account=account).select_related("invited_by").order_by("-sent_at")
    return [{"row": row, "role": ROLES[Membership.Role(row.role)], "is_open": row.is_open(now)} for row in rows]


def _render(request: HttpRequest, account: Account, form: InviteForm | None = None, status: int = 200) -> HttpResponse:
    owns = may_write(request, account, OWNERS)
    members = _members(account, request.user)
    you = next((member for member in members if member.is_you), None)
    context = {
        "title": _("People"),
        "members": members,
        "you": you,
        "roles": ROLES.items(),
        "invitations": _invitations(account, timezone.now()) if owns else [],
        "owns": owns,
        "form": form or InviteForm(account),
        "sends_mail": settings.MAIL_PROVIDER,
    }
    return show(request, "people.html", context, account=account, status=status)


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("settings-people"))


@require_GET
@settings_page(writers=OWNERS)
def people(request: HttpRequest, account: Account, **url_values: Any) -> HttpResponse:
    """Show who works in the business; to owners also who is invited."""
    return _render(request, account)


# --- Members -----------------------------------------------------------------------------------------------


def _find_member(request: HttpRequest, pk: int) -> Membership:
    row = Membership.objects.select_related("user", "account").filter(pk=pk).first()
    if row is None:
        raise Http404
    enter_row(request, row.account, OWNERS)
    return row


@require_POST
@row_page
def set_role(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """Give a member another role."""
    row, role = _find_member(request, url_values["pk"]), request.POST.get("role", "")
    if role not in Membership.Role.values:
        messages.error(request, _("Choose one of the roles."))
        return _back()
    try:
        changed = change_role(membership=row, role=role)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        words = _("%(person)s has another role now: %(role)s.")
        messages.success(request, words % {"person": changed.user, "role": ROLES[Membership.Role(changed.role)]})
    return _back()


@require_http_methods(["GET", "HEAD", "POST"])
@row_page
def remove(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """Say on GET what ends with a colleague's membership; end it on POST."""
    row = _find_member(request, url_values["pk"])
    if row.user == request.user:
        return HttpResponseRedirect(reverse("settings-people-leave"))
    if request.method != "POST":
        title = _("Remove %(person)s from %(business)s?") % {"person": row.user, "business": row.account}
        return _ask(request, row, title=title, confirm=_("Remove"))
    try:
        departure = remove_member(membership=row, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return _back()
    if departure.is_signed_out:
        words = _("%(person)s works here no more, and is signed out everywhere.")
    else:
        words = _("%(person)s works here no more.")
    messages.success(request, words % {"person": row.user})
    return _back()


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page(writers=set(Membership.Role))
def leave(request: HttpRequest, account: Account, **url_values: Any) -> HttpResponse:
    """Say on GET what ends when the person leaves the business; end it on POST."""
    row = Membership.objects.select_related("user", "account").filter(account=account, user=request.user.pk).first()
    if row is None:
        raise Http404
    if request.method != "POST":
        return _ask(request, row, title=_("Leave %(business)s?") % {"business": account}, confirm=_("Leave"))
    try:
        departure = remove_member(membership=row, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return _back()
    messages.success(request, _("You work in %(business)s no more.") % {"business": account})
    if departure.is_signed_out:
        logout(request)
        return HttpResponseRedirect(reverse("account_login"))
    return HttpResponseRedirect(reverse("admin:index"))


def _ask(request: HttpRequest, row: Membership, *, title: str, confirm: str) -> HttpResponse:
    """Ask before a membership ends, and name what ends with it."""
    now, account = timezone.now(), row.account
    others = Membership.objects.filter(user=row.user, account__is_active=True).exclude(pk=row.pk)
    context = {
        "title": title,
        "confirm": confirm,
        "row": row,
        "is_you": row.user == request.user,
        "is_last_owner": row.role == Membership.Role.OWNER and not owners_left_without(row),
        "keys": ApiKey.objects.live(now).acting().filter(account=account, user=row.user).order_by("name"),
        "apps": [found.application for found in connections_of(account, now) if found.user_id == str(row.user_id)],
        "works_elsewhere": row.user.is_superuser or others.exists(),
        "back": reverse("settings-people"),
    }
    return show(request, "person_ends.html", context, account=account)


# --- Invitations -------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page(writers=OWNERS)
def invite(request: HttpRequest, account: Account, **url_values: Any) -> HttpResponse:
    """Invite a colleague by mail."""
    if request.method != "POST":  # a reload after an error
        return _back()
    form = InviteForm(account, request.POST)
    if not form.is_valid():
        return _render(request, account, form, status=400)
    by, now = cast(User, request.user), timezone.now()
    try:
        with transaction.atomic():
            row = Invitation.objects.create(account=account, invited_by=by, sent_at=now, **form.cleaned_data)
    except IntegrityError:  # pressed twice at once: the other press has made the row, and sends the mail
        return _back()
    _send(request, row)
    return _back()


def _find_invitation(request: HttpRequest, pk: UUID) -> Invitation:
    row = Invitation.objects.select_related("account", "invited_by").filter(pk=pk).first()
    if row is None:
        raise Http404
    enter_row(request, row.account, OWNERS)
    return row


@require_POST
@row_page
def send_again(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """Send an invitation once more, with a new link and seven new days."""
    row = _find_invitation(request, url_values["pk"])
    try:
        row = renew(row, timezone.now())
    except NoInvitation as error:
        messages.error(request, f"{row.email}: {error}")
    else:
        _send(request, row)
    return _back()


@require_POST
@row_page
def withdraw_invitation(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """End the link of an invitation."""
    row = _find_invitation(request, url_values["pk"])
    if withdraw([row], timezone.now()):
        messages.success(request, _("The invitation of %(email)s is withdrawn.") % {"email": row.email})
    else:
        messages.info(
            request, _("The invitation of %(email)s was accepted or withdrawn already.") % {"email": row.email}
        )
    return _back()


def _send(request: HttpRequest, invitation: Invitation) -> None:
    try:
        send(invitation)
    except MAIL_ERRORS as error:
        logger.warning("the mail of an invitation was refused: %s", type(error).__name__)
        words = _("The mail to %(email)s could not be sent. The invitation waits in the list: send it again later.")
        messages.error(request, words % {"email": invitation.email})
        return
    if settings.MAIL_PROVIDER:
        words = _("%(email)s has mail: the link in it works for seven days.")
        messages.success(request, words % {"email": invitation.email})
    else:
        words = _(
            "This installation sends no mail yet, so nobody gets it. Once mail is set up, send it again from here."
        )
        messages.warning(request, words)


urlpatterns = [
    path("people/", people, name="settings-people"),
    path("people/leave/", leave, name="settings-people-leave"),
    path("people/invite/", invite, name="settings-people-invite"),
    path("people/<int:pk>/role/", set_role, name="settings-people-role"),
    path("people/<int:pk>/remove/", remove, name="settings-people-remove"),
    path("people/invitations/<id:pk>/again/", send_again, name="settings-invitation-again"),
    path("people/invitations/<id:pk>/withdraw/", withdraw_invitation, name="settings-invitation-withdraw"),
]
