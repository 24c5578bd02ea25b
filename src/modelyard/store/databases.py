"""Opens the project's database: transactions, tenants, and migrations that run by themselves."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from modelyard.domain.errors import InvalidValue, StoreError
from modelyard.domain.tenants import check_tenant
from modelyard.store.dialects.engines import SCHEMA, Engines
from modelyard.store.failures import unavailable

# The newest revision in `migrations/versions`; a test holds the two together. It stands here so
# that Alembic, which takes longer to import than a list of runs to print, is imported only when
# a database of an older version is to be migrated.
HEAD = "0014"
# The table in which Alembic keeps the revision, as it would make it.
_VERSIONS = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


class Database:
    """An open database: of the records that span tenants, and the way to those of each.

    What a thread reads or writes while it has a transaction open to write in is part of that one:
    several stores change their records together, or not at all.
    """

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._open = threading.local()
        # With which it was opened; None where it had no tables.
        self.revision_found: str | None = HEAD

    def of(self, tenant: str) -> "TenantDatabase":
        """Return the way to the records of one tenant.

        Raises:
            InvalidValue: if no tenant may be called so.
        """
        return TenantDatabase(check_tenant(tenant), self)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection that sees one moment of the database.

        Raises:
            StoreUnavailable: if the database does not answer, or every connection is taken.
        """
        outer = self._outer
        if outer is not None:
            with _lent(outer):
                yield outer
            return
        with self._begun(self._engines.reader) as connection:
            yield connection

    @contextmanager
    def writing(
        self, *, queue: str | None = None, makes_room: bool = False
    ) -> Iterator[sa.Connection]:
        """Yield a connection whose changes appear together at the end, or not at all.

        Within another one of this thread, the end is that of the outer one; where the inner one
        fails, its changes alone are taken back.

        Args:
            queue: writers of one queue come one after the other. On SQLite all writers do; on
                PostgreSQL one without a queue has to lock what it reads in order to change it.
            makes_room: whether it may use the room that is kept for those who delete.

        Raises:
            StoreUnavailable: as `reading`, or if those before it take longer than 30 s.
        """
        with self.room() if makes_room else nullcontext(), self._writing() as connection:
            if queue is not None:
                self._engines.queue_up(connection, queue)
            yield connection

    def room(self) -> AbstractContextManager[None]:
        """Lend the room on the disk that is kept for those who delete to what is done within."""
        reserve = self._engines.reserve
        return nullcontext() if reserve is None else reserve.lent()

    def keep_room(self) -> None:
        """Keep room on the disk for those who delete, where the database is a file here."""
        if self._engines.reserve is not None:
            self._engines.reserve.fill()

    def close(self) -> None:
        """Close every connection; the database cannot be used afterwards."""
        self._engines.writer.dispose()

    @property
    def _outer(self) -> sa.Connection | None:
        """The connection of the transaction that this thread writes in; None where it does not."""
        return getattr(self._open, "connection", None)

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        outer = self._outer
        if outer is not None:
            with outer.begin_nested(), _lent(outer):
                yield outer
            return
        with self._begun(self._engines.writer) as connection:
            self._open.connection = connection
            try:
                yield connection
            finally:
                self._open.connection = None

    @contextmanager
    def _begun(self, engine: sa.Engine) -> Iterator[sa.Connection]:
        try:
            connection = engine.connect()
        except sa.exc.TimeoutError as error:
            raise unavailable(
                f"Every connection to the database {self._engines.location} is taken.",
                fix="Try again in a moment.",
            ) from error
        with connection, connection.begin():
            yield connection


@dataclass(frozen=True)
class TenantDatabase:
    """The records of one tenant, handed to the classes that keep one noun each.

    A statement on them always has the tenant in its condition; a test listens to all that are sent.

    Attributes:
        tenant: whose records they are.
    """

    tenant: str
    _database: Database

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection that sees one moment of the database.

        Raises:
            StoreUnavailable: as `Database.reading`.
        """
        with self._database.reading() as connection:
            yield connection.execution_options(tenant=self.tenant)

    @contextmanager
    def writing(self, *, makes_room: bool = False) -> Iterator[sa.Connection]:
        """Yield a connection whose changes appear together at the end, or not at all.

        The writers of a tenant come one after the other: what was read stays so until the end.

        Args:
            makes_room: as `Database.writing`.

        Raises:
            StoreUnavailable: as `Database.writing`.
        """
        queue = f"tenant {self.tenant}"
        with self._database.writing(queue=queue, makes_room=makes_room) as connection:
            yield connection.execution_options(tenant=self.tenant)


def open_database(url: str) -> Database:
    """Open the database, make it where there is none, and bring its tables up to date.

    Args:
        url: `sqlite:////absolute/path.db`, `sqlite://` for one in memory, or
            `postgresql://user:password@host/database`.

    Raises:
        StoreError: if it cannot be opened, is damaged, foreign, or of a newer version.
        InvalidValue: if the URL names another kind of database.
        MissingExtra: if the driver of this kind is not installed.
    """
    database = Database(_open_engines(url))
    try:
        # To open it SQLite makes files beside it.
        with database.room(), database.reading() as connection:
            database.revision_found = _revision(connection)
        if database.revision_found != HEAD:
            with database.writing(queue=SCHEMA) as connection:
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
    statement = _insert_into(table, kind=connection.dialect.name).values(**values)
    changes = {name: statement.excluded[name] for name in replacing}
    key = list(table.primary_key.columns)
    connection.execute(
        statement.on_conflict_do_update(index_elements=key, set_=changes)
        if changes
        else statement.on_conflict_do_nothing(index_elements=key)
    )


@contextmanager
def _lent(connection: sa.Connection) -> Iterator[None]:
    """Let an inner transaction say anew whose records it is of; the outer one's word returns."""
    tenant = connection.get_execution_options().get("tenant")
    connection.execution_options(tenant=None)
    try:
        yield
    finally:
        connection.execution_options(tenant=tenant)


def _insert_into(table: sa.Table, *, kind: str) -> Any:
    """Return the insertion that may find its key taken, in the words of this kind of database."""
    if kind == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


def _open_engines(url: str) -> Engines:
    kind = url.partition(":")[0]
    if kind == "sqlite" or kind.startswith("sqlite+"):
        from modelyard.store.dialects import sqlite

        return sqlite.open_engines(url)
    if kind.partition("+")[0] in {"postgres", "postgresql"}:
        from modelyard.store.dialects import postgresql

        return postgresql.open_engines(url)
    raise InvalidValue(
        f"The database URL must begin with 'sqlite:' or 'postgresql:'; one that begins with "
        f"'{kind}' came.",
        fix="Set MODELYARD_DATABASE_URL to sqlite:////absolute/path.db or to "
        "postgresql://user:password@host/database, or unset it.",
        sample=kind,
    )


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
    from modelyard.store.tables.every import whole_schema

    if sa.inspect(connection).get_table_names():
        raise StoreError(
            "The database belongs to another program: it has tables, but none of Modelyard's.",
            fix="Set MODELYARD_DATABASE_URL or MODELYARD_HOME to a place of its own.",
        )
    # Without a look for each of them: there are none.
    whole_schema().create_all(connection, checkfirst=False)
    _VERSIONS.create(connection)
    connection.execute(_VERSIONS.insert().values(version_num=HEAD))
