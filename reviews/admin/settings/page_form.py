"""The form of the customers' page: its language, colour, logo and words. A chosen logo outlives errors elsewhere."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from oauth.models import Account
from oauth.models.account import luminance
from reviewhub.backoffice.pages import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget
from reviews.delivery.content.templates import VARIABLES, check_template
from reviews.delivery.content.wording import check_wording
from reviews.pages.logos import MOST_BYTES, remove_logo, set_logo, shrink
from reviews.requests.sequences import follow_form

WORDS = ("page_heading", "page_text", "thanks_text")
ON_A_PAGE = {name for name in VARIABLES if name != "link"}  # the page is where the link leads
LONGEST_DRAFT = 600_000  # characters; a logo of random pixels takes 410,000
LEAST_CONTRAST = 1.5  # of a button with the page around it; its text is black or white, whichever can be read
PAGE_LIGHT, PAGE_DARK = "#ffffff", "#1d2129"  # --paper in pages.css


@dataclass(frozen=True)
class Tab:
    """The page's words in one language. `own`: those that are to be translated."""

    language: str
    fields: list[BoundField]
    own: "Tab | None" = None

    @property
    def name(self) -> str:
        """The language's name in itself."""
        return dict(settings.LANGUAGES).get(self.language, self.language)

    @property
    def missing(self) -> int:
        """The number of words that stand in the page's own language for who speaks this one."""
        pairs = zip(self.own.fields, self.fields, strict=True) if self.own else ()
        return sum(bool(own.value()) and not field.value() for own, field in pairs)

    @property
    def has_problems(self) -> bool:
        return any(field.errors for field in self.fields)


class PageForm(forms.ModelForm):
    """The looks and words of an account's page.

    The instance of a form that was checked holds what was typed, where that is sound, and what is saved elsewhere: it
    is what a preview shows.
    """

    language = forms.ChoiceField(
        label=_("Language"), widget=UnfoldAdminSelectWidget, help_text=_("What the page speaks, beside your own words.")
    )
    is_informal = forms.TypedChoiceField(
        label=_("How customers are addressed"),
        choices=[(False, _("Formally: Sie, usted, vous")), (True, _("Informally: du, tú, tu"))],
        coerce=lambda value: str(value) == "True",
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("In German, Spanish and French, by our own words. What you have written stays as you wrote it."),
    )
    colour = forms.CharField(
        label=_("Colour"),
        max_length=7,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write a colour such as #1d4ed8."))],
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "spellcheck": "false", "size": "8"}),
    )
    logo_file = forms.FileField(
        label=_("Logo"),
        required=False,
        widget=forms.FileInput({"accept": "image/png,image/jpeg,image/webp,image/gif", "class": "rh-file"}),
        help_text=_("PNG, JPEG, WebP or GIF, at most 5 MB. Shown on the page and in mails beside the name."),
    )
    logo_draft = forms.CharField(required=False, max_length=LONGEST_DRAFT, widget=forms.HiddenInput)
    no_logo = forms.BooleanField(label=_("Show no logo"), required=False)

    class Meta:
        model = Account
        fields = ("language", "is_informal", "colour", *WORDS)
        labels = {"page_heading": _("Heading"), "page_text": _("Text"), "thanks_text": _("Thanks")}
        help_texts = {
            "page_heading": _("If empty: “How did we do, Jane?”"),
            "page_text": _("Stands below the heading. If empty, the page has words of its own."),
            "thanks_text": _("Said to who has answered. If empty, the page has words of its own."),
        }
        widgets = {
            "page_heading": UnfoldAdminTextInputWidget(),
            "page_text": UnfoldAdminTextareaWidget({"rows": 4}),
            "thanks_text": UnfoldAdminTextareaWidget({"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]
        self.own_language: str = self.instance.language
        for code in self._others():
            kept = self.instance.page_translations.get(code, {})
            for name in WORDS:
                field = deepcopy(self.fields[name])
                field.widget.attrs["lang"] = code
                field.help_text = ""
                self.fields[f"{name}_{code}"] = field
                self.initial.setdefault(f"{name}_{code}", kept.get(name, ""))
        self.logo: bytes | None = None  # a new one, as it would be stored

    def _others(self) -> list[str]:
        return [code for code, _name in settings.LANGUAGES if code != self.own_language]

    @property
    def tabs(self) -> list[Tab]:
        """The words in each language, the page's own first."""
        own = Tab(self.own_language, [self[name] for name in WORDS])
        return [own, *(Tab(code, [self[f"{name}_{code}"] for name in WORDS], own) for code in self._others())]

    @property
    def draft(self) -> str:
        """The new logo as a hidden field carries it until the form is saved; empty without one."""
        return b64encode(self.logo).decode() if self.logo else ""

    @property
    def has_logo(self) -> bool:
        return bool(self.logo or self.instance.logo)

    def clean_is_informal(self) -> bool:
        return self.cleaned_data["is_informal"] is True

    def clean_logo_file(self) -> None:
        file = self.cleaned_data["logo_file"]
        if file:
            self.logo = shrink(file.read(MOST_BYTES + 1))

    def clean_logo_draft(self) -> None:
        """Take the logo that was chosen before, unless there is a newer one. It is read as any file is: who sent it?"""
        text = self.cleaned_data["logo_draft"]
        if not text or self.logo:
            return
        try:
            self.logo = shrink(b64decode(text, validate=True))
        except (NotBase64, ValueError, ValidationError):
            self.add_error("logo_file", _("Choose the logo again: it did not come through."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = [*WORDS, *(f"{name}_{code}" for code in self._others() for name in WORDS)]
        for name in names:
            text = cleaned.get(name) or ""
            problems = check_template(text, ON_A_PAGE) if text else []
            for problem in [*problems, *check_wording(text)]:
                self.add_error(name, problem)
        if cleaned.get("no_logo"):
            self.logo = None
        translations = {code: {name: cleaned.get(f"{name}_{code}") or "" for name in WORDS} for code in self._others()}
        self.instance.page_translations = {code: texts for code, texts in translations.items() if any(texts.values())}
        return cleaned

    @property
    def shown(self) -> Account:
        """The account as a preview shows it: without its logo where that is to go."""
        account: Account = self.instance
        if self.is_bound and self.cleaned_data.get("no_logo"):
            account.logo = ""
        return account

    def save_page(self) -> None:
        """Store what the form holds, and nothing else of the account: another tab may have changed it meanwhile."""
        account: Account = self.instance
        account.save(update_fields=["language", "is_informal", "page_translations", "colour", *WORDS])
        if "is_informal" in self.changed_data:
            follow_form(account)
        if self.logo:
            set_logo(account=account, content=self.logo)
        elif self.cleaned_data["no_logo"]:
            remove_logo(account=account)


def note_on(colour: str) -> str:
    """Return what is hard to see in the colour, in words; empty where nothing is."""
    if _contrast(colour, PAGE_LIGHT) < LEAST_CONTRAST:
        return str(_("Buttons in this colour are hard to see on the white page. A darker one stands out."))
    if _contrast(colour, PAGE_DARK) < LEAST_CONTRAST:
        return str(_("Buttons in this colour are hard to see on phones set to dark. A lighter one stands out."))
    return ""


def _contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
