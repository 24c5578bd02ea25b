"""What is said of AutoML systems is right: metrics, intervals and ranks from their answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measuring.judging import (
    WrongAnswersError,
    gain,
    known_answers,
    mean_ranks,
    ranks,
    scores,
)


def test_columns_of_probabilities_are_put_in_the_order_of_the_labels() -> None:
    given_ = np.array([[0.9, 0.1], [0.2, 0.8]])
    found = known_answers(given_, ["yes", "no"], known=["no", "yes"], n_rows=2)
    np.testing.assert_allclose(found, given_[:, ::-1])


def test_a_label_that_a_system_left_out_has_probability_zero() -> None:
    found = known_answers(np.array([[0.6, 0.4]]), ["a", "c"], known=["a", "b", "c"], n_rows=1)
    np.testing.assert_allclose(found, [[0.6, 0.0, 0.4]])


@pytest.mark.parametrize(
    ("answers", "labels", "words"),
    [
        (np.ones((2, 2)) / 2, ["a", "b"], "shape"),
        (np.array([[np.nan, 0.5]]), ["a", "b"], "missing"),
        (np.array([[0.5, 0.5]]), ["a", "1"], "not in the table"),
    ],
)
def test_answers_that_do_not_fit_are_refused_in_words(
    answers: np.ndarray, labels: list[str], words: str
) -> None:
    with pytest.raises(WrongAnswersError, match=words):
        known_answers(answers, labels, known=["a", "b"], n_rows=1)


def test_two_labels_are_judged_by_the_order_of_the_second_label_s_probability() -> None:
    truth, second = np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])
    found = scores(truth, np.column_stack([1 - second, second]), task="binary")
    assert found["roc_auc"] == pytest.approx(0.75)
    assert next(iter(found)) == "roc_auc"


def test_three_labels_are_judged_by_the_mean_log_of_the_true_label() -> None:
    answers = np.array([[0.5, 0.25, 0.25], [0.2, 0.2, 0.6]])
    found = scores(np.array([0, 1]), answers, task="multiclass")
    assert found["log_loss"] == pytest.approx(-(np.log(0.5) + np.log(0.2)) / 2)
    assert found["accuracy"] == 0.5


def test_numbers_are_judged_by_the_root_of_the_mean_square() -> None:
    found = scores(np.array([1.0, 2.0, 6.0]), np.array([1.0, 5.0, 6.0]), task="regression")
    assert found["rmse"] == pytest.approx(np.sqrt(3))
    assert found["r2"] == pytest.approx(1 - 9 / 14)


def test_a_gain_is_positive_for_whoever_is_better_whatever_the_metric() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=300)
    near, far = truth + rng.normal(size=300) / 9, truth + rng.normal(size=300)
    mean, low, high = gain(near, far, truth=truth, task="regression")
    assert 0 < low < mean < high
    labels = (truth > 0).astype(int)
    chances = [1 / (1 + np.exp(-9 * each)) for each in (near, far)]
    good, poor = (np.column_stack([1 - each, each]) for each in chances)
    assert gain(good, poor, truth=labels, task="binary")[1] > 0
    assert gain(poor, good, truth=labels, task="multiclass")[2] < 0


def test_answers_of_the_same_worth_gain_nothing() -> None:
    truth = np.arange(50.0)
    assert gain(truth + 1, truth - 1, truth=truth, task="regression") == pytest.approx((0, 0, 0))


def test_equal_scores_share_the_mean_of_their_ranks() -> None:
    found = ranks({"a": 0.9, "b": 0.8, "c": 0.9 + 1e-13, "d": 0.1}, task="binary")
    assert found == {"a": 1.5, "c": 1.5, "b": 3.0, "d": 4.0}


def test_a_lower_loss_ranks_first() -> None:
    assert ranks({"a": 0.9, "b": 0.2}, task="multiclass") == {"a": 2.0, "b": 1.0}
    assert ranks({"a": 90.0, "b": 20.0}, task="regression") == {"a": 2.0, "b": 1.0}


def test_whoever_failed_gets_the_last_rank() -> None:
    found = ranks({"a": None, "b": 0.5, "c": None}, task="binary")
    assert found == {"a": 3.0, "b": 1.0, "c": 3.0}


@given(st.dictionaries(st.text(max_size=3), st.none() | st.floats(0, 1), min_size=1, max_size=6))
def test_ranks_lie_between_one_and_the_number_of_systems(found: dict[str, float | None]) -> None:
    placed = ranks(found, task="binary")
    assert placed.keys() == found.keys()
    assert all(1 <= rank <= len(found) for rank in placed.values())


def test_mean_ranks_are_of_the_tables_that_all_systems_were_run_on() -> None:
    tables = {"t": {"a": 1.0, "b": 2.0}, "u": {"a": 2.0, "b": 1.0}, "v": {"a": 1.0}}
    assert mean_ranks(tables) == {"n_tables": 2, "ranks": {"a": 1.5, "b": 1.5}}
    assert list(mean_ranks({"t": {"b": 1.0, "a": 2.0}})["ranks"]) == ["b", "a"]
