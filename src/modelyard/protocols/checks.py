"""A check looks at a table before training and reports what it finds."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding
from modelyard.domain.profiles import TableProfile, most_combinations
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task


@dataclass(frozen=True)
class CheckCard:
    """Facts about a check; `codes` are the codes of the findings that it can report."""

    key: str
    title: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class CheckInput:
    """What a check may look at.

    Attributes:
        table: typed, with every column that was read; rows with a missing target included.
        profile: of the table.
        target: name of the target column, None when a table is only profiled.
        task: None when a table is only profiled.
        features: columns that would be trained on.
        rng: of the check's own, for checks that sample.
        metric: key of the metric that the user wants to decide, None for the usual one of the task.
        is_dealt_by_lot: whether rows teach and test by lot; not where a column keeps them together
            or orders them.
    """

    table: Table
    profile: TableProfile
    target: str | None
    task: Task | None
    features: tuple[str, ...]
    rng: np.random.Generator
    metric: str | None = None
    is_dealt_by_lot: bool = True

    def target_codes(self) -> npt.NDArray[np.float64]:
        """Return the target as (n,) float64: the value, or the index of the class; NaN missing."""
        if self.target is None:
            raise ValueError("the table is only profiled: there is no target")
        if self.table.column(self.target).kind.is_number:
            return self.table.numbers(self.target)
        series = self.table.frame[self.target]
        ranks = series.rank(method="dense").cast(float) - 1
        return ranks.fill_null(float("nan")).to_numpy()

    def known(self, limit: int) -> Self:
        """Return the subject with rows that have a target alone, at most `limit` drawn by `rng`.

        The profile stays that of the whole table.
        """
        if self.target is None:
            raise ValueError("the table is only profiled: there is no target")
        rows = np.flatnonzero(self.table.frame[self.target].is_not_null().to_numpy())
        if len(rows) > limit:
            rows = np.sort(self.rng.choice(rows, limit, replace=False))
        return replace(self, table=self.table.take(rows))

    def without_repeats(self) -> Self:
        """Return the subject with the first alone of rows that are equal in every feature.

        What is learned from a row tells its repeats, however little it tells of others. Where there
        are fewer combinations of categories and whole numbers than rows, rows cannot but coincide:
        all stay. Of other numbers there is no end.
        """
        columns = [each for each in self.profile.columns if each.name in self.features]
        is_free = all(each.kind is not ColumnKind.NUMERIC for each in columns)
        if is_free and most_combinations(columns, n_rows=self.table.n_rows) < self.table.n_rows:
            return self
        hashes = self.table.frame.select(list(self.features)).hash_rows().to_numpy()
        firsts = np.unique(hashes, return_index=True)[1]
        if len(firsts) == len(hashes):
            return self
        return replace(self, table=self.table.take(np.sort(firsts)))


class Check(Protocol):
    """Reports findings."""

    @property
    def card(self) -> CheckCard:
        """Facts about the check."""
        ...

    def check(self, subject: CheckInput) -> Iterable[Finding]:
        """Yield what was found; nothing where all is well."""
        ...
