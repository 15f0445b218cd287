"""Settings, Review sites: where customers may write, what each site allows, and whether its link leads to its form."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from unfold.widgets import UnfoldBooleanWidget

from oauth.models import Account
from reviewhub.backoffice.pages import UnfoldAdminTextInputWidget
from reviewhub.backoffice.settings_pages import enter_row, may_write, row_page, settings_page, show
from reviews.models import ReviewSite
from reviews.sites.rules import Finding, check_site, rule_of

MOST = 50  # sites of an account


class ReviewSiteForm(forms.ModelForm):
    """A site's link and name. One that must not be asked for, or that looks like another site, is refused."""

    url = forms.URLField(
        label=gettext_lazy("Link"),
        max_length=500,
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "inputmode": "url"}),
        help_text=gettext_lazy("Of the form in which a customer writes a review: copy it from the site itself."),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Customers see it on the button. Without one it is the site's own."),
    )
    finding = Finding()

    class Meta:
        model = ReviewSite
        fields = ("url", "name", "is_active")
        labels = {"is_active": gettext_lazy("Shown to customers")}
        widgets = {"is_active": UnfoldBooleanWidget}

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._account = account

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        url, name = cleaned.get("url") or "", cleaned.get("name") or ""
        if not url:
            return cleaned
        self.finding = check_site(url, name=name)
        if self.finding.refused:
            self.add_error("url", self.finding.refused)
        if not name:
            cleaned["name"] = self.finding.rule.name if self.finding.rule else host_of(url)[:60]
        own = ReviewSite.objects.filter(account=self._account)
        if self.instance._state.adding and own.count() >= MOST:
            words = _("The business has %(count)d review sites already: remove one first.")
            self.add_error(None, words % {"count": MOST})
        return cleaned


def host_of(url: str) -> str:
    """Return the host that a link leads to, as people know it."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _card(site: ReviewSite) -> dict[str, Any]:
    finding = check_site(site.url, name=site.name)
    return {"site": site, "host": host_of(site.url), "rule": finding.rule, "finding": finding}


def _sites(account: Account) -> list[ReviewSite]:
    return list(ReviewSite.objects.filter(account=account).order_by("position", "id"))


def _find(request: HttpRequest, pk: int) -> ReviewSite:
    site = ReviewSite.objects.select_related("account").filter(pk=pk).first()
    if site is None:
        raise Http404
    enter_row(request, site.account)
    return site


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("settings-sites"))


@require_GET
@settings_page()
def sites(request: HttpRequest, account: Account, **url_values: Any) -> HttpResponse:
    """Show the sites, in the order in which customers see them."""
    context = {
        "title": _("Review sites"),
        "cards": [_card(site) for site in _sites(account)],
        "may_write": may_write(request, account),
    }
    return show(request, "sites.html", context, account=account)


@require_GET
@settings_page(to_write=True)
def check(request: HttpRequest, account: Account, **url_values: Any) -> HttpResponse:
    """Say what a pasted link leads to, while the form is filled in."""
    url = request.GET.get("url", "").replace("\0", "").strip()[:500]
    if url and "://" not in url:
        url = f"https://{url}"
    try:
        finding = check_site(url, name=request.GET.get("name", "")) if host_of(url) else None
        rule = rule_of(url)
    except ValueError:  # no address yet: an open bracket, say
        finding = rule = None
    return show(request, "site_finding.html", {"finding": finding, "rule": rule, "url": url}, account=account)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page(to_write=True)
def add(request: HttpRequest, account: Account, **url_values: Any) -> HttpResponse:
    """Add a site behind the others."""
    form = ReviewSiteForm(account, request.POST if request.method == "POST" else None, initial={"is_active": True})
    if request.method != "POST" or not form.is_valid():
        return _render_form(request, account, form, title=_("Add a review site"))
    site = form.save(commit=False)
    site.account = account
    site.position = max((row.position for row in _sites(account)), default=-1) + 1
    site.save()
    _say_saved(request, form, _("%(site)s is added.") % {"site": site})
    return _back()


@require_http_methods(["GET", "HEAD", "POST"])
@row_page
def edit(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """Change a site's link and name, and whether it is shown."""
    site = _find(request, url_values["pk"])
    form = ReviewSiteForm(site.account, request.POST if request.method == "POST" else None, instance=site)
    if request.method != "POST" or not form.is_valid():
        title = _("Change %(site)s") % {"site": ReviewSite.objects.get(pk=site.pk)}
        return _render_form(request, site.account, form, title=title)
    form.save()
    _say_saved(request, form, _("%(site)s is saved.") % {"site": site})
    return _back()


def _say_saved(request: HttpRequest, form: ReviewSiteForm, words: str) -> None:
    messages.success(request, words)
    if form.finding.warning:
        messages.warning(request, form.finding.warning)


def _render_form(request: HttpRequest, account: Account, form: ReviewSiteForm, *, title: str) -> HttpResponse:
    url = form["url"].value() or ""
    finding = form.finding if form.is_bound else check_site(url, name=form["name"].value() or "")
    context = {"title": title, "form": form, "finding": finding, "rule": finding.rule, "url": url}
    return show(request, "site.html", context, account=account, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@row_page
def remove(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """Ask on GET; remove the site on POST. What customers did with it stays in their stories."""
    site = _find(request, url_values["pk"])
    if request.method != "POST":
        context = {"title": _("Remove %(site)s?") % {"site": site}, "site": site, "back": reverse("settings-sites")}
        return show(request, "site_remove.html", context, account=site.account)
    site.delete()
    messages.success(request, _("%(site)s is removed.") % {"site": site})
    return _back()


@require_POST
@row_page
def move(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """Let a site change places with the one before or behind it."""
    if url_values["way"] not in ("up", "down"):
        raise Http404
    site = _find(request, url_values["pk"])
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=site.account_id)
        rows = _sites(site.account)
        place = next((number for number, row in enumerate(rows) if row.pk == site.pk), None)
        other = None if place is None else place + (-1 if url_values["way"] == "up" else 1)
        if place is not None and other is not None and 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
            for position, row in enumerate(rows):
                if row.position != position:
                    row.position = position
                    row.save(update_fields=["position"])
    return _back()


urlpatterns = [
    path("sites/", sites, name="settings-sites"),
    path("sites/add/", add, name="settings-sites-add"),
    path("sites/check/", check, name="settings-sites-check"),
    path("sites/<int:pk>/", edit, name="settings-sites-edit"),
    path("sites/<int:pk>/remove/", remove, name="settings-sites-remove"),
    path("sites/<int:pk>/<str:way>/", move, name="settings-sites-move"),
]
