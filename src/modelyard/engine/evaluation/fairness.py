"""Measures a model group by group, where a user names the columns that must not decide.

Source: Hardt, Price, Srebro: Equality of Opportunity in Supervised Learning (2016), true and false
positive rates; Barocas, Hardt, Narayanan: Fairness and Machine Learning (2023), chapter 3, for the
others. That no model but a perfect one can have them all equal: Kleinberg, Mullainathan, Raghavan:
Inherent Trade-Offs in the Fair Determination of Risk Scores (2017).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import share
from modelyard.domain.columns import ColumnKind
from modelyard.domain.confusion import totals_of
from modelyard.domain.fairness import Fairness, Group, GroupFigure
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.engine.evaluation.estimates import Scored
from modelyard.engine.evaluation.intervals import Draws
from modelyard.engine.evaluation.parts import cell_told
from modelyard.engine.units import IntArray
from modelyard.runtime.decisions import decide_codes

FloatArray = npt.NDArray[np.float64]

# The 95 % interval of a share of 30 rows (Wilson) is up to 34 points wide.
_SMALL = 30
_MAX_GROUPS = 10
_FEW_VALUES = 5
_N_BANDS = 4


@dataclass(frozen=True)
class _Share:
    """A figure as a quotient of two sums over rows.

    Attributes:
        limits: that it never passes, which a standard interval does not know.
    """

    parts: FloatArray
    whole: FloatArray
    limits: tuple[float, float] = (0.0, 1.0)

    def of(self, groups: IntArray, *, weight: FloatArray, n_groups: int) -> FloatArray:
        """Return the (..., n_groups) figures under (..., n) weights, NaN where the whole is 0."""
        parts = totals_of(groups, weight * self.parts, n_groups=n_groups)
        return share(parts, totals_of(groups, weight * self.whole, n_groups=n_groups))


def measure_fairness(
    table: Table, column: str, *, scored: Scored, rng: np.random.Generator
) -> Fairness:
    """Measure every group of one column: up to ten values, or quarters of a number.

    Args:
        table: the rows that were scored.
        column: that makes the groups; rarer values are one group, missing ones another.
        scored: truth and answers of these rows.
        rng: of the bootstrap.
    """
    groups, names = _groups(table, column)
    sizes = np.bincount(groups, minlength=len(names))
    order = np.argsort(-sizes, kind="stable")
    shares = _shares(scored)
    measured = {
        name: _figures(figure, groups, reference=int(order[0]), scored=scored, rng=rng)
        for name, figure in shares.items()
    }
    return Fairness(
        column=column,
        reference=names[order[0]],
        selected=str(scored.labels[1]) if scored.task is Task.BINARY else "",
        groups=tuple(
            Group(
                name=names[at],
                n_rows=int(sizes[at]),
                is_small=bool(sizes[at] < _SMALL),
                figures={name: each[at] for name, each in measured.items()},
            )
            for at in order.tolist()
        ),
    )


def _shares(scored: Scored) -> Mapping[str, _Share]:
    every = np.ones(scored.n_rows)
    if scored.task is Task.REGRESSION:
        off = scored.scores[:, 0] - scored.y_true
        return {
            "bias": _Share(off, every, (-np.inf, np.inf)),
            "absolute error": _Share(np.abs(off), every, (0.0, np.inf)),
        }
    answer = decide_codes(scored.scores, scored.rule)
    right = (answer == scored.y_true).astype(np.float64)
    if scored.task is not Task.BINARY:
        return {"accuracy": _Share(right, every)}
    chosen, true = (answer == 1).astype(np.float64), (scored.y_true == 1).astype(np.float64)
    return {
        "selection rate": _Share(chosen, every),
        "true positive rate": _Share(chosen * true, true),
        "false positive rate": _Share(chosen * (1 - true), 1 - true),
        "precision": _Share(chosen * true, chosen),
        "accuracy": _Share(right, every),
    }


def _figures(
    figure: _Share,
    groups: IntArray,
    *,
    reference: int,
    scored: Scored,
    rng: np.random.Generator,
) -> list[GroupFigure]:
    n_groups = int(groups.max()) + 1
    weight = np.ones(scored.n_rows) if scored.weight is None else scored.weight
    value = figure.of(groups, weight=weight, n_groups=n_groups)
    bound = scored.resampling
    draws = Draws.of(bound, scored.scores.shape[1])
    drawn = np.full((draws.n_draws, n_groups), np.nan)
    if bound.n_blocks >= 2:
        counts = bound.draws(rng, draws.n_draws)
        drawn = np.concatenate(
            [figure.of(groups, weight=weight * each, n_groups=n_groups) for each in counts]
        )
    found = []
    with np.errstate(divide="ignore", invalid="ignore"):
        difference, differences = value - value[reference], drawn - drawn[:, [reference]]
        ratio, ratios = value / value[reference], drawn / drawn[:, [reference]]
    for at in range(n_groups):
        own = draws.interval(float(value[at]), drawn[:, at])
        apart = draws.interval(float(difference[at]), differences[:, at])
        times = draws.interval(float(ratio[at]), ratios[:, at])
        found.append(
            GroupFigure(
                value=float(value[at]),
                low=max(own.low, figure.limits[0]),
                high=min(own.high, figure.limits[1]),
                difference=float(difference[at]),
                difference_low=apart.low,
                difference_high=apart.high,
                ratio=float(ratio[at]) if np.isfinite(ratio[at]) else float("nan"),
                ratio_low=times.low,
                ratio_high=times.high,
            )
        )
    return found


def _groups(table: Table, column: str) -> tuple[IntArray, list[str]]:
    """Return the number of each row's group, and the names of the groups, none of them empty."""
    kind = table.column(column).kind
    if kind.is_number and kind is not ColumnKind.BOOLEAN:
        values = table.numbers(column)
        distinct = np.unique(values[~np.isnan(values)])
        if len(distinct) > _FEW_VALUES:
            return _bands(values, kind)
    codes = table.codes(column)
    counts = np.bincount(codes[codes >= 0])
    frequent = np.argsort(-counts, kind="stable")[:_MAX_GROUPS]
    values_of = table.frame[column].unique(maintain_order=True).drop_nulls().to_list()
    labels = np.where(codes < 0, -1, np.where(np.isin(codes, frequent), codes, -2))
    names = {-1: "(missing)", -2: "(other)"}
    names |= {int(code): _named(values_of[code]) for code in frequent}
    seen, groups = np.unique(labels, return_inverse=True)
    return groups.astype(np.int64), [names[int(code)] for code in seen]


def _named(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else f"{value}"


def _bands(values: FloatArray, kind: ColumnKind) -> tuple[IntArray, list[str]]:
    known = values[~np.isnan(values)]
    shares = np.arange(1, _N_BANDS) / _N_BANDS
    edges = np.unique(np.quantile(known, shares, method="lower"))
    edges = edges[edges < known.max()]
    told = [cell_told(float(edge), kind) for edge in edges]
    names = [f"up to {told[0]}", *(f"{a} to {b}" for a, b in pairwise(told))]
    names.append(f"above {told[-1]}")
    bands = np.searchsorted(edges, values, side="left")
    bands = np.where(np.isnan(values), len(names), bands)
    seen, groups = np.unique(bands, return_inverse=True)
    return groups.astype(np.int64), [[*names, "(missing)"][at] for at in seen]
