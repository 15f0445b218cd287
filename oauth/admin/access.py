"""Accounts, people, API keys and OAuth apps with their tokens."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.formats import time_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import DeviceGrant

from oauth.api_keys import revoke_api_keys
from oauth.applications import renew_secret
from oauth.models import AccessToken, Account, ApiKey, Application, Grant, IDToken, Membership, RefreshToken, User
from oauth.roles import is_operator
from oauth.server import grants
from reviewhub.backoffice.pages import (
    AdminPasswordChangeForm,
    GeneratedRows,
    OperatorAdmin,
    UserChangeForm,
    UserCreationForm,
    WithHistory,
    action,
    display,
)
from reviewhub.languages import number

# Our pages replace the OAuth library's. Django's groups are not used.
for model in (Application, AccessToken, RefreshToken, Grant, IDToken, DeviceGrant, Group):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class BusinessAdmin(WithHistory):
    """Businesses: what of them the operator alone decides. Owners and managers change theirs in Settings.

    The operator makes one here, and deactivates it to end it. Registered by the app that knows what a new account
    needs: `reviews.admin.accounts`.
    """

    account_path = "pk"

    def in_view(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return all that the person may see: this is the list of the businesses themselves."""
        return rows

    list_display = ("name", "country", "time_zone", "window", "is_active")
    ordering = ("name",)
    search_fields = ("name",)
    readonly_fields = ("id", "created_at")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("name", "country", "time_zone", "postal_address")}),
        (_("This installation"), {"fields": ("texts_per_second", "calls_per_minute", "is_active", "id", "created_at")}),
    )

    def versions(self, row: Account) -> list[Any]:
        """Return the account's versions together with those of its memberships."""
        people = Membership.history.filter(account_id=row.pk).select_related("history_user", "user")
        return [*super().versions(row), *people]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead whoever works in the business to its Settings: what is here is the operator's."""
        if not is_operator(request) and self.get_object(request, object_id) is not None:
            return HttpResponseRedirect(reverse("settings-business"))
        page: HttpResponse = super().change_view(request, object_id, *args, **kwargs)
        return page

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_operator(request)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return is_operator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Forbid it: opt-outs, and the record of sent messages, would be deleted with the account."""
        return False

    @display(description=_("Sends"))
    def window(self, account: Account) -> str:
        if account.window_start == account.window_end:
            return gettext("all day")
        return "–".join(time_format(end, "TIME_FORMAT") for end in (account.window_start, account.window_end))


@admin.register(Membership)
class MembershipAdmin(OperatorAdmin):
    """Roles of people in accounts."""

    list_display = ("user", "account", "role", "created_at")
    ordering = ("account__name", "user__email")
    list_filter = ("role",)
    list_select_related = ("user", "account")
    autocomplete_fields = ("user", "account")
    search_fields = ("user__email", "account__name")

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> Any:
        """Fix whose it is: keys and tokens are bound to it, and another person's membership is another row."""
        return ("user", "account") if obj else ()


