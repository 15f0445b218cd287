"""Finding the row that a caller presents, on the path of every call."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db.models import QuerySet


class Lookup:
    """`Lookup(rows, code="?")(code="x")`: the row of a query set that has this value there, or None.

    Putting a query together takes Django more time than the query itself; here it does so once, with samples,
    which are values of the columns' kinds that differ from each other. Values are given as the database holds them.
    """

    def __init__(self, rows: Callable[[], QuerySet[Any]], **samples: Any) -> None:
        self._rows, self._samples = rows, samples

    def __call__(self, **values: Any) -> Any:
        model, sql, names = self._prepared
        return next(iter(model.objects.raw(sql, [values[name] for name in names])), None)

    @cached_property
    def _prepared(self) -> tuple[Any, str, list[str]]:
        rows = self._rows().filter(**self._samples)
        sql, parameters = rows.query.sql_with_params()
        names = {sample: name for name, sample in self._samples.items()}
        return rows.model, sql, [names[parameter] for parameter in parameters]
