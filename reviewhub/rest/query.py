"""Query parameters of lists: which there are, and what is said of others."""

from collections.abc import Collection, Iterator
from typing import Any

from django.http import QueryDict
from django_filters import MultipleChoiceFilter
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError

LONGEST = 50  # characters of a name that an error repeats


class StrictFilters(DjangoFilterBackend):
    """Filters of a list that takes its own parameters alone: a slip of the pen must not select everything."""

    def filter_queryset(self, request: Any, rows: Any, view: Any) -> Any:
        filters = getattr(view, "filterset_class", None)
        declared = filters.base_filters if filters else {}
        lists = {name for name, filter_ in declared.items() if isinstance(filter_, MultipleChoiceFilter)}
        pages = view.paginator
        check_parameters(
            request.query_params, [*declared, pages.cursor_query_param, pages.page_size_query_param], lists
        )
        return super().filter_queryset(request, rows, view)


def check_parameters(parameters: QueryDict, known: Collection[str], lists: Collection[str] = ()) -> None:
    """Raise ValidationError if a parameter is unknown, blank, or there twice; those of `lists` may be there often."""
    problems = {
        name[:LONGEST]: [problem]
        for name, values in parameters.lists()
        for problem in _problems(name, values, known, name in lists)
    }
    if problems:
        raise ValidationError(problems)


def _problems(name: str, values: list[str], known: Collection[str], is_list: bool) -> Iterator[str]:
    if name not in known:
        yield f"Unknown here. Known are: {', '.join(known)}."
    elif not all(value.strip() for value in values):
        yield "Is blank: give it a value, or leave it out."
    elif len(values) > 1 and not is_list:
        yield "Is there more than once: give it one value."
