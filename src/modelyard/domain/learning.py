"""How a model would fare had it been taught by fewer rows."""

from dataclasses import dataclass

# Share of the score below which what more rows bring is told as next to nothing: our own judgement,
# since that a difference is not seen does not say that there is none. Source for the need of such a
# margin: Schuirmann: Two One-Sided Tests, J. Pharmacokinetics and Biopharmaceutics 15 (1987).
_HARDLY = 0.01


@dataclass(frozen=True)
class LearningPoint:
    """The deciding metric after fits on a share of the rows, on the same held-out folds.

    Attributes:
        share: of the training rows, 0 to 1.
        n_rows: that taught, in the mean over the folds.
        mean, sd: of the metric over the folds.
    """

    share: float
    n_rows: int
    mean: float
    sd: float


@dataclass(frozen=True)
class LearningCurve:
    """Points by rising share.

    Attributes:
        metric: title of the deciding metric.
        n_folds: that every share was held against; 1 for one part held out, of which ten parts
            tell the spread.
        gain: what the second half of the rows brought, positive is better.
        gain_low, gain_high: 95 % interval of that; NaN where it is not known.
        fitted: name of the candidate of AutoML that was fitted; empty where one algorithm is.
    """

    metric: str
    n_folds: int
    points: tuple[LearningPoint, ...]
    gain: float
    gain_low: float
    gain_high: float
    fitted: str = ""

    @property
    def told(self) -> str:
        """Whether more rows would still help, in words."""
        by = f" Measured with {self.fitted}, the best candidate then." if self.fitted else ""
        return f"{self._verdict}{by}"

    @property
    def _verdict(self) -> str:
        little = _HARDLY * abs(self.points[-1].mean)
        if self.gain_low > 0 and self.gain_high <= little:
            return (
                "The second half of the rows still helped, by a hundredth of the score at most: "
                "more rows would help, though little."
            )
        if self.gain_low > 0:
            return "The second half of the rows still helped: more rows would help further."
        if self.gain_high < 0 and self.gain_low < -little:
            return (
                "The second half of the rows did harm: rows may differ, later ones from earlier "
                "ones for example."
            )
        if self.gain_high <= little:
            return (
                "The second half of the rows brought a hundredth of the score at most: more "
                "rows of the same kind would hardly help."
            )
        return (
            "These rows cannot tell whether their second half helped, nor whether more would: the "
            "interval holds both."
        )
