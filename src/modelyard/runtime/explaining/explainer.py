"""Explains the answers of a finished package, exactly where its graph allows it."""

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.errors import InvalidValue, UnknownKey
from modelyard.domain.explanations import (
    Cell,
    Contribution,
    Explanation,
    Method,
    Overall,
    Scale,
    Weight,
)
from modelyard.domain.tasks import Label, Task
from modelyard.kit.matching import known_names
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.decisions import decide_codes
from modelyard.runtime.explaining.descents import DescentReasons
from modelyard.runtime.explaining.forms import structure_of
from modelyard.runtime.explaining.linear import LinearReasons
from modelyard.runtime.explaining.links import answers_of, calibrated
from modelyard.runtime.explaining.mixtures import MixtureReasons, Reasons
from modelyard.runtime.explaining.sampling import MOST_ROWS, shares_of
from modelyard.runtime.explaining.shares import TooManyToCount
from modelyard.runtime.explaining.structures import Linear, Mixture, Structure
from modelyard.runtime.explaining.trees import TreeReasons
from modelyard.runtime.graphs import read_graph
from modelyard.runtime.predictor import Predictor
from modelyard.runtime.recipes import Recipe

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# A structure is taken for the model's only if it answers the reference rows as the model does.
_ALIKE = 1e-6

# Reference rows that stand for all where it is asked what moves a model's answers overall, and
# mixtures that each may ask about: 50 of adult's take half a second with 300 boosted trees.
OVERALL_ROWS = 50
_OVERALL_ASKED = 4_000


@dataclass(frozen=True)
class _Exact:
    """A model's reasons, in what they are counted, and their mean raw scores."""

    reasons: Reasons
    scale: Scale
    method: Method
    base: FloatArray
    is_before_calibration: bool


