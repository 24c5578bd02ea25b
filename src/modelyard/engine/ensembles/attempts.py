"""A fit that may fail: whatever goes wrong in it is kept as its reason, and ends it alone.

So are the fits of an ensemble's members, and the trials of a search.

Each library has errors of its own, with no root but `Exception`; here is the one door for them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from modelyard.domain.errors import DataError, ModelyardError
from modelyard.protocols.progress import Progress


@dataclass
class Attempts:
    """Counts fits, and keeps why some of them failed.

    Attributes:
        n_fits: how many there will be if none fails.
        errors: name of a member to what ended it.
    """

    progress: Progress
    n_fits: int
    done: int = 0
    errors: dict[str, Exception] = field(default_factory=dict)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Keep the error that ends what is done for a member within."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 -- a door: a failed trial is a recorded result
            self.errors[name] = error

    def count(self) -> None:
        """Note that one fit has ended."""
        self.done += 1
        self.progress.advance(self.done, self.n_fits)

    def require_one(self, n_members: int) -> None:
        """Say why no member is left, where none is.

        Raises:
            ModelyardError: of the first member, where it is for the user to mend.
            DataError: of all members, where their libraries refused.
        """
        if len(self.errors) < n_members:
            return
        first = next(iter(self.errors.values()))
        if isinstance(first, ModelyardError):
            raise first
        reasons = "; ".join(f"{name}: {self.reason(name)}" for name in self.errors)
        raise DataError(
            f"Not one member of the ensemble could be fitted: {reasons}.",
            fix="Name other members, or look at the columns that these cannot take.",
        ) from first

    def reason(self, name: str) -> str:
        """Return in words what ended a fit, empty where nothing did."""
        error = self.errors.get(name)
        if error is None:
            return ""
        told = str(error)
        return told if isinstance(error, ModelyardError) else f"{type(error).__name__}: {told}"
