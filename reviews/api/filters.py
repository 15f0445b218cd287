"""Filters of the lists."""

import django_filters

from reviews.models import ReviewRequest


class CreatedFilter(django_filters.FilterSet):
    """When a row was made: from a moment on, and before one."""

    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")


class ReviewRequestFilter(CreatedFilter):
    status = django_filters.ChoiceFilter(choices=ReviewRequest.Status.choices)
    contact_id = django_filters.UUIDFilter()
    external_id = django_filters.CharFilter()
