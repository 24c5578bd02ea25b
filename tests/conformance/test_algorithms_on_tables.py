"""Every algorithm, each ensemble too, on every kind of column: from cells of text to its package.

The proof answers the test rows as a table and one by one, half of them with cells that are missing,
never seen, written in another way or 1e300, and compares each answer with the model in memory.
"""

from dataclasses import fields

import numpy as np
import polars as pl
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import (
    ColumnPreparation,
    PreparationConfig,
    ReadOptions,
    TrainingConfig,
)
from modelyard.domain.tables import RawTable, SourceFacts
from modelyard.domain.tasks import Task
from modelyard.engine.publishing.drafting import draft_package
from modelyard.engine.training import train
from modelyard.engine.workshop import Workshop
from modelyard.packaging.parity import TOLERANCE
from modelyard.protocols.progress import Silence
from modelyard.runtime.predictor import Predictor

CATALOG = Catalog()
ALGORITHMS = {k: each for k, each in CATALOG.algorithms().items() if each.card.takes_tables}
MISSING = CATALOG.missing_extras()
N_ROWS = 150
DAY_US = 86_400_000_000
KINDS = ("numeric", "integer", "boolean", "category", "datetime", "text")
WORDS = np.array(["red", "green", "blue", "grey"])
HARDEST_FIRST = (Task.MULTICLASS, Task.BINARY, Task.REGRESSION)
N_CLASSES = {Task.BINARY: 2, Task.MULTICLASS: 3, Task.REGRESSION: 0}
# What makes each choice of the recipe; "drop" leaves rows out and has a test of its own.
RECIPES = [
    (each.card.role.value, each.card.word)
    for _, each in sorted(CATALOG.transforms().items())
    if each.card.role.value in {field.name for field in fields(ColumnPreparation)}
]
# Row by row, sums are added in another order than in a batch: a few roundings of a double.
ROUNDING = 1e-9


def marks_of(key):
    if ALGORITHMS[key].card.extra is None:
        return []
    reason = f"{key} is not installed: {MISSING.get(key)}"
    return [pytest.mark.extras, pytest.mark.skipif(key in MISSING, reason=reason)]


def cases(*, only_hardest=False, is_slow=False):
    """Return every algorithm with each of its tasks."""
    return [
        pytest.param(
            key,
            task,
            id=f"{key}-{task}",
            marks=[*marks_of(key), *([pytest.mark.slow] if is_slow else [])],
        )
        for key, algorithm in sorted(ALGORITHMS.items())
        for task in sorted(algorithm.card.tasks)
        if not only_hardest or task is hardest_of(algorithm.card)
    ]


def sampled():
    """Return the task that asks most of an algorithm; its others are slow."""
    quick = cases(only_hardest=True)
    known = {case.id for case in quick}
    return [*quick, *(each for each in cases(is_slow=True) if each.id not in known)]


def hardest_of(card):
    return next(task for task in HARDEST_FIRST if task in card.tasks)


def column_of(kind, rng):
    """Return cells as a file holds them, and what they say about the target."""
    signal = rng.normal(size=N_ROWS)
    places = np.digitize(signal, [-0.7, 0.0, 0.7])
    if kind == "numeric":
        return [f"{value:.6f}" for value in signal], signal
    if kind == "integer":
        whole = np.round(signal * 20).astype(int)
        return [str(value) for value in whole], signal
    if kind == "boolean":
        return np.where(signal > 0, "true", "false").tolist(), np.sign(signal)
    if kind == "category":
        return WORDS[places].tolist(), places - 1.5
    if kind == "text":
        told = zip(WORDS[places], rng.integers(0, 9, N_ROWS), strict=True)
        return [f"A {word} house, number {number}, near a road" for word, number in told], signal
    days = np.round(signal * 300).astype(np.int64)
    moments = pl.Series(days * DAY_US + 1_600_000_000_000_000).cast(pl.Datetime("us"))
    return moments.dt.strftime("%Y-%m-%d").to_list(), signal


def raw_table(kind, task, *, gaps):
    rng = np.random.default_rng(11)
    kinds = KINDS if kind == "mixed" else (kind,)
    columns, signal = {}, rng.normal(scale=0.7, size=N_ROWS)
    for name in kinds:
        cells, said = column_of(name, rng)
        is_gap = rng.random(N_ROWS) < (0.15 if gaps else 0.0)
        columns[name] = ["" if gap else cell for cell, gap in zip(cells, is_gap, strict=True)]
        signal = signal + np.where(is_gap, 0.0, said)
    n_classes = N_CLASSES[task]
    if n_classes:
        inner = np.quantile(signal, np.arange(1, n_classes) / n_classes)
        columns["target"] = [f"class {code}" for code in np.digitize(signal, inner)]
    else:
        columns["target"] = [f"{100 + value:.5f}" for value in signal]
    # The weight leans on what the target leans on, so that a model that heeds it answers otherwise.
    columns["weight"] = [f"{0.1 + 9 * (value > 0.5):.1f}" for value in signal]
    columns["number"] = [f"N-{at:05}" for at in range(N_ROWS)]
    return RawTable(pl.DataFrame(columns), SourceFacts("memory"))


