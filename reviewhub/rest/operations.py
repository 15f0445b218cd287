"""Descriptions of operations for the OpenAPI document, written beside the views that do them.

`reviews.api.openapi` makes the document of them. Its generator is installed for developers alone: nothing of it is
imported here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import cleandoc
from typing import Any, TypeVar

from rest_framework import serializers

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Operation:
    """One operation, as the document has it.

    `takes` is the serializer of the body, `query` that of parameters which no filter makes. `answers` maps each status
    of success to a serializer, `[serializer]` for a page of a list, several in a tuple for one of these, or None for no
    body, `str` for a page. `example` is one of the body, `shows` maps a status to one of the answer. Plain functions
    name `method`, `tag` and `security`, which views of DRF imply.
    """

    id: str
    summary: str
    description: str
    answers: Mapping[int, Any]
    takes: Any = None
    query: Any = None
    example: Mapping[str, Any] | None = None
    shows: Mapping[int, Any] = field(default_factory=dict)
    method: str = ""
    tag: str = ""
    security: Any = None
    form: bool = False  # whether the body is a form, as RFCs have it, and not JSON
    errors: Mapping[int, str] = field(default_factory=dict)  # status of an error to its code, where it is another one


def operation(id: str, answers: Any, **more: Any) -> Callable[[F], F]:  # noqa: A002 (the document's word)
    """Describe a method of a view: the first sentence of its docstring is the summary, the rest the description.

    `answers` may be a serializer alone: that of a 200. Otherwise the arguments are the fields of Operation.
    """

    def describe(function: F) -> F:
        summary, _, description = " ".join(cleandoc(function.__doc__ or "").split()).partition(". ")
        statuses = answers if isinstance(answers, Mapping) else {200: answers}
        said = Operation(id, summary.removesuffix("."), description, statuses, **more)
        function.operation = said  # type: ignore[attr-defined]
        return function

    return describe


class Either(serializers.Field[Any, Any, Any, Any]):
    """A field of an answer that has the form of one of several serializers. It serves the document alone."""

    def __init__(self, *forms: type[serializers.Serializer[Any]], **options: Any) -> None:
        super().__init__(**options)
        self.forms = forms
