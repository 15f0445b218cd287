"""Examples in a business of the sandbox: a page on which its owner fills it, or removes them."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from oauth.models import Account, Membership
from oauth.roles import is_operator, roles_of
from reviewhub.backoffice.business import business_of
from reviewhub.backoffice.progress import progress_page
from reviewhub.languages import number
from reviewhub.sentences import said
from reviews.models import Simulation
from reviews.simulation import runs
from reviews.simulation.examples import exist, may_fill, remove

FILL, REMOVE = "fill", "remove"  # names of the two buttons


def may_change_examples(request: HttpRequest, account: Account) -> bool:
    """Return True if the person may fill the business with examples, and remove them: its owners and the operator."""
    return is_operator(request) or roles_of(request).get(account.pk) == Membership.Role.OWNER


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def examples(request: HttpRequest) -> HttpResponse:
    """Show what examples are, and how far they are made; POST fills the business in view, or removes them."""
    account = business_of(request)
    if account is None:
        raise Http404
    if not may_change_examples(request, account):
        raise PermissionDenied
    if request.method == "POST" and REMOVE in request.POST:
        return _remove(request, account)
    if request.method == "POST" and FILL in request.POST:
        return _fill(request, account)
    return _page(request, account)


def _fill(request: HttpRequest, account: Account) -> HttpResponse:
    if reason := may_fill(account):
        messages.warning(request, said(reason))
        return redirect("examples")
    try:
        runs.start_examples(user=request.user, account=account, now=timezone.now())  # type: ignore[arg-type]
    except runs.Busy as refusal:
        messages.warning(request, str(refusal))
    return redirect("examples")


def _remove(request: HttpRequest, account: Account) -> HttpResponse:
    count = remove(account=account)
    words = ngettext("%(count)s example was removed.", "%(count)s examples were removed.", count)
    messages.success(request, words % {"count": number(count)} if count else _("There are no examples here."))
    return redirect("admin:index")


def _page(request: HttpRequest, account: Account) -> HttpResponse:
    now = timezone.now()
    rows = Simulation.objects.filter(account=account, asked__has_key=runs.EXAMPLES).order_by("-started_at")
    run = rows.first()
    lost = run is not None and run.is_lost(now)
    is_running = run is not None and run.status == Simulation.Status.RUNNING and not lost
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Examples"),
        "account": account,
        "exist": exist(account),
        "reason": may_fill(account),
        "run": run,
        "lost": lost,
    }
    return progress_page(request, "admin/examples.html", context, is_running=is_running)
