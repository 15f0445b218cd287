"""Page behind the link of an invitation: a new person sets a password there, others sign in and accept."""

from allauth.account.utils import perform_login
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from oauth.models import Invitation, User
from oauth.sign_in.forms import AcceptForm
from oauth.sign_in.invitations import NoInvitation, accept, find


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password", "again")
@never_cache
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show the invitation on GET, accept it on POST. Only the mail's reader learns whether its address has a person."""
    invitation = find(token)
    if invitation is None:
        return _render_ended(request, None, status=404)
    person = User.objects.filter(email=invitation.email).first()
    if invitation.accepted_at and person is not None and person == request.user:
        return redirect(_home_of(person))  # pressed once more
    if not invitation.is_open(timezone.now()) or not invitation.account.is_active or (person and not person.is_active):
        return _render_ended(request, invitation, status=410)
    if request.user.is_authenticated and request.user != person:
        return _render_page(request, invitation, other=True)
    if person is None:
        return _accept_as_new(request, invitation)
    if not request.user.is_authenticated:
        return _render_page(request, invitation, known=True)
    return _accept_as_known(request, invitation, person)


def _accept_as_new(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = AcceptForm(request.POST or None, email=invitation.email)
    if request.method != "POST":
        return _render_page(request, invitation, form=form)
    if not form.is_valid():
        return _render_page(request, invitation, form=form, status=400)
    name, password = form.cleaned_data["name"], form.cleaned_data["password"]
    try:
        with transaction.atomic():
            person = User.objects.create_user(invitation.email, password, name=name, is_staff=True)
            accept(invitation, person, timezone.now())
    except (NoInvitation, IntegrityError):  # it ended, or was accepted, a moment ago
        return redirect(request.path)
    answer: HttpResponse = perform_login(request, person, redirect_url=_home_of(person))
    return answer


def _accept_as_known(request: HttpRequest, invitation: Invitation, person: User) -> HttpResponse:
    if request.method != "POST":
        return _render_page(request, invitation)
    try:
        accept(invitation, person, timezone.now())
    except NoInvitation:
        return redirect(request.path)
    messages.success(request, gettext("You work in %(account)s now.") % {"account": invitation.account})
    return redirect(_home_of(person))


def _home_of(person: User) -> str:
    return reverse("admin:index" if person.is_staff else "connections")


def _render_page(request: HttpRequest, invitation: Invitation, status: int = 200, **more: object) -> HttpResponse:
    return render(request, "oauth/invitation.html", {"invitation": invitation} | more, status=status)


def _render_ended(request: HttpRequest, invitation: Invitation | None, status: int) -> HttpResponse:
    return render(request, "oauth/invitation_ended.html", {"invitation": invitation}, status=status)
