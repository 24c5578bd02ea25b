"""SQLite, in one file of the project folder: the default, which needs no server.

Readers take a snapshot and never wait; writers queue (the write-ahead log). A transaction that
will write says so when it begins, so that two of them never find each other half-way.
"""

import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection

from modelyard.domain.errors import InvalidValue, ModelyardError, NotFound, StoreError
from modelyard.store.dialects.engines import Engines, explain_by
from modelyard.store.failures import (
    FREE_SPACE,
    IDENTITY_TAKEN,
    PERMISSION,
    UNKNOWN_REFERENCE,
    explaining,
    unavailable,
)
from modelyard.store.reserves import Reserve
from modelyard.store.tables.schema import to_json_text

_BUSY_TIMEOUT_S = 30.0
_PREFIX = "sqlite:///"
# A connection for each of the 40 threads that requests are answered in (Starlette's default), so
# that those who wait to write keep no reader out. Whoever finds none is told to come again.
_POOL = {"pool_size": 5, "max_overflow": 35, "pool_timeout": 5.0}

# By the name of SQLite's primary result code: what happened, what to do.
_FAULTS: dict[str, tuple[str, str]] = {
    "SQLITE_NOTADB": (
        "is not a database",
        "Move the file away and a new one is made, or set MODELYARD_HOME to another folder.",
    ),
    "SQLITE_CORRUPT": (
        "is damaged",
        "Restore it from a backup, or move it away and a new one is made.",
    ),
    "SQLITE_READONLY": ("cannot be written", PERMISSION),
    "SQLITE_CANTOPEN": ("cannot be opened", PERMISSION),
    "SQLITE_PERM": ("cannot be opened", PERMISSION),
    "SQLITE_FULL": ("cannot grow: the disk is full", FREE_SPACE),
    "SQLITE_IOERR": (
        "cannot be read or written: the disk reports a failure",
        f"Check that the disk is healthy and has space left. {FREE_SPACE}",
    ),
}


def parse(url: str) -> sa.URL:
    """Return the address; a path is taken whole, '?' or '%' may be part of a folder's name.

    Raises:
        InvalidValue: if it is none.
    """
    if url.startswith(_PREFIX) and not url.startswith(_PREFIX + "file:"):
        return sa.URL.create("sqlite", database=url.removeprefix(_PREFIX))
    try:
        return sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise InvalidValue(
            "The address of the SQLite database is none.",
            fix="Set MODELYARD_DATABASE_URL to sqlite:////absolute/path.db, or unset it.",
        ) from error


def open_engines(url: str) -> Engines:
    """Return the ways into the database, and make its folder.

    Raises:
        StoreError: if the folder cannot be made.
        InvalidValue: if the address is none.
    """
    parsed = parse(url)
    location = parsed.database or "in memory"
    pool: dict[str, Any] = {}
    reserve = None
    if parsed.database and not parsed.database.startswith(("file:", ":memory:")):
        pool = _POOL
        folder = Path(parsed.database).absolute().parent
        with explaining(folder):
            folder.mkdir(parents=True, exist_ok=True)
        reserve = Reserve(Path(f"{parsed.database}-reserve").absolute())
    # What people keep belongs into no error and no log.
    engine = sa.create_engine(parsed, hide_parameters=True, json_serializer=to_json_text, **pool)
    sa.event.listen(engine, "connect", _set_pragmas)
    sa.event.listen(engine, "begin", _begin)
    explain_by(engine, lambda error: _explain(error, location))
    return Engines(
        reader=engine,
        writer=engine.execution_options(sqlite_begin="IMMEDIATE"),
        queue_up=_queue_up,
        location=location,
        reserve=reserve,
    )


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


def _begin(connection: sa.Connection) -> None:
    how = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {how}")


def _queue_up(connection: sa.Connection, queue: str) -> None:
    # There is one queue, and to begin is to wait in it.
    del connection, queue


def _explain(error: BaseException, location: str) -> ModelyardError | None:
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_CONSTRAINT_FOREIGNKEY":
        return NotFound(UNKNOWN_REFERENCE[0], fix=UNKNOWN_REFERENCE[1])
    if name in {"SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE"}:
        return InvalidValue(IDENTITY_TAKEN[0].format(error), fix=IDENTITY_TAKEN[1])
    primary = "_".join(name.split("_")[:2])
    if not isinstance(error, sqlite3.Error):
        return None
    if primary == "SQLITE_BUSY":
        return unavailable(
            f"The database {location} is being written by another process, for longer than we "
            "wait.",
            fix="Wait until that process has finished, or end it, and try again.",
        )
    if primary not in _FAULTS:
        return None
    what, fix = _FAULTS[primary]
    return StoreError(
        f"The database {location} {what}.", fix=fix, elsewhere=f"The platform's database {what}."
    )
