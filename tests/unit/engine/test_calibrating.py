"""Probabilities are calibrated where that is proven to help, and left alone elsewhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from modelyard.engine.evaluation.calibrating import (
    Rows,
    choose_calibration,
    fit_isotonic,
    fit_sigmoid,
    fit_temperature,
)
from modelyard.runtime.calibration import Calibration

FITS = [fit_temperature, fit_sigmoid, fit_isotonic]


def drawn(n, n_labels, *, sharpened=1.0, seed=0):
    """Return probabilities, sharpened beyond what is true, and labels drawn from the true ones."""
    rng = np.random.default_rng(seed)
    true = rng.dirichlet(np.ones(n_labels), n)
    y = (true.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    claimed = true**sharpened
    return claimed / claimed.sum(axis=1, keepdims=True), y


def rows(scores, y, of_unit=None, weight=None):
    return Rows(scores, y, np.arange(len(y)) if of_unit is None else of_unit, weight)


def chosen(scores, y, asked="auto", of_unit=None, weight=None):
    rng = np.random.default_rng(1)
    return choose_calibration(asked, rows(scores, y, of_unit, weight), rng=rng)


def log_loss(scores, y):
    return -np.log(np.maximum(scores[np.arange(len(y)), y], 1e-15)).mean()


@pytest.mark.parametrize("n_labels", [2, 4])
def test_too_sure_a_model_is_calibrated_and_better_on_other_rows(n_labels):
    scores, y = drawn(1500, n_labels, sharpened=3.0)
    others, truth = drawn(3000, n_labels, sharpened=3.0, seed=5)

    found = chosen(scores, y)

    assert found.calibration is not None
    assert found.low > 0
    assert log_loss(found.calibration.apply(others), truth) < log_loss(others, truth)


@pytest.mark.parametrize("n_labels", [2, 4])
def test_a_calibrated_model_is_left_alone_and_it_is_said(n_labels):
    found = chosen(*drawn(1500, n_labels))

    assert found.calibration is None
    assert "gains nothing for sure" in found.reason


def test_a_gain_that_is_sure_and_too_small_to_matter_is_left():
    y = np.arange(400) % 2
    scores = np.where(y[:, None] == np.arange(2), 1 - 1e-4, 1e-4)

    found = chosen(scores, y)

    assert found.low > 0
    assert found.calibration is None
    assert "too little to matter" in found.reason


def test_few_rows_are_not_enough_and_it_is_said():
    found = chosen(*drawn(40, 2, sharpened=3.0))

    assert found.calibration is None
    assert "40 validation rows are too few" in found.reason


def test_rows_of_one_unit_are_one_witness():
    scores, y = drawn(1500, 2, sharpened=3.0)

    assert chosen(scores, y, of_unit=np.zeros(1500, dtype=np.int64)).calibration is None


def test_a_method_that_is_asked_for_is_the_only_candidate():
    found = chosen(*drawn(1500, 2, sharpened=3.0), asked="isotonic")

    assert found.calibration is not None
    assert found.calibration.method == "isotonic"


def test_the_temperature_undoes_what_sharpened():
    scores, y = drawn(20_000, 3, sharpened=2.0)

    assert fit_temperature(rows(scores, y)).slopes == pytest.approx([0.5] * 3, abs=0.03)


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("n_labels", [2, 3])
def test_what_is_answered_are_probabilities(fit, n_labels):
    scores, y = drawn(200, n_labels, sharpened=3.0)
    extreme = np.vstack([scores, np.eye(n_labels)])

    answered = fit(rows(scores, y)).apply(extreme)

    assert np.isfinite(answered).all()
    assert (answered >= 0).all()
    assert answered.sum(axis=1) == pytest.approx(1.0)


@given(st.integers(0, 1000), st.sampled_from(FITS), st.integers(2, 4))
@settings(max_examples=25, deadline=None)
def test_a_row_alone_is_answered_as_among_others(seed, fit, n_labels):
    scores, y = drawn(80, n_labels, seed=seed)
    calibration = fit(rows(scores, y))

    together = calibration.apply(scores)
    alone = np.vstack([calibration.apply(row[None]) for row in scores])

    assert np.abs(together - alone).max() <= 1e-15


@pytest.mark.parametrize("fit", FITS)
def test_a_map_that_was_written_is_read_back_the_same(fit):
    scores, y = drawn(200, 3)
    calibration = fit(rows(scores, y))

    assert Calibration.from_dict(calibration.to_dict()) == calibration


def test_an_isotonic_map_is_that_of_scikit_learn():
    """Of rows that come again and weigh, and that rise too gently to be bent."""
    rng = np.random.default_rng(3)
    second = np.repeat(np.arange(0.0, 1.01, 0.1), 40)
    y = (rng.random(len(second)) < second).astype(np.int64)
    weight = rng.uniform(0.5, 1.5, len(second))
    ((x, made),) = fit_isotonic(rows(np.stack([1 - second, second], 1), y, weight=weight)).knots
    end = 1 / (len(y) + 2)
    reference = IsotonicRegression(y_min=end, y_max=1 - end).fit(second, y, sample_weight=weight)
    assert x == pytest.approx(reference.X_thresholds_, abs=1e-15)
    assert made == pytest.approx(reference.y_thresholds_, abs=1e-14)


def test_an_isotonic_map_is_nowhere_too_steep_to_be_proved():
    scores, y = drawn(2000, 2)
    ((given_, answered),) = fit_isotonic(rows(scores, y)).knots

    assert (np.diff(answered) <= 50 * np.diff(given_) + 1e-12).all()
    assert 0 < answered[0] <= answered[-1] < 1


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("n_labels", [2, 3])
def test_a_row_of_weight_three_counts_as_three_rows(fit, n_labels):
    scores, y = drawn(300, n_labels, sharpened=3.0)
    weight = np.where(np.arange(300) % 2, 3.0, 1.0)
    times = np.repeat(np.arange(300), weight.astype(int))

    weighed = fit(rows(scores, y, weight=weight)).apply(scores)
    repeated = fit(rows(scores[times], y[times])).apply(scores)

    # The ends of an isotonic map know how many rows there were.
    assert np.abs(weighed - repeated).max() < 0.01


def test_the_gain_is_that_of_the_rows_that_weigh():
    sharp, y = drawn(1500, 2, sharpened=3.0)
    true, z = drawn(1500, 2, seed=7)
    weight = np.repeat([1000.0, 1.0], 1500)

    found = chosen(np.vstack([true, sharp]), np.append(z, y), weight=weight)

    assert chosen(np.vstack([true, sharp]), np.append(z, y)).calibration is not None
    assert found.calibration is None


@pytest.mark.parametrize("n_units", [6, 9_000])
def test_of_many_rows_some_choose_and_all_teach(n_units):
    scores, y = drawn(9_000, 26, sharpened=3.0)
    of_unit = np.arange(len(y)) % n_units
    found = chosen(scores, y, asked="temperature", of_unit=of_unit)
    assert found.calibration == fit_temperature(rows(scores, y, of_unit))
    assert found.n_rows == len(y)


@pytest.mark.parametrize(("n_rows", "method"), [(1_500, "isotonic"), (4_000, "sigmoid")])
def test_each_label_gets_its_own_slope_only_where_it_has_many_rows(n_rows, method):
    true, y = drawn(n_rows, 20)
    claimed = true * np.linspace(1.0, 20.0, 20)

    found = chosen(claimed / claimed.sum(axis=1, keepdims=True), y)

    assert found.calibration is not None
    assert found.calibration.method == method


def test_slopes_of_many_labels_are_fitted_where_they_are_asked_for():
    scores, y = drawn(600, 12, sharpened=3.0)

    assert chosen(scores, y, "sigmoid").calibration.method == "sigmoid"
