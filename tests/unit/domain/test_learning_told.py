"""What a learning curve tells is what its interval allows to tell."""

import math

import pytest

from modelyard.domain.learning import LearningCurve, LearningPoint


def told(low: float, high: float, score: float = 0.9) -> str:
    points = (LearningPoint(0.5, 100, score - 0.01, 0.02), LearningPoint(1, 200, score, 0.02))
    return LearningCurve("Accuracy", 3, points, (low + high) / 2, low, high).told


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.01, 0.05, "more rows would help further"),
        (0.002, 0.006, "more rows would help, though little"),
        (-0.05, -0.01, "did harm"),
        (-0.004, -0.001, "would hardly help"),
        (-0.068, 0.168, "cannot tell"),
        (-0.004, 0.008, "more rows of the same kind would hardly help"),
        (math.nan, math.nan, "cannot tell"),
    ],
)
def test_only_what_the_interval_excludes_is_denied(low: float, high: float, words: str) -> None:
    assert words in told(low, high)


def test_next_to_nothing_is_judged_by_the_size_of_the_score() -> None:
    assert "would hardly help" in told(-1.0, 2.0, score=300.0)
    assert "cannot tell" in told(-1.0, 2.0, score=3.0)


def test_what_was_fitted_is_named_where_it_is_not_the_model_itself() -> None:
    points = (LearningPoint(0.5, 100, 0.8, 0.02), LearningPoint(1, 200, 0.9, 0.02))
    curve = LearningCurve("Accuracy", 5, points, 0.1, 0.05, 0.15, fitted="lightgbm-2")
    assert curve.told.endswith("Measured with lightgbm-2, the best candidate then.")
