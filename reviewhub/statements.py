"""Statements on the path of every call, put together once a process.

Putting a statement together takes Django more time than the statement itself: an exchange and a refresh
spent a third of their processor time on it. Nobody checks values here: who gives them has done so.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import AutoField, Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql import UpdateQuery

M = TypeVar("M", bound=Model)

MOST_VALUES = 10  # for which a statement is kept; with more of them, putting it together is little of the whole


class _Kept:
    """Statements that were put together for values like these: the same names, kinds and lengths of lists."""

    def __init__(self) -> None:
        self._statements: dict[tuple[Any, ...], _Statement | None] = {}

    def _query(self, **values: Any) -> Any:
        raise NotImplementedError

    def _statement(self, values: dict[str, Any]) -> "_Statement | None":
        """None where there can be no row, as with `in []`."""
        shape = tuple([(name, len(value) if type(value) is list else type(value)) for name, value in values.items()])
        if shape not in self._statements:
            self._statements[shape] = self._put_together(values)
        return self._statements[shape]

    def _put_together(self, values: dict[str, Any]) -> "_Statement | None":
        samples = {}
        number = 0
        for name, value in values.items():
            given = value if type(value) is list else [value]
            sampled = [_sample(one, number + place) for place, one in enumerate(given)]
            samples[name] = sampled if type(value) is list else sampled[0]
            number += len(sampled)
        query = self._query(**samples)
        compiler = query.get_compiler(connection=connection)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return None
        numbers = {_stored(sample): number for number, sample in enumerate(_flat(samples)) if sample is not None}
        sql, kept = _with_literals(sql, parameters, numbers)
        places = [(place, numbers[value]) for place, value in enumerate(kept) if value in numbers]
        return _Statement(query, compiler, sql, kept, places)


@dataclass(frozen=True)
class _Statement:
    query: Any
    compiler: Any
    sql: str
    parameters: list[Any]
    places: list[tuple[int, int]]  # where in the parameters which of the values goes

    def given(self, values: dict[str, Any]) -> list[Any]:
        flat, parameters = _flat(values), self.parameters.copy()
        for place, number in self.places:
            parameters[place] = _stored(flat[number])
        return parameters


class Select(_Kept):
    """`Select(lambda code: rows.filter(code=code))(code="x")`: the rows of a query set that takes values.

    Values are texts, keys, moments, None, or lists of these; they are compared as they are, by lookups that do not
    change them (`exact`, `in`, `gt`). A statement is kept for each length of lists, up to MOST_VALUES in all.
    """

    def __init__(self, rows: Callable[..., QuerySet[Any]]) -> None:
        super().__init__()
        self._rows = rows

    def __call__(self, **values: Any) -> list[Any]:
        if len(_flat(values)) > MOST_VALUES:
            return list(self._rows(**values))
        statement = self._statement(values)
        if statement is None:
            return []
        # Django's own way from here on: only that this compiler has its statement already.
        query, compiler, parameters = copy(statement.query), copy(statement.compiler), statement.given(values)
        compiler.connection = connections[DEFAULT_DB_ALIAS]  # this thread's
        query.get_compiler = lambda *_, **__: compiler
        compiler.as_sql = lambda *_, **__: (statement.sql, parameters)
        return list(ModelIterable(QuerySet(query.model, query)))

    def first(self, **values: Any) -> Any:
        """The first of the rows, or None."""
        return next(iter(self(**values)), None)

    def _query(self, **values: Any) -> Any:
        return self._rows(**values).query


class Change(_Kept):
    """`Change(lambda pk, now: (rows.filter(pk=pk), {"seen_at": now}))(pk=1, now=now)`: how many rows it changed.

    Values as for Select; relations are given as keys.
    """

    def __init__(self, what: Callable[..., tuple[QuerySet[Any], dict[str, Any]]]) -> None:
        super().__init__()
        self._what = what

    def __call__(self, **values: Any) -> int:
        statement = self._statement(values)
        if statement is None:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.given(values))
            return int(cursor.rowcount)

    def _query(self, **values: Any) -> Any:
        rows, changes = self._what(**values)
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values(changes)
        return query


def _with_literals(sql: str, parameters: Sequence[Any], values: Container[Any]) -> tuple[str, list[Any]]:
    """The statement with its constants written out, and the parameters that are left.

    A database that plans a statement once for all values takes a partial index only if it can read there that the
    index's condition holds. PostgreSQL walked all contacts of an account to find one by its address.
    """
    pieces = sql.split("%s")
    if len(pieces) != len(parameters) + 1:
        return sql, list(parameters)  # it has a percent sign of its own
    written, kept = pieces[0], []
    for parameter, piece in zip(parameters, pieces[1:], strict=True):
        if parameter in values or type(parameter) not in (str, int):
            kept.append(parameter)
            written += "%s" + piece
        else:
            literal = str(parameter) if type(parameter) is int else "'" + parameter.replace("'", "''") + "'"
            written += literal.replace("%", "%%") + piece
    return written, kept


def _flat(values: dict[str, Any]) -> list[Any]:
    return [one for value in values.values() for one in (value if type(value) is list else [value])]


def _sample(value: Any, number: int) -> Any:
    """A value of the same kind that no statement has of itself."""
    if value is None:
        return None
    if isinstance(value, str):
        return f"sample {number}"
    if isinstance(value, UUID):
        return UUID(int=number)
    if isinstance(value, int):
        return (1 << 40) + number
    if isinstance(value, datetime):
        return datetime.min.replace(tzinfo=UTC) + timedelta(days=number + 1)
    raise TypeError(f"{value!r} is no value for a statement that is kept.")


def _stored(value: Any) -> Any:
    """The value as the database holds it."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


