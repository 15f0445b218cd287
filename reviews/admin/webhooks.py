"""Webhooks: the endpoints of other programs that are told of events, with their secrets and their last calls."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Avg, Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from reviewhub.backoffice.actions import WithActions
from reviewhub.backoffice.business import business_of
from reviewhub.backoffice.pages import badge, display
from reviewhub.languages import number
from reviewhub.refused import Refused
from reviewhub.sentences import said
from reviews.admin.webhook_actions import WEBHOOK_ACTIONS
from reviews.models import SUBSCRIBABLE, Attempt, Endpoint, Notice
from reviews.webhooks import endpoints

CALLS_SHOWN = 20
STATES = {"on": _("On"), "failing": _("Failing"), "off": _("Off")}
COLOURS = {"on": "success", "failing": "warning", "off": "danger"}


class WebhookForm(forms.ModelForm):
    """Address and events of a webhook; all events where none is chosen."""

    events = forms.MultipleChoiceField(
        label=_("Events"),
        choices=[(type_.value, type_.label) for type_ in SUBSCRIBABLE],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("All of them, if none is chosen."),
    )

    class Meta:
        model = Endpoint
        fields = ("account", "url", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "url" in self.fields:
            words = gettext("It begins with https://, and answers with a status from 200 to 299.")
            self.fields["url"].help_text = words
        if self.instance.pk and "events" in self.fields:
            self.fields["events"].initial = self.instance.events

    def clean_url(self) -> str:
        try:
            return endpoints.check_url(self.cleaned_data["url"])
        except Refused as refusal:
            raise forms.ValidationError(refusal.reason) from refusal

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        account = cleaned.get("account")
        if account and self.instance._state.adding:
            try:
                endpoints.check_number(account)
            except Refused as refusal:
                self.add_error("url", refusal.reason)
        return cleaned


@admin.register(Endpoint)
class WebhookAdmin(WithActions):
    """Webhooks that staff made here, or an app that subscribed."""

    form = WebhookForm
    list_display = ("where", "wants", "state", "since_when", "by", "account")
    list_filter = ("is_active",)
    list_select_related = ("account", "application", "user")
    ordering = ("-created_at", "-id")
    confirmed_actions = WEBHOOK_ACTIONS
    readonly_fields = ("how_it_is", "by", "created_at", "secrets", "calls")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        may_write = self.has_write_permission(request, obj)
        settings: list[Any] = [
            (None, {"fields": ("account", "url", "description", "events" if may_write else "wants")})
        ]
        if obj is None:
            return settings
        secret = [(None, {"fields": ("secrets",)})] if may_write else []
        origin = (None, {"fields": ("by", "created_at")})
        return [(None, {"fields": ("how_it_is", "calls")}), *secret, *settings, origin]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if self.has_write_permission(request, obj) else (*self.readonly_fields, "wants")

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        names = form.cleaned_data["events"]
        if change:
            obj.event_types = endpoints.check_events(names)
            super().save_model(request, obj, form, change)
            return
        user: Any = request.user
        endpoint, _is_new = endpoints.subscribe(
            account=obj.account, url=obj.url, names=names, description=obj.description, user=user
        )
        obj.pk, obj._state.adding = endpoint.pk, False
        words = gettext("Its secret stands on its page: the other program checks signatures with it.")
        messages.info(request, words)

    def response_post_save_add(self, request: HttpRequest, obj: Endpoint) -> HttpResponse:
        """Show the new webhook, whose secret the other program needs next."""
        return redirect("admin:reviews_endpoint_change", obj.pk)

    def response_post_save_change(self, request: HttpRequest, obj: Endpoint) -> HttpResponse:
        return self._list_of(request, super().response_post_save_change(request, obj))

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: Any) -> HttpResponse:
        return self._list_of(request, super().response_delete(request, obj_display, obj_id))

    def _list_of(self, request: HttpRequest, otherwise: HttpResponse) -> HttpResponse:
        """Lead to where a business has its webhooks; the operator of all businesses has the list."""
        return redirect("settings-connections") if business_of(request) else otherwise

    def delete_model(self, request: HttpRequest, obj: Endpoint) -> None:
        endpoints.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for endpoint in queryset:
            endpoints.delete(endpoint)

    @display(description=_("Where to"))
    def where(self, endpoint: Endpoint) -> str:
        return str(endpoint)

    @display(description=_("Events"))
    def wants(self, endpoint: Endpoint) -> str:
        return ", ".join(endpoint.events) or gettext("All")

    @display(description=_("State"), label=COLOURS)
    def state(self, endpoint: Endpoint) -> tuple[str, str]:
        state = _state(endpoint)
        return state, str(STATES[state])

    @display(description=_("Failing since"), ordering="failing_since")
    def since_when(self, endpoint: Endpoint) -> Any:
        return endpoint.failing_since

    @display(description=_("Made by"))
    def by(self, endpoint: Endpoint) -> str:
        return str(endpoint.application or endpoint.user or gettext("Staff"))

    @display(description=_("State"))
    def how_it_is(self, endpoint: Endpoint) -> str:
        state = _state(endpoint)
        words = said(endpoint.off_because) or f"{_last_day(endpoint)} {_missing(endpoint)}".strip()
        return format_html("{} {}", badge(str(STATES[state]), COLOURS[state]), words)

    @display(description=_("Secret"))
    def secrets(self, endpoint: Endpoint) -> str:
        try:
            secrets = endpoints.secrets_of(endpoint)
        except endpoints.Undecipherable:
            return gettext("It cannot be read any more: the key of the installation was changed. Make a new one.")
        names = [gettext("Secret"), gettext("Former secret, signs too")]
        context = {"secrets": list(zip(names, secrets, strict=False))}
        return render_to_string("admin/reviews/endpoint/secrets.html", context)

    @display(description=_("Last calls"))
    def calls(self, endpoint: Endpoint) -> str:
        rows = Attempt.objects.filter(notice__endpoint=endpoint).select_related("notice__event").order_by("-pk")
        context = {"attempts": rows[:CALLS_SHOWN], "endpoint": endpoint}
        return render_to_string("admin/reviews/endpoint/calls.html", context)


def _state(endpoint: Endpoint) -> str:
    if not endpoint.is_active:
        return "off"
    return "failing" if endpoint.failures else "on"


def _missing(endpoint: Endpoint) -> str:
    """Return when the endpoint began to miss what happens, in words; nothing for one that misses nothing."""
    if endpoint.behind_since is None:
        return ""
    since = localize(timezone.localtime(endpoint.behind_since))
    if endpoint.failing_since:
        words = gettext("What happened since %(time)s waits: it is sent once the address answers.")
    else:
        words = gettext("What happened since %(time)s waits: it is being sent.")
    return words % {"time": since}


def _last_day(endpoint: Endpoint) -> str:
    """Return how many calls of the last 24 hours went well, and how many notices wait, in words."""
    calls = Attempt.objects.filter(notice__endpoint=endpoint, at__gt=timezone.now() - timedelta(days=1))
    good = Count("pk", filter=Q(status__gte=200, status__lt=300, error=""))
    numbers = calls.aggregate(all=Count("pk"), good=good, took=Avg("milliseconds"))
    waiting = number(Notice.objects.filter(endpoint=endpoint, status=Notice.Status.WAITING).count())
    if not numbers["all"]:
        return gettext("No calls within 24 hours; waiting: %(waiting)s.") % {"waiting": waiting}
    values = {"good": number(numbers["good"]), "all": number(numbers["all"]), "took": number(round(numbers["took"]))}
    words = ngettext(
        "Within 24 hours %(good)s of %(all)s call went well, in %(took)s ms on average; waiting: %(waiting)s.",
        "Within 24 hours %(good)s of %(all)s calls went well, in %(took)s ms on average; waiting: %(waiting)s.",
        numbers["all"],
    )
    return words % {**values, "waiting": waiting}
