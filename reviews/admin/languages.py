"""Languages in the back-office: the choice of a customer's, and the one whose texts a form shows."""

from collections.abc import Sequence
from typing import Any, Protocol

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reviewhub.backoffice.pages import UnfoldAdminSelectWidget
from reviewhub.languages import language_name


def language_field() -> forms.ChoiceField:
    """Return a field for the language of a customer; empty means the business's."""
    return forms.ChoiceField(
        label=_("Language"),
        choices=[("", _("The business's")), *settings.LANGUAGES],
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Of messages, where there are texts in it, and of the page."),
    )


def offer_region(field: Any, tag: str) -> None:
    """Let a field keep a regional form that a customer has, such as de-AT."""
    if tag and tag not in dict(settings.LANGUAGES):
        field.choices = [*field.choices, (tag, f"{language_name(tag)} ({tag})")]


class Tab(Protocol):
    """A language in a form, with texts in it."""

    @property
    def language(self) -> str: ...

    @property
    def has_problems(self) -> bool: ...


def shown_language(request: HttpRequest, tabs: Sequence[Tab]) -> str:
    """Return the language whose texts the editor shows: one with problems, else that which was chosen, else the own."""
    codes = [tab.language for tab in tabs]
    chosen = request.POST.get("_language") or request.GET.get("language", "")
    faulty = [tab.language for tab in tabs if tab.has_problems]
    shown = chosen if chosen in codes else next(iter(codes), "")
    return faulty[0] if faulty and shown not in faulty and request.method == "POST" else shown
