"""Looks closer at the rows that judged a model: weak slices of them, and its worst answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.tasks import Task
from modelyard.domain.weaknesses import Slice, Weaknesses, WorstRow
from modelyard.engine.evaluation.estimates import Scored
from modelyard.engine.evaluation.parts import cell_told, parts_of
from modelyard.engine.evaluation.resampling import Resampling
from modelyard.engine.evaluation.row_losses import is_wrong, row_losses, surprise
from modelyard.engine.evaluation.slices import MIN_ROWS, Lost, WeakPart, find_slices
from modelyard.engine.units import IntArray
from modelyard.protocols.metrics import Metric
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.decisions import decide_codes

# Rows and columns that slices are sought in: above, the search would cost more than the fit of a
# small model; the columns are those that matter most.
_MAX_ROWS = 10_000
_MAX_COLUMNS = 30
# A part that loses more by less than this share of what guessing loses is served well enough: a
# convention, which keeps what a nearly perfect model has left from being told as a weakness.
_WORTH_TELLING = 0.01
_N_WORST = 10
# Cells of a worst row that a page can show side by side.
_N_INPUTS = 8


@dataclass(frozen=True)
class Seen:
    """Rows that judged a model, with what it was asked and what it answered.

    Attributes:
        blocks: the inputs.
        kinds: of the columns.
        ranked: names of the columns, the most important first.
        numbers: (n,) of the rows in the data, from 1.
    """

    scored: Scored
    blocks: Blocks
    kinds: Mapping[str, ColumnKind]
    ranked: Sequence[str]
    numbers: IntArray


def find_weaknesses(seen: Seen, metric: Metric, *, rng: np.random.Generator) -> Weaknesses:
    """Search for slices on at most 10,000 rows and 30 columns, and pick the ten worst rows.

    Args:
        seen: at least one row.
        metric: that decides.
        rng: of the sample.
    """
    losses, name = row_losses(seen.scored, metric)
    guessed, _ = row_losses(replace(seen.scored, scores=seen.scored.baseline_scores), metric)
    lost = Lost(losses, seen.scored.weight)
    floor = _WORTH_TELLING * replace(lost, losses=guessed).mean
    slices, n_looked = _slices(seen, replace(lost, floor=floor), rng)
    return Weaknesses(name, n_looked, slices, _worst(seen))


def renumbered(weaknesses: Weaknesses, numbers: IntArray) -> Weaknesses:
    """Return the same with rows called by other numbers: `numbers[0]` is the new one of row 1."""
    worst = tuple(replace(each, row=int(numbers[each.row - 1])) for each in weaknesses.worst)
    return replace(weaknesses, worst=worst)


def _slices(seen: Seen, every: Lost, rng: np.random.Generator) -> tuple[tuple[Slice, ...], int]:
    n_rows = seen.scored.n_rows
    if n_rows < 2 * MIN_ROWS:
        return (), 0
    rows = np.arange(n_rows)
    if n_rows > _MAX_ROWS:
        rows = np.sort(rng.choice(n_rows, _MAX_ROWS, replace=False))
    blocks = _only(seen.blocks, rows, set(seen.ranked[:_MAX_COLUMNS]))
    bound = seen.scored.resampling
    sampled = Resampling(bound.unit, bound.of_row[rows], bound.n_units, bound.block_length)
    parts = list(parts_of(blocks, seen.kinds, min_rows=MIN_ROWS))
    lost = every.of(rows)
    found, n_looked = find_slices(lost, parts, bound=sampled)
    wrong = is_wrong(seen.scored)[rows] if seen.scored.task.is_classification else None
    return tuple(_told(each, lost, wrong) for each in found), n_looked


def _only(blocks: Blocks, rows: IntArray, names: set[str]) -> Blocks:
    numbers = [at for at, name in enumerate(blocks.number_names) if name in names]
    strings = [at for at, name in enumerate(blocks.string_names) if name in names]
    return Blocks(
        number_names=tuple(blocks.number_names[at] for at in numbers),
        string_names=tuple(blocks.string_names[at] for at in strings),
        numbers=blocks.numbers[rows][:, numbers],
        strings=blocks.strings[rows][:, strings],
    )


def _told(part: WeakPart, lost: Lost, wrong: npt.NDArray[np.bool_] | None) -> Slice:
    rows = part.rows
    missed = None if wrong is None else Lost(wrong.astype(np.float64), lost.weight)
    return Slice(
        where=part.where,
        n_rows=int(rows.sum()),
        loss=lost.of(rows).mean,
        rest=lost.of(~rows).mean,
        wrong=None if missed is None else missed.of(rows).mean,
        rest_wrong=None if missed is None else missed.of(~rows).mean,
        p_value=part.p_value,
    )


def _worst(seen: Seen) -> tuple[WorstRow, ...]:
    """Return the rows that surprised most: with labels alone, all wrong ones would be equal."""
    scored = seen.scored
    if scored.task is Task.REGRESSION:
        losses = np.abs(scored.scores[:, 0] - scored.y_true)
    else:
        losses = surprise(scored)
    worst = np.argsort(-losses, kind="stable")[:_N_WORST]
    worst = worst[losses[worst] > 0]
    shown = _only(seen.blocks, worst, set(seen.ranked[:_N_INPUTS]))
    return tuple(
        replace(
            _answer(scored, row),
            row=int(seen.numbers[row]),
            loss=float(losses[row]),
            inputs=_inputs(shown, at, seen),
        )
        for at, row in enumerate(worst.tolist())
    )


def _inputs(shown: Blocks, at: int, seen: Seen) -> dict[str, str]:
    cells = dict(zip(shown.number_names, shown.numbers[at], strict=True))
    cells |= dict(zip(shown.string_names, shown.strings[at], strict=True))
    return {name: cell_told(cells[name], seen.kinds[name]) for name in seen.ranked if name in cells}


def _answer(scored: Scored, row: int) -> WorstRow:
    """Return the truth and the answer of a row, without the rest."""
    if scored.task is Task.REGRESSION:
        values = (float(scored.y_true[row]), float(scored.scores[row, 0]))
        truth, answer = (cell_told(value, ColumnKind.NUMERIC) for value in values)
        return WorstRow(row, truth, answer, None, 0.0, {})
    code = int(decide_codes(scored.scores[row : row + 1], scored.rule)[0])
    truth, answer = str(scored.labels[scored.y_true[row]]), str(scored.labels[code])
    return WorstRow(row, truth, answer, float(scored.scores[row, code]), 0.0, {})
