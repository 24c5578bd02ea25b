"""A database of an earlier version is brought up to date with its rows, by one starter alone."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from modelyard.domain.runs import RunStatus
from modelyard.domain.tenants import LOCAL
from modelyard.store.databases import TenantDatabase, open_database
from modelyard.store.datasets import Datasets
from modelyard.store.evaluations import Evaluations
from modelyard.store.lineage import Lineage
from modelyard.store.migrations.upgrading import make_config, upgrade_to_head
from modelyard.store.models import Models
from modelyard.store.runs import Runs
from modelyard.store.tables.every import whole_schema
from modelyard.store.tables.models import ML_MODELS
from modelyard.store.tables.runs import TRAINING_JOBS
from modelyard.store.trials import Trials
from real_postgresql import RealPostgresql

# The last one that knew no tenants, with a row in each of its tables.
_BEFORE_TENANTS = "0002"
_RECORDS = Path(__file__).parent / "records_before_tenants.sql"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.extras)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a database of each kind that has no tables yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'modelyard.db'}"
        return
    server: RealPostgresql = request.getfixturevalue("postgresql")
    made = server.make_empty_database()
    yield made
    server.drop_database(made)


def _engine(url: str) -> sa.Engine:
    return sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))


@pytest.fixture
def earlier(empty: str) -> str:
    """Return the address of a database as the version before tenants left it."""
    engine = _engine(empty)
    with engine.begin() as connection:
        command.upgrade(make_config(connection), _BEFORE_TENANTS)
        for statement in _RECORDS.read_text().split(";\n"):
            connection.exec_driver_sql(statement)
    engine.dispose()
    return empty


@pytest.fixture
def upgraded(earlier: str) -> Iterator[TenantDatabase]:
    database = open_database(earlier)
    yield database.of(LOCAL)
    database.close()


def test_the_records_of_a_project_become_those_of_the_laptops_tenant(
    upgraded: TenantDatabase,
) -> None:
    (run,) = Runs(upgraded).find()
    assert (run.id, run.status, run.tags) == ("r1", RunStatus.SUCCEEDED, {"team": "a"})
    assert run.started_at.isoformat() == "2026-01-01T00:00:00+00:00"
    assert run.config == {"target": "y", "list": [1, None, True]}
    assert run.metrics["accuracy"]["value"] == 0.1 + 0.2
    (trial,) = Trials(upgraded).find("r1")
    assert (trial.number, trial.parameters, trial.score) == (1, {"depth": 3}, 0.5)
    (evaluation,) = Evaluations(upgraded).find("iris@2")
    assert evaluation.confusion == ((3, 1), (0, 4))


def test_models_keep_their_names_and_their_way_back(upgraded: TenantDatabase) -> None:
    model = Models(upgraded).get("iris@champion")
    assert (model.version, model.aliases, model.tags) == (2, ("champion",), {"k": "v"})
    origin = Lineage(upgraded).of_model("iris")
    assert origin.run is not None
    assert origin.dataset == Datasets(upgraded).get("cd")


def test_lists_are_sorted_by_the_metrics_that_there_were(upgraded: TenantDatabase) -> None:
    for table in (TRAINING_JOBS, ML_MODELS):
        chosen = sa.select(table.c.metric_values).where(table.c.tenant == LOCAL)
        with upgraded.reading() as connection:
            values = connection.execute(chosen).scalars().all()
        assert values == [{"accuracy": 0.1 + 0.2}]


def test_versions_go_on_where_they_stood(upgraded: TenantDatabase) -> None:
    model = Models(upgraded).get("iris@2")
    assert Models(upgraded).register(model).version == 8


def test_references_still_hold_after_the_upgrade(upgraded: TenantDatabase) -> None:
    Models(upgraded).delete("iris@2", is_forced=True)
    assert Evaluations(upgraded).find("iris@2") == ()
    Runs(upgraded).delete("r1")
    assert Trials(upgraded).find("r1") == ()


def test_of_starters_at_once_one_migrates_and_all_find_the_records(earlier: str) -> None:
    made: list[str] = []
    failures: list[BaseException] = []
    gate = threading.Barrier(4, timeout=60)

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip().startswith("CREATE TABLE datasets "):
            made.append(statement)

    def start() -> None:
        gate.wait()
        try:
            database = open_database(earlier)
            assert [run.id for run in Runs(database.of(LOCAL)).find()] == ["r1"]
            database.close()
        except BaseException as error:  # noqa: BLE001 - carried to the main thread
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    sa.event.listen(sa.Engine, "after_cursor_execute", note)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    sa.event.remove(sa.Engine, "after_cursor_execute", note)
    assert failures == []
    assert len(made) == 1


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(earlier: str) -> None:
    engine = _engine(earlier)
    with engine.begin() as connection:
        # A table in the way of one that a later revision makes.
        connection.exec_driver_sql("CREATE TABLE jobs (x integer)")
    with pytest.raises(sa.exc.DBAPIError, match="jobs"):
        open_database(earlier)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT id, name FROM training_jobs").all() == [
            ("r1", "iris")
        ]
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [
            (_BEFORE_TENANTS,)
        ]
    engine.dispose()


def test_the_revisions_make_exactly_the_tables_of_the_schema(empty: str) -> None:
    engine = _engine(empty)
    with engine.begin() as connection:
        upgrade_to_head(connection, None)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, whole_schema()) == []
    engine.dispose()


@pytest.mark.extras
def test_a_new_database_has_the_columns_keys_and_indexes_of_a_migrated_one(
    postgresql: RealPostgresql,
) -> None:
    new, migrated = postgresql.make_database(), postgresql.make_empty_database()
    engines = [_engine(url) for url in (new, migrated)]
    with engines[1].begin() as connection:
        upgrade_to_head(connection, None)
    told = []
    for engine in engines:
        with engine.begin() as connection:
            told.append([connection.exec_driver_sql(query).all() for query in _CATALOGUE])
        engine.dispose()
    assert told[0] == told[1]
    for url in (new, migrated):
        postgresql.drop_database(url)


# What a server knows of our tables: columns with type and order, constraints, indexes.
_CATALOGUE = (
    """SELECT table_name, ordinal_position, column_name, data_type, is_nullable, collation_name
    FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2""",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2""",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
)
