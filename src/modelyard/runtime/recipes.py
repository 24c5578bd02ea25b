"""The recipe: fitted steps in order, from raw columns to the matrix that the model takes.

Training and serving run this same code, so what was fitted is what is served. A stage reads columns
by name from a pool, and adds its outputs to the pool; the pool starts with the raw columns.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import DataError, UnsupportedPackage
from modelyard.kit.discovery import scan
from modelyard.protocols.transforms import InOrder, Spreading, Step
from modelyard.runtime.blocks import Block, Blocks
from modelyard.runtime.pictures.pixels import PictureForm, Pixels, rows_at_a_time

_STEPS = "modelyard.runtime.steps"
# Of 1,000 to 100,000 rows at a time, these take the least time (benchmarks/preparation.py).
_PART_ROWS = 4096
# Cells of texts and sequences that a network reads at a time: between its layers there are some
# hundred numbers for each. Attention relates each item to all others of its row, which is more than
# that where a row has more items than these.
_CELLS_AT_ONCE = 1 << 16
_FEW_ITEMS = 128
# Cells of the matrix that any model is asked at a time: 134 MB of float64.
_MATRIX_CELLS = 1 << 24

Answer = Callable[[npt.NDArray[np.float64], tuple[Pixels, ...]], npt.NDArray[np.float64]]


@dataclass(frozen=True)
class Stage:
    """One fitted step, the columns that it reads, and the columns that it makes."""

    step: Step
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Recipe:
    """Fitted steps in order.

    Attributes:
        number_names, string_names: raw columns, in the order of `Blocks`.
        stages: in the order in which they run.
        features: columns of the matrix that the model takes, in order.
        pictures: how the columns of pictures that the model sees beside the matrix are brought to
            it, in order.
    """

    number_names: tuple[str, ...]
    string_names: tuple[str, ...]
    stages: tuple[Stage, ...]
    features: tuple[str, ...]
    pictures: tuple[PictureForm, ...] = ()

    def apply(self, blocks: Blocks) -> npt.NDArray[np.float64]:
        """Return the (n, n_features) float64 matrix, C-contiguous."""
        if blocks.n_rows <= _PART_ROWS:
            return self._apply([blocks.numbers, blocks.strings], ())
        return self.complete(blocks, [None] * len(self.stages))

    def complete(self, blocks: Blocks, made: Sequence[Block | None]) -> npt.NDArray[np.float64]:
        """Return the same matrix, running only the stages that have not made anything yet.

        Args:
            blocks: the raw rows.
            made: for each stage what it has made of them, or None.
        """
        matrix = np.empty((blocks.n_rows, len(self.features)))
        for part in _parts(blocks.n_rows):
            known = [None if each is None else each[part] for each in made]
            matrix[part] = self._apply([blocks.numbers[part], blocks.strings[part]], known)
        return matrix

    def pixels(self, blocks: Blocks) -> tuple[Pixels, ...]:
        """Return (n, height, width, 3) uint8 of each column of pictures.

        Raises:
            DataError: at the first row that has no picture, or one that cannot be read.
        """
        places = [blocks.string_names.index(form.column) for form in self.pictures]
        return tuple(
            form.fill(blocks.strings[:, at]) for form, at in zip(self.pictures, places, strict=True)
        )

    def ask(self, blocks: Blocks, answer: Answer) -> npt.NDArray[np.float64]:
        """Return what a model answers for rows, of which few have their pixels in memory.

        Args:
            blocks: the raw rows.
            answer: from the matrix and the pixels of rows to their scores.

        Raises:
            DataError: as `pixels`.
        """
        if not self.pictures and blocks.n_rows <= self._rows_at_once:
            return answer(self.apply(blocks), ())
        answers = []
        for part in self._at_a_time(blocks.n_rows):
            rows = blocks.rows(part)
            try:
                answers.append(answer(self.apply(rows), self.pixels(rows)))
            except DataError as error:
                moved = error.moved(part.start)
                moved.misfits = [part.start + at for at in error.misfits]
                raise moved from error
        return np.concatenate(answers)

    def _at_a_time(self, n_rows: int) -> Iterator[slice]:
        """Yield the rows that a model is asked at once."""
        wide = rows_at_a_time(self.pictures, n_rows) if self.pictures else [slice(0, n_rows)]
        for part in wide:
            for start in range(part.start, max(part.stop, part.start + 1), self._rows_at_once):
                yield slice(start, min(start + self._rows_at_once, part.stop))

    @cached_property
    def _rows_at_once(self) -> int:
        read = [
            (each.step.length, len(each.outputs))
            for each in self.stages
            if isinstance(each.step, InOrder)
        ]
        most = max(1, _MATRIX_CELLS // max(len(self.features), 1))
        if not read:
            return most
        longest = max(length for length, _ in read)
        n_cells = sum(n_outputs for _, n_outputs in read) * max(1.0, longest / _FEW_ITEMS)
        return min(most, max(1, int(_CELLS_AT_ONCE / n_cells)))

    def _apply(self, made: list[Block], known: Sequence[Block | None]) -> npt.NDArray[np.float64]:
        gathers, last = self._plan
        for at, (stage, gather) in enumerate(zip(self.stages, gathers, strict=True)):
            block = known[at] if known else None
            made.append(stage.step.apply(gather.of(made)) if block is None else block)
        return np.ascontiguousarray(last.of(made), dtype=np.float64)

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as plain JSON values."""
        return {
            "number_names": list(self.number_names),
            "string_names": list(self.string_names),
            "stages": [
                {
                    "step": stage.step.kind,
                    "inputs": list(stage.inputs),
                    "outputs": list(stage.outputs),
                    "params": stage.step.to_params(),
                }
                for stage in self.stages
            ],
            "features": list(self.features),
            **({"pictures": [each.to_dict() for each in self.pictures]} if self.pictures else {}),
        }

    @cached_property
    def origins(self) -> tuple[frozenset[str], ...]:
        """The raw columns that each feature is made of."""
        made = {name: frozenset((name,)) for name in (*self.number_names, *self.string_names)}
        for stage in self.stages:
            taken = [made[name] for name in stage.inputs]
            made.update(
                (name, frozenset().union(*(taken[at] for at in origins)))
                for name, origins in zip(stage.outputs, _origins(stage), strict=True)
            )
        return tuple(made[name] for name in self.features)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote.

        Raises:
            UnsupportedPackage: if a step is not known to this version.
        """
        kinds = {step.kind: step for _, step in scan(_STEPS, "STEP")}
        stages = []
        for stage in raw["stages"]:
            if stage["step"] not in kinds:
                raise UnsupportedPackage(
                    f"The recipe uses the step '{stage['step']}', which this version lacks.",
                    fix="Upgrade Modelyard.",
                )
            step = kinds[stage["step"]].from_params(stage["params"])
            stages.append(Stage(step, tuple(stage["inputs"]), tuple(stage["outputs"])))
        return cls(
            tuple(raw["number_names"]),
            tuple(raw["string_names"]),
            tuple(stages),
            tuple(raw["features"]),
            tuple(PictureForm.from_dict(each) for each in raw.get("pictures", ())),
        )

    @cached_property
    def _plan(self) -> tuple[tuple["Gather", ...], "Gather"]:
        places = _raw_places(self)
        gathers = []
        for index, stage in enumerate(self.stages):
            gathers.append(Gather.over([places[name] for name in stage.inputs]))
            places.update({name: (index + 2, at) for at, name in enumerate(stage.outputs)})
        return tuple(gathers), Gather.over([places[name] for name in self.features])


def _origins(stage: Stage) -> tuple[tuple[int, ...], ...]:
    n_inputs = len(stage.inputs)
    if isinstance(stage.step, Spreading):
        return stage.step.origins(n_inputs)
    return tuple((at,) for at in range(n_inputs))


def _raw_places(recipe: Recipe) -> dict[str, tuple[int, int]]:
    numbers = {name: (0, at) for at, name in enumerate(recipe.number_names)}
    return numbers | {name: (1, at) for at, name in enumerate(recipe.string_names)}


def apply_in_parts(step: Step, block: Block) -> Block:
    """Return what a step makes of a block, row for row as the recipe would."""
    made = [step.apply(block[part]) for part in _parts(len(block))]
    return made[0] if len(made) == 1 else np.concatenate(made)


def _parts(n_rows: int) -> Iterator[slice]:
    """Yield the rows part by part, so that what lies between two stages stays in the cache."""
    for start in range(0, max(n_rows, 1), _PART_ROWS):
        yield slice(start, start + _PART_ROWS)


@dataclass(frozen=True)
class Gather:
    """Collects columns from several blocks; neighbours within one block are taken as a slice."""

    pieces: tuple[tuple[int, slice | npt.NDArray[np.int64]], ...]

    @classmethod
    def over(cls, places: Sequence[tuple[int, int]]) -> Self:
        """Plan to take columns, each given as the number of its block and its place there."""
        pieces: list[tuple[int, slice | npt.NDArray[np.int64]]] = []
        start = 0
        for end in range(1, len(places) + 1):
            if end == len(places) or places[end][0] != places[start][0]:
                columns = [at for _, at in places[start:end]]
                pieces.append((places[start][0], _as_slice(columns)))
                start = end
        return cls(tuple(pieces))

    def of(self, made: Sequence[Block]) -> Block:
        """Return the columns side by side; a view where they are neighbours."""
        parts = [made[index][:, columns] for index, columns in self.pieces]
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts, axis=1) if parts else np.empty((made[0].shape[0], 0))


def _as_slice(columns: list[int]) -> slice | npt.NDArray[np.int64]:
    first = columns[0]
    if columns == list(range(first, first + len(columns))):
        return slice(first, first + len(columns))
    return np.array(columns, dtype=np.int64)
