"""Settings, Page: looks and words of the page that customers open, with that page beside the form as it would be."""

from typing import Any
from urllib.parse import quote

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from oauth.models import Account
from oauth.roles import WRITERS, is_operator, roles_of
from reviewhub.backoffice.business import business_of
from reviews.admin.languages import shown_language
from reviews.admin.settings.page_form import ON_A_PAGE, PageForm, note_on
from reviews.admin.variables import chips, example
from reviews.pages.sample import data_address, sample_page

PREVIEW = "_preview"  # the button of who has no script
ANSWERED = "answered"  # what the preview shows: the page of thanks


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page_settings(request: HttpRequest) -> HttpResponse:
    """Show the form with its preview, or save it. Who may only look sees the page and no form."""
    account = _account(request)
    if account is None:
        return redirect(f"{reverse('switch-business')}?next={quote(request.path)}")
    if request.method != "POST":
        return _show(request, PageForm(instance=account))
    _demand_write(request, account)
    form = PageForm(request.POST, request.FILES, instance=account)
    if not form.is_valid() or PREVIEW in request.POST:
        return _show(request, form)
    form.save_page()
    words, link = _("Saved."), _("See your page")
    address = reverse("reviews:scan", args=[account.scan_code])
    messages.success(
        request, format_html('{} <a href="{}" target="_blank" rel="noopener">{}</a>', words, address, link)
    )
    return redirect("settings-page")


@never_cache
@require_POST
def page_preview(request: HttpRequest) -> HttpResponse:
    """Answer with the parts of the page that follow what is typed: the preview and what is wrong. Stores nothing."""
    account = _account(request)
    if account is None:
        raise Http404
    _demand_write(request, account)
    form = PageForm(request.POST, request.FILES, instance=account)
    form.is_valid()
    return TemplateResponse(request, "admin/settings/page_preview.html", _context(request, form))


def _account(request: HttpRequest) -> Account | None:
    """Return the business in view; None where the operator has to choose one first. Raises Http404."""
    account = business_of(request)
    if account is None and not is_operator(request):
        raise Http404
    return account


def _may_write(request: HttpRequest, account: Account) -> bool:
    return is_operator(request) or roles_of(request).get(account.pk) in WRITERS


def _demand_write(request: HttpRequest, account: Account) -> None:
    if not _may_write(request, account):
        raise PermissionDenied


def _context(request: HttpRequest, form: PageForm) -> dict[str, Any]:
    account = form.shown
    is_answered = request.POST.get("view") == ANSWERED
    contact, tabs = example(account), form.tabs
    contact.language = shown_language(request, tabs)
    if contact.language == form.own_language:
        contact.language = ""  # also where another one was just chosen for the page
    html = sample_page(request, account, contact, is_answered=is_answered, logo=form.logo)
    return {
        "tabs": tabs,
        "language": contact.language or form.own_language,
        "form": form,
        "account": account,
        "html": html,
        "is_answered": is_answered,
        "note": note_on(account.colour),
        "new_logo": data_address(form.logo) if form.logo else "",
    }


def _show(request: HttpRequest, form: PageForm) -> HttpResponse:
    account: Account = form.instance
    context = {
        **admin.site.each_context(request),
        "title": _("Page"),
        "may_write": _may_write(request, account),
        "chips": chips(ON_A_PAGE),
        **_context(request, form),
    }
    status = 400 if form.errors else 200
    return TemplateResponse(request, "admin/settings/page.html", context, status=status)


urlpatterns = [
    path("page/", admin.site.admin_view(page_settings), name="settings-page"),
    path("page/preview/", admin.site.admin_view(page_preview), name="settings-page-preview"),
]
