"""Second factors, which the operator removes for a person who has lost phone and recovery codes."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from oauth.roles import is_operator
from reviewhub.backoffice.pages import GeneratedRows, OperatorAdmin

for model in (Authenticator, EmailAddress):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(Authenticator)
class SecondFactorAdmin(GeneratedRows, OperatorAdmin):
    """Second factors: read and removed; their secrets are not shown."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    ordering = ("user__email", "type")
    search_fields = ("user__email",)
    fields = ("user", "type", "created_at", "last_used_at")

    def has_delete_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return is_operator(request)

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        self.delete_queryset(request, Authenticator.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Authenticator]) -> None:
        """Delete the recovery codes of a removed app as well: while old ones exist, a new app gets none."""
        people = list(queryset.values_list("user", flat=True))
        super().delete_queryset(request, queryset)
        codes = Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES, user__in=people)
        codes.exclude(user__in=Authenticator.objects.filter(type=Authenticator.Type.TOTP).values("user")).delete()


@admin.register(EmailAddress)
class EmailAddressAdmin(GeneratedRows, OperatorAdmin):
    """allauth's addresses of a person, of which there are none: a person has the one address that they sign in with."""

    list_display = ("user", "email")
