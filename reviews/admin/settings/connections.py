"""Settings, Apps, keys and webhooks: which programs have access to the business, and which are told of events."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from oauth.api_keys import keys_of, revoke_api_keys
from oauth.connections import connections_of
from oauth.models import Account, ApiKey, Application, User
from oauth.scopes import SCOPES
from oauth.server import grants
from oauth.sign_in.forms import KeyForm
from reviewhub.backoffice.pages import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget
from reviewhub.backoffice.settings_pages import enter_row, may_write, row_page, settings_page, show
from reviews.models import Attempt, Endpoint, Event

MOST_WEBHOOKS = 50  # on the page


class OfficeKeyForm(KeyForm):
    """The form for a new key, with the looks of the back-office."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days: Any = self.fields["days"]
        days.widget = UnfoldAdminSelectWidget(choices=days.choices)
        looks = {"name": UnfoldAdminTextInputWidget, "scopes": UnfoldAdminCheckboxSelectMultipleWidget}
        for name, widget in looks.items():
            self.fields[name].widget.attrs["class"] = widget().attrs["class"]


def _may(scopes: list[str]) -> list[str]:
    return [str(SCOPES[scope]) for scope in scopes]


def _webhooks(account: Account, now: datetime) -> list[dict[str, Any]]:
    """Return the newest webhooks, each with its state and its last call."""
    # By the notice, whose index leads to the newest one of a webhook without reading the others.
    latest = Attempt.objects.filter(notice__endpoint=OuterRef("pk")).order_by("-notice_id", "-pk").values("pk")[:1]
    rows = list(
        Endpoint.objects.for_account(account)
        .select_related("application", "user")
        .annotate(last_call=Subquery(latest))
        .order_by("-created_at", "-id")[:MOST_WEBHOOKS]
    )
    calls = Attempt.objects.in_bulk([row.last_call for row in rows if row.last_call])  # type: ignore[attr-defined]
    labels = dict(Event.Type.choices)
    return [
        {
            "row": row,
            "state": _state(row, now, has_calls=row.last_call is not None),  # type: ignore[attr-defined]
            "call": calls.get(row.last_call),  # type: ignore[attr-defined]
            "events": [str(labels.get(name, name)) for name in row.events],
        }
        for row in rows
    ]


def _state(endpoint: Endpoint, now: datetime, *, has_calls: bool) -> dict[str, Any]:
    """Return how a webhook is, in words: with the colour, and the time since or until when where there is one."""
    if not endpoint.is_active:
        return {"words": _("switched off"), "colour": "bad", "because": endpoint.off_because}
    if endpoint.failing_since:
        paused = endpoint.paused_until if endpoint.paused_until and endpoint.paused_until > now else None
        return {"words": _("does not answer"), "colour": "wait", "since": endpoint.failing_since, "until": paused}
    if not has_calls:
        return {"words": _("not called yet"), "colour": ""}
    return {"words": _("answers"), "colour": "good"}


def _render(
    request: HttpRequest, account: Account, form: KeyForm | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    now = timezone.now()
    context = {
        "title": _("Apps, keys and webhooks"),
        "apps": [(row, _may(row.scopes)) for row in connections_of(account, now)],
        "keys": [(key, _may(scopes)) for key, scopes in keys_of(account, now)],
        "webhooks": _webhooks(account, now),
        "form": form or OfficeKeyForm(),
        "may_write": may_write(request, account),
    }
    return show(request, "connections.html", context | more, account=account, status=status)


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("settings-connections"))


@require_GET
@settings_page()
def connections(request: HttpRequest, account: Account, **url_values: Any) -> HttpResponse:
    """Show the apps, keys and webhooks of the business."""
    return _render(request, account)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page()
@sensitive_variables("value")
def make_key(request: HttpRequest, account: Account, **url_values: Any) -> HttpResponse:
    """Make a key, and show it in this answer alone: it stands in no session and no message."""
    if request.method != "POST":  # a reload after an error
        return _back()
    form = OfficeKeyForm(request.POST)
    made = form.make_key(account, request.user)
    if made is None:
        return _render(request, account, form, status=400)
    row, value = made
    return _render(request, account, new_key=value, new_name=row.name)


@require_POST
@row_page
def end_key(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """End an API key."""
    key = ApiKey.objects.select_related("account").filter(pk=url_values["pk"]).first()
    if key is None:
        raise Http404
    enter_row(request, key.account)
    revoke_api_keys(ApiKey.objects.filter(pk=key.pk), timezone.now())
    messages.success(request, _("The key %(name)s has ended.") % {"name": key.name})
    return _back()


@require_POST
@settings_page()
def disconnect(request: HttpRequest, account: Account, **url_values: Any) -> HttpResponse:
    """End an app's access to the business on behalf of one person, with codes that are not exchanged yet."""
    try:
        application = Application.objects.get(pk=request.POST.get("application", ""))
        user = User.objects.get(pk=request.POST.get("user", ""))
    except (Application.DoesNotExist, User.DoesNotExist, ValueError, ValidationError) as error:
        raise Http404 from error
    grants.revoke_connection(account=account, application=application, user=user, now=timezone.now())
    messages.success(request, _("%(app)s is disconnected.") % {"app": application})
    return _back()


urlpatterns = [
    path("connections/", connections, name="settings-connections"),
    path("connections/keys/make/", make_key, name="settings-keys-make"),
    path("connections/keys/<id:pk>/end/", end_key, name="settings-keys-end"),
    path("connections/apps/disconnect/", disconnect, name="settings-apps-disconnect"),
]
