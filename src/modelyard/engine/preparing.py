"""Fits the recipe on training rows: which transform each column gets, in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from modelyard.catalog import pick
from modelyard.domain.columns import Column, ColumnKind, InputColumn
from modelyard.domain.configs import PreparationConfig
from modelyard.domain.errors import InvalidValue
from modelyard.domain.tables import Table
from modelyard.protocols.algorithms import Needs
from modelyard.protocols.transforms import Transform
from modelyard.runtime.blocks import Block, Blocks
from modelyard.runtime.recipes import Recipe, Stage

# Above this many distinct values the manifest lists the most frequent alone.
_MAX_CATEGORIES = 10_000

_IMPUTERS = {
    "auto": "impute-median",
    "median": "impute-median",
    "mean": "impute-mean",
    "most_frequent": "impute-most-frequent",
    "constant": "impute-constant",
    "drop": "impute-median",
}
_ENCODERS = {"one_hot": "one-hot-encode", "ordinal": "ordinal-encode"}
_SCALERS = {"standard": "standard-scale"}


@dataclass
class _Fitting:
    """The recipe so far, with the columns that its stages have made of the training rows."""

    transforms: Mapping[str, Transform]
    rng: np.random.Generator
    pool: dict[str, Block]
    stages: list[Stage] = field(default_factory=list)

    def add(self, key: str, inputs: Sequence[str]) -> list[str]:
        """Fit one transform on columns of the pool; return the names of what it makes."""
        if not inputs:
            return []
        transform = pick(dict(self.transforms), key, shelf="transforms")
        block = np.column_stack([self.pool[name] for name in inputs])
        fitted = transform.fit(block, list(inputs), self.rng)
        outputs = _unique(fitted.outputs, inputs=inputs, taken=self.pool)
        made = fitted.step.apply(block)
        self.stages.append(Stage(fitted.step, tuple(inputs), tuple(outputs)))
        self.pool.update({name: made[:, at] for at, name in enumerate(outputs)})
        return outputs


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
    numbers += fitting.add("date-parts", by_kind[ColumnKind.DATETIME])
    numbers += _impute(fitting, numbers, needs=needs, preparation=preparation)
    scaler = _choice("normalize", preparation.normalize, needs.normalize, _SCALERS)
    if scaler:
        fitting.add(scaler, numbers)
    encoder = _choice(
        "categorical_encoding",
        preparation.categorical_encoding,
        needs.categorical_encoding,
        _ENCODERS,
    )
    encoded = fitting.add(encoder or "ordinal-encode", by_kind[ColumnKind.CATEGORY])
    if encoder == "ordinal-encode" and not needs.takes_missing:
        fitting.add("impute-constant", encoded)
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


def describe_inputs(table: Table, columns: Sequence[Column]) -> tuple[InputColumn, ...]:
    """Return what training rows say about the columns that the model will take."""
    return tuple(_describe(table, column) for column in columns)


def _impute(
    fitting: _Fitting, numbers: list[str], *, needs: Needs, preparation: PreparationConfig
) -> list[str]:
    word = preparation.handle_missing
    if word not in _IMPUTERS:
        raise _not_allowed("handle_missing", word, _IMPUTERS)
    if needs.takes_missing and word == "auto":
        return []
    gappy = [name for name in numbers if np.isnan(fitting.pool[name]).any()]
    flags = fitting.add("missing-indicator", gappy)
    fitting.add(_IMPUTERS[word], numbers)
    return flags


def _choice(option: str, word: str, default: str, known: Mapping[str, str]) -> str | None:
    chosen = default if word == "auto" else word
    if chosen == "none":
        return None
    if chosen not in known:
        raise _not_allowed(option, word, ["auto", "none", *known])
    return known[chosen]


def _not_allowed(option: str, word: str, known: Sequence[str] | Mapping[str, str]) -> InvalidValue:
    return InvalidValue(
        f"{option} must be one of {', '.join(known)}; it is '{word}'.",
        fix="Choose one of these words.",
        sample=word,
    )


def _unique(
    names: Sequence[str], *, inputs: Sequence[str], taken: Mapping[str, Block]
) -> list[str]:
    """Keep a made column from hiding a raw one of the same name, e.g. one called `sex=male`."""
    unique: list[str] = []
    for name in names:
        fresh = name
        while fresh in taken and fresh not in inputs:
            fresh += "'"
        unique.append(fresh)
    return unique


def _describe(table: Table, column: Column) -> InputColumn:
    low = high = None
    categories: tuple[str, ...] = ()
    series = table.frame[column.name]
    present = series.drop_nulls()
    if column.kind.is_number:
        values = table.numbers(column.name)
        values = values[np.isfinite(values)]
        if len(values):
            low, high = float(values.min()), float(values.max())
    elif column.kind is ColumnKind.CATEGORY:
        counts = present.value_counts(sort=False).sort(
            ["count", column.name], descending=[True, False]
        )
        categories = tuple(counts[column.name].head(_MAX_CATEGORIES).to_list())
    example = present[0] if len(present) else None
    return InputColumn(
        name=column.name,
        kind=column.kind,
        true_words=column.true_words,
        false_words=column.false_words,
        datetime_format=column.datetime_format,
        minimum=low,
        maximum=high,
        categories=categories,
        n_missing=int(series.null_count()),
        example=example.isoformat() if column.kind is ColumnKind.DATETIME and example else example,
    )
