"""SQL of the hot paths: compiled once for each process, then run with new values each time.

Django needs more time to compile a query than the database to run it: compiling was a third of the processor time of a
token exchange or refresh. Values are not validated here; callers have validated them.
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from itertools import count
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import AutoField, Field, Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql import UpdateQuery

M = TypeVar("M", bound=Model)

Value: TypeAlias = str | int | UUID | datetime | None
ValueOrList: TypeAlias = Value | list[str] | list[int] | list[UUID]

MOST_VALUES = 10  # of a statement that is kept: with more values, compiling is a small part of the work


class Select(Generic[M]):
    """Rows of a query set that takes values: `Select(lambda code: rows.filter(code=code))(code="x")`.

    Only for lookups that compare a value as it is (`exact`, `in`, `gt`); others raise TypeError. A call with more than
    MOST_VALUES values, those in lists included, runs the query set itself.
    """

    def __init__(self, rows: Callable[..., QuerySet[M]]) -> None:
        self._rows = rows
        self._statements = _Statements(lambda samples: _compile(rows(**samples)))

    def __call__(self, **values: ValueOrList) -> list[M]:
        flat = _flat(values)
        if len(flat) > MOST_VALUES:
            return list(self._rows(**values))
        statement = self._statements.of(values)
        return statement.read(statement.sql, statement.parameters_with(flat)) if statement else []

    def first(self, **values: ValueOrList) -> M | None:
        """Return the first of the rows, or None."""
        return next(iter(self(**values)), None)


class Change:
    """UPDATE that takes values: `Change(lambda pk, now: (rows.filter(pk=pk), {"seen_at": now}))(pk=1, now=now)`.

    A call returns the number of changed rows. ValueOrList as for Select; a relation is given as its key.
    """

    def __init__(self, rows_and_changes: Callable[..., tuple[QuerySet[Any], Mapping[str, ValueOrList]]]) -> None:
        self._statements = _Statements[Model](lambda samples: _compile(*rows_and_changes(**samples)))

    def __call__(self, **values: ValueOrList) -> int:
        statement = self._statements.of(values)
        if statement is None:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.parameters_with(_flat(values)))
            return int(cursor.rowcount)


# --- Statements that are kept ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Statement(Generic[M]):
    """SQL with its parameters, some of which are values of the caller; and the reader of its rows."""

    sql: str
    parameters: list[Any]  # samples stand where values go
    places: list[tuple[int, int]]  # index of the parameter, index of the value
    read: Callable[[str, list[Any]], list[M]]

    def parameters_with(self, values: list[Value]) -> list[Any]:
        parameters = self.parameters.copy()
        for index, number in self.places:
            parameters[index] = _stored(values[number])
        return parameters


class _Statements(Generic[M]):
    """Statements of one query, one for each shape of its values: their names, their types, the lengths of lists.

    A statement is compiled with samples as values; the samples then show which parameters are values.
    """

    def __init__(self, compile_with: Callable[[dict[str, ValueOrList]], "_Compiled[M] | None"]) -> None:
        self._compile_with = compile_with
        self._by_shape: dict[tuple[object, ...], _Statement[M] | None] = {}

    def of(self, values: Mapping[str, ValueOrList]) -> _Statement[M] | None:
        """Return the statement for values of this shape; None if an empty list lets no row match."""
        shape = tuple(
            [(name, len(value) if isinstance(value, list) else type(value)) for name, value in values.items()]
        )
        if shape not in self._by_shape:
            self._by_shape[shape] = self._new_statement(values)
        return self._by_shape[shape]

    def _new_statement(self, values: Mapping[str, ValueOrList]) -> _Statement[M] | None:
        samples = _samples(values)
        numbers = {_stored(sample): number for number, sample in enumerate(_flat(samples)) if sample is not None}
        compiled = self._compile_with(samples)
        if [] in values.values():  # with the list, a part of the query drops out, or all of it
            if compiled is None:
                return None
        elif compiled is None or not all(sample in compiled.parameters for sample in numbers):
            # By `contains`, say, which adds percent signs; or a number's column is too narrow for the samples.
            raise TypeError("The query does not take each of its values as it is: run the query set itself.")
        sql, parameters = _write_constants(compiled.sql, compiled.parameters, numbers)
        places = [(index, numbers[parameter]) for index, parameter in enumerate(parameters) if parameter in numbers]
        return _Statement(sql, parameters, places, compiled.read)


def _flat(values: Mapping[str, ValueOrList]) -> list[Value]:
    """The values in one list, those of lists among them."""
    return [item for value in values.values() for item in (value if isinstance(value, list) else [value])]


def _stored(value: Value) -> Value:
    """The value as the database holds it."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def _samples(values: Mapping[str, ValueOrList]) -> dict[str, Any]:
    """Values of the same shape, each of which is unlike every other and every constant of a query."""
    numbers = count()
    return {
        name: [_sample(item, next(numbers)) for item in value]
        if isinstance(value, list)
        else _sample(value, next(numbers))
        for name, value in values.items()
    }


def _sample(value: Value, number: int) -> Value:
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


