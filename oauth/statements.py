"""Statements on the path of every call, put together once a process.

Putting a statement together takes Django more time than the statement itself: an exchange and a refresh
spent a third of their processor time on it. Nobody checks values here: who gives them has done so.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet


class Lookup:
    """`Lookup(rows, code="?")(code="x")`: the row of a query set that has this value there, or None.

    Samples are values of the columns' kinds that differ from each other. Values are given as the database holds them.
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


class _Writing:
    """A statement that gives columns of a model values; relations are given as keys."""

    def __init__(self, model: type[Model], *names: str) -> None:
        self._model, self._names = model, names

    @cached_property
    def _fields(self) -> list[Any]:
        return [self._model._meta.get_field(name) for name in self._names]

    @cached_property
    def _table(self) -> str:
        return connection.ops.quote_name(self._model._meta.db_table)

    @cached_property
    def _columns(self) -> list[str]:
        return [connection.ops.quote_name(field.column) for field in self._fields]

    def _parameters(self, values: dict[str, Any]) -> list[Any]:
        return [field.get_db_prep_save(values[field.name], connection) for field in self._fields]


class Insert(_Writing):
    """`Insert(Model, "name")(name="x")`: add a row and return its key. A column that is left out has to take NULL."""

    def __call__(self, **values: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(self._sql, self._parameters(values))
            return int(cursor.fetchone()[0])

    @cached_property
    def _sql(self) -> str:
        marks = ", ".join(["%s"] * len(self._columns))
        return f"INSERT INTO {self._table} ({', '.join(self._columns)}) VALUES ({marks}) RETURNING id"  # noqa: S608


class Update(_Writing):
    """`Update(Model, "name")(pk, name="x")`: change the row of that key."""

    def __call__(self, pk: int, **values: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [*self._parameters(values), pk])

    @cached_property
    def _sql(self) -> str:
        changes = ", ".join(f"{column} = %s" for column in self._columns)
        return f"UPDATE {self._table} SET {changes} WHERE id = %s"  # noqa: S608
