"""Where other programs are told what happened: their endpoints, what became of each call, and telling again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Avg, Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSplitDateTimeWidget

from reviewhub.backoffice.pages import AccountAdmin, action, badge, display
from reviewhub.refused import Refused
from reviews.models import SUBSCRIBABLE, Attempt, Endpoint, Notice
from reviews.webhooks import endpoints

SHOWN = 20


class EndpointForm(forms.ModelForm):
    """Address and events; all events where none is chosen."""

    events = forms.MultipleChoiceField(
        choices=[(type_.value, type_.label) for type_ in SUBSCRIBABLE],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="All of them, if none is chosen.",
    )

    class Meta:
        model = Endpoint
        fields = ("account", "url", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "url" in self.fields:
            self.fields["url"].help_text = "It begins with https://, and answers with a status from 200 to 299."
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
        own = Endpoint.objects.filter(account=account)
        if account and self.instance._state.adding and own.count() >= endpoints.MOST:
            self.add_error("url", f"The account has {endpoints.MOST} endpoints already: delete some first.")
        return cleaned


class ReplayForm(forms.Form):
    since = forms.SplitDateTimeField(widget=UnfoldAdminSplitDateTimeWidget)
    until = forms.SplitDateTimeField(widget=UnfoldAdminSplitDateTimeWidget)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"since", "until"} <= set(cleaned) and cleaned["since"] >= cleaned["until"]:
            self.add_error("until", "The end comes after the beginning.")
        return cleaned


@dataclass(frozen=True)
class Deed:
    """Something that can be done with an endpoint: it asks first. `act` says what came of it; it raises Refused."""

    question: str
    words: str
    button: str
    may: Callable[[Endpoint], bool]
    act: Callable[[Endpoint, dict[str, Any]], str]
    form: type[forms.Form] | None = None


def _test(endpoint: Endpoint, given: dict[str, Any]) -> str:
    endpoints.test(endpoint, timezone.now())
    return "A test event is on its way: look at the calls below in a moment."


def _roll(endpoint: Endpoint, given: dict[str, Any]) -> str:
    endpoints.roll(endpoint)
    return "There is a new secret. The former one signs, too, until you retire it."


def _retire(endpoint: Endpoint, given: dict[str, Any]) -> str:
    if not endpoints.retire_former(endpoint):
        raise Refused("endpoint", "There is no former secret.")
    return "The former secret signs no more."


def _off(endpoint: Endpoint, given: dict[str, Any]) -> str:
    endpoints.switch_off(endpoint, "", tell=False)
    return "Switched off. What happens from now on can be told later."


def _on(endpoint: Endpoint, given: dict[str, Any]) -> str:
    endpoints.switch_on(endpoint)
    return "Switched on. To tell it what it missed, choose “Tell again”."


def _replay(endpoint: Endpoint, given: dict[str, Any]) -> str:
    count = endpoints.replay_between(endpoint, since=given["since"], until=given["until"], now=timezone.now())
    return f"Events that are told again: {count:,}."


DEEDS = {
    "send_test": Deed(
        "Send a test event to {endpoint}?",
        "It is signed like a real one, and names no customer.",
        "Send a test",
        lambda endpoint: endpoint.is_active,
        _test,
    ),
    "tell_again": Deed(
        "Tell {endpoint} again?",
        "Everything that happened in this time and that it is to be told, also what it got already: its program "
        "knows them by their webhook-id. Events are kept for 30 days.",
        "Tell again",
        lambda endpoint: endpoint.is_active,
        _replay,
        ReplayForm,
    ),
    "roll_secret": Deed(
        "Make a new secret for {endpoint}?",
        "Both sign until you retire the one of now: change over without hurry. A former one ends at once.",
        "Make a new secret",
        lambda _: True,
        _roll,
    ),
    "retire_secret": Deed(
        "Retire the former secret of {endpoint}?",
        "Once its program knows the new one.",
        "Retire it",
        lambda endpoint: bool(endpoint.former_secret),
        _retire,
    ),
    "switch_off": Deed(
        "Switch {endpoint} off?",
        "What waits to be told is held. It can be told again later, for 30 days.",
        "Switch it off",
        lambda endpoint: endpoint.is_active,
        _off,
    ),
    "switch_on": Deed(
        "Switch {endpoint} on?",
        "It is told what happens from now on. What it missed, you can have told again.",
        "Switch it on",
        lambda endpoint: not endpoint.is_active,
        _on,
    ),
}


@admin.register(Endpoint)
class EndpointAdmin(AccountAdmin):
    """Made by staff here, or by an app that subscribed."""

    form = EndpointForm
    list_display = ("where", "wants", "state", "since_when", "by", "account")
    list_filter = ("is_active",)
    list_select_related = ("account", "application", "user")
    ordering = ("-created_at", "-id")
    actions_detail = tuple(DEEDS)
    readonly_fields = ("how_it_is", "by", "created_at", "secrets", "calls")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        writes = self._may_write(request, obj)
        own: list[Any] = [(None, {"fields": ("account", "url", "description", "events" if writes else "wants")})]
        if obj is None:
            return own
        signed = [("Secret", {"fields": ("secrets",)})] if writes else []
        return [(None, {"fields": ("how_it_is", "calls")}), *own, *signed, (None, {"fields": ("by", "created_at")})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if self._may_write(request, obj) else (*self.readonly_fields, "wants")

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        names = form.cleaned_data["events"]
        if change:
            obj.event_types = endpoints.check_events(names)
            super().save_model(request, obj, form, change)
            return
        user: Any = request.user
        given = {"url": obj.url, "names": names, "description": obj.description, "user": user}
        made, _ = endpoints.subscribe(account=obj.account, **given)
        obj.pk, obj._state.adding = made.pk, False
        messages.info(request, "Its secret stands on its page: the other program checks signatures with it.")

    def delete_model(self, request: HttpRequest, obj: Endpoint) -> None:
        endpoints.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for found in queryset:
            endpoints.delete(found)

    @display(description="Where to")
    def where(self, endpoint: Endpoint) -> str:
        return str(endpoint)

    @display(description="Events")
    def wants(self, endpoint: Endpoint) -> str:
        return ", ".join(endpoint.events) or "All"

    @display(description="State", label={"On": "success", "Failing": "warning", "Off": "danger"})
    def state(self, endpoint: Endpoint) -> str:
        return _state(endpoint)

    @display(description="Failing since", ordering="failing_since")
    def since_when(self, endpoint: Endpoint) -> Any:
        return endpoint.failing_since

    @display(description="Made by")
    def by(self, endpoint: Endpoint) -> str:
        return str(endpoint.application or endpoint.user or "Staff")

    @display(description="State")
    def how_it_is(self, endpoint: Endpoint) -> str:
        colour = {"On": "success", "Failing": "warning", "Off": "danger"}[_state(endpoint)]
        return format_html("{} {}", badge(_state(endpoint), colour), endpoint.off_because or _lately(endpoint))

    @display(description="Secret")
    def secrets(self, endpoint: Endpoint) -> str:
        try:
            known = endpoints.secrets_of(endpoint)
        except endpoints.Undecipherable:
            return "It cannot be read any more: the key of the installation was changed. Make a new one."
        names = ["Secret", "Former secret, signs too"]
        context = {"secrets": list(zip(names, known, strict=False))}
        return render_to_string("admin/reviews/endpoint/secrets.html", context)

    @display(description="Last calls")
    def calls(self, endpoint: Endpoint) -> str:
        rows = Attempt.objects.filter(notice__endpoint=endpoint).select_related("notice__event").order_by("-pk")
        context = {"attempts": rows[:SHOWN], "endpoint": endpoint}
        return render_to_string("admin/reviews/endpoint/calls.html", context)

    # --- What can be done ---

    def _may(self, name: str, request: HttpRequest, object_id: Any) -> bool:
        found = self.get_object(request, str(object_id)) if object_id else None
        return found is not None and self._may_write(request, found) and DEEDS[name].may(found)

    def has_send_test_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may("send_test", request, object_id)

    def has_tell_again_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may("tell_again", request, object_id)

    def has_roll_secret_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may("roll_secret", request, object_id)

    def has_retire_secret_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may("retire_secret", request, object_id)

    def has_switch_off_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may("switch_off", request, object_id)

    def has_switch_on_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may("switch_on", request, object_id)

    @action(description="Send a test", url_path="test", icon="send", permissions=["send_test"])
    def send_test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._do("send_test", request, object_id)

    @action(description="Tell again", url_path="again", icon="replay", permissions=["tell_again"])
    def tell_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._do("tell_again", request, object_id)

    @action(description="New secret", url_path="roll", icon="key", permissions=["roll_secret"])
    def roll_secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._do("roll_secret", request, object_id)

    @action(description="Retire former secret", url_path="retire", icon="key_off", permissions=["retire_secret"])
    def retire_secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._do("retire_secret", request, object_id)

    @action(description="Switch off", url_path="off", icon="toggle_off", permissions=["switch_off"])
    def switch_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._do("switch_off", request, object_id)

    @action(description="Switch on", url_path="on", icon="toggle_on", permissions=["switch_on"])
    def switch_on(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._do("switch_on", request, object_id)

    def _do(self, name: str, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask first; then do it."""
        found, deed = self.get_object(request, object_id), DEEDS[name]
        if found is None:
            raise Http404
        back = reverse("admin:reviews_endpoint_change", args=[found.pk])
        form = None
        if deed.form is not None:
            now = timezone.localtime(timezone.now()).replace(microsecond=0)
            last = {"since": now - timedelta(days=1), "until": now}
            form = deed.form(request.POST) if request.method == "POST" else deed.form(initial=last)
        if request.method != "POST" or (form is not None and not form.is_valid()):
            context = {
                **self.admin_site.each_context(request),
                "title": deed.question.format(endpoint=found),
                "opts": self.opts,
                "move": deed,
                "form": form,
                "media": self.media,
                "back": back,
            }
            return TemplateResponse(request, "admin/reviews/endpoint/deed.html", context)
        try:
            messages.success(request, deed.act(found, form.cleaned_data if form else {}))
        except Refused as refusal:
            messages.error(request, refusal.reason)
        return HttpResponseRedirect(back)


def _state(endpoint: Endpoint) -> str:
    if not endpoint.is_active:
        return "Off"
    return "Failing" if endpoint.failures else "On"


def _lately(endpoint: Endpoint) -> str:
    lately = Attempt.objects.filter(notice__endpoint=endpoint, at__gt=timezone.now() - timedelta(days=1))
    good = Count("pk", filter=Q(status__gte=200, status__lt=300, error=""))
    found = lately.aggregate(all=Count("pk"), good=good, took=Avg("milliseconds"))
    waiting = Notice.objects.filter(endpoint=endpoint, status=Notice.Status.WAITING).count()
    if not found["all"]:
        return f"No calls within 24 hours; waiting: {waiting:,}."
    told = (
        f"Within 24 hours {found['good']:,} of {found['all']:,} calls went well, in {found['took']:,.0f} ms on average"
    )
    return f"{told}; waiting: {waiting:,}."
