"""The report says in words what rounding a model cost."""

from types import SimpleNamespace

from modelyard.domain.quantisations import Quantisation
from modelyard.domain.tasks import Task
from modelyard.reporting.quantisation_views import quantisation_sentences, rounding_told

COST = Quantisation(
    n_rows=413,
    n_flips=3,
    n_lost=2,
    n_won=1,
    metric="accuracy",
    before=0.9879,
    after=0.9855,
    max_difference=0.084,
    worse=0.0024,
    size_bytes_before=44_700_000,
    size_bytes=11_300_000,
)


def test_nothing_is_said_of_a_model_that_was_not_rounded() -> None:
    assert quantisation_sentences(None, SimpleNamespace()) == ()


def test_labels_that_changed_are_counted_with_those_lost_and_won() -> None:
    told = rounding_told(COST, Task.MULTICLASS)
    assert "3 of 413 test rows another label" in told
    assert "2 were right before, 1 are now" in told


def test_values_are_told_in_units_of_the_spread() -> None:
    assert "0.084 of the spread" in rounding_told(COST, Task.REGRESSION)


def test_the_report_says_both_values_of_the_metric_and_both_sizes() -> None:
    deciding = SimpleNamespace(title="Accuracy")
    evaluation = SimpleNamespace(task=Task.MULTICLASS, deciding=deciding)
    told = " ".join(quantisation_sentences(COST, evaluation))
    assert "Accuracy is 0.9855 in place of 0.9879." in told
    assert "11.3 MB in place of 44.7 MB" in told
