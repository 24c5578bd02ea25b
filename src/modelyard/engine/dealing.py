"""Deals some of a training's rows, by the rules by which the training deals all of them."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import TooFewRows
from modelyard.domain.splits import Bonds
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.engine.splitting import carve, folds
from modelyard.engine.units import IntArray

# Share of a fold's training rows that stop the fit early, where an algorithm wants such rows: as
# many as validate in a training of 0.8 and 0.1, by default.
_STOPPING_SHARE = 0.1


@dataclass(frozen=True)
class Dealer:
    """What dealing needs besides the rows.

    Attributes:
        table: every row of the training.
        y: (n,) int64 class codes, or float64 values, in the order of the table.
        bonds: which rows stay together, and what orders them.
    """

    table: Table
    y: npt.NDArray[Any]
    task: Task
    bonds: Bonds

    @property
    def hedged(self) -> Self:
        """The same for what compares models: half of the sets of equal rows are dealt row by row.

        Rows that were recorded twice do not come again, those that are met twice do: what is chosen
        is to serve in either case. What a model is worth is measured with all of them together.
        """
        return replace(self, bonds=replace(self.bonds, is_hedged=True))

    def folds(
        self, rows: IntArray, n_folds: int, *, rng: np.random.Generator
    ) -> list[tuple[IntArray, IntArray]]:
        """Return for each fold the rows that teach and those that are held out, as positions.

        Raises:
            TooFewRows: if there are fewer rows, or rows that may be parted, than folds.
        """
        dealt = folds(
            self.table.take(rows),
            self.y[rows],
            task=self.task,
            n_folds=n_folds,
            bonds=self.bonds,
            rng=rng,
        )
        return [(rows[taught], rows[held]) for taught, held in dealt]

    def folds_at_most(
        self, rows: IntArray, n_folds: int, *, rng: np.random.Generator
    ) -> list[tuple[IntArray, IntArray]]:
        """Return as many folds as asked for, or as few as the rows allow.

        Raises:
            TooFewRows: if they do not even allow two.
        """
        for n in range(n_folds, 2, -1):
            try:
                return self.folds(rows, n, rng=rng)
            except TooFewRows:
                continue
        return self.folds(rows, 2, rng=rng)

    def carve(self, rows: IntArray, *, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
        """Return the rows that teach and the few that stop a fit early, none where too few."""
        taught, stopping = carve(
            self.table.take(rows),
            self.y[rows],
            task=self.task,
            share=_STOPPING_SHARE,
            bonds=self.bonds,
            rng=rng,
        )
        return rows[taught], rows[stopping]
