"""Filters of the lists."""

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError

from reviews.models import ReviewRequest


class _YesNoField(forms.NullBooleanField):
    widget = forms.TextInput

    def to_python(self, value: Any) -> bool | None:  # type: ignore[override]  # as its parent does
        if value in (None, ""):
            return None
        try:
            return {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]
        except KeyError:
            raise ValidationError("Give true or false.") from None


class YesNoFilter(django_filters.BooleanFilter):
    """Refuses what is neither, where the library would not filter at all."""

    field_class = _YesNoField


class WholeNumberFilter(django_filters.NumberFilter):
    field_class = forms.IntegerField


class CreatedFilter(django_filters.FilterSet):
    """When a row was made: from a moment on, and before one."""

    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")


class ReviewRequestFilter(CreatedFilter):
    status = django_filters.ChoiceFilter(choices=ReviewRequest.Status.choices)
    contact_id = django_filters.UUIDFilter()
    external_id = django_filters.CharFilter()
