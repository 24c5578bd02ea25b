"""The charts of classification show what happened, in figures that can be checked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from modelyard.catalog import Catalog
from modelyard.domain.rules import Rule
from modelyard.domain.tasks import Task
from modelyard.protocols.charts import ChartInput

CHARTS = Catalog().charts()


def binary(truth, raised, threshold=0.5):
    raised = np.asarray(raised, dtype=float)
    scores = np.column_stack([1 - raised, raised])
    return ChartInput(
        Task.BINARY, "t", np.asarray(truth), scores, ("no", "yes"), (), rule=Rule(threshold)
    )


def area_under(series):
    return float(np.trapezoid(series.y, series.x))


def test_a_matrix_row_is_a_truth():
    spec = CHARTS["confusion-matrix"].chart(binary([0, 0, 0, 1], [0.1, 0.8, 0.9, 0.7]))

    assert [(row.name, row.y) for row in spec.series] == [("no", (1, 2)), ("yes", (0, 1))]
    assert spec.categories == ("no", "yes")


def test_the_matrix_uses_the_threshold_of_the_model():
    spec = CHARTS["confusion-matrix"].chart(binary([1], [0.3], threshold=0.3))

    assert spec.series[1].y == (0, 1)


def test_the_matrix_names_the_most_frequent_mistake():
    spec = CHARTS["confusion-matrix"].chart(binary([0, 0, 0, 1], [0.1, 0.8, 0.9, 0.7]))

    assert "2 of 4 rows are on the diagonal" in spec.caption
    assert "'no' answered as 'yes', 2 times" in spec.caption


def test_a_matrix_without_mistakes_names_none():
    spec = CHARTS["confusion-matrix"].chart(binary([0, 1], [0.1, 0.9]))

    assert "mistake" not in spec.caption


def test_the_matrix_of_many_classes_shows_the_most_frequent_and_says_so():
    truth = np.concatenate([np.arange(40), np.repeat(39, 5)])
    labels = tuple(f"c{code}" for code in range(40))
    subject = ChartInput(Task.MULTICLASS, "t", truth, np.eye(40)[truth], labels, ())

    spec = CHARTS["confusion-matrix"].chart(subject)

    assert len(spec.series) == len(spec.categories) == 30
    assert "c39" in spec.categories
    assert "30 most frequent of 40 classes" in spec.caption


@given(st.integers(0, 2**32 - 1))
def test_the_area_under_the_curve_is_the_roc_auc(seed):
    rng = np.random.default_rng(seed)
    truth = np.concatenate([[0, 1], rng.integers(0, 2, size=20)])
    raised = rng.integers(0, 6, size=22) / 6

    curve = CHARTS["roc-curve"].chart(binary(truth, raised)).series[0]

    assert area_under(curve) == pytest.approx(reference.roc_auc_score(truth, raised))


def test_a_thinned_curve_keeps_its_area():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, size=20_000)
    raised = 1 / (1 + np.exp(-(truth + rng.normal(size=20_000))))

    curve = CHARTS["roc-curve"].chart(binary(truth, raised)).series[0]

    assert len(curve.x) <= 200
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)
    assert area_under(curve) == pytest.approx(reference.roc_auc_score(truth, raised), abs=1e-3)


def test_the_curve_of_one_class_alone_is_not_drawn():
    assert CHARTS["roc-curve"].chart(binary([1, 1], [0.2, 0.8])) is None


def test_a_binary_curve_says_which_label_is_found():
    assert "'yes'" in CHARTS["roc-curve"].chart(binary([0, 1], [0.2, 0.8])).caption


@pytest.mark.parametrize(("n_classes", "n_curves"), [(3, 3), (10, 6)])
def test_each_class_has_a_curve_against_the_rest_up_to_six(n_classes, n_curves):
    rng = np.random.default_rng(0)
    truth = np.tile(np.arange(n_classes), 5)
    labels = tuple(f"c{code}" for code in range(n_classes))
    scores = rng.dirichlet(np.ones(n_classes), size=len(truth))

    spec = CHARTS["roc-curve"].chart(ChartInput(Task.MULTICLASS, "t", truth, scores, labels, ()))

    assert [series.is_reference for series in spec.series] == [False] * n_curves + [True]
    assert ("6 of 10 classes" in spec.caption) == (n_classes == 10)


@pytest.mark.parametrize("key", ["roc-curve", "precision-recall"])
def test_a_point_on_the_curve_is_where_the_model_answers(key):
    subject = binary([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9], threshold=0.5)
    curve, point, _ = CHARTS[key].chart(subject).series

    assert point.name == "answered from 0.5 on"
    assert (point.x, point.y) == (((0.5,), (0.5,)))
    assert (point.x[0], point.y[0]) in zip(curve.x, curve.y, strict=True)


def test_a_model_that_never_alarms_has_no_precision_to_point_at():
    series = CHARTS["precision-recall"].chart(binary([0, 1], [0.1, 0.2], threshold=0.5)).series

    assert [each.name for each in series] == ["yes", "guessing"]
