"""The time that a race keeps for fitting once more, on all rows, what would be blended."""

from collections.abc import Callable
from math import inf


class RefitReserve:
    """Knows what would be fitted again if the race ended now, first about, then exactly.

    The quick choice of members may name one that is slow to fit and that the careful one leaves
    out, or the other way about: a race that ended by it alone would leave time lying, or have none
    for fits on all rows. The careful choice takes seconds, and is made where the race would end;
    once it is made before, when the end comes near, which tells how long it takes itself.
    """

    def __init__(
        self,
        quick: Callable[[], float],
        careful: Callable[[], float],
        *,
        clock: Callable[[], float],
        near_s: float = 0.0,
    ) -> None:
        """Take what returns the seconds of fits on all rows by each of both choices.

        Args:
            quick: asked for each number of candidates.
            careful: asked near the end, and where the race would end.
            clock: by which the careful one is timed.
            near_s: seconds before the end at which it is asked for the first time.
        """
        self._quick, self._careful, self._clock, self._near_s = quick, careful, clock, near_s
        self._at, self._seconds, self._is_careful = -1, 0.0, False
        self._least = self._choice = 0.0

    def seconds(self, n_complete: int, *, left_s: float = inf) -> float:
        """Return the seconds to keep, those of the careful choice among them as long as it is due.

        Args:
            n_complete: candidates that have been finished; the choice is made once for each number.
            left_s: seconds until the last fit is to end, those on all rows included.
        """
        if n_complete != self._at:
            self._at, self._seconds, self._is_careful = n_complete, self._quick(), False
        if not self._choice and n_complete and left_s - self._seconds < self._near_s:
            self._choose()
        if self._is_careful:
            return self._seconds
        return max(self._seconds, self._least) + self._choice

    def is_less(self, n_complete: int) -> bool:
        """Choose with care; return whether less is to be kept than was thought."""
        before = self.seconds(n_complete)
        if self._is_careful or before <= 0.0:
            return False
        self._choose()
        return self._seconds < before

    def _choose(self) -> None:
        began = self._clock()
        self._seconds = self._least = self._careful()
        self._choice, self._is_careful = self._clock() - began, True
