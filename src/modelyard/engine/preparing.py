"""Fits the recipe on training rows: which transform each column gets, in which order."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import groupby

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.configs import ColumnPreparation, PreparationConfig
from modelyard.domain.errors import InvalidValue
from modelyard.domain.tables import Table
from modelyard.kit.matching import nearest
from modelyard.protocols.algorithms import Needs
from modelyard.protocols.transforms import Lesson, Role, Step, Transform
from modelyard.runtime.blocks import Block, Blocks
from modelyard.runtime.recipes import Gather, Recipe, Stage, apply_in_parts

_AUTO, _NONE, _DROP = "auto", "none", "drop"
# Words beside those of the transforms, by the role that takes them.
_MORE_WORDS = {
    Role.SCALE: (_AUTO, _NONE),
    Role.IMPUTE: (_AUTO, _DROP),
    Role.ENCODE: (_AUTO,),
    Role.TAKE_DATES_APART: (_AUTO,),
    Role.ENGINEER: (_NONE,),
}
# Leaving rows out is for training alone: a served row with a gap must be answered all the same.
_IMPUTER_OF = {_AUTO: "median", _DROP: "median"}
_DATES = "parts"
# Of a text that is not read in its order.
_WEIGHED = "tf_idf"


@dataclass(frozen=True)
class Prepared:
    """A fitted recipe, and what its features are for the rows that taught it.

    Attributes:
        recipe: for every row that comes.
        taught: (n, n_features) float64: of the training rows, which a step whose values are
            means of the target does not show their own.
    """

    recipe: Recipe
    taught: npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Made:
    """What a stage makes of the training rows, once somebody asks for it."""

    step: Step
    block: Block
    taught: Block | None

    @cached_property
    def values(self) -> Block:
        """The block that later stages take from."""
        return apply_in_parts(self.step, self.block) if self.taught is None else self.taught

    @property
    def known(self) -> Block | None:
        """The block, None where nobody has asked for it."""
        known: Block | None = self.__dict__.get("values", self.taught)
        return known


@dataclass
class _Fitting:
    """The recipe so far, with the columns that its stages make of the training rows.

    Attributes:
        choices: how each column of the pool is to be prepared; what is made of a column is
            prepared further as it.
        raw: numbers and strings of the training rows.
        pool: the columns by name: the number of a block, raw or of a stage, and the place there.
        made: what each stage makes of the training rows.
    """

    transforms: Mapping[str, Transform]
    lesson: Lesson
    raw: tuple[Block, Block]
    pool: dict[str, tuple[int, int]]
    choices: dict[str, ColumnPreparation]
    stages: list[Stage] = field(default_factory=list)
    made: list[_Made] = field(default_factory=list)

    def add(self, role: Role, inputs: Sequence[str], *, word: str | None = None) -> list[str]:
        """Fit one transform on columns of the pool; return the names of what it makes.

        Args:
            role: of the transform.
            inputs: columns of the pool; where there are none, nothing is added.
            word: that chooses it; None where its role has one transform alone.
        """
        if not inputs:
            return []
        transform = self.chosen(role, word)
        block = self.columns(inputs)
        fitted = transform.fit(block, list(inputs), self.lesson)
        outputs = _unique(fitted.outputs, inputs=inputs, taken=self.pool)
        self.made.append(_Made(fitted.step, block, fitted.taught))
        self.stages.append(Stage(fitted.step, tuple(inputs), tuple(outputs)))
        number = len(self.raw) + len(self.made) - 1
        self.pool.update({name: (number, at) for at, name in enumerate(outputs)})
        # What only changes a column keeps its name, and its own choice with it.
        self.choices = dict.fromkeys(outputs, self.choices[inputs[0]]) | self.choices
        return outputs

    def columns(self, names: Sequence[str]) -> Block:
        """Return columns of the pool side by side."""
        places = [self.pool[name] for name in names]
        taken = sorted({number for number, _ in places})
        blocks = [self._block(number) for number in taken]
        return Gather.over([(taken.index(number), at) for number, at in places]).of(blocks)

    def column(self, name: str) -> Block:
        """Return a column of the pool."""
        number, at = self.pool[name]
        column: Block = self._block(number)[:, at]
        return column

    def _block(self, number: int) -> Block:
        n_raw = len(self.raw)
        return self.raw[number] if number < n_raw else self.made[number - n_raw].values

    def chosen(self, role: Role, word: str | None) -> Transform:
        """Return the transform of a role that a word chooses, or its only one."""
        return next(
            each
            for each in self.transforms.values()
            if each.card.role is role and word in {None, each.card.word, *each.card.synonyms}
        )

    def by_word(self, role: Role, names: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
        """Yield the columns that are prepared alike, with the user's word for the role."""

        def word_of(name: str) -> str:
            word: str = getattr(self.choices[name], role.value)
            return word

        for word, alike in groupby(sorted(names, key=word_of), key=word_of):
            yield word, list(alike)

    def leaves_gaps(self) -> bool:
        """Whether the stage that was added last makes NaN of a missing word."""
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
    lesson: Lesson,
) -> Prepared:
    """Fit the preparation that an algorithm needs, on training rows alone.

    Args:
        blocks: training rows.
        columns: the features, in table order.
        needs: of the algorithm's card.
        preparation: the user's word, over the card's.
        transforms: the shelf.
        lesson: the target of the training rows, and randomness.

    Raises:
        InvalidValue: if a word chooses nothing.
    """
    require_words(preparation, transforms)
    pool = {name: (0, at) for at, name in enumerate(blocks.number_names)}
    pool |= {name: (1, at) for at, name in enumerate(blocks.string_names)}
    choices = {column.name: preparation.of(column.name) for column in columns}
    fitting = _Fitting(transforms, lesson, (blocks.numbers, blocks.strings), pool, choices)
    by_kind = {kind: [c.name for c in columns if c.kind is kind] for kind in ColumnKind}
    names = [c.name for c in columns if c.kind.is_number and c.kind is not ColumnKind.DATETIME]
    names += _take_dates_apart(fitting, by_kind[ColumnKind.DATETIME])
    names += _measure_texts(fitting, by_kind[ColumnKind.TEXT], needs)
    features = _prepare_numbers(fitting, names, needs)
    features += _prepare_words(fitting, by_kind[ColumnKind.CATEGORY], needs)
    features += fitting.add(Role.READ_TEXT, by_kind[ColumnKind.TEXT], word=needs.text)
    features += fitting.add(Role.READ_SEQUENCE, by_kind[ColumnKind.SEQUENCE])
    recipe = Recipe(
        blocks.number_names, blocks.string_names, tuple(fitting.stages), tuple(features)
    )
    return Prepared(recipe, recipe.complete(blocks, [each.known for each in fitting.made]))


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
        is_image = table.column(name).kind is ColumnKind.IMAGE
        words[:, at] = table.pictures(name) if is_image else table.strings(name)
    return Blocks(tuple(numbers), tuple(strings), values, words)


