"""Every algorithm on every kind of column, from cells of text to the proof of its package.

The proof answers the test rows as a table and one by one, half of them with cells that are missing,
never seen, written in another way or 1e300, and compares each answer with the model in memory.
"""

import numpy as np
import polars as pl
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ReadOptions, TrainingConfig
from modelyard.domain.tables import RawTable, SourceFacts
from modelyard.domain.tasks import Task
from modelyard.engine.publishing.drafting import draft_package
from modelyard.engine.training import train
from modelyard.engine.workshop import Workshop
from modelyard.packaging.parity import TOLERANCE
from modelyard.protocols.progress import Silence

CATALOG = Catalog()
ALGORITHMS = {key: each for key, each in CATALOG.algorithms().items() if each.card.members is None}
MISSING = CATALOG.missing_extras()
N_ROWS = 150
DAY_US = 86_400_000_000


def marks_of(key):
    if ALGORITHMS[key].card.extra is None:
        return []
    reason = f"{key} is not installed: {MISSING.get(key)}"
    return [pytest.mark.extras, pytest.mark.skipif(key in MISSING, reason=reason)]


def cases(kinds, *, marks=()):
    return [
        pytest.param(key, task, kind, id=f"{key}-{task}-{kind}", marks=[*marks_of(key), *marks])
        for key, algorithm in sorted(ALGORITHMS.items())
        for task in sorted(algorithm.card.tasks)
        for kind in kinds
    ]


def column_of(kind, rng):
    """Return cells as a file holds them, and what they say about the target."""
    signal = rng.normal(size=N_ROWS)
    if kind == "numeric":
        return [f"{value:.6f}" for value in signal], signal
    if kind == "integer":
        whole = np.round(signal * 20).astype(int)
        return [str(value) for value in whole], signal
    if kind == "boolean":
        return np.where(signal > 0, "true", "false").tolist(), np.sign(signal)
    if kind == "category":
        words = np.array(["red", "green", "blue", "grey"])
        places = np.digitize(signal, [-0.7, 0.0, 0.7])
        return words[places].tolist(), places - 1.5
    days = np.round(signal * 300).astype(np.int64)
    moments = pl.Series(days * DAY_US + 1_600_000_000_000_000).cast(pl.Datetime("us"))
    return moments.dt.strftime("%Y-%m-%d").to_list(), signal


KINDS = ("numeric", "integer", "boolean", "category", "datetime")


def raw_table(kind, task, *, gaps):
    rng = np.random.default_rng(11)
    kinds = KINDS if kind == "mixed" else (kind,)
    columns, signal = {}, rng.normal(scale=0.7, size=N_ROWS)
    for name in kinds:
        cells, said = column_of(name, rng)
        is_gap = rng.random(N_ROWS) < (0.15 if gaps else 0.0)
        columns[name] = ["" if gap else cell for cell, gap in zip(cells, is_gap, strict=True)]
        signal = signal + np.where(is_gap, 0.0, said)
    n_classes = {Task.BINARY: 2, Task.MULTICLASS: 3, Task.REGRESSION: 0}[task]
    if n_classes:
        inner = np.quantile(signal, np.arange(1, n_classes) / n_classes)
        columns["target"] = [f"class {code}" for code in np.digitize(signal, inner)]
    else:
        columns["target"] = [f"{100 + value:.5f}" for value in signal]
    return RawTable(pl.DataFrame(columns), SourceFacts("memory"))


def proved(key, task, kind, *, gaps):
    kinds = {name: ColumnKind(name) for name in (KINDS if kind == "mixed" else (kind,))}
    quick = {"n_estimators": 25}
    known = {parameter.name for parameter in ALGORITHMS[key].card.parameters}
    config = TrainingConfig(
        "target",
        task=task,
        algorithm=key,
        parameters={name: value for name, value in quick.items() if name in known},
        read=ReadOptions(kinds=kinds),
    )
    workshop = Workshop(CATALOG, lambda: 0.0, Silence(), 1)
    trained = train(raw_table(kind, task, gaps=gaps), config, workshop=workshop)
    draft = draft_package(trained, name="proved", created_at="2026-01-01T00:00:00+00:00")
    return trained, draft.manifest.parity


def assert_proved(parity, *, n_rows):
    assert (parity.n_rows_batch, parity.n_flips) == (n_rows, 0)
    assert parity.n_rows_single > 0
    assert parity.max_difference <= TOLERANCE


@pytest.mark.parametrize(("key", "task", "kind"), cases(["mixed"]))
def test_a_table_of_every_kind_with_gaps_is_answered_by_the_package_as_by_the_model(
    key, task, kind
):
    trained, parity = proved(key, task, kind, gaps=True)
    assert {column.name for column in trained.plan.columns} == set(KINDS)
    assert_proved(parity, n_rows=len(trained.split.test))


@pytest.mark.slow
@pytest.mark.parametrize("gaps", [False, True], ids=["whole", "gaps"])
@pytest.mark.parametrize(("key", "task", "kind"), cases(KINDS))
def test_a_table_of_one_column_is_answered_by_the_package_as_by_the_model(key, task, kind, gaps):
    trained, parity = proved(key, task, kind, gaps=gaps)
    assert [column.name for column in trained.plan.columns] == [kind]
    assert_proved(parity, n_rows=len(trained.split.test))
