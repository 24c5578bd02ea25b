"""The time that a race keeps for fitting once more, on all rows, what would be blended."""

from collections.abc import Callable, Sequence
from math import inf

from modelyard.domain.leaderboards import Entry

Members = Sequence[Entry]


class RefitReserve:
    """Knows what would be fitted again if the race ended now, first about, then exactly.

    The quick choice of members may name one that is slow to fit and that the careful one leaves
    out, or the other way about: a race that ended by it alone would leave time lying, or have none
    for fits on all rows. The careful choice takes seconds, and is made where the race would end;
    once it is made before, when the end comes near, which tells how long it takes itself.
    """

    def __init__(
        self,
        quick: Callable[[], Members],
        careful: Callable[[], Members],
        *,
        seconds_of: Callable[[Members], float],
        clock: Callable[[], float],
        near_s: float = 0.0,
    ) -> None:
        """Take what chooses.

        Args:
            quick: asked for each number of candidates.
            careful: asked near the end, and where the race would end.
            seconds_of: what fits of members on all rows take, as the race stands.
            clock: by which the careful choice is timed.
            near_s: seconds before the end at which it is asked for the first time.
        """
        self._quick, self._careful, self._seconds_of = quick, careful, seconds_of
        self._clock, self._near_s = clock, near_s
        self._at, self._is_careful = -1, False
        self._members: Members = ()
        self._known: Members = ()
        self._choice_s: float | None = None

    def seconds(self, n_complete: int, *, left_s: float = inf) -> float:
        """Return the seconds to keep, those of the careful choice among them as long as it is due.

        Args:
            n_complete: candidates that have been finished; the choice is made once for each number.
            left_s: seconds until the last fit is to end, those on all rows included.
        """
        if n_complete != self._at:
            self._at, self._members, self._is_careful = n_complete, self._quick(), False
        kept = self._seconds_of(self._members)
        if self._choice_s is None and n_complete and left_s - kept < self._near_s:
            self._choose()
            kept = self._seconds_of(self._members)
        if self._is_careful:
            return kept
        return max(kept, self._seconds_of(self._known)) + (self._choice_s or 0.0)

    def is_less(self, n_complete: int) -> bool:
        """Choose with care; return whether less is to be kept than was thought."""
        before = self.seconds(n_complete)
        if self._is_careful or before <= 0.0:
            return False
        self._choose()
        return self._seconds_of(self._members) < before

    def _choose(self) -> None:
        began = self._clock()
        self._members = self._known = self._careful()
        self._choice_s, self._is_careful = self._clock() - began, True