@admin.register(User)
class PersonAdmin(DjangoUserAdmin, OperatorAdmin):
    """People who sign in."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_staff", "is_superuser", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email", "name")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("When"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "is_staff", "password1", "password2")}),)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """End the keys and tokens of a person who is deactivated, so that none works again when they are active."""
        super().save_model(request, obj, form, change)
        if "is_active" in form.changed_data and not obj.is_active:
            now = timezone.now()
            grants.revoke_user(obj, now)
            revoke_api_keys(ApiKey.objects.filter(user=obj), now)

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: Any = None) -> HttpResponse:
        """Say what is still missing: without a role in a business, the person sees nothing."""
        words = gettext("%(person)s works in no business yet.") % {"person": obj}
        link = f"{reverse('admin:oauth_membership_add')}?user={obj.pk}"
        messages.info(
            request, format_html('{} <a class="rh-link" href="{}">{}</a>', words, link, gettext("Give a role"))
        )
        return super().response_add(request, obj, post_url_continue)


@admin.register(ApiKey)
class ApiKeyAdmin(GeneratedRows, OperatorAdmin):
    """API keys of all accounts, for the operator. People make and end theirs in Settings."""

    list_display = ("name", "account", "prefix", "scope", "user", "created_at", "last_used_at", "state")
    list_select_related = ("account", "user", "membership")
    ordering = ("-created_at",)
    actions = ("revoke",)
    fields = (
        *("account", "name", "prefix", "scope", "user"),
        *("created_at", "expires_at", "last_used_at", "revoked_at"),
    )

    @display(
        description=_("State"),
        label={"live": "success", "revoked": "danger", "left": "danger", "expired": "warning"},
    )
    def state(self, key: ApiKey) -> tuple[str, str]:
        if key.revoked_at:
            return "revoked", gettext("revoked")
        if key.membership is None:  # whose key it is works in the account no more, or anew
            return "left", gettext("left")
        if key.expires_at and key.expires_at <= timezone.now():
            return "expired", gettext("expired")
        return "live", gettext("live")

    @action(description=_("Revoke the chosen keys"))
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        count = revoke_api_keys(keys, timezone.now())
        messages.success(request, gettext("Revoked: %(number)s.") % {"number": number(count)})


class ApplicationForm(forms.ModelForm):
    """Form for an OAuth app: it needs a name and return addresses."""

    class Meta:
        model = Application
        fields = ("name", "client_type", "redirect_uris", "allowed_origins", "is_active")
        labels = {"client_type": _("Kind"), "allowed_origins": _("Pages that call from the browser")}
        help_texts = {
            "client_type": _("Confidential: runs on a server and keeps a secret. Public: runs on people's devices."),
            "redirect_uris": _(
                "Where people are sent back to: full https addresses, one on each line. A public app on people's "
                "devices may have http://127.0.0.1/callback (any port), or com.example.app:/callback."
            ),
            "allowed_origins": _(
                "Of a public app alone: scheme and host of its pages, such as https://app.example, one on each line. "
                "Pages of others cannot read what the API answers."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        # Set before the model validates: it demands a return address only for a grant that needs one.
        self.instance.authorization_grant_type = Application.GRANT_AUTHORIZATION_CODE


@admin.register(Application)
class ApplicationAdmin(OperatorAdmin):
    """OAuth apps. The secret is made here, shown once, and kept as a hash."""

    form = ApplicationForm

    list_display = ("name", "client_id", "client_type", "is_active", "created")
    ordering = ("name",)
    search_fields = ("name", "client_id")
    readonly_fields = ("client_id", "created", "updated")
    fields = (
        *("name", "client_id", "client_type", "redirect_uris", "allowed_origins", "is_active"),
        *("created", "updated"),
    )
    actions = ("rotate",)

    def get_fields(self, request: HttpRequest, obj: Application | None = None) -> Any:
        """Leave the client id out of an empty form, which would show another one than is saved."""
        return self.fields if obj else [name for name in self.fields if name not in self.readonly_fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Application | None = None) -> Any:
        """Fix the kind of an existing app: a public app has no secret, and one that had a secret still knows it."""
        return (*self.readonly_fields, "client_type") if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: Application, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        if obj.client_type == Application.CLIENT_PUBLIC:
            obj.client_secret = ""
            super().save_model(request, obj, form, change)
            return
        obj.shown_once = renew_secret(obj)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        if obj.client_type == Application.CLIENT_PUBLIC:
            response: HttpResponse = super().response_add(request, obj, post_url_continue)
            return response
        values = {gettext("Client ID"): obj.client_id, gettext("Client secret"): obj.shown_once}
        return _show_once(self, request, gettext("%(app)s is registered") % {"app": obj}, values)

    @action(description=_("Make new secrets for the chosen apps"))
    def rotate(self, request: HttpRequest, applications: QuerySet[Application]) -> HttpResponse | None:
        confidential = applications.filter(client_type=Application.CLIENT_CONFIDENTIAL)
        values = {f"{application} ({application.client_id})": renew_secret(application) for application in confidential}
        if not values:
            messages.error(request, gettext("Public apps have no secret."))
            return None
        return _show_once(self, request, gettext("The new client secrets"), values)


def _show_once(page: Any, request: HttpRequest, title: str, values: dict[str, str]) -> HttpResponse:
    """Show secrets in this answer alone: a message would keep them in a cookie, or in clear in the session."""
    context = page.admin_site.each_context(request) | {"title": title, "opts": page.opts, "values": values}
    response = TemplateResponse(request, "admin/oauth/shown_once.html", context)
    add_never_cache_headers(response)
    return response


class IssuedAdmin(GeneratedRows, OperatorAdmin):
    """Rows that the OAuth server issued: read only, and without the tokens and codes themselves."""

    list_select_related = ("user", "account", "application")
    list_display: tuple[str, ...] = ("id", "user", "account", "application", "scope", "expires", "last_used_at")
    fields: tuple[str, ...] = (
        "user",
        "account",
        "application",
        "scope",
        "expires",
        "created",
        "updated",
        "last_used_at",
    )


@admin.register(AccessToken)
class AccessTokenAdmin(IssuedAdmin):
    pass


@admin.register(RefreshToken)
class RefreshTokenAdmin(IssuedAdmin):
    list_display = ("id", "user", "account", "application", "scope", "created", "revoked")
    fields = ("user", "account", "application", "scope", "created", "updated", "revoked")


@admin.register(IDToken)
class IDTokenAdmin(GeneratedRows, OperatorAdmin):
    """ID tokens, of which there are none: OpenID Connect is off, but the library's five models come together."""

    list_display = ("user", "application", "scope", "expires")


@admin.register(Grant)
class GrantAdmin(IssuedAdmin):
    list_display = ("id", "user", "account", "application", "scope", "expires", "consumed_at")
    fields = ("user", "account", "application", "scope", "redirect_uri", "expires", "created", "consumed_at")
