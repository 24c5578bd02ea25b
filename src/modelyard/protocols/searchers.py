"""A searcher proposes hyperparameters, and learns from how good they turned out to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from modelyard.domain.trials import Dimension, Values


@dataclass(frozen=True)
class SearcherCard:
    """Facts about a searcher.

    Attributes:
        key, title, summary: for users.
        source: the paper or book.
    """

    key: str
    title: str
    summary: str
    source: str


class Proposals(Protocol):
    """A search that has been started: it is asked, and told, in turn."""

    @property
    def n_points(self) -> int | None:
        """How many points it will propose, None where it never runs out."""
        ...

    def ask(self) -> Values | None:
        """Return a value for each dimension, or None where there is nothing left to try."""
        ...

    def tell(self, values: Values, goodness: float | None) -> None:
        """Say how good values turned out to be.

        Args:
            values: of each dimension, those that were asked for or others within the space.
            goodness: more is better; None where they could not be measured.
        """
        ...


class Searcher(Protocol):
    """Starts searches."""

    @property
    def card(self) -> SearcherCard:
        """Facts about the searcher."""
        ...

    def start(
        self, space: Sequence[Dimension], *, rng: np.random.Generator, n_points: int
    ) -> Proposals:
        """Start a search.

        Args:
            space: what is searched, one dimension at least.
            rng: all randomness; equal generators and answers give equal proposals.
            n_points: values to take of each range, where the searcher takes a few alone.
        """
        ...
