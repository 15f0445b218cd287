"""Filters that several lists share, and those of review requests."""

from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django_filters.fields import IsoDateTimeField
from rest_framework import serializers

from oauth.calls.authentication import credential_of
from reviewhub.rest.fields import Moment
from reviews.models import ReviewRequest
from reviews.requests import external_ids


class _YesNoField(forms.NullBooleanField):
    """A form field for true or false, or 1 or 0, in any case. Refuses every other word."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> bool | None:  # type: ignore[override]  # as its parent does
        if value in (None, ""):
            return None
        try:
            return {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]
        except KeyError:
            raise ValidationError("Give true or false.") from None


class YesNoFilter(django_filters.BooleanFilter):
    """A filter by true or false. Refuses any other word, where the library would filter by nothing."""

    field_class = _YesNoField


class WholeNumberFilter(django_filters.NumberFilter):
    """A filter by a whole number. Refuses a fraction."""

    field_class = forms.IntegerField


class _MomentField(IsoDateTimeField):
    """A form field for a date and time, read as calls write them: the library's own lets some through that are none."""

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            return Moment().to_internal_value(value)
        except serializers.ValidationError as error:
            raise ValidationError([str(problem) for problem in error.detail]) from error


class MomentFilter(django_filters.IsoDateTimeFilter):
    """A filter by a date and time of RFC 3339."""

    field_class = _MomentField


class CreatedFilter(django_filters.FilterSet):
    """Filters by the time when a row was made: from a moment on, and before one."""

    created_after = MomentFilter(field_name="created_at", lookup_expr="gte", help_text="From this moment on.")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt", help_text="Before this moment.")


class ReviewRequestFilter(CreatedFilter):
    """Filters of the list of review requests."""

    status = django_filters.ChoiceFilter(choices=ReviewRequest.Status.choices)
    contact_id = django_filters.UUIDFilter(help_text="Those of one contact.")
    external_id = django_filters.CharFilter(method="filter_by_external_id", help_text="Your own id of it.")

    def filter_by_external_id(self, rows: Any, name: str, value: str) -> Any:
        return external_ids.having(rows, credential_of(self.request).account, value)
