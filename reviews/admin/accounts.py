"""The page of an account: its settings, the looks and words of its customers' page, and its printed code."""

from typing import Any, ClassVar

import segno
from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminFileFieldWidget

from oauth.admin import BusinessAdmin
from oauth.models import Account
from reviewhub.backoffice.pages import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, action
from reviewhub.languages import translate
from reviews.delivery.content.templates import VARIABLES, check_template
from reviews.delivery.content.wording import check_wording
from reviews.pages.logos import MOST_BYTES, remove_logo, set_logo, shrink
from reviews.requests.sequences import create_default_sequence

WORDS = ("page_heading", "page_text", "thanks_text")
ON_A_PAGE = {name for name in VARIABLES if name != "link"}  # the page is where the link leads
PAGE_FIELDS = ("language", "colour", "logo_file", "no_logo", *WORDS)
ABOUT_WORDS = "You may use " + ", ".join(f"{{{{ {name} }}}}" for name in VARIABLES if name in ON_A_PAGE) + "."


class AccountForm(forms.ModelForm):
    """The fields of an account. A logo is made small; the words of its page are checked like those of messages."""

    language = forms.ChoiceField(
        widget=UnfoldAdminSelectWidget,
        help_text="What customers' pages speak. A new account's messages start in it, too.",
    )
    logo_file = forms.FileField(
        label="Logo",
        required=False,
        widget=UnfoldAdminFileFieldWidget({"accept": "image/png,image/jpeg,image/webp,image/gif"}),
        help_text="PNG, JPEG, WebP or GIF. Shown on pages and in mails beside the name.",
    )
    no_logo = forms.BooleanField(label="Remove the logo", required=False)

    class Meta:
        model = Account
        fields = tuple(field.name for field in Account._meta.fields if field.editable)
        widgets = {name: UnfoldAdminTextareaWidget({"rows": 3}) for name in ("page_text", "thanks_text")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "language" in self.fields:
            self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]
        if "no_logo" in self.fields and not self.instance.logo:
            del self.fields["no_logo"]

    def clean_logo_file(self) -> bytes | None:
        """Return the image as it is stored; None when no file came."""
        file = self.cleaned_data["logo_file"]
        return shrink(file.read(MOST_BYTES + 1)) if file else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in WORDS:
            text = cleaned.get(name) or ""
            problems = check_template(text, ON_A_PAGE) if text else []
            for problem in [*problems, *check_wording(text)]:
                self.add_error(name, problem)
        return cleaned


@admin.register(Account)
class ReviewAccountAdmin(BusinessAdmin):
    """Accounts. A new one starts with the standard sequence: without a sequence, nobody could be asked."""

    form = AccountForm
    fieldsets: ClassVar[Any] = (
        BusinessAdmin.fieldsets[0],
        ("The customer's page", {"fields": PAGE_FIELDS, "description": ABOUT_WORDS}),
        *BusinessAdmin.fieldsets[1:],
    )
    actions_detail = ("card",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out the fields that only a form can take, where the person has no form to fill in."""
        hidden = set() if obj and obj.logo else {"no_logo"}
        if not self.has_change_permission(request, obj):
            hidden = {"no_logo", "logo_file"}
        return [
            (title, options | {"fields": tuple(name for name in options["fields"] if name not in hidden)})
            for title, options in self.fieldsets
        ]

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            create_default_sequence(obj)
        if image := form.cleaned_data.get("logo_file"):
            set_logo(account=obj, content=image)
        elif form.cleaned_data.get("no_logo"):
            remove_logo(account=obj)

    @action(description="QR code", url_path="card", icon="qr_code_2")
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
            "title": f"QR code of {account}",
            "opts": self.opts,
            "account": account,
            "link": link,
            "code": code.svg_inline(scale=6, border=2, dark="#000000", light="#ffffff", omitsize=True),
            "heading": translate("Tell us how it went", account.language),
            "back": reverse("admin:oauth_account_change", args=[account.pk]),
        }
        return TemplateResponse(request, "admin/oauth/account/card.html", context)


def _file(code: segno.QRCode, kind: str, name: str) -> HttpResponse:
    types = {"svg": "image/svg+xml", "png": "image/png"}
    response = HttpResponse(
        content_type=types[kind], headers={"Content-Disposition": f'attachment; filename="review-code-{name}"'}
    )
    code.save(response, kind=kind, scale=20, border=4)  # type: ignore[arg-type]
    return response
