"""The source that reads a table, or the answer of a query, and writes nothing to the database."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from modelyard.domain.cells import missing_tokens_of
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import DataError, InvalidValue, NoRows, NotFound, UsageError
from modelyard.domain.headers import require_sound_header
from modelyard.domain.series import series_of
from modelyard.domain.tables import RawTable, SourceFacts
from modelyard.kit.addresses import stated
from modelyard.kit.matching import suggestion
from modelyard.protocols.sources import SourceCard

# Rows that are in memory as Python values at a time.
_CHUNK_ROWS = 50_000
_READS = re.compile(r"\s*(?:select|with|values)\b", re.IGNORECASE)
# A statement may also write within a CTE, or its answer INTO a table or file. The session is
# read-only as well; this says it earlier.
_WRITES = re.compile(
    r"\b(?:into|insert|update|delete|drop|alter|create|truncate|attach|merge|grant|copy)\b",
    re.IGNORECASE,
)
# What writes files in a read-only session of MySQL or MariaDB too, and the comments that these run;
# refused wherever it stands, for what a quote is differs between databases.
# Source: MySQL 8.4 Reference Manual, sections "SELECT ... INTO Statement" and "Comments".
_WRITES_FILES = re.compile(r"\b(?:out|dump)file\b|/\*M?!", re.IGNORECASE)
# What stands within quotes or comments is no statement.
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_HOW = "sqlite:///shop.db?table=orders, or an address with --query 'select …'"


@dataclass(frozen=True)
class SqlSource:
    """Reads from databases."""

    card: SourceCard

    def read(self, location: Path | str, options: ReadOptions) -> RawTable:
        """Return a table, or the answer of a query, row by row as the database gives it.

        The address is SQLAlchemy's, with `table=NAME` or `query=SELECT …` among its parameters.
        The session is read-only. What is stated of the address has no password.

        Raises:
            UsageError: if the address names neither a table nor a query, or the query writes.
            NotFound: if there is no such database file or table.
            DataError: if the database refuses, or answers without rows.
        """
        address, table, query = _taken_apart(str(location))
        with _connected(address) as connection:
            statement = _statement(connection, table, query)
            frame = _frame(connection, statement)
        require_sound_header(frame.columns)
        if not frame.height:
            raise NoRows("The database answered without rows.", fix="Name another table or query.")
        facts = SourceFacts(
            source=self.card.key,
            location=stated(str(location)),
            size_bytes=int(frame.estimated_size()),
            decimal=options.decimal,
            missing_tokens=missing_tokens_of(options.missing_tokens),
        )
        return RawTable(frame, facts)


COMPONENT = SqlSource(
    SourceCard("sql", "SQL database", schemes=("sqlite", "postgresql", "mysql", "mariadb"))
)


def _taken_apart(location: str) -> tuple[Any, str | None, str | None]:
    """Return SQLAlchemy's address, and the table or the query that stands among its parameters."""
    import sqlalchemy as sa

    try:
        address = sa.make_url(location)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise InvalidValue(
            "The address of the database cannot be read.", fix=f"Write for example {_HOW}."
        ) from error
    table, query = (_parameter(address, name) for name in ("table", "query"))
    if (table is None) == (query is None):
        raise UsageError(
            "The address of a database must name a table or a query, and not both.",
            fix=f"Write for example {_HOW}.",
            sample=stated(location),
        )
    return address.difference_update_query(["table", "query"]), table, query


def _parameter(address: Any, name: str) -> str | None:
    given = address.query.get(name)
    if isinstance(given, tuple):
        raise UsageError(f"The address names '{name}' twice.", fix="Name it once.")
    return given or None


