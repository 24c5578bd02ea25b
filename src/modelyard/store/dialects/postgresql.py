"""PostgreSQL, for a platform that many use at once: pooled connections, and what their loss means.

A reader sees one moment (REPEATABLE READ, read only: it never has to be repeated). A writer sees
what is committed as it goes (READ COMMITTED), and those of one queue, a tenant's, come one after
the other behind an advisory lock, as on SQLite: what a transaction has read is still so when it
writes. Writers that span tenants lock the rows that they change.
"""

import hashlib
import re
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.pool import ConnectionPoolEntry

from modelyard.domain.errors import InvalidValue, ModelyardError, NotFound, StoreError
from modelyard.protocols.extras import import_extra
from modelyard.store.dialects.engines import Engines, explain_by
from modelyard.store.failures import IDENTITY_TAKEN, UNKNOWN_REFERENCE, unavailable
from modelyard.store.tables.schema import to_json_text

# A process of ours holds 20 connections at most; a server takes 100 unless told otherwise
# (PostgreSQL's manual, max_connections).
_POOL_SIZE, _OVERFLOW = 5, 15
# Whoever finds no free connection for so long is told to come again.
_POOL_PATIENCE_S = 5.0
# Before the half hour after which firewalls and poolers drop what is idle without a word.
_RECYCLE_S = 1500
# While a server starts again it refuses connections; a restart takes 1 to 3 s.
_CONNECT_PATIENCE_S = 3.0
_CONNECT_PAUSE_S = 0.1
# As libpq names them: seconds to connect, then seconds until a silent server counts as gone.
_CONNECTING = {
    "connect_timeout": "3",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
    "application_name": "modelyard",
}
# A writer waits for others as long as on SQLite; one whose process hangs loses its locks.
_SESSION = (
    "SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s'; "
    "SET TimeZone = 'UTC'"
)


def open_engines(url: str) -> Engines:
    """Return the ways into the database; nothing is connected yet.

    Raises:
        MissingExtra: if the driver is not installed.
        InvalidValue: if the address is none.
    """
    parsed = parse(url)
    import_extra("psycopg", extra="postgres")
    location = parsed.set(drivername="postgresql").render_as_string(hide_password=True)
    engine = sa.create_engine(
        parsed,
        connect_args={k: v for k, v in _CONNECTING.items() if k not in parsed.query},
        # What people keep belongs into no error and no log.
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        json_serializer=to_json_text,
        max_overflow=_OVERFLOW,
        pool_pre_ping=True,
        pool_recycle=_RECYCLE_S,
        pool_size=_POOL_SIZE,
        pool_timeout=_POOL_PATIENCE_S,
        use_native_hstore=False,
    )
    sa.event.listen(engine, "do_connect", _connect_patiently)
    sa.event.listen(engine, "connect", _prepare_session)
    explain_by(engine, lambda error: _explain(error, location))
    return Engines(
        reader=engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        ),
        writer=engine,
        queue_up=_queue_up,
        location=location,
    )


def parse(url: str) -> sa.URL:
    """Return the address with our driver; `postgres:` and `postgresql+psycopg:` are accepted too.

    Raises:
        InvalidValue: if it is none, or names another driver.
    """
    try:
        parsed = sa.make_url(re.sub(r"^postgres:", "postgresql:", url))
    except (sa.exc.ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.drivername not in {"postgresql", "postgresql+psycopg"}:
        raise InvalidValue(
            "The address of the PostgreSQL database is none that we read.",
            fix="Set MODELYARD_DATABASE_URL to postgresql://user:password@host:5432/database.",
        )
    return parsed.set(drivername="postgresql+psycopg")


def _connect_patiently(
    dialect: Dialect, record: ConnectionPoolEntry, args: Any, options: dict[str, Any]
) -> DBAPIConnection:
    """Try again while the server does not answer: the usual reason is that it starts anew."""
    del record
    deadline = time.monotonic() + _CONNECT_PATIENCE_S
    while True:
        try:
            return dialect.connect(*args, **options)
        except dialect.loaded_dbapi.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_CONNECT_PAUSE_S)


def _prepare_session(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    del record
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        connection.close()
        raise StoreError(
            f"The database keeps text as {encoding}, which does not hold every character.",
            fix="Make it anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
        )
    cursor = connection.cursor()
    cursor.execute(_SESSION)
    cursor.close()
    connection.commit()


def _queue_up(connection: sa.Connection, queue: str) -> None:
    digest = hashlib.sha256(f"modelyard {queue}".encode()).digest()
    number = int.from_bytes(digest[:8], signed=True)
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def _unknown_reference(told: str, location: str) -> ModelyardError:
    del told, location
    return NotFound(UNKNOWN_REFERENCE[0], fix=UNKNOWN_REFERENCE[1])


def _identity_taken(told: str, location: str) -> ModelyardError:
    del location
    return InvalidValue(IDENTITY_TAKEN[0].format(told), fix=IDENTITY_TAKEN[1])


def _busy(told: str, location: str) -> ModelyardError:
    return unavailable(
        f"The database {location} is being written by others, for longer than we wait: {told}.",
        fix="Try again in a moment.",
    )


def _no_room(told: str, location: str) -> ModelyardError:
    return StoreError(
        f"The database {location} cannot be written: {told}.",
        fix="Give the server room, and try again.",
        elsewhere="The platform's database cannot grow: its server has no room.",
    )


def _denied(told: str, location: str) -> ModelyardError:
    return StoreError(
        f"The database {location} refuses it: {told}.",
        fix="Grant the user of MODELYARD_DATABASE_URL all rights on a database of its own.",
    )


def _away(told: str, location: str) -> ModelyardError:
    return unavailable(
        f"The database {location} does not answer: {told}.",
        fix="Try again in a moment: what was on its way is kept whole or not at all. If it stays "
        "so, check that PostgreSQL runs and that MODELYARD_DATABASE_URL names it.",
    )


# By SQLSTATE (PostgreSQL's manual, appendix A); what is not here is a mistake of ours.
_FAULTS: tuple[tuple[str, Callable[[str, str], ModelyardError]], ...] = (
    ("23503", _unknown_reference),
    ("23505", _identity_taken),
    # A lock that was waited for in vain, a conflict of transactions, a deadlock.
    ("55P03|40001|40P01", _busy),
    ("53100|53200", _no_room),
    ("42501|25006", _denied),
    # Of the connection; of a server that goes down, comes up or has no connection left; of a
    # transaction that was idle for too long.
    ("08...|57P0[1-5]|53[03]00|25P0[34]", _away),
)
# What the driver itself notices, a refused or a lost connection, carries no state.
_LOST = "08000"


def _explain(error: BaseException, location: str) -> ModelyardError | None:
    import psycopg

    if not isinstance(error, psycopg.Error):
        return None
    state = error.sqlstate or (_LOST if isinstance(error, psycopg.OperationalError) else "")
    told = str(error).strip().partition("\n")[0].rstrip(".")
    for pattern, explained in _FAULTS:
        if re.fullmatch(pattern, state):
            return explained(told, location)
    return None
