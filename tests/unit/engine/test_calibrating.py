"""Probabilities are calibrated where that is proven to help, and left alone elsewhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.engine.evaluation.calibrating import (
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


def chosen(scores, y, asked="auto", of_unit=None):
    of_unit = np.arange(len(y)) if of_unit is None else of_unit
    rng = np.random.default_rng(1)
    return choose_calibration(asked, scores, y_true=y, of_unit=of_unit, rng=rng)


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

    assert fit_temperature(scores, y).slopes == pytest.approx([0.5] * 3, abs=0.03)


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("n_labels", [2, 3])
def test_what_is_answered_are_probabilities(fit, n_labels):
    scores, y = drawn(200, n_labels, sharpened=3.0)
    extreme = np.vstack([scores, np.eye(n_labels)])

    answered = fit(scores, y).apply(extreme)

    assert np.isfinite(answered).all()
    assert (answered >= 0).all()
    assert answered.sum(axis=1) == pytest.approx(1.0)


@given(st.integers(0, 1000), st.sampled_from(FITS), st.integers(2, 4))
@settings(max_examples=25, deadline=None)
def test_a_row_alone_is_answered_as_among_others(seed, fit, n_labels):
    scores, y = drawn(80, n_labels, seed=seed)
    calibration = fit(scores, y)

    together = calibration.apply(scores)
    alone = np.vstack([calibration.apply(row[None]) for row in scores])

    assert np.abs(together - alone).max() <= 1e-15


@pytest.mark.parametrize("fit", FITS)
def test_a_map_that_was_written_is_read_back_the_same(fit):
    scores, y = drawn(200, 3)
    calibration = fit(scores, y)

    assert Calibration.from_dict(calibration.to_dict()) == calibration


def test_an_isotonic_map_is_nowhere_too_steep_to_be_proved():
    scores, y = drawn(2000, 2)
    ((given_, answered),) = fit_isotonic(scores, y).knots

    assert (np.diff(answered) <= 50 * np.diff(given_) + 1e-12).all()
    assert 0 < answered[0] <= answered[-1] < 1
