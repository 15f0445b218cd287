"""Second factors, which the operator removes for a person who has lost them and the recovery codes."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from oauth.models import User
from oauth.roles import is_operator
from oauth.sign_in import sessions
from oauth.sign_in.second_factor import FACTORS
from reviewhub.backoffice.pages import GeneratedRows, OperatorAdmin, display

for model in (Authenticator, EmailAddress):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(Authenticator)
class SecondFactorAdmin(GeneratedRows, OperatorAdmin):
    """Second factors: read and removed; their secrets are not shown."""

    list_display = ("user", "type", "name", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    ordering = ("user__email", "type")
    search_fields = ("user__email",)
    fields = ("user", "type", "name", "created_at", "last_used_at")
    readonly_fields = ("name",)

    @display(description=_("name"))
    def name(self, obj: Authenticator) -> str:
        """Return the name that the person gave a passkey; empty for any other factor."""
        return str(obj) if obj.type == Authenticator.Type.WEBAUTHN else ""

    def has_delete_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return is_operator(request)

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        self.delete_queryset(request, Authenticator.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Authenticator]) -> None:
        """Sign the people out everywhere: what they lost may be signed in.

        Recovery codes go with the last other factor: while old ones exist, a new one gets none.
        """
        with transaction.atomic():
            people = list(User.objects.filter(pk__in=queryset.values("user")))
            super().delete_queryset(request, queryset)
            codes = Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES, user__in=people)
            codes.exclude(user__in=Authenticator.objects.filter(type__in=FACTORS).values("user")).delete()
            for person in people:
                if person == request.user:
                    sessions.end_others(request)
                else:
                    sessions.end_all(person)


@admin.register(EmailAddress)
class EmailAddressAdmin(GeneratedRows, OperatorAdmin):
    """allauth's addresses of a person, of which there are none: a person has the one address that they sign in with."""

    list_display = ("user", "email")
