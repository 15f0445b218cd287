"""Consents: their list, and the fields of forms in which staff say that customers have agreed to be written to."""

from collections.abc import Container
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviewhub.backoffice.lists import WithList
from reviewhub.backoffice.pages import (
    GeneratedRows,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)
from reviews.admin.lists.consents import Consents
from reviews.models import Consent
from reviews.models.consent import CONSENT_CHANNELS, MOST_SOURCE, MOST_WORDING
from reviews.requests.intake import problem_of_time


@admin.register(Consent)
class ConsentAdmin(GeneratedRows, WithList):
    """What customers agreed to and took back. Asks, imports and opt-outs write it; nobody changes it."""

    listing = Consents()
    list_filter = ("kind", "channel")
    list_select_related = ("account", "contact")
    ordering = ("-recorded_at",)  # the order that has an index
    search_fields = ("address",)
    fields = ("account", "contact", "channel", "address", "kind", "wording", "source", "at", "via", "recorded_at")


class MomentInput(UnfoldAdminTextInputWidget):
    """A browser's own input of a date and time, in the time zone of the page."""

    def __init__(self) -> None:
        super().__init__({"type": "datetime-local"})

    def format_value(self, value: Any) -> str | None:
        return f"{value:%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else value


PARTS = ("consent_wording", "consent_source", "consent_at")


def consent_fields(*, nobody: Any, whom: Any) -> tuple[forms.Field, ...]:
    """Return the fields consent_channel, consent_wording, consent_source and consent_at.

    `whom`: the label of the first; `nobody`: its choice that says nothing.
    """
    return (
        forms.ChoiceField(
            label=whom, choices=[("", nobody), *CONSENT_CHANNELS], required=False, widget=UnfoldAdminSelectWidget
        ),
        forms.CharField(
            label=_("In these words"),
            max_length=MOST_WORDING,
            required=False,
            widget=UnfoldAdminTextareaWidget({"rows": 2}),
            help_text=_("As the customer read or heard them."),
        ),
        forms.CharField(
            label=_("Where they agreed"),
            max_length=MOST_SOURCE,
            required=False,
            widget=UnfoldAdminTextInputWidget(),
            help_text=_("Such as: check box on the booking form."),
        ),
        forms.DateTimeField(
            label=_("When they agreed"),
            required=False,
            widget=MomentInput(),
        ),
    )


def check_consent(form: forms.Form, cleaned: dict[str, Any], *, now: datetime, elsewhere: Container[str] = ()) -> None:
    """Refuse a consent that lacks a part, which would prove nothing, or has an impossible time.

    `elsewhere`: parts that come from somewhere else, and may be empty here.
    """
    has_part = any(cleaned.get(name) or name in elsewhere for name in PARTS)
    if not cleaned.get("consent_channel") and "consent_channel" not in elsewhere:
        if has_part:
            form.add_error("consent_channel", gettext("Say what was agreed to: mail, texts or both."))
        return
    for name in PARTS:
        if name not in form.errors and not cleaned.get(name) and name not in elsewhere:
            form.add_error(name, gettext("A consent proves nothing without it."))
    if at := cleaned.get("consent_at"):
        cleaned["consent_at"] = min(at, now)  # else a withdrawal in the next minutes would seem to be the older one
        if problem := problem_of_time(at, now):
            form.add_error("consent_at", problem)