def rows_of(blocks: Blocks, rows: np.ndarray) -> Blocks:
    """Return the rows of the blocks at these positions."""
    return Blocks(
        blocks.number_names, blocks.string_names, blocks.numbers[rows], blocks.strings[rows]
    )


def _take_dates_apart(fitting: _Fitting, names: list[str]) -> list[str]:
    """Make numbers of dates; columns that are prepared alike go into one stage."""
    made: list[str] = []
    for choice, alike in _by_choice(fitting, names):
        word = _DATES if choice.dates == _AUTO else choice.dates
        made += fitting.add(Role.TAKE_DATES_APART, alike, word=word)
    return made


def _measure_texts(fitting: _Fitting, names: list[str], needs: Needs) -> list[str]:
    """Make numbers of texts beside their words, for what does not read these in their order."""
    if needs.text != _WEIGHED:
        return []
    measures: list[str] = []
    for choice, alike in _by_choice(fitting, names):
        made = fitting.add(Role.MEASURE_TEXT, alike)
        # Five for each text: their products would soon be more than are allowed.
        fitting.choices |= dict.fromkeys(made, replace(choice, engineered_features=_NONE))
        measures += made
    return measures


def _by_choice(
    fitting: _Fitting, names: list[str]
) -> Iterator[tuple[ColumnPreparation, list[str]]]:
    """Yield the columns that are prepared alike, with how."""
    for choice in dict.fromkeys(fitting.choices[name] for name in names):
        yield choice, [name for name in names if fitting.choices[name] == choice]


