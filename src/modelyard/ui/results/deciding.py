"""What two labels would be answered at another threshold, and which one costs least."""

from dataclasses import dataclass

from modelyard.wire.results import TradeOffsAnswer


@dataclass(frozen=True)
class Outcome:
    """The test rows as they would be answered from a threshold on.

    Attributes:
        threshold: share from which on the second label is answered.
        found, missed: rows of the second label that are answered so, and that are not.
        alarms, passed: rows of the first label that are answered as the second, and that are not.
    """

    threshold: float
    found: int
    missed: int
    alarms: int
    passed: int

    @property
    def n_rows(self) -> int:
        """All test rows."""
        return self.found + self.missed + self.alarms + self.passed

    @property
    def accuracy(self) -> float | None:
        """Share of right answers."""
        return _share(self.found + self.passed, self.n_rows)

    @property
    def recall(self) -> float | None:
        """Share of the second label's rows that are found."""
        return _share(self.found, self.found + self.missed)

    @property
    def precision(self) -> float | None:
        """Share of the answers of the second label that are right."""
        return _share(self.found, self.found + self.alarms)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall.

        Source: van Rijsbergen: Information Retrieval (1979), chapter 7.
        """
        return _share(2 * self.found, 2 * self.found + self.alarms + self.missed)

    def cost(self, *, of_alarm: float, of_miss: float) -> float:
        """Return what all mistakes cost together.

        Args:
            of_alarm: of a row of the first label that is answered as the second.
            of_miss: of a row of the second label that is answered as the first.
        """
        return self.alarms * of_alarm + self.missed * of_miss


def outcomes(trade: TradeOffsAnswer) -> tuple[Outcome, ...]:
    """Return what each threshold would answer, by rising threshold."""
    return tuple(
        Outcome(
            threshold,
            found=found,
            missed=trade.n_found - found,
            alarms=alarms,
            passed=trade.n_alarms - alarms,
        )
        for threshold, found, alarms in zip(
            trade.thresholds, trade.found, trade.alarms, strict=True
        )
    )


def cheapest(every: tuple[Outcome, ...], *, of_alarm: float, of_miss: float) -> Outcome:
    """Return the outcome that costs least; of equal ones that nearest to an even decision."""
    return min(
        every,
        key=lambda each: (
            each.cost(of_alarm=of_alarm, of_miss=of_miss),
            abs(each.threshold - 0.5),
        ),
    )


def nearest(every: tuple[Outcome, ...], threshold: float) -> Outcome:
    """Return the outcome whose threshold is nearest."""
    return min(every, key=lambda each: abs(each.threshold - threshold))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
