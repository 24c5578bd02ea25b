"""The charts of regression and of importance show what happened."""

from dataclasses import replace

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.evaluations import Importance
from modelyard.domain.tasks import Task
from modelyard.protocols.charts import ChartInput

CHARTS = Catalog().charts()


def regression(truth, predicted):
    scores = np.asarray(predicted, dtype=float)[:, None]
    return ChartInput(Task.REGRESSION, "price", np.asarray(truth, dtype=float), scores, (), ())


def test_predictions_stand_over_the_truth():
    spec = CHARTS["predicted-actual"].chart(regression([2, 1], [20, 10]))
    points, exact = spec.series

    assert (points.x, points.y) == ((1, 2), (10, 20))
    assert (exact.x, exact.y) == ((1, 2), (1, 2))
    assert exact.is_reference
    assert spec.x_label == "Actual price"


def test_a_residual_is_what_the_prediction_lacks():
    points, level = CHARTS["residuals"].chart(regression([2, 1], [20, 10])).series

    assert (points.x, points.y) == ((10, 20), (-9, -18))
    assert (level.x, level.y) == ((10, 20), (0, 0))


@pytest.mark.parametrize("key", ["predicted-actual", "residuals"])
def test_of_many_rows_a_thousand_are_drawn_with_both_ends(key):
    values = np.arange(5000.0)
    spec = CHARTS[key].chart(regression(values, values))

    assert len(spec.series[0].x) == 1000
    assert (spec.series[0].x[0], spec.series[0].x[-1]) == (0, 4999)
    assert "1,000 of 5,000 rows" in spec.caption


@pytest.mark.parametrize("key", ["predicted-actual", "residuals"])
def test_a_prediction_that_is_no_number_is_left_out(key):
    spec = CHARTS[key].chart(regression([1, 2, 3], [1, np.inf, np.nan]))

    assert spec.series[0].x == (1,)


def importance_of(*importance):
    return replace(regression([1], [1]), importance=importance)


def test_bars_stand_strongest_first_with_their_spread():
    spec = CHARTS["importance"].chart(
        importance_of(Importance("a", 3.0, 0.5), Importance("b", 1.0, 0.25))
    )
    bars = spec.series[0]

    assert spec.categories == ("a", "b")
    assert (bars.y, bars.low, bars.high) == ((3, 1), (2.5, 0.75), (3.5, 1.25))
    assert "'a' costs the most" in spec.caption


def test_beyond_twenty_columns_the_rest_is_counted():
    columns = [Importance(f"c{at}", 30.0 - at, 0.0) for at in range(25)]
    spec = CHARTS["importance"].chart(importance_of(*columns))

    assert len(spec.categories) == 20
    assert "5 weaker columns are not shown" in spec.caption


def test_a_model_that_leans_on_no_column_is_said_to():
    spec = CHARTS["importance"].chart(importance_of(Importance("a", 0.0, 0.0)))

    assert "leans on none" in spec.caption
