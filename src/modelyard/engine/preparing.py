"""Fits the recipe on training rows: which transform each column gets, in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.configs import PreparationConfig
from modelyard.domain.errors import InvalidValue
from modelyard.domain.tables import Table
from modelyard.kit.matching import nearest
from modelyard.protocols.algorithms import Needs
from modelyard.protocols.transforms import Role, Transform
from modelyard.runtime.blocks import Block, Blocks
from modelyard.runtime.recipes import Recipe, Stage

_AUTO, _NONE = "auto", "none"
# Leaving rows out is for training alone: a served row with a gap must be answered all the same.
_IMPUTER_OF = {"auto": "median", "drop": "median"}


@dataclass
class _Fitting:
    """The recipe so far, with the columns that its stages have made of the training rows."""

    transforms: Mapping[str, Transform]
    rng: np.random.Generator
    pool: dict[str, Block]
    stages: list[Stage] = field(default_factory=list)

    def add(self, role: Role, inputs: Sequence[str], *, word: str | None = None) -> list[str]:
        """Fit one transform on columns of the pool; return the names of what it makes.

        Args:
            role: of the transform.
            inputs: columns of the pool; where there are none, nothing is added.
            word: that chooses it; None where its role has one transform alone.
        """
        if not inputs:
            return []
        transform = next(
            each
            for each in self.transforms.values()
            if each.card.role is role and word in {None, each.card.word}
        )
        block = np.column_stack([self.pool[name] for name in inputs])
        fitted = transform.fit(block, list(inputs), self.rng)
        outputs = _unique(fitted.outputs, inputs=inputs, taken=self.pool)
        made = fitted.step.apply(block)
        self.stages.append(Stage(fitted.step, tuple(inputs), tuple(outputs)))
        self.pool.update({name: made[:, at] for at, name in enumerate(outputs)})
        return outputs

    def leaves_gaps(self, encoded: Sequence[str]) -> bool:
        """Whether the stage that was added last makes NaN of a missing word."""
        if not encoded:
            return False
        last = self.stages[-1]
        nothing = np.full((1, len(last.inputs)), None, dtype=object)
        return bool(np.isnan(last.step.apply(nothing)).any())


def fit_recipe(
    blocks: Blocks,
    columns: Sequence[Column],
    *,
    needs: Needs,
    preparation: PreparationConfig,
    transforms: Mapping[str, Transform],
    rng: np.random.Generator,
) -> Recipe:
    """Fit the preparation that an algorithm needs, on training rows alone.

    Args:
        blocks: training rows.
        columns: the features, in table order.
        needs: of the algorithm's card.
        preparation: the user's word, over the card's.
        transforms: the shelf.
        rng: for transforms that sample.
    """
    raw: dict[str, Block] = {}
    raw |= {name: blocks.numbers[:, at] for at, name in enumerate(blocks.number_names)}
    raw |= {name: blocks.strings[:, at] for at, name in enumerate(blocks.string_names)}
    fitting = _Fitting(transforms, rng, raw)
    by_kind = {kind: [c.name for c in columns if c.kind is kind] for kind in ColumnKind}
    numbers = [c.name for c in columns if c.kind.is_number and c.kind is not ColumnKind.DATETIME]
    numbers += fitting.add(Role.TAKE_DATES_APART, by_kind[ColumnKind.DATETIME])
    numbers += _impute(fitting, numbers, needs=needs, word=preparation.handle_missing)
    scaler = _settled(fitting, Role.SCALE, word=preparation.normalize, default=needs.normalize)
    if scaler != _NONE:
        fitting.add(Role.SCALE, numbers, word=scaler)
    encoder = _settled(
        fitting,
        Role.ENCODE,
        word=preparation.categorical_encoding,
        default=needs.categorical_encoding,
    )
    encoded = fitting.add(Role.ENCODE, by_kind[ColumnKind.CATEGORY], word=encoder)
    if not needs.takes_missing and fitting.leaves_gaps(encoded):
        fitting.add(Role.IMPUTE, encoded, word="constant")
    return Recipe(
        blocks.number_names, blocks.string_names, tuple(fitting.stages), (*numbers, *encoded)
    )


def blocks_of(table: Table) -> Blocks:
    """Return a typed table's columns as the blocks that the runtime would read from it."""
    numbers = [column.name for column in table.columns if column.kind.is_number]
    strings = [column.name for column in table.columns if not column.kind.is_number]
    values = np.empty((table.n_rows, len(numbers)))
    for at, name in enumerate(numbers):
        column = table.numbers(name)
        values[:, at] = np.where(np.isfinite(column), column, np.nan)
    words = np.empty((table.n_rows, len(strings)), dtype=object)
    for at, name in enumerate(strings):
        words[:, at] = table.strings(name)
    return Blocks(tuple(numbers), tuple(strings), values, words)


def rows_of(blocks: Blocks, rows: np.ndarray) -> Blocks:
    """Return the rows of the blocks at these positions."""
    return Blocks(
        blocks.number_names, blocks.string_names, blocks.numbers[rows], blocks.strings[rows]
    )


def _impute(fitting: _Fitting, numbers: list[str], *, needs: Needs, word: str) -> list[str]:
    """Fill the gaps of numbers where the algorithm or the user wants it; return the flags made."""
    _require_known(fitting, Role.IMPUTE, word=word, others=[*_IMPUTER_OF])
    if needs.takes_missing and word == _AUTO:
        return []
    gappy = [name for name in numbers if np.isnan(fitting.pool[name]).any()]
    flags = fitting.add(Role.FLAG_MISSING, gappy)
    fitting.add(Role.IMPUTE, numbers, word=_IMPUTER_OF.get(word, word))
    return flags


def _settled(fitting: _Fitting, role: Role, *, word: str, default: str) -> str:
    """Return the user's word, or the card's where the user left it to that."""
    others = [_AUTO, _NONE] if role is Role.SCALE else [_AUTO]
    _require_known(fitting, role, word=word, others=others)
    return default if word == _AUTO else word


def _require_known(fitting: _Fitting, role: Role, *, word: str, others: Sequence[str]) -> None:
    cards = (transform.card for transform in fitting.transforms.values())
    known = [*others, *sorted(card.word for card in cards if card.role is role)]
    if word not in known:
        close = nearest(word, known)
        raise InvalidValue(
            f"{role.value} must be one of {', '.join(known)}; '{word}' came.",
            fix=f"Did you mean '{close}'?" if close else "Choose one of these words.",
            sample=word,
        )


def _unique(
    names: Sequence[str], *, inputs: Sequence[str], taken: Mapping[str, Block]
) -> list[str]:
    """Give each made column a name of its own.

    A raw column may be called `sex=male`; and column `a` with the word `b=c` makes the name that
    column `a=b` makes with the word `c`.
    """
    used = set(taken) - set(inputs)
    unique: list[str] = []
    for name in names:
        fresh = name
        while fresh in used:
            fresh += "'"
        used.add(fresh)
        unique.append(fresh)
    return unique