class Explainer:
    """Explains rows of one model against the same reference rows.

    What all explanations share is made for the first of them.
    """

    def __init__(self, predictor: Predictor, reference: Blocks) -> None:
        """Take a predictor, and rows that its answers are compared with, at least one."""
        self.predictor = predictor
        self.reference = reference
        self.columns = (*reference.number_names, *reference.string_names)
        self._kinds = {column.name: column.kind for column in predictor.reader.inputs}

    def explain(
        self, blocks: Blocks, *, label: Label | None = None, seed: int = 0
    ) -> tuple[Explanation, ...]:
        """Explain each row.

        Args:
            blocks: rows as the predictor reads them.
            label: class whose score is explained; None for the one that is answered.
            seed: of the orders of columns, where they are drawn.

        Raises:
            InvalidValue: if a label is named and the model answers numbers.
            UnknownKey: if the model has no such label.
        """
        return tuple(self._explanations(blocks, label, seed, MOST_ROWS))

    def overall(self, *, n_rows: int = OVERALL_ROWS, seed: int = 0) -> Overall:
        """Return how far each column moves answers, on average over some of the reference rows."""
        n_rows = min(n_rows, self.reference.n_rows)
        # Reference rows are in the order of the table, which may be sorted.
        chosen = np.sort(np.random.default_rng(seed).permutation(self.reference.n_rows)[:n_rows])
        found = list(self._explanations(_taken(self.reference, chosen), None, seed, _OVERALL_ASKED))
        sizes = dict.fromkeys(self.columns, 0.0)
        for each in found:
            for part in each.contributions:
                sizes[part.column] += abs(part.amount) / n_rows
        weights = sorted(sizes.items(), key=lambda pair: -pair[1])
        first = found[0]
        return Overall(
            scale=first.scale,
            method=first.method,
            weights=tuple(Weight(column, size) for column, size in weights),
            n_rows=n_rows,
            n_reference=first.n_reference,
        )

    def _explanations(
        self, blocks: Blocks, label: Label | None, seed: int, most_asked: int
    ) -> Iterator[Explanation]:
        scores = self.predictor.scores(blocks)
        for at, code in enumerate(self._codes(scores, label).tolist()):
            row = _taken(blocks, np.array([at]))
            answer = float(scores[at, code])
            if self._exact is not None:
                yield self._computed(self._exact, row, answer, code=code)
            else:
                rng = np.random.default_rng(seed)
                yield self._asked(row, answer, code=code, rng=rng, most_asked=most_asked)

    def _codes(self, scores: FloatArray, label: Label | None) -> IntArray:
        decision = self.predictor.decision
        if label is not None and not self._has_labels:
            raise InvalidValue(
                "The model predicts a number, which has no classes.",
                fix="Leave the class out.",
                sample=str(label),
            )
        if not self._has_labels:
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

    def _computed(self, exact: _Exact, row: Blocks, answer: float, *, code: int) -> Explanation:
        features = self.predictor.recipe.apply(row)
        # Of two classes one raw score speaks: for the second, and against the first.
        is_single = len(exact.base) == 1
        target = 0 if is_single else code
        sign = -1.0 if is_single and code == 0 and self._has_labels else 1.0
        raw, moved = exact.reasons.reasons(features, target)
        return Explanation(
            label=self._label(code),
            scale=exact.scale,
            method=exact.method,
            base=float(sign * exact.base[target]),
            score=sign * raw,
            answer=answer,
            contributions=self._told(row, sign * moved, np.zeros(len(moved))),
            n_reference=self.reference.n_rows,
            is_before_calibration=exact.is_before_calibration,
        )

    def _asked(
        self,
        row: Blocks,
        answer: float,
        *,
        code: int,
        rng: np.random.Generator,
        most_asked: int,
    ) -> Explanation:
        found = shares_of(
            lambda mixed: self.predictor.scores(mixed)[:, code],
            row,
            reference=self.reference,
            rng=rng,
            most_rows=most_asked,
        )
        return Explanation(
            label=self._label(code),
            scale=Scale.PROBABILITY if self._has_labels else Scale.VALUE,
            method=Method.ENUMERATION if found.is_exact else Method.SAMPLING,
            base=found.base,
            score=answer,
            answer=answer,
            contributions=self._told(row, found.amounts, found.errors),
            n_reference=found.n_reference,
        )

    def _told(
        self, row: Blocks, amounts: FloatArray, errors: FloatArray
    ) -> tuple[Contribution, ...]:
        cells = [*row.numbers[0].tolist(), *row.strings[0].tolist()]
        told = [
            Contribution(column, _cell(cell, self._kinds[column]), amount, error)
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
        calibration = self.predictor.decision.calibration
        folded = None
        if calibration is not None and not isinstance(structure, Mixture):
            folded = calibrated(structure, calibration)
        if folded is not None:
            structure, expected = folded, self.predictor.decision.calibrated(expected)
        try:
            reasons, method = _reasons(
                structure, features, players=players, n_players=len(self.columns)
            )
        except TooManyToCount:
            return None
        raw = reasons.reference_raw
        size = np.maximum(1.0, np.abs(expected))
        if not (np.abs(answers_of(raw, structure.scale) - expected) <= _ALIKE * size).all():
            return None
        is_before = calibration is not None and folded is None
        return _Exact(reasons, structure.scale, method, raw.mean(axis=0), is_before)


def _cell(cell: float | str | None, kind: ColumnKind) -> Cell:
    """Return a cell of the blocks as a person would write it."""
    if not isinstance(cell, float):
        return cell
    if math.isnan(cell):
        return None
    if kind is ColumnKind.BOOLEAN:
        return cell == 1
    if kind is ColumnKind.DATETIME:
        moment = np.datetime64(int(cell), "us")
        return str(np.datetime_as_string(moment, unit="auto"))
    return int(cell) if kind is ColumnKind.INTEGER else cell


def _reasons(
    structure: Structure | Mixture, reference: FloatArray, *, players: IntArray, n_players: int
) -> tuple[Reasons, Method]:
    if isinstance(structure, Mixture):
        of_members = []
        for each in structure.members:
            own, whose = np.ascontiguousarray(reference[:, each.columns]), players[each.columns]
            of_members.append(_reasons(each.structure, own, players=whose, n_players=n_players)[0])
        return MixtureReasons(structure.members, of_members), Method.MEMBERS
    if isinstance(structure, Linear):
        reasons = LinearReasons(structure, reference, players=players, n_players=n_players)
        return reasons, Method.LINEAR
    for kind in (TreeReasons, DescentReasons):
        with suppress(TooManyToCount):
            found = kind(structure, reference, players=players, n_players=n_players)
            return found, Method.TREES
    raise TooManyToCount("neither paths nor descents can count so many")


def _players(recipe: Recipe, columns: tuple[str, ...]) -> IntArray | None:
    """Return for each feature the raw column that it is made of; None where one is made of more."""
    origins = recipe.origins
    if any(len(each) != 1 for each in origins):
        return None
    place = {name: at for at, name in enumerate(columns)}
    return np.array([place[name] for (name,) in origins], dtype=np.int64)


def _taken(blocks: Blocks, rows: IntArray) -> Blocks:
    return replace(blocks, numbers=blocks.numbers[rows], strings=blocks.strings[rows])
