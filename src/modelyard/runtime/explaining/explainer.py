"""Explains the answers of a finished package, exactly where its graph allows it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import UnknownKey
from modelyard.domain.explanations import Contribution, Explanation, Method, Scale
from modelyard.domain.tasks import Label, Task
from modelyard.kit.matching import known_names
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.decisions import decide_codes
from modelyard.runtime.explaining.graphs import read_graph
from modelyard.runtime.explaining.linear import LinearReasons
from modelyard.runtime.explaining.sampling import shares_of
from modelyard.runtime.explaining.structures import (
    Linear,
    Structure,
    answers_of,
    structure_of,
)
from modelyard.runtime.explaining.trees import TreeReasons
from modelyard.runtime.predictor import Predictor
from modelyard.runtime.recipes import Recipe

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# A structure is taken for the model's only if it answers the reference rows as the model does.
_ALIKE = 1e-6


class _Reasons(Protocol):
    """Exact contributions from a model's structure."""

    @property
    def reference_raw(self) -> FloatArray:
        """(r, c) raw scores of the reference rows."""
        ...

    def reasons(self, features: FloatArray, target: int) -> tuple[float, FloatArray]:
        """Return one raw score of one row of (1, k) features, and what each column moved it by."""
        ...


@dataclass(frozen=True)
class _Exact:
    """A model's reasons, in what they are counted, and their mean raw scores."""

    reasons: _Reasons
    scale: Scale
    method: Method
    base: FloatArray


class Explainer:
    """Explains rows of one model against the same reference rows.

    What all explanations share is made for the first of them.
    """

    def __init__(self, predictor: Predictor, reference: Blocks) -> None:
        """Take a predictor, and rows that its answers are compared with, at least one."""
        self.predictor = predictor
        self.reference = reference
        self.columns = (*reference.number_names, *reference.string_names)

    def explain(
        self, blocks: Blocks, *, label: Label | None = None, seed: int = 0
    ) -> tuple[Explanation, ...]:
        """Explain each row.

        Args:
            blocks: rows as the predictor reads them.
            label: class whose score is explained; None for the one that is answered.
            seed: of the orders of columns, where they are drawn.

        Raises:
            UnknownKey: if the model has no such label.
        """
        scores = self.predictor.scores(blocks)
        codes = self._codes(scores, label)
        return tuple(
            self._explained(_row(blocks, at), scores[at], int(code), seed=seed)
            for at, code in enumerate(codes)
        )

    def _codes(self, scores: FloatArray, label: Label | None) -> IntArray:
        decision = self.predictor.decision
        if decision.task is Task.REGRESSION:
            return np.zeros(len(scores), dtype=np.int64)
        if label is None:
            return decide_codes(scores, decision.rule)
        known = {str(each): code for code, each in enumerate(decision.labels)}
        if str(label) not in known:
            raise UnknownKey(
                f"The model answers no label '{label}'.",
                fix=known_names(str(label), sorted(known)),
                sample=str(label),
            )
        return np.full(len(scores), known[str(label)])

    def _explained(self, row: Blocks, scores: FloatArray, code: int, *, seed: int) -> Explanation:
        exact = self._exact
        if exact is None:
            return self._asked(row, float(scores[code]), code, seed=seed)
        features = self.predictor.recipe.apply(row)
        # Of two classes one raw score speaks: for the second, and against the first.
        is_single = len(exact.base) == 1
        target = 0 if is_single else code
        sign = -1.0 if is_single and code == 0 and self._has_labels else 1.0
        raw, moved = exact.reasons.reasons(features, target)
        amounts = sign * moved
        return Explanation(
            label=self._label(code),
            scale=exact.scale,
            method=exact.method,
            base=float(sign * exact.base[target]),
            score=sign * raw,
            contributions=self._told(row, amounts, np.zeros(len(amounts))),
            n_reference=self.reference.n_rows,
        )

    def _asked(self, row: Blocks, score: float, code: int, *, seed: int) -> Explanation:
        found = shares_of(
            lambda mixed: self.predictor.scores(mixed)[:, code],
            row,
            self.reference,
            rng=np.random.default_rng(seed),
        )
        return Explanation(
            label=self._label(code),
            scale=Scale.PROBABILITY if self._has_labels else Scale.VALUE,
            method=Method.ENUMERATION if found.is_exact else Method.SAMPLING,
            base=found.base,
            score=score,
            contributions=self._told(row, found.amounts, found.errors),
            n_reference=found.n_reference,
        )

    def _told(
        self, row: Blocks, amounts: FloatArray, errors: FloatArray
    ) -> tuple[Contribution, ...]:
        cells = [*row.numbers[0].tolist(), *row.strings[0].tolist()]
        told = [
            Contribution(column, None if cell != cell else cell, amount, error)  # noqa: PLR0124 -- NaN
            for column, cell, amount, error in zip(
                self.columns, cells, amounts.tolist(), errors.tolist(), strict=True
            )
        ]
        return tuple(sorted(told, key=lambda each: -abs(each.amount)))

    def _label(self, code: int) -> Label | None:
        return self.predictor.decision.labels[code] if self._has_labels else None

    @property
    def _has_labels(self) -> bool:
        return self.predictor.decision.task is not Task.REGRESSION

    @cached_property
    def _exact(self) -> _Exact | None:
        """What the graph's structure says, or None where it is of a form that is not known."""
        recipe, session = self.predictor.recipe, self.predictor.session
        features = recipe.apply(self.reference)
        expected = session.scores(features)
        players = _players(recipe, self.columns)
        structure = structure_of(read_graph(session.content), n_outputs=expected.shape[1])
        if structure is None or players is None:
            return None
        try:
            reasons, method = _reasons(structure, players, len(self.columns), features)
        except ValueError:
            return None
        raw = reasons.reference_raw
        size = np.maximum(1.0, np.abs(expected))
        gap = np.abs(answers_of(raw, structure.scale) - expected) / size
        if not (gap <= _ALIKE).all():
            return None
        return _Exact(reasons, structure.scale, method, raw.mean(axis=0))


def _reasons(
    structure: Structure, players: IntArray, n_players: int, reference: FloatArray
) -> tuple[_Reasons, Method]:
    if isinstance(structure, Linear):
        return LinearReasons(structure, players, n_players, reference), Method.LINEAR
    return TreeReasons(structure, players, n_players, reference), Method.TREES


def _players(recipe: Recipe, columns: tuple[str, ...]) -> IntArray | None:
    """Return for each feature the raw column that it is made of; None where one is made of more."""
    origins = recipe.origins
    if any(len(each) != 1 for each in origins):
        return None
    place = {name: at for at, name in enumerate(columns)}
    return np.array([place[name] for (name,) in origins], dtype=np.int64)


def _row(blocks: Blocks, at: int) -> Blocks:
    rows = slice(at, at + 1)
    return Blocks(
        blocks.number_names, blocks.string_names, blocks.numbers[rows], blocks.strings[rows]
    )
