"""The page behind the link of an invitation: a new person sets a password there, a known one signs in and accepts."""

from allauth.account.utils import perform_login
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from oauth.models import Invitation, User
from oauth.sign_in.forms import AcceptForm
from oauth.sign_in.invitations import NoInvitation, accept, find


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password", "again")
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what is offered, POST accepts it. Only who reads the mail learns whether the address is known."""
    found = find(token)
    if found is None:
        return _ended(request, None, status=404)
    person = User.objects.filter(email=found.email).first()
    if found.accepted_at and person is not None and person == request.user:
        return redirect(_home(person))  # pressed once more
    if not found.is_open(timezone.now()) or not found.account.is_active or (person and not person.is_active):
        return _ended(request, found, status=410)
    if request.user.is_authenticated and request.user != person:
        return _page(request, found, other=True)
    if person is None:
        return _accept_as_new(request, found)
    if not request.user.is_authenticated:
        return _page(request, found, known=True)
    return _accept_as(request, found, person)


def _accept_as_new(request: HttpRequest, found: Invitation) -> HttpResponse:
    form = AcceptForm(request.POST or None, email=found.email)
    if request.method != "POST":
        return _page(request, found, form=form)
    if not form.is_valid():
        return _page(request, found, form=form, status=400)
    name, password = form.cleaned_data["name"], form.cleaned_data["password"]
    try:
        with transaction.atomic():
            person = User.objects.create_user(found.email, password, name=name, is_staff=True)
            accept(found, person, timezone.now())
    except (NoInvitation, IntegrityError):  # it ended, or was accepted, a moment ago
        return redirect(request.path)
    answer: HttpResponse = perform_login(request, person, redirect_url=_home(person))
    return answer


def _accept_as(request: HttpRequest, found: Invitation, person: User) -> HttpResponse:
    if request.method != "POST":
        return _page(request, found)
    try:
        accept(found, person, timezone.now())
    except NoInvitation:
        return redirect(request.path)
    messages.success(request, f"You work in {found.account} now.")
    return redirect(_home(person))


def _home(person: User) -> str:
    return reverse("admin:index" if person.is_staff else "connections")


def _page(request: HttpRequest, found: Invitation, status: int = 200, **shown: object) -> HttpResponse:
    return render(request, "oauth/invitation.html", {"invitation": found} | shown, status=status)


def _ended(request: HttpRequest, found: Invitation | None, status: int) -> HttpResponse:
    return render(request, "oauth/invitation_ended.html", {"invitation": found}, status=status)