def _prepare_numbers(fitting: _Fitting, numbers: list[str], needs: Needs) -> list[str]:
    """Fill, scale and multiply numbers; return the features: them, their flags and products."""
    flags: list[str] = []
    products: list[str] = []
    for word, names in fitting.by_word(Role.IMPUTE, numbers):
        if not needs.takes_missing or word != _AUTO:
            gappy = [name for name in names if np.isnan(fitting.column(name)).any()]
            flags += fitting.add(Role.FLAG_MISSING, gappy)
            fitting.add(Role.IMPUTE, names, word=_IMPUTER_OF.get(word, word))
    for word, names in fitting.by_word(Role.SCALE, numbers):
        scaler = needs.normalize if word == _AUTO else word
        if scaler != _NONE:
            fitting.add(Role.SCALE, names, word=scaler)
    for word, names in fitting.by_word(Role.ENGINEER, numbers):
        if word != _NONE:
            products += fitting.add(Role.ENGINEER, names, word=word)
    return [*numbers, *flags, *products]


def _prepare_words(fitting: _Fitting, words: list[str], needs: Needs) -> list[str]:
    """Fill words where the user's word for gaps fills words, and encode them."""
    flags: list[str] = []
    for word, names in fitting.by_word(Role.IMPUTE, words):
        imputer = fitting.chosen(Role.IMPUTE, _IMPUTER_OF.get(word, word))
        if ColumnKind.CATEGORY in imputer.card.kinds:
            gappy = [name for name in names if None in fitting.column(name).tolist()]
            flags += fitting.add(Role.FLAG_MISSING, gappy)
            fitting.add(Role.IMPUTE, names, word=word)
    encoded: list[str] = []
    for word, names in fitting.by_word(Role.ENCODE, words):
        encoder = needs.categorical_encoding if word == _AUTO else word
        made = fitting.add(Role.ENCODE, names, word=encoder)
        if not needs.takes_missing and fitting.leaves_gaps():
            fitting.add(Role.IMPUTE, made, word="constant")
        encoded += made
    return [*flags, *encoded]


def require_words(preparation: PreparationConfig, transforms: Mapping[str, Transform]) -> None:
    """Refuse a word that chooses nothing, for the table or for one column.

    Raises:
        InvalidValue: at the first such word.
    """
    for column in (None, *preparation.columns):
        choice = preparation if column is None else preparation.of(column)
        for role in map(Role, (each.name for each in fields(ColumnPreparation))):
            _require_word(getattr(choice, role.value), role, column, transforms=transforms)


def _require_word(
    word: str, role: Role, column: str | None, *, transforms: Mapping[str, Transform]
) -> None:
    cards = [each.card for each in transforms.values() if each.card.role is role]
    known = [*_MORE_WORDS[role], *sorted(card.word for card in cards)]
    if word in known or any(word in card.synonyms for card in cards):
        return
    close = nearest(word, known)
    where = "" if column is None else f" of column '{column}'"
    raise InvalidValue(
        f"{role.value}{where} must be one of {', '.join(known)}; '{word}' came.",
        fix=f"Did you mean '{close}'?" if close else "Choose one of these words.",
        sample=word,
        column=column,
    )


def _unique(names: Sequence[str], *, inputs: Sequence[str], taken: Collection[str]) -> list[str]:
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
