"""Events over the API: the list that programs read which have no webhook. `webhooks.payload` has its form."""

from typing import Any

import django_filters
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from oauth.calls.authentication import credential_of
from reviewhub.rest.errors import ByNumber
from reviewhub.rest.operations import operation
from reviewhub.rest.versions import versioned
from reviews.api.filters import MomentFilter
from reviews.models import SUBSCRIBABLE, Event
from reviews.webhooks.payload import EventOut, represent_events


class EventFilter(django_filters.FilterSet):
    """Filters of the list: by types, from a moment on, and before one."""

    type = django_filters.MultipleChoiceFilter(choices=[(type_.value, type_.label) for type_ in SUBSCRIBABLE])
    occurred_after = MomentFilter(field_name="occurred_at", lookup_expr="gte", help_text="From this moment on.")
    occurred_before = MomentFilter(field_name="occurred_at", lookup_expr="lt", help_text="Before this moment.")


class EventList(GenericAPIView[Event]):
    """The account's events, newest first; kept for 30 days."""

    serializer_class = EventOut
    filterset_class = EventFilter
    pagination_class = ByNumber

    def get_queryset(self) -> Any:
        rows = Event.objects.for_account(credential_of(self.request).account)
        return rows.exclude(type=Event.Type.TEST)

    @operation("listEvents", [EventOut])
    @versioned
    def get(self, request: Request) -> Response:
        """List what happened. For programs that ask now and then: ids are stable; events are kept for 30 days."""
        page: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(represent_events(page))
