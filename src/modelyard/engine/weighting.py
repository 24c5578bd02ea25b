"""Weights: what a row counts beside the others, read from a column or made to balance classes.

A column of weights says how many of the population a row stands for: it weighs the fit and every
metric. Weights of classes weigh the fit alone, for they change what is learned, not what is true.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.configs import BALANCED, NONE, ClassWeight
from modelyard.domain.errors import InvalidValue, UnparseableValue
from modelyard.domain.tables import RawTable, Table
from modelyard.domain.tasks import Label, Task
from modelyard.domain.values import cell_text
from modelyard.engine.kinds.typing import conform
from modelyard.kit.matching import known_names
from modelyard.protocols.algorithms import AlgorithmCard

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def weights_of(table: Table, column: str, *, rows: IntArray) -> FloatArray:
    """Return the weights of some rows.

    Args:
        table: every row, so that an error names the row as the user counts it.
        column: of weights, of kind NUMERIC.
        rows: zero-based positions.

    Returns:
        (len(rows),) float64, zero or more, one at least above zero.

    Raises:
        UnparseableValue: if a weight is missing, negative or infinite, with row and value.
        InvalidValue: if every weight is zero.
    """
    weights: FloatArray = table.numbers(column)[rows]
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        at = int(np.argmax(wrong))
        row, value = int(rows[at]) + 1, float(weights[at])
        came = "none" if np.isnan(value) else f"{value:g}"
        raise UnparseableValue(
            f"The weights in '{column}' must be numbers of zero or more; row {row} holds {came}.",
            fix="Correct the cell, or leave the row out.",
            row=row,
            column=column,
            sample=came,
        )
    if not weights.any():
        raise InvalidValue(
            f"Every weight in '{column}' is zero, so that no row counts.",
            fix="Name another column of weights.",
            column=column,
        )
    return weights


def weights_beside(raw: RawTable, column: str | None, *, rows: IntArray) -> FloatArray | None:
    """Return the weights of rows that come to be evaluated, None where they have no such column.

    Raises:
        UnparseableValue: if a weight is no number, missing, negative or infinite.
    """
    if column is None or column not in raw.frame.columns:
        return None
    table = conform(raw, (InputColumn(column, ColumnKind.NUMERIC),))
    return weights_of(table, column, rows=rows)


def require_weighable(card: AlgorithmCard, task: Task, *, is_weighed: bool, by_class: bool) -> None:
    """Refuse weights where an algorithm or a task has no use for them.

    Raises:
        InvalidValue: naming what cannot be weighed.
    """
    if by_class and not task.is_classification:
        raise InvalidValue(
            f"class_weight weighs classes, and a {task} task has none.",
            fix="Leave out class_weight; weigh rows by a column with weight.",
        )
    if (is_weighed or by_class) and not card.needs.takes_weight:
        raise InvalidValue(
            f"'{card.key}' cannot weigh rows.",
            fix="Use an algorithm that does, lightgbm for example, or leave out weight and "
            "class_weight.",
            sample=card.key,
        )


def class_factors(
    class_weight: ClassWeight, y: IntArray, *, weight: FloatArray, labels: tuple[Label, ...]
) -> FloatArray:
    """Return (len(labels),) what each class's rows are multiplied by.

    Balanced classes weigh alike: n / (k * n_c), of the k classes that the rows hold.

    Source: King, Zeng: Logistic Regression in Rare Events Data, Political Analysis 9 (2001); the
    form is scikit-learn's.

    Raises:
        InvalidValue: if a label is none of the classes.
    """
    if class_weight == BALANCED:
        totals = np.bincount(y, weights=weight, minlength=len(labels))
        n_seen = np.count_nonzero(totals)
        balanced: FloatArray = totals.sum() / (n_seen * np.where(totals > 0, totals, np.inf))
        return balanced
    texts = [cell_text(label) for label in labels]
    given: Mapping[str, float] = class_weight if isinstance(class_weight, Mapping) else {}
    for name in given:
        if name not in texts:
            raise InvalidValue(
                f"class_weight names '{name}', which is no class of the target.",
                fix=known_names(name, texts, title="The classes"),
                sample=name,
            )
    return np.array([given.get(text, 1.0) for text in texts])


def teaching_weights(
    weight: FloatArray | None,
    class_weight: ClassWeight,
    *,
    y: npt.NDArray[Any],
    taught: IntArray,
    labels: tuple[Label, ...],
) -> FloatArray | None:
    """Return what every row counts in a fit, or None where all count alike.

    The rows that teach weigh 1 in the mean: penalties and the least weight of a leaf are made for
    rows that count once, whatever the unit of the weights.

    Args:
        weight: (n,) of the rows, above zero, or None.
        class_weight: by which the rows of a class are multiplied.
        y: (n,) class codes, or values.
        taught: positions of the rows that teach.
        labels: in code order.
    """
    if weight is None and class_weight == NONE:
        return None
    whole = np.ones(len(y)) if weight is None else weight
    if class_weight != NONE:
        whole = (
            whole * class_factors(class_weight, y[taught], weight=whole[taught], labels=labels)[y]
        )
    scaled: FloatArray = whole / whole[taught].mean()
    return scaled
