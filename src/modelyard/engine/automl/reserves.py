"""The time that a race keeps for fitting once more, on all rows, what would be blended."""

from collections.abc import Callable


class RefitReserve:
    """Knows what would be fitted again if the race ended now, first about, then exactly.

    The quick choice of members may name one that is slow to fit and that the careful one leaves
    out: a race that ended by it alone would leave time lying. The careful choice takes seconds, and
    is made where the race would end.
    """

    def __init__(self, quick: Callable[[], float], careful: Callable[[], float]) -> None:
        """Take what returns the seconds of fits on all rows, by each of both choices."""
        self._quick, self._careful = quick, careful
        self._at, self._seconds, self._is_careful = -1, 0.0, False

    def seconds(self, n_complete: int) -> float:
        """Return the seconds to keep.

        Args:
            n_complete: candidates that have been finished; the choice is made once for each number.
        """
        if n_complete != self._at:
            self._at, self._seconds, self._is_careful = n_complete, self._quick(), False
        return self._seconds

    def is_less(self, n_complete: int) -> bool:
        """Choose with care; return whether less is to be kept than was thought."""
        before = self.seconds(n_complete)
        if self._is_careful or before <= 0.0:
            return False
        self._seconds, self._is_careful = self._careful(), True
        return self._seconds < before
