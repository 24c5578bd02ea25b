"""Weights: read with the row that is wrong, balanced by class, and felt where they should be."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.catalog import Catalog
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import InvalidValue, MissingColumns, UnparseableValue
from modelyard.domain.tables import RawTable, SourceFacts, Table
from modelyard.domain.tasks import Task
from modelyard.engine.publishing.drafting import draft_package
from modelyard.engine.training import train
from modelyard.engine.weighting import (
    class_factors,
    require_weighable,
    teaching_weights,
    weights_beside,
    weights_of,
)
from modelyard.engine.workshop import Workshop
from modelyard.protocols.algorithms import AlgorithmCard, Needs
from modelyard.protocols.progress import Silence

N_ROWS = 120


def weight_table(*weights):
    return Table(pl.DataFrame({"w": weights}), (Column("w", ColumnKind.NUMERIC),))


@pytest.mark.parametrize(("weight", "came"), [(-2.0, "-2"), (None, "none"), (float("inf"), "inf")])
def test_a_weight_that_is_none_is_refused_with_its_row_and_value(weight, came):
    table = weight_table(1.0, 0.0, weight)
    with pytest.raises(UnparseableValue, match=rf"row 3 holds {came}\.") as refusal:
        weights_of(table, "w", rows=np.array([0, 2]))
    assert (refusal.value.row, refusal.value.column, refusal.value.sample) == (3, "w", came)


def test_weights_that_are_all_zero_are_refused():
    with pytest.raises(InvalidValue, match="no row counts"):
        weights_of(weight_table(0.0, 0.0), "w", rows=np.array([0, 1]))


def test_rows_without_the_column_of_weights_count_alike():
    raw = RawTable(pl.DataFrame({"x": ["1"], "w": ["2"]}), SourceFacts("memory"))
    assert weights_beside(raw, "other", rows=np.array([0])) is None
    assert weights_beside(raw, None, rows=np.array([0])) is None
    np.testing.assert_array_equal(weights_beside(raw, "w", rows=np.array([0])), [2.0])


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0.01, 100)), min_size=1, max_size=30))
def test_balanced_classes_weigh_alike_and_the_whole_keeps_its_weight(rows):
    y, weight = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    factors = class_factors("balanced", y, weight=weight, labels=("a", "b", "c", "d"))
    totals = np.bincount(y, weights=weight * factors[y])
    np.testing.assert_allclose(totals[totals > 0], weight.sum() / len(np.unique(y)))


def test_a_class_is_weighed_by_the_text_of_its_label():
    one = np.ones(2)
    factors = class_factors({"true": 5.0}, np.array([0, 1]), weight=one, labels=(False, True))
    np.testing.assert_array_equal(factors, [1.0, 5.0])


def test_a_weight_for_no_class_is_refused_with_the_nearest():
    with pytest.raises(InvalidValue, match="Did you mean 'yes'") as refusal:
        class_factors({"yess": 2.0}, np.array([0, 1]), weight=np.ones(2), labels=("no", "yes"))
    assert "The classes: no, yes" in str(refusal.value)


def test_rows_that_teach_weigh_one_in_the_mean_whatever_the_unit():
    weight, taught = np.array([10.0, 20.0, 30.0, 900.0]), np.array([0, 1, 2])
    for unit in (1.0, 1e-6, 1e6):
        found = teaching_weights(weight * unit, "none", y=np.zeros(4), taught=taught, labels=())
        np.testing.assert_allclose(found, [0.5, 1.0, 1.5, 45.0])


def test_without_weights_every_row_counts_alike():
    assert teaching_weights(None, "none", y=np.zeros(4), taught=np.arange(4), labels=()) is None


def card(*, takes_weight):
    return AlgorithmCard(
        key="plain",
        title="Plain",
        summary="Cannot weigh.",
        tasks=frozenset(Task),
        parameters=(),
        needs=Needs(
            takes_missing=True,
            normalize="none",
            categorical_encoding="ordinal",
            takes_weight=takes_weight,
        ),
        source="none",
    )


@pytest.mark.parametrize("by_class", [True, False])
def test_an_algorithm_that_cannot_weigh_is_refused_with_weights(by_class):
    with pytest.raises(InvalidValue, match="'plain' cannot weigh rows"):
        require_weighable(
            card(takes_weight=False), Task.BINARY, is_weighed=not by_class, by_class=by_class
        )
    require_weighable(card(takes_weight=False), Task.BINARY, is_weighed=False, by_class=False)


def test_values_have_no_classes_to_weigh():
    with pytest.raises(InvalidValue, match="regression task has none"):
        require_weighable(card(takes_weight=True), Task.REGRESSION, is_weighed=False, by_class=True)


def rows(*, weight):
    rng = np.random.default_rng(0)
    x = rng.normal(size=N_ROWS)
    y = np.where(x + rng.normal(size=N_ROWS) > 0.8, "yes", "no")
    return {"x": x, "z": rng.normal(size=N_ROWS), "w": weight, "y": y}


def trained(table, **options):
    frame = pl.DataFrame({name: [str(each) for each in column] for name, column in table.items()})
    config = TrainingConfig("y", algorithm="logistic-regression", **options)
    workshop = Workshop(Catalog(), lambda: 0.0, Silence(), 1)
    return train(RawTable(frame, SourceFacts("memory")), config, workshop=workshop)


def test_the_column_of_weights_is_no_feature_and_stands_in_the_manifest():
    model = trained(rows(weight=np.arange(N_ROWS) % 5 + 1), weight="w")
    assert [column.name for column in model.plan.columns] == ["x", "z"]
    draft = draft_package(model, name="toy", created_at="2026-01-01T00:00:00+00:00")
    assert draft.manifest.weight == "w"


def test_rows_of_weight_zero_are_left_out_and_counted():
    weight = np.where(np.arange(N_ROWS) < 20, 0, 2)
    model = trained(rows(weight=weight), weight="w")
    assert (model.table.n_rows, model.n_weightless) == (N_ROWS - 20, 20)
    assert "20 of weight 0 left out" in model.split_told


def test_equal_weights_change_nothing():
    table = rows(weight=np.full(N_ROWS, 7.5))
    weighted, plain = trained(table, weight="w"), trained(table, drop=("w",))
    np.testing.assert_allclose(weighted.scores, plain.scores, atol=1e-9)
    for mine, theirs in zip(weighted.evaluation.metrics, plain.evaluation.metrics, strict=True):
        assert mine.value == pytest.approx(theirs.value, nan_ok=True)
        assert mine.low == pytest.approx(theirs.low, nan_ok=True)


def test_a_column_of_weights_weighs_the_metrics():
    weight = np.random.default_rng(3).integers(1, 50, N_ROWS)
    model = trained(rows(weight=weight), weight="w")
    test = model.split.test
    is_right = model.scores.argmax(axis=1) == model.plan.y[test]
    accuracy = next(each for each in model.evaluation.metrics if each.key == "accuracy")
    assert accuracy.value == pytest.approx(np.average(is_right, weights=model.plan.weight[test]))


def test_weights_of_classes_move_the_answers_but_not_what_is_measured():
    table = rows(weight=np.arange(N_ROWS))
    plain = trained(table, drop=("w",))
    balanced = trained(table, drop=("w",), class_weight="balanced")
    assert balanced.scores[:, 1].mean() > plain.scores[:, 1].mean() + 0.05
    is_right = balanced.scores.argmax(axis=1) == balanced.plan.y[balanced.split.test]
    accuracy = next(each for each in balanced.evaluation.metrics if each.key == "accuracy")
    assert accuracy.value == pytest.approx(is_right.mean())


def test_a_column_of_weights_that_is_not_there_is_named():
    with pytest.raises(MissingColumns, match="'ww'"):
        trained(rows(weight=np.ones(N_ROWS)), weight="ww")


def test_a_word_among_the_weights_is_named_with_its_row():
    weight = ["1"] * N_ROWS
    weight[4] = "heavy"
    with pytest.raises(UnparseableValue, match="heavy") as refusal:
        trained(rows(weight=weight), weight="w")
    assert refusal.value.row == 5
