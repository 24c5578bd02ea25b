"""A fit says which rows taught it, and which did not."""

import numpy as np
import polars as pl
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.configs import PreparationConfig
from modelyard.domain.errors import TooFewRows
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.engine.fitting import FitPlan, fit
from modelyard.engine.parameters import resolve_parameters
from modelyard.engine.preparing import blocks_of
from modelyard.protocols.progress import Silence

N_ROWS = 60


def fitted(frame=None, *, algorithm="linear-regression", missing="auto", validation=10):
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"x": rng.normal(size=N_ROWS)}) if frame is None else frame
    kinds = [ColumnKind.CATEGORY if s.dtype == pl.String else ColumnKind.NUMERIC for s in frame]
    columns = tuple(map(Column, frame.columns, kinds))
    chosen = Catalog().algorithms()[algorithm]
    plan = FitPlan(
        blocks=blocks_of(Table(frame, columns)),
        y=rng.normal(size=N_ROWS),
        columns=columns,
        target="y",
        task=Task.REGRESSION,
        labels=(),
        algorithm=chosen,
        parameters=resolve_parameters(chosen.card, {}),
        preparation=PreparationConfig(handle_missing=missing),
        transforms=Catalog().transforms(),
        n_threads=1,
    )
    rows = np.arange(N_ROWS)
    cut = N_ROWS - validation
    return fit(plan, rows[:cut], validation=rows[cut:], rng=rng, progress=Silence())


def with_gaps(n_gaps):
    words = [None, "b"] * (N_ROWS // 2)
    return pl.DataFrame({"x": [None] * n_gaps + [1.5] * (N_ROWS - n_gaps), "w": words})


def test_validation_rows_teach_an_algorithm_that_does_not_stop_early():
    found = fitted()

    np.testing.assert_array_equal(found.taught, np.arange(N_ROWS))
    assert (found.n_stopping, found.n_left_out) == (0, 0)


def test_validation_rows_do_not_teach_an_algorithm_that_they_stop():
    found = fitted(algorithm="lightgbm")

    np.testing.assert_array_equal(found.taught, np.arange(N_ROWS - 10))
    assert found.n_stopping == 10


def test_rows_with_a_gap_in_any_feature_are_left_out_and_counted():
    found = fitted(with_gaps(20), missing="drop")

    np.testing.assert_array_equal(found.taught, np.arange(21, N_ROWS, 2))
    assert found.n_left_out == 40


def test_gaps_in_every_row_are_refused_with_the_columns_that_hold_most():
    with pytest.raises(TooFewRows, match=r"'x' \(60\), 'w' \(30\)\.") as refusal:
        fitted(with_gaps(N_ROWS), missing="drop")

    assert refusal.value.column == "x"
    assert "Drop these columns" in refusal.value.fix
