"""A database in a file is opened whole, current and safe, or refused with what to do."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from modelyard.domain.errors import InvalidValue, StoreError, StoreUnavailable
from modelyard.domain.runs import Dataset
from modelyard.domain.tenants import LOCAL
from modelyard.store.databases import HEAD, Database, open_database
from modelyard.store.datasets import Datasets
from modelyard.store.dialects.sqlite import use_write_ahead_log
from modelyard.store.migrations.upgrading import make_config, upgrade_to_head
from modelyard.store.tables.every import whole_schema


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'project' / 'modelyard.db'}"


def _pragma(database: Database, name: str) -> object:
    with database.reading() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def _file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _statements(connection: sa.Connection) -> dict[str, str]:
    """Return what SQLite keeps of each table and index, by name."""
    kept = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master")
    return {name: " ".join((sql or "").split()) for name, sql in kept}


@pytest.fixture
def migrated() -> Iterator[sa.Connection]:
    """A database that went through every revision."""
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        upgrade_to_head(connection, None)
        yield connection
    engine.dispose()


def test_a_new_database_has_exactly_the_tables_of_the_schema(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, whole_schema()) == []


def test_a_new_database_is_defined_by_the_same_statements_as_a_migrated_one(
    database: Database, migrated: sa.Connection
) -> None:
    with database.reading() as new:
        assert _statements(new) == _statements(migrated)


def test_the_head_that_opening_compares_with_is_the_newest_revision() -> None:
    assert ScriptDirectory.from_config(make_config()).get_current_head() == HEAD


def test_what_is_acknowledged_survives_power_loss_and_references_hold(database: Database) -> None:
    assert _pragma(database, "journal_mode") == "wal"
    assert _pragma(database, "synchronous") == 2  # FULL
    assert _pragma(database, "foreign_keys") == 1
    assert int(str(_pragma(database, "busy_timeout"))) >= 5000


def test_records_are_there_after_closing_and_opening_again(url: str, dataset: Dataset) -> None:
    first = open_database(url)
    Datasets(first.of(LOCAL)).add(dataset)
    first.close()
    second = open_database(url)
    assert Datasets(second.of(LOCAL)).get(dataset.sha256) == dataset
    second.close()


def test_a_database_in_memory_works_as_well(dataset: Dataset) -> None:
    database = open_database("sqlite://")
    Datasets(database.of(LOCAL)).add(dataset)
    assert Datasets(database.of(LOCAL)).find() == (dataset,)
    database.close()


def test_a_folder_name_with_url_characters_is_only_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "what? 100% #1 🚀"
    open_database(f"sqlite:///{folder / 'x.db'}").close()
    assert (folder / "x.db").is_file()


def test_neither_a_new_nor_a_current_database_imports_alembic(url: str) -> None:
    script = (
        "import sys; from modelyard.store.databases import open_database;"
        "[open_database(sys.argv[1]).close() for _ in range(2)];"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script, url], check=False).returncode == 0


def test_of_many_starters_at_once_one_migrates_and_all_work(url: str) -> None:
    failures: list[BaseException] = []
    gate = threading.Barrier(8, timeout=60)

    def start() -> None:
        gate.wait()
        try:
            database = open_database(url)
            assert Datasets(database.of(LOCAL)).find() == ()
            database.close()
        except BaseException as error:  # noqa: BLE001 - carried to the main thread
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []


def test_a_starter_tries_again_while_another_holds_the_new_file(tmp_path: Path) -> None:
    holder, starter = _two_connections_of_which_the_first_holds_the_file(tmp_path / "x.db")
    release = threading.Timer(0.2, holder.rollback)
    release.start()
    use_write_ahead_log(starter.cursor(), patience_s=60)
    assert starter.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    release.join(timeout=60)
    holder.close()
    starter.close()


def test_a_starter_does_not_try_for_ever(tmp_path: Path) -> None:
    holder, starter = _two_connections_of_which_the_first_holds_the_file(tmp_path / "x.db")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        use_write_ahead_log(starter.cursor(), patience_s=0)
    holder.close()
    starter.close()


def _two_connections_of_which_the_first_holds_the_file(
    path: Path,
) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("PRAGMA user_version = 1")
    holder.execute("BEGIN EXCLUSIVE")
    # SQLite itself must not wait, as it does not in the moment that this is about.
    return holder, sqlite3.connect(path, isolation_level=None, timeout=0)


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.writing() as connection:
            connection.exec_driver_sql("INSERT INTO ml_model_names VALUES ('local', 'x', 1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT * FROM ml_model_names").all() == []


def test_a_reader_is_not_stopped_by_a_writer(database: Database, elsewhere: Database) -> None:
    with database.writing() as writer:
        writer.exec_driver_sql("INSERT INTO ml_model_names VALUES ('local', 'x', 1)")
        with elsewhere.reading() as reader:
            assert reader.exec_driver_sql("SELECT * FROM ml_model_names").all() == []


def test_a_file_that_is_no_database_is_named_with_what_to_do(url: str) -> None:
    path = _file_of(url)
    path.parent.mkdir()
    path.write_bytes(b"sepal_length,species\n5.1,setosa\n" * 100)
    with pytest.raises(StoreError, match=r"modelyard\.db is not a database.*Move the file away"):
        open_database(url)


def test_a_damaged_database_is_named_with_what_to_do(url: str, dataset: Dataset) -> None:
    database = open_database(url)
    Datasets(database.of(LOCAL)).add(dataset)
    database.close()
    content = bytearray(_file_of(url).read_bytes())
    content[100:] = b"\xff" * (len(content) - 100)
    _file_of(url).write_bytes(content)
    with pytest.raises(StoreError, match=r"is damaged.*backup"):
        open_database(url)


def test_another_programs_database_is_left_alone(url: str) -> None:
    path = _file_of(url)
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE datasets (x)")
    other.close()
    with pytest.raises(StoreError, match="another program"):
        open_database(url)


def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    open_database(url).close()
    with sqlite3.connect(_file_of(url)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    with pytest.raises(StoreError, match=r"'9999'.*Upgrade Modelyard"):
        open_database(url)


def test_a_read_only_database_can_be_read_and_says_that_it_cannot_be_written(
    url: str, dataset: Dataset
) -> None:
    keeper = open_database(url)
    readonly = open_database(f"sqlite:///file:{_file_of(url)}?mode=ro&uri=true")
    assert Datasets(readonly.of(LOCAL)).find() == ()
    with pytest.raises(StoreError, match=r"cannot be written.*permission"):
        Datasets(readonly.of(LOCAL)).add(dataset)
    readonly.close()
    keeper.close()


def test_a_full_disk_is_named_and_the_rest_stays_readable(
    database: Database, dataset: Dataset
) -> None:
    Datasets(database.of(LOCAL)).add(dataset)
    with database.reading() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    big = Dataset("ef" * 32, "x" * 1_000_000, 1, 1, 1, dataset.created_at)
    with pytest.raises(StoreError, match=r"disk is full.*Free some space"):
        Datasets(database.of(LOCAL)).add(big)
    assert Datasets(database.of(LOCAL)).find() == (dataset,)


def test_a_database_that_stays_locked_is_named(database: Database, elsewhere: Database) -> None:
    with database.writing(), elsewhere.reading() as impatient:
        impatient.exec_driver_sql("PRAGMA busy_timeout = 0")
        with pytest.raises(StoreUnavailable, match="written by another process"):
            impatient.exec_driver_sql("INSERT INTO ml_model_names VALUES ('local', 'x', 1)")


def test_a_project_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "project").write_text("")
    with pytest.raises(StoreError, match=r"project cannot be written.*Move that file away"):
        open_database(f"sqlite:///{tmp_path / 'project' / 'x.db'}")


def test_a_database_that_is_a_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        open_database(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("url", ["mysql://ada:secret@db/x", "nonsense"])
def test_another_kind_of_database_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(InvalidValue, match="must begin with 'sqlite:' or 'postgresql:'") as caught:
        open_database(url)
    assert "secret" not in str(caught.value)


def test_a_mistake_of_ours_is_not_dressed_as_the_users(database: Database) -> None:
    with pytest.raises(sa.exc.OperationalError), database.reading() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")


def test_a_listing_of_the_newest_reads_an_index_and_sorts_nothing(database: Database) -> None:
    with database.reading() as connection:
        for condition in ("", "AND name = 'a'", "AND status = 'a'", "AND algorithm = 'a'"):
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN SELECT * FROM training_jobs WHERE tenant = 'local' {condition}"  # noqa: S608
                " ORDER BY started_at DESC LIMIT 50"
            ).all()
            assert "USING INDEX" in str(plan)
            assert "TEMP B-TREE" not in str(plan)


def test_a_mistake_of_ours_tells_nothing_of_what_people_keep(database: Database) -> None:
    with database.reading() as connection, pytest.raises(sa.exc.OperationalError) as caught:
        connection.execute(sa.text("SELECT * FROM nowhere WHERE x = :secret"), {"secret": "42-51"})
    assert "42-51" not in str(caught.value)
