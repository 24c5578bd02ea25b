"""Exact Shapley values of a weighted sum of models: the weighted sum of their Shapley values.

Source: Shapley: A Value for n-Person Games (1953), section 3, axiom 3 (additivity).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from modelyard.runtime.explaining.structures import Member

FloatArray = npt.NDArray[np.float64]


class Reasons(Protocol):
    """Exact contributions from a model's structure."""

    @property
    def reference_raw(self) -> FloatArray:
        """(r, c) raw scores of the reference rows."""
        ...

    def reasons(self, features: FloatArray, target: int) -> tuple[float, FloatArray]:
        """Return one raw score of one row of (1, k) features, and what each column moved it by."""
        ...


@dataclass(frozen=True)
class MixtureReasons:
    """Explains rows by what explains each member.

    Attributes:
        members: of the mixture.
        of_members: the reasons of each, against the same reference rows.
    """

    members: Sequence[Member]
    of_members: Sequence[Reasons]

    @property
    def reference_raw(self) -> FloatArray:
        """(r, c) raw scores of the reference rows."""
        parts = [
            member.weight * reasons.reference_raw
            for member, reasons in zip(self.members, self.of_members, strict=True)
        ]
        return np.asarray(np.sum(parts, axis=0))

    def reasons(self, features: FloatArray, target: int) -> tuple[float, FloatArray]:
        """Return one raw score of one row of (1, k) features, and what each column moved it by."""
        raw, moved = [], []
        for member, reasons in zip(self.members, self.of_members, strict=True):
            own, amounts = reasons.reasons(features[:, member.columns], target)
            raw.append(member.weight * own)
            moved.append(member.weight * amounts)
        return float(np.sum(raw)), np.asarray(np.sum(moved, axis=0))
