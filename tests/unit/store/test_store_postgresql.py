"""On a real PostgreSQL: what its loss means, who waits for whom, and what is refused."""

import sys
import threading
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from modelyard.domain.errors import InvalidValue, MissingExtra, StoreError, StoreUnavailable
from modelyard.domain.runs import Run
from modelyard.store.databases import Database, TenantDatabase, open_database
from modelyard.store.runs import Runs
from real_postgresql import RealPostgresql

pytestmark = pytest.mark.extras


@pytest.fixture
def url(postgresql: RealPostgresql) -> Iterator[str]:
    """Yield the address of a fresh database on the server."""
    made = postgresql.make_database()
    yield made
    postgresql.drop_database(made)


def _ids(records: TenantDatabase) -> list[str]:
    return [run.id for run in Runs(records).find()]


def test_a_stopped_server_is_told_as_away_and_served_again_once_it_is_back(
    postgresql: RealPostgresql, records: TenantDatabase, make_run: Callable[..., Run]
) -> None:
    Runs(records).add(make_run("before"))
    postgresql.stop()
    try:
        with pytest.raises(StoreUnavailable, match="does not answer") as caught:
            Runs(records).find()
    finally:
        postgresql.start()
    assert caught.value.status == 503
    assert caught.value.to_dict()["retry_after_s"] > 0
    Runs(records).add(make_run("after"))
    assert set(_ids(records)) == {"before", "after"}


def test_connections_that_a_restart_cut_off_are_replaced_unseen(
    postgresql: RealPostgresql, records: TenantDatabase, make_run: Callable[..., Run]
) -> None:
    Runs(records).add(make_run("before"))
    postgresql.stop()
    postgresql.start()
    assert _ids(records) == ["before"]


def test_a_connection_lost_on_the_way_leaves_nothing_and_is_told(
    postgresql: RealPostgresql, records: TenantDatabase, make_run: Callable[..., Run]
) -> None:
    def write() -> None:
        with records.writing() as connection:
            connection.execute(sa.text("INSERT INTO ml_model_names VALUES ('local', 'x', 1)"))
            own = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
            postgresql.tell(f"SELECT pg_terminate_backend({own})")

    with pytest.raises(StoreUnavailable, match="kept whole or not at all"):
        write()
    with records.reading() as connection:
        assert connection.execute(sa.text("SELECT * FROM ml_model_names")).all() == []


def test_whoever_finds_every_connection_taken_is_told_to_come_again(
    database: Database, records: TenantDatabase
) -> None:
    pool = database._engines.writer.pool
    assert isinstance(pool, sa.QueuePool)
    pool._timeout = 0
    held = [database.reading() for _ in range(pool.size() + pool._max_overflow)]
    for each in held:
        each.__enter__()
    with pytest.raises(StoreUnavailable, match=r"Every connection.*is taken"):
        Runs(records).find()
    for each in held:
        each.__exit__(None, None, None)
    assert Runs(records).find() == ()


def test_writers_of_one_tenant_wait_for_each_other_and_for_nobody_else(
    postgresql: RealPostgresql, database: Database, elsewhere: Database
) -> None:
    has_written = threading.Event()

    def write() -> None:
        with database.of("acme").writing():
            has_written.set()

    second = threading.Thread(target=write)
    with database.of("acme").writing():
        second.start()
        waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while not postgresql.tell(waits):
            assert not has_written.is_set()
        with elsewhere.of("globex").writing() as other:
            assert other.execute(sa.text("SELECT 1")).scalar() == 1
    second.join(timeout=60)
    assert has_written.is_set()


def test_a_writer_that_waits_for_too_long_is_told(database: Database, elsewhere: Database) -> None:
    def wait() -> None:
        with elsewhere.of("globex").writing() as second:
            second.execute(sa.text("SET LOCAL lock_timeout = '10ms'"))
            second.execute(sa.text("INSERT INTO ml_model_names VALUES ('globex', 'x', 1)"))

    with database.of("acme").writing() as first:
        first.execute(sa.text("LOCK TABLE ml_model_names"))
        with pytest.raises(StoreUnavailable, match="written by others"):
            wait()


def test_a_reader_sees_one_moment_and_can_write_nothing(
    records: TenantDatabase, elsewhere: Database
) -> None:
    with records.reading() as reader:
        assert reader.execute(sa.text("SELECT count(*) FROM ml_model_names")).scalar() == 0
        with elsewhere.writing() as writer:
            writer.execute(sa.text("INSERT INTO ml_model_names VALUES ('local', 'x', 1)"))
        assert reader.execute(sa.text("SELECT count(*) FROM ml_model_names")).scalar() == 0
    with pytest.raises(StoreError, match="read-only"), records.reading() as reader:
        reader.execute(sa.text("DELETE FROM ml_model_names"))


def test_text_is_ordered_by_its_characters_whatever_language_the_server_speaks(
    records: TenantDatabase,
) -> None:
    with records.writing() as connection:
        for name in ("b", "A", "a", "B"):
            row = f"('local', '{name}', 1)"
            connection.execute(sa.text(f"INSERT INTO ml_model_names VALUES {row}"))  # noqa: S608
    with records.reading() as connection:
        found = connection.execute(sa.text("SELECT name FROM ml_model_names ORDER BY name"))
        assert found.scalars().all() == ["A", "B", "a", "b"]


def test_another_programs_database_is_left_alone(postgresql: RealPostgresql) -> None:
    url = postgresql.make_empty_database()
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as other:
        other.execute(sa.text("CREATE TABLE datasets (x integer)"))
    engine.dispose()
    with pytest.raises(StoreError, match="another program"):
        open_database(url)
    postgresql.drop_database(url)


def test_a_database_of_a_newer_version_is_left_alone(database: Database, url: str) -> None:
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"'9999'.*Upgrade Modelyard"):
        open_database(url)


def test_a_database_that_does_not_hold_every_character_is_refused(
    postgresql: RealPostgresql,
) -> None:
    url = postgresql.make_empty_database(encoding="LATIN1")
    with pytest.raises(StoreError, match=r"LATIN1.*ENCODING 'UTF8'"):
        open_database(url)
    postgresql.drop_database(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_usual_spellings_of_the_address_are_accepted(url: str, scheme: str) -> None:
    database = open_database(f"{scheme}:{url.partition(':')[2]}")
    assert _ids(database.of("local")) == []
    database.close()


@pytest.mark.parametrize(
    "address", ["postgresql+asyncpg://ada:secret@db/x", "postgresql://ada:secret@db:port/x"]
)
def test_an_address_that_is_none_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(InvalidValue, match="address of the PostgreSQL database") as caught:
        open_database(address)
    assert "secret" not in str(caught.value)


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    with pytest.raises(
        StoreUnavailable, match=r"postgresql://ada:\*\*\*@127\.0\.0\.1:1/x"
    ) as caught:
        open_database("postgresql://ada:secret@127.0.0.1:1/x")
    assert "secret" not in str(caught.value)


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"modelyard\[postgres\]"):
        open_database("postgresql://ada:secret@db/x")
