"""Statements that are compiled once, and executed by the driver itself.

Executing a small one takes 20 µs of Python through SQLAlchemy and 4 by the driver, a few times
that in a busy process, and a send needs a dozen. So those of a send are prepared. SQLAlchemy still
writes their SQL, converts values by their types, owns connection and transaction, and names the
errors.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeAlias, TypeVar, cast

from sqlalchemy import Column, Connection, Dialect, Insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

K = TypeVar("K")
T = TypeVar("T")

Values: TypeAlias = Mapping[str, Any]
Convert: TypeAlias = Callable[[Any], Any]


class Prepared:
    """A statement whose values are `bindparam`s, or an insert of the named columns.

    It runs in the transaction of its connection, and begins one where there is none. Raises what
    SQLAlchemy raises; a missing value may be a `KeyError`.
    """

    def __init__(self, statement: Any, *columns: str) -> None:
        self._statement = statement
        self._columns = columns
        self._forms: dict[str, _Form] = {}

    def run(self, connection: Connection, values: Values) -> int:
        """The number of rows that it touched."""
        return self._execute(connection, values, _Form.count)

    def run_each(self, connection: Connection, values: Iterable[Values]) -> None:
        """Once with each of the values."""
        self._execute(connection, values, _Form.count, many=True)

    def first(self, connection: Connection, values: Values) -> Any:
        """The first row, as a named tuple; None where there is none."""
        return self._execute(connection, values, _Form.first)

    def all(self, connection: Connection, values: Values) -> list[Any]:
        """All rows, as named tuples."""
        return self._execute(connection, values, _Form.all)

    def _execute(
        self,
        connection: Connection,
        values: Any,
        take: Callable[[_Form, Any], T],
        *,
        many: bool = False,
    ) -> T:
        """What `take` finds in the driver's cursor; who listens to the engine hears of it as of
        any other statement. The driver's errors become SQLAlchemy's."""
        if not connection.in_transaction():
            connection.begin()
        dialect: Any = connection.dialect
        form = self._forms.get(dialect.name) or self._compile(dialect)
        parameters = [form.bind(each) for each in values] if many else form.bind(values)
        driver: Any = connection.connection.dbapi_connection
        cursor = driver.cursor()
        try:
            for hear in connection.engine.dispatch.before_cursor_execute:
                hear(connection, cursor, form.sql, parameters, None, many)
            (cursor.executemany if many else cursor.execute)(form.sql, parameters)
            return take(form, cursor)
        except dialect.dbapi.Error as error:
            raise translated(connection, form.sql, error) from error
        finally:
            cursor.close()

    def _compile(self, dialect: Dialect) -> _Form:
        form = _Form(self._statement, self._columns, dialect)
        return self._forms.setdefault(dialect.name, form)


class _Form:
    """A statement as one kind of database takes it."""

    def __init__(self, statement: Any, columns: tuple[str, ...], dialect: Dialect) -> None:
        compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=columns or None)
        self.sql = str(compiled)
        self._order = compiled.positiontup
        self._fixed = {
            name: bound.effective_value
            for name, bound in compiled.binds.items()
            if not bound.required
        }
        self._made = _defaults(compiled) if isinstance(statement, Insert) else {}
        self._into = _needed(
            (name, bound.type.dialect_impl(dialect).bind_processor(dialect))
            for name, bound in compiled.binds.items()
        )
        found = statement.exported_columns
        self._dialect = dialect
        self._types = [column.type for column in found]
        self._row = partial(tuple.__new__, cast(Any, namedtuple("Row", found.keys())))
        self._out: dict[int, Convert] | None = None

    def bind(self, values: Values) -> Any:
        """The parameters in the driver's form."""
        given = {**self._fixed, **values}
        for name, make in self._made.items():
            given[name] = make()
        for name, convert in self._into.items():
            given[name] = convert(given[name])
        return given if self._order is None else [*map(given.__getitem__, self._order)]

    def count(self, cursor: Any) -> int:
        """How many rows were touched."""
        return cast(int, cursor.rowcount)

    def first(self, cursor: Any) -> Any:
        """What a cursor holds first."""
        found = cursor.fetchone()
        return None if found is None else self._read(found, cursor)

    def all(self, cursor: Any) -> list[Any]:
        """All that a cursor holds."""
        return [self._read(found, cursor) for found in cursor.fetchall()]

    def _read(self, found: tuple[Any, ...], cursor: Any) -> Any:
        """A row with the values in Python's types."""
        if self._out is None:
            self._out = self._conversions_out([column[1] for column in cursor.description])
        if not self._out:
            return self._row(found)
        values = list(found)
        for index, convert in self._out.items():
            values[index] = convert(values[index])
        return self._row(values)

    def _conversions_out(self, codes: list[Any]) -> dict[int, Convert]:
        """What the driver's types need, which it names by its own codes."""
        typed = enumerate(zip(self._types, codes, strict=True))
        return _needed(
            (index, kind.dialect_impl(self._dialect).result_processor(self._dialect, code))
            for index, (kind, code) in typed
        )


def _needed(found: Iterable[tuple[K, Convert | None]]) -> dict[K, Convert]:
    return {key: convert for key, convert in found if convert}


def _defaults(compiled: SQLCompiler) -> dict[str, Callable[[], Any]]:
    """How the columns of an insert that Python fills in get their values."""
    return {column.key: _default(column) for column in compiled.insert_prefetch}


def _default(column: Column[Any]) -> Callable[[], Any]:
    made: Any = column.default
    return (lambda: made.arg(None)) if made.is_callable else (lambda: made.arg)


def translated(connection: Connection, sql: str, error: Exception) -> Exception:
    """What SQLAlchemy would raise; a connection that is lost is not used again."""
    dialect: Any = connection.dialect
    gone = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if gone:
        connection.invalidate(error)
    return DBAPIError.instance(
        sql,
        None,
        error,
        dialect.dbapi.Error,
        hide_parameters=True,
        connection_invalidated=gone,
        dialect=dialect,
    )
