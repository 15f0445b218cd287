"""Answers to `OPTIONS`."""

from typing import TYPE_CHECKING, Any

from django.urls import resolve
from rest_framework.metadata import SimpleMetadata
from rest_framework.request import Request

if TYPE_CHECKING:  # the framework's settings import this module while its views are being made
    from rest_framework.views import APIView


class MetadataOfOwnRows(SimpleMetadata):
    """What an address is for. Where it names a row that the caller may not see, the answer is 404, as that of `GET`."""

    def determine_metadata(self, request: Request, view: "APIView") -> Any:
        if view.kwargs:
            _read_row(request)
        return super().determine_metadata(request, view)

    def determine_actions(self, request: Request, view: "APIView") -> dict[str, Any]:
        """Leave out the fields of bodies: the library takes those of the answer. The OpenAPI document has them."""
        return {}


def _read_row(request: Request) -> None:
    """Read the row that the address names, as a `GET` of the row's own address. Raises NotFound.

    The row's own address ends with its key: that of `…/contacts/<id:pk>/evidence` is `…/contacts/<id:pk>`.
    """
    match = request.resolver_match
    assert match is not None  # noqa: S101 (a view has one)
    parts = match.route.split("/")
    key = next(index for index, part in enumerate(parts) if part.startswith("<"))
    own = resolve("/".join(request.path_info.split("/")[: key + 2]))  # the path begins with a slash, the route does not
    view = own.func.view_class()  # type: ignore[attr-defined]  # as `as_view` makes it
    view.setup(request, **own.kwargs)
    view.get(request, **own.kwargs)