def trained_on(key, task, kind="mixed", *, gaps=True, **asked):
    kinds = {name: ColumnKind(name) for name in (KINDS if kind == "mixed" else (kind,))}
    card = ALGORITHMS[key].card
    known = {parameter.name for parameter in card.parameters}
    quick = {"n_estimators": 25, "folds": 2}
    parameters = {name: value for name, value in quick.items() if name in known}
    if card.members is not None:
        linear = "logistic-regression" if task.is_classification else "linear-regression"
        parameters["members"] = ["decision-tree", linear]
    settings = {"drop": ("weight",), "parameters": parameters} | asked
    config = TrainingConfig(
        "target",
        task=task,
        algorithm=key,
        read=ReadOptions(kinds={**kinds, "number": ColumnKind.IDENTIFIER}),
        **settings,
    )
    workshop = Workshop(CATALOG, lambda: 0.0, Silence(), 1)
    return train(raw_table(kind, task, gaps=gaps), config, workshop=workshop)


def drafted(trained):
    return draft_package(trained, name="proved", created_at="2026-01-01T00:00:00+00:00")


def assert_proved(trained):
    parity = drafted(trained).manifest.parity
    assert (parity.n_rows_batch, parity.n_flips) == (len(trained.split.test), 0)
    assert parity.n_rows_single > 0
    assert parity.max_difference <= ROUNDING < TOLERANCE


@pytest.mark.parametrize(("key", "task"), cases())
def test_a_table_of_every_kind_with_gaps_is_answered_by_the_package_as_by_the_model(key, task):
    trained = trained_on(key, task)
    assert {column.name for column in trained.plan.columns} == set(KINDS)
    assert_proved(trained)


@pytest.mark.slow
@pytest.mark.parametrize("gaps", [False, True], ids=["whole", "gaps"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("key", "task"), cases())
def test_a_table_of_one_column_is_answered_by_the_package_as_by_the_model(key, task, kind, gaps):
    trained = trained_on(key, task, kind, gaps=gaps)
    assert [column.name for column in trained.plan.columns] == [kind]
    assert_proved(trained)


@pytest.mark.slow
@pytest.mark.parametrize(("role", "word"), RECIPES, ids=lambda each: each)
@pytest.mark.parametrize(("key", "task"), cases(only_hardest=True))
def test_every_choice_of_the_recipe_is_answered_by_the_package_as_by_the_model(
    key, task, role, word
):
    assert_proved(trained_on(key, task, preparation=PreparationConfig(**{role: word})))


@pytest.mark.slow
@pytest.mark.parametrize(("key", "task"), cases())
def test_rows_with_gaps_may_be_left_out_of_the_training(key, task):
    trained = trained_on(key, task, preparation=PreparationConfig(handle_missing="drop"))
    assert trained.fitted.n_left_out > 0
    assert_proved(trained)


@pytest.mark.parametrize(("key", "task"), sampled())
def test_equal_seeds_give_equal_packages(key, task):
    first, again = (drafted(trained_on(key, task, seed=5)) for _ in range(2))
    assert first.manifest == again.manifest
    assert first.contents == again.contents


@pytest.mark.parametrize(("key", "task"), sampled())
def test_a_column_of_weights_teaches_and_is_proved(key, task):
    plain = trained_on(key, task)
    weighed = trained_on(key, task, drop=(), weight="weight")
    assert {column.name for column in weighed.plan.columns} == set(KINDS)
    assert_proved(weighed)
    assert np.abs(weighed.scores - plain.scores).max() > 1e-6


@pytest.mark.parametrize(("key", "task"), sampled())
def test_a_word_never_seen_and_a_gap_are_answered_alone_as_in_a_table(key, task):
    trained = trained_on(key, task, gaps=False)
    draft = drafted(trained)
    predictor = Predictor.reading(draft.manifest, draft.contents)
    seen = dict(zip(KINDS, ("0.5", "3", "true", "red", "2020-05-17", "a red house"), strict=True))
    unseen = {
        "category": "mauve",
        "datetime": "2031-12-31",
        "text": "nothing of this",
        "integer": "9",
    }
    rows = [
        seen,
        seen | unseen,
        seen | dict.fromkeys(KINDS),
        *(seen | {name: None} for name in KINDS),
    ]
    together = predictor.predict_rows(rows)
    values = together.values if together.probabilities is None else together.probabilities
    assert np.isfinite(values.astype(float)).all()
    for at, row in enumerate(rows):
        alone = predictor.predict_row(row)
        scores = list(alone.probabilities.values()) or [alone.value]
        np.testing.assert_allclose(scores, np.atleast_1d(values[at]), rtol=1e-12, atol=1e-12)
