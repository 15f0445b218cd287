"""Converters of paths."""

from django.urls import register_converter
from django.urls.converters import UUIDConverter


class Id(UUIDConverter):
    """`<id:pk>`: a UUID in upper or lower case (RFC 9562 §4). It is written in lower case."""

    regex = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"


register_converter(Id, "id")
