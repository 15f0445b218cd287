"""Choice of a customer's language in forms, and its name in the language of the page."""

from typing import Any

from django import forms
from django.conf import settings
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