@contextmanager
def _connected(address: Any) -> Iterator[Any]:
    """Open a read-only session, and say without the password what goes wrong in it."""
    import sqlalchemy as sa

    try:
        engine = _engine(address)
        try:
            with engine.connect() as connection:
                _forbid_writing(connection)
                yield connection
        finally:
            engine.dispose()
    except sa.exc.NoSuchModuleError as error:
        raise InvalidValue(
            f"There is no driver for databases called '{address.drivername}'.",
            fix="Install SQLAlchemy's dialect for it, or export the table to Parquet.",
            sample=address.drivername,
        ) from error
    except ImportError as error:
        raise InvalidValue(
            f"The driver of '{address.drivername}' is not installed: {error}.",
            fix="Install it with pip, or export the table to Parquet.",
            sample=address.drivername,
        ) from error
    except sa.exc.SQLAlchemyError as error:
        raise DataError(
            f"The database refuses: {_without(address.password, error)}.",
            fix="Check the address, the names in the query and your rights.",
        ) from error


def _engine(address: Any) -> Any:
    import sqlalchemy as sa

    if address.get_backend_name() != "sqlite":
        return sa.create_engine(address, poolclass=sa.NullPool)
    name = address.database or ""
    if not Path(name).is_file():
        raise NotFound(f"There is no database file '{name}'.", fix="Check the path.", sample=name)
    import sqlite3

    place = f"{Path(name).absolute().as_uri()}?mode=ro"
    return sa.create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(place, uri=True), poolclass=sa.NullPool
    )


def _forbid_writing(connection: Any) -> None:
    import sqlalchemy as sa

    backend = connection.dialect.name
    if backend == "sqlite":
        connection.execute(sa.text("PRAGMA query_only = ON"))
    elif backend in {"postgresql", "mysql", "mariadb"}:
        connection.execute(sa.text("SET TRANSACTION READ ONLY"))


def _statement(connection: Any, table: str | None, query: str | None) -> Any:
    import sqlalchemy as sa

    if query is not None:
        return sa.text(_require_reading(query).replace(":", r"\:"))
    schema, _, name = (table or "").rpartition(".")
    inspector = sa.inspect(connection)
    if not inspector.has_table(name, schema=schema or None):
        known = [*inspector.get_table_names(), *inspector.get_view_names()]
        told = f"Tables: {', '.join(known[:20])}." if known else "It holds no tables."
        raise NotFound(
            f"The database has no table '{table}'.",
            fix=suggestion(table or "", known, otherwise=told),
            sample=table,
        )
    return sa.select(sa.text("*")).select_from(sa.table(name, schema=schema or None))


def _require_reading(query: str) -> str:
    """Return the query without a closing semicolon.

    Raises:
        UsageError: if it is more than one statement, or one that writes.
    """
    query = query.strip().rstrip(";")
    bare = _QUOTED.sub(" ", query)
    writes = _WRITES.search(bare) or _WRITES_FILES.search(query)
    if not _READS.match(bare) or ";" in bare or writes:
        raise UsageError(
            "The query must be one statement that only reads.",
            fix="Write one SELECT, or name a view with table=.",
            sample=query[:80],
        )
    return query


def _frame(connection: Any, statement: Any) -> pl.DataFrame:
    """Return the answer, of which a part at a time is held as Python values."""
    answer = connection.execution_options(stream_results=True).execute(statement)
    names = list(map(str, answer.keys()))
    require_sound_header(names)
    parts: list[list[pl.Series]] = [[] for _ in names]
    for rows in answer.partitions(_CHUNK_ROWS):
        for at, values in enumerate(zip(*rows, strict=True)):
            parts[at].append(series_of(names[at], list(values)))
    return pl.DataFrame([_joined(name, part) for name, part in zip(names, parts, strict=True)])


def _joined(name: str, parts: list[pl.Series]) -> pl.Series:
    """Join parts of one type; where their types differ, find the type of all values anew."""
    dtypes = {part.dtype for part in parts if part.dtype != pl.Null}
    if len(dtypes) == 1 and pl.Object not in dtypes:
        dtype = dtypes.pop()
        return pl.concat([part.cast(dtype) for part in parts])
    return series_of(name, [value for part in parts for value in part.to_list()])


def _without(password: object, error: Exception) -> str:
    """Return the database's own words, which may quote the address, without the password."""
    original = getattr(error, "orig", None) or error
    text = " ".join(str(original).split())[:300].rstrip(".")
    return text.replace(str(password), "***") if password else text
