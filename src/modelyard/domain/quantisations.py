"""What it cost to round a trained model to fewer bits."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantisation:
    """A rounded model beside the same model as it was trained, on the rows that judge it.

    Attributes:
        n_rows: that were answered by both.
        n_flips: rows with another label.
        n_lost, n_won: of these, that were right before, and that are right now.
        metric: key of the metric that decides.
        before, after: its value as trained, and rounded.
        max_difference: largest absolute difference of a probability; for values, in units of the
            spread of the target.
        worse: share of rows lost on the whole; for values, by how much the root of the mean squared
            error grew, in units of the spread of the target. Below 0 where it is better.
        size_bytes_before, size_bytes: of the graph.
    """

    n_rows: int
    n_flips: int
    n_lost: int
    n_won: int
    metric: str
    before: float
    after: float
    max_difference: float
    worse: float
    size_bytes_before: int
    size_bytes: int
