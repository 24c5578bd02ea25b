"""Whoever ends a command is told what was kept of it."""

import pytest

from modelyard.cli._errors import EXIT_TERMINATED, show_interruption
from modelyard.cli._words import print_metrics
from modelyard.domain.evaluations import Evaluation, MetricEstimate
from modelyard.domain.tasks import Task
from modelyard.kit.signals import Terminated


def test_what_an_interrupted_command_has_kept_is_told_beside_what_it_has_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ended = Terminated()
    ended.add_note("Candidates are kept.")
    assert show_interruption(ended, wants_json=False) == EXIT_TERMINATED
    assert capsys.readouterr().err == (
        "Told to end. Nothing half-made was kept. Candidates are kept.\n"
    )


def test_a_gain_is_rounded_by_its_own_size_and_not_to_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    estimate = MetricEstimate(
        "mse",
        "MSE",
        higher_is_better=False,
        value=51_234_567.0,
        low=2_000_000.0,
        high=140_000_000.0,
        baseline=50_600_000.0,
        gain=-634_567.0,
        gain_low=-1_113_194.0,
        gain_high=-138_381.0,
    )
    print_metrics(Evaluation(Task.REGRESSION, 30, "mse", (estimate,)))
    told = capsys.readouterr().out
    assert "−1,110,000 to −140,000" in told
    assert "51,200,000" in told
    assert "50,600,000" in told
