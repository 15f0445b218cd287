"""Page of an account's connected apps and API keys: it shows who has access, makes keys, and ends access."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oauth.api_keys import keys_of, revoke_api_keys
from oauth.connections import connections_of
from oauth.models import Account, ApiKey, Application, User
from oauth.roles import WRITERS, MayOnlyLook, is_operator, roles_of
from oauth.scopes import SCOPES
from oauth.server import grants
from oauth.sign_in.forms import KeyForm
from reviewhub.backoffice.business import business_of, enter

MOST_ACCOUNTS = 100  # on the page where an operator chooses one


@require_safe
@login_required
@never_cache
def connections(request: HttpRequest) -> HttpResponse:
    """Lead staff to the tab of Settings, others to the page of their account, or let them choose among several."""
    if request.user.is_staff:
        return redirect("settings-connections")
    accounts = Account.objects.order_by("name")
    if not is_operator(request):
        accounts = accounts.filter(pk__in=roles_of(request))
    choices = list(accounts[:MOST_ACCOUNTS])
    if len(choices) == 1:
        return redirect("account-connections", choices[0].pk)
    return render(request, "oauth/accounts.html", {"accounts": choices})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def account_connections(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show who has access to the account on GET; make an API key on POST. Staff see it as a tab of Settings."""
    if request.method != "POST" and request.user.is_staff:
        account = _find_account(request, account_id)
        if account != business_of(request):
            enter(request, account)
        return redirect("settings-connections")
    if request.method == "POST":
        return _make_key(request, _find_account(request, account_id, to_write=True))
    return _render_page(request, _find_account(request, account_id), KeyForm())


@require_POST
@login_required
@never_cache
def disconnect(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """End an app's access to the account on behalf of one person, with codes that are not exchanged yet."""
    account = _find_account(request, account_id, to_write=True)
    try:
        application = Application.objects.get(pk=request.POST.get("application", ""))
        user = User.objects.get(pk=request.POST.get("user", ""))
    except (Application.DoesNotExist, User.DoesNotExist, ValueError, ValidationError) as error:
        raise Http404 from error
    grants.revoke_connection(account=account, application=application, user=user, now=timezone.now())
    messages.success(request, _("%(app)s is disconnected.") % {"app": application})
    return redirect("account-connections", account.pk)


@require_POST
@login_required
@never_cache
def revoke_key(request: HttpRequest, account_id: UUID, key_id: UUID) -> HttpResponse:
    """End an API key of the account."""
    account = _find_account(request, account_id, to_write=True)
    keys = ApiKey.objects.filter(account=account, pk=key_id)
    if not keys:
        raise Http404
    revoke_api_keys(keys, timezone.now())
    messages.success(request, _("The key %(name)s has ended.") % {"name": keys[0].name})
    return redirect("account-connections", account.pk)


@sensitive_variables("key")
def _make_key(request: HttpRequest, account: Account) -> HttpResponse:
    """Make a key, and show it in this answer alone: it stands in no session and no message."""
    form = KeyForm(request.POST)
    made = form.make_key(account, request.user)
    if made is None:
        return _render_page(request, account, form, status=400)
    row, key = made
    return _render_page(request, account, KeyForm(), new_key=key, new_name=row.name)


def _find_account(request: HttpRequest, account_id: UUID, *, to_write: bool = False) -> Account:
    """Return the account. Raises Http404 for a stranger, and with `to_write` MayOnlyLook for a viewer."""
    role = roles_of(request).get(account_id)
    account = Account.objects.filter(pk=account_id).first() if role or is_operator(request) else None
    if account is None:
        raise Http404
    if to_write and role not in WRITERS and not is_operator(request):
        raise MayOnlyLook
    return account


def _render_page(request: HttpRequest, account: Account, form: KeyForm, status: int = 200, **more: Any) -> HttpResponse:
    now = timezone.now()
    context = {
        "account": account,
        "connections": connections_of(account, now),
        "keys": keys_of(account, now),
        "form": form,
        "scopes": SCOPES,
        "has_others": is_operator(request) or len(roles_of(request)) > 1,
        "may_write": is_operator(request) or roles_of(request).get(account.pk) in WRITERS,
    }
    return render(request, "oauth/connections.html", context | more, status=status)