def _write_constants(sql: str, parameters: Sequence[Any], values: Container[object]) -> tuple[str, list[Any]]:
    """Write each `str` and `int` that is not a value into the SQL; return it with the parameters that are left.

    A database that plans a statement once for all values uses a partial index only if it can read in the SQL that the
    index's condition holds. PostgreSQL walked all contacts of an account to find one by its address.
    """
    pieces = sql.split("%s")
    if len(pieces) != len(parameters) + 1:  # the SQL has a percent sign of its own
        return sql, list(parameters)
    written, left = pieces[0], list[Any]()
    for parameter, piece in zip(parameters, pieces[1:], strict=True):
        # SQLite's quote() ends at a NUL; PostgreSQL holds none.
        if type(parameter) in (str, int) and parameter not in values and "\0" not in str(parameter):
            written += _literal(parameter).replace("%", "%%") + piece
        else:
            left.append(parameter)
            written += "%s" + piece
    return written, left


def _literal(value: object) -> str:
    """The value in SQL, quoted by the database's driver; on SQLite, whose driver quotes nothing, by the database."""
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        from psycopg.sql import Literal

        return Literal(value).as_string(connection.connection)
    # Past Django's cursor: this is no statement of the caller, to be counted or logged as one.
    return str(connection.connection.execute("SELECT quote(?)", [value]).fetchone()[0])


# --- Django's inside ---------------------------------------------------------------------------------

READ_FOR = {(5, 2)}  # versions of Django whose code was read for `_compile`


class _Compiled(NamedTuple, Generic[M]):
    sql: str
    parameters: Sequence[Any]
    read: Callable[[str, list[Any]], list[M]]  # runs SQL with the same columns


def _compile(rows: QuerySet[M], changes: Mapping[str, ValueOrList] | None = None) -> _Compiled[M] | None:
    """Return SQL and parameters of a query, or with `changes` of the UPDATE of its rows, and a reader of rows.

    None if no row can match. The only user of Django's undocumented inside, which is, in django/db/models:
    - `QuerySet.query`, `Query.get_compiler` and `SQLCompiler.as_sql`, which raises EmptyResultSet; for an UPDATE
      `Query.chain(UpdateQuery)` and `add_update_values`, as in `QuerySet.update`;
    - `ModelIterable.__iter__`: gets a compiler from `query.get_compiler`, calls its `execute_sql` and `results_iter`,
      and makes models by its `select`, `klass_info` and `annotation_col_map`;
    - of the compiler: `as_sql` sets these three and `col_count`; `execute_sql` takes its SQL from `as_sql` and its
      cursor from `connection`.
    """
    query: Any = rows.query
    if changes is not None:
        query = query.chain(UpdateQuery)
        query.add_update_values(changes)
    compiler = query.get_compiler(connection=connection)
    try:
        compiled_sql, compiled_parameters = compiler.as_sql()
    except EmptyResultSet:
        return None

    def read(sql: str, parameters: list[Any]) -> list[M]:
        call_query, call_compiler = copy(query), copy(compiler)  # threads share the kept ones
        call_compiler.connection = connections[DEFAULT_DB_ALIAS]  # the thread's own
        call_compiler.as_sql = lambda *_, **__: (sql, parameters)
        call_query.get_compiler = lambda *_, **__: call_compiler
        return list(ModelIterable(QuerySet(query.model, call_query)))

    return _Compiled(compiled_sql, compiled_parameters, read)


# --- Adding rows -------------------------------------------------------------------------------------


class Insert:
    """INSERT of one row that returns its key: `Insert(Model, "name")(name="x")`; a relation is given as its key.

    A column that is left out must take NULL.
    """

    def __init__(self, model: type[Model], *names: str) -> None:
        self._model, self._names = model, names

    def __call__(self, **values: object) -> int:
        parameters = [field.get_db_prep_save(values[field.name], connection) for field in self._fields]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, parameters)
            return int(cursor.fetchone()[0])

    @cached_property
    def _fields(self) -> list["Field[Any, Any]"]:
        meta: Any = self._model._meta
        return [meta.get_field(name) for name in self._names]

    @cached_property
    def _sql(self) -> str:
        return f"{_insert_into(self._model, self._fields)} RETURNING id"


@contextmanager
def one_trip() -> Iterator[None]:
    """Send the statements inside together, where the database can do that. Only in a transaction, for unread results.

    The error of a statement is raised at the end.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def insert_rows(rows: Sequence[M], *, or_update: Sequence[str] = ()) -> None:
    """Add rows of one model, on one trip to the database; keys that the database gives are not read.

    With `or_update`, a row whose primary key exists gets the values of these fields instead.
    """
    if not rows:
        return
    sql, fields = _insertion(type(rows[0]), tuple(or_update))
    thread_connection = connections[DEFAULT_DB_ALIAS]  # `connection` would look it up again for each value
    values = [
        [field.get_db_prep_save(field.pre_save(row, add=True), thread_connection) for field in fields] for row in rows
    ]
    with thread_connection.cursor() as cursor:
        if len(values) == 1:
            cursor.execute(sql, values[0])
        else:
            cursor.executemany(sql, values)


@cache
def _insertion(model: type[Model], or_update: tuple[str, ...]) -> tuple[str, list["Field[Any, Any]"]]:
    """The statement and the fields it writes."""
    meta: Any = model._meta
    quote = connection.ops.quote_name
    fields = [field for field in meta.concrete_fields if not isinstance(field, AutoField)]
    sql = _insert_into(model, fields)
    if or_update:
        columns = [quote(meta.get_field(name).column) for name in or_update]
        sets = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns)
        sql += f" ON CONFLICT ({quote(meta.pk.column)}) DO UPDATE SET {sets}"
    return sql, fields


def _insert_into(model: type[Model], fields: Sequence["Field[Any, Any]"]) -> str:
    quote: Callable[[Any], str] = connection.ops.quote_name  # the stubs allow for fields without a column
    columns, marks = ", ".join(quote(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608 (our own names)
