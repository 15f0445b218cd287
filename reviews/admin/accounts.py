"""The page of an account, and its printed code. The looks and words of its customers' page: `settings.page`."""

from typing import Any, ClassVar

import segno
from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oauth.admin import BusinessAdmin
from oauth.models import Account
from reviewhub.backoffice.pages import UnfoldAdminSelectWidget, action
from reviewhub.backoffice.places import countries, zones
from reviews.admin.settings.business import LongSelect
from reviews.requests.sequences import create_default_sequence
from reviews.texts import texts_in


class AccountForm(forms.ModelForm):
    """The fields of an account. Its page has a form of its own: `settings.page_form`."""

    country = forms.ChoiceField(
        label=_("Country"), widget=LongSelect, help_text=_("Where phone numbers without + are from.")
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), widget=LongSelect)
    language = forms.ChoiceField(
        label=_("Language"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("What the customers' page speaks, and what the messages of the new business start in."),
    )

    class Meta:
        model = Account
        fields = tuple(field.name for field in Account._meta.fields if field.editable)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = {name: self.initial.get(name) or "" for name in ("country", "time_zone")}
        choices: dict[str, Any] = {
            "country": countries(),
            "time_zone": zones(here["country"], timezone.now(), present=here["time_zone"]),
            "language": settings.LANGUAGES,
        }
        for name in choices.keys() & self.fields.keys():
            self.fields[name].choices = choices[name]  # type: ignore[attr-defined]


@admin.register(Account)
class ReviewAccountAdmin(BusinessAdmin):
    """Accounts. A new one starts with the standard sequence: without a sequence, nobody could be asked."""

    form = AccountForm
    add_fieldsets: ClassVar[Any] = (
        (None, {"fields": (*BusinessAdmin.fieldsets[0][1]["fields"], "language")}),
        (BusinessAdmin.fieldsets[1][0], {"fields": ("texts_per_second", "calls_per_minute", "is_active")}),
    )
    actions_detail = ("card",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out of an empty form what the row has once it is saved."""
        return self.readonly_fields if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin where the last business is: the next one is seldom at the other end of the world."""
        last = Account.objects.order_by("-created_at").values("country", "time_zone", "language").first()
        return {**(last or {}), **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            create_default_sequence(obj)

    @action(description=_("QR code"), url_path="card", icon="qr_code_2")
    def card(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show a card for the counter with the printed page's code and link; `?as=svg` or `png`: the code alone."""
        account = self.get_object(request, object_id)
        if account is None:
            raise Http404
        link = settings.PUBLIC_URL + reverse("reviews:scan", args=[account.scan_code])
        code = segno.make(link, error="m", micro=False)
        if (kind := request.GET.get("as", "")) in ("svg", "png"):
            return _file(code, kind, f"{account.scan_code}.{kind}")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("QR code for the counter"),
            "opts": self.opts,
            "account": account,
            "link": link,
            "code": code.svg_inline(scale=6, border=2, dark="#000000", light="#ffffff", omitsize=True),
            "heading": texts_in(account.language, informal=account.is_informal).tell_us,
            "back": reverse("settings-page"),
        }
        return TemplateResponse(request, "admin/oauth/account/card.html", context)


def _file(code: segno.QRCode, kind: str, name: str) -> HttpResponse:
    types = {"svg": "image/svg+xml", "png": "image/png"}
    response = HttpResponse(
        content_type=types[kind], headers={"Content-Disposition": f'attachment; filename="review-code-{name}"'}
    )
    code.save(response, kind=kind, scale=20, border=4)  # type: ignore[arg-type]
    return response