class Insert:
    """`Insert(Model, "name")(name="x")`: add a row and return its key; relations are given as keys.

    A column that is left out has to take NULL.
    """

    def __init__(self, model: type[Model], *names: str) -> None:
        self._model, self._names = model, names

    def __call__(self, **values: Any) -> int:
        parameters = [field.get_db_prep_save(values[field.name], connection) for field in self._fields]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, parameters)
            return int(cursor.fetchone()[0])

    @cached_property
    def _fields(self) -> list[Any]:
        return [self._model._meta.get_field(name) for name in self._names]

    @cached_property
    def _sql(self) -> str:
        table = connection.ops.quote_name(self._model._meta.db_table)
        columns = ", ".join(connection.ops.quote_name(field.column) for field in self._fields)
        marks = ", ".join(["%s"] * len(self._fields))
        return f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING id"  # noqa: S608 (our own names)


@contextmanager
def one_trip() -> Iterator[None]:
    """Inside a transaction: let statements whose results nobody reads travel together, where the database can do that.

    What one of them is refused for is raised at the end.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def insert_rows(rows: Sequence[M], *, or_update: Sequence[str] = ()) -> None:
    """Add rows of one model, on one trip to the database; keys that it gives are not read.

    With `or_update`, a row whose primary key exists gets these columns instead.
    """
    if not rows:
        return
    sql, fields = _insertion(type(rows[0]), tuple(or_update))
    own = connections[DEFAULT_DB_ALIAS]  # what stands for it finds it anew for each value
    values = [[field.get_db_prep_save(field.pre_save(row, add=True), own) for field in fields] for row in rows]
    with own.cursor() as cursor:
        if len(values) == 1:
            cursor.execute(sql, values[0])
        else:
            cursor.executemany(sql, values)


@cache
def _insertion(model: type[Model], or_update: tuple[str, ...]) -> tuple[str, list[Any]]:
    """The statement and the fields it writes."""
    meta: Any = model._meta
    quoted = connection.ops.quote_name
    fields = [field for field in meta.concrete_fields if not isinstance(field, AutoField)]
    columns, marks = ", ".join(quoted(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quoted(meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608 (our own names)
    if or_update:
        changes = [quoted(meta.get_field(name).column) for name in or_update]
        sets = ", ".join(f"{column} = EXCLUDED.{column}" for column in changes)
        sql += f" ON CONFLICT ({quoted(meta.pk.column)}) DO UPDATE SET {sets}"
    return sql, fields
