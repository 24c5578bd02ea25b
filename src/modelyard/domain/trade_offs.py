"""What a threshold trades: rows that are found against false alarms, for two labels."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TradeOffs:
    """What would be answered at other thresholds, counted on held-out rows.

    Attributes:
        thresholds: share from which on the second label is answered, ascending.
        found: of each, rows of the second label that are answered so.
        alarms: of each, rows of the first label that are answered as the second.
        n_found: rows of the second label; `n_alarms` of the first.
    """

    thresholds: tuple[float, ...]
    found: tuple[int, ...]
    alarms: tuple[int, ...]
    n_found: int
    n_alarms: int
