"""Opens the project's database: pragmas, transactions, and migrations that run by themselves.

Readers take a snapshot and never wait; writers queue (SQLite's write-ahead log). A transaction
that will write says so when it begins, so that two of them never find each other half-way.
"""

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine.interfaces import DBAPIConnection

from modelyard.domain.errors import InvalidValue, StoreError
from modelyard.store.failures import explain_database_error, explaining
from modelyard.store.tables import METADATA, to_json_text

# The newest revision in `migrations/versions`; a test holds the two together. It stands here so
# that Alembic, which takes longer to import than a list of runs to print, is imported only when
# a database of an older version is to be migrated.
HEAD = "0002"
# The table in which Alembic keeps the revision, as it would make it.
_VERSIONS = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

_BUSY_TIMEOUT_S = 30.0
_SQLITE_PREFIX = "sqlite:///"


class Database:
    """An open database, handed to the classes that keep one noun each."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(sqlite_begin="IMMEDIATE")

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection that sees one moment of the database."""
        with self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield a connection whose changes appear together at the end, or not at all."""
        with self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection; the database cannot be used afterwards."""
        self._engine.dispose()


def open_database(url: str) -> Database:
    """Open the database, make it where there is none, and bring its tables up to date.

    Args:
        url: `sqlite:////absolute/path.db`, or `sqlite://` for one in memory.

    Raises:
        StoreError: if it cannot be opened, is damaged, foreign, or of a newer version.
        InvalidValue: if the URL names another kind of database.
    """
    engine = _make_engine(_parse(url))
    database = Database(engine)
    try:
        with database.reading() as connection:
            is_current = _revision(connection) == HEAD
        if not is_current:
            with database.writing() as connection:
                _migrate(connection)
    except BaseException:
        database.close()
        raise
    return database


def put(
    connection: sa.Connection,
    table: sa.Table,
    *,
    values: Mapping[str, Any],
    replacing: Sequence[str],
) -> None:
    """Insert a row; where its primary key exists, replace these columns of it (none: leave it)."""
    statement = insert(table).values(**values)
    changes = {name: statement.excluded[name] for name in replacing}
    key = list(table.primary_key.columns)
    connection.execute(
        statement.on_conflict_do_update(index_elements=key, set_=changes)
        if changes
        else statement.on_conflict_do_nothing(index_elements=key)
    )


def _parse(url: str) -> sa.URL:
    if url.startswith(_SQLITE_PREFIX) and not url.startswith(_SQLITE_PREFIX + "file:"):
        # Taken whole: a '?' or '%' may be part of a folder's name.
        return sa.URL.create("sqlite", database=url.removeprefix(_SQLITE_PREFIX))
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() != "sqlite":
        kind = url.partition(":")[0]
        raise InvalidValue(
            f"The database URL must begin with 'sqlite:'; one that begins with '{kind}' came.",
            fix="Set MODELYARD_DATABASE_URL to sqlite:////absolute/path.db, or unset it.",
            sample=kind,
        )
    return parsed


def _make_engine(url: sa.URL) -> sa.Engine:
    location = url.database or "in memory"
    if url.database and not url.database.startswith(("file:", ":memory:")):
        folder = Path(url.database).absolute().parent
        with explaining(folder):
            folder.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, json_serializer=to_json_text)
    sa.event.listen(engine, "connect", _set_pragmas)
    sa.event.listen(engine, "begin", _begin)

    def explain(context: sa.engine.ExceptionContext) -> None:
        explained = explain_database_error(context.original_exception, location)
        if explained is not None:
            raise explained from context.original_exception

    sa.event.listen(engine, "handle_error", explain)
    return engine


def _set_pragmas(connection: DBAPIConnection, record: object) -> None:
    del record
    # We begin transactions ourselves (`_begin`): the driver would do so before writes only.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(_BUSY_TIMEOUT_S * 1000)}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    use_write_ahead_log(cursor, _BUSY_TIMEOUT_S)
    cursor.close()


def use_write_ahead_log(cursor: Any, patience_s: float) -> None:
    """Switch the file to write-ahead logging; it stays so.

    The switch needs the file for itself for a moment, and SQLite does not wait for that as it
    waits for other locks; of several processes that open a new project at once, the others try
    again, for `patience_s` at most.
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _begin(connection: sa.Connection) -> None:
    how = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {how}")


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(
        sa.text("SELECT version_num FROM alembic_version")
    ).scalar()
    return version


def _migrate(connection: sa.Connection) -> None:
    # Asked again now that we hold the lock: another process may have migrated meanwhile.
    revision = _revision(connection)
    if revision == HEAD:
        return
    if revision is None:
        _begin_new(connection)
        return
    from modelyard.store.migrations.upgrading import upgrade_to_head

    upgrade_to_head(connection, revision)


def _begin_new(connection: sa.Connection) -> None:
    """Make the tables as they are now; tests hold them equal to what the revisions would make."""
    if sa.inspect(connection).get_table_names():
        raise StoreError(
            "The database belongs to another program: it has tables, but none of Modelyard's.",
            fix="Set MODELYARD_DATABASE_URL or MODELYARD_HOME to a place of its own.",
        )
    METADATA.create_all(connection)
    _VERSIONS.create(connection)
    connection.execute(_VERSIONS.insert().values(version_num=HEAD))
