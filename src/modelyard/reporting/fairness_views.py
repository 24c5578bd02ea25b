"""How a model treats groups, in words and as a table."""

import math
from dataclasses import dataclass
from math import isfinite
from statistics import NormalDist

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.fairness import Fairness, Group, GroupFigure
from modelyard.kit.numerals import UNDEFINED, count, decimals_for, number, share, span
from modelyard.reporting.views import ChartView, chart_views

SELECTION = "selection rate"
# Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4 D (1978).
_FOUR_FIFTHS = 0.8


@dataclass(frozen=True)
class FairnessView:
    """One column: words, a table, and a picture of its first figure.

    Attributes:
        rows: of cells, each a figure with its interval, which may be empty.
    """

    column: str
    sentences: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]
    chart: ChartView


def fairness_view(fairness: Fairness) -> FairnessView:
    """Return what is shown of one column."""
    names = tuple(fairness.groups[0].figures)
    rows = tuple(
        (
            (each.name + (" (few rows)" if each.is_small else ""), ""),
            (count(each.n_rows), ""),
            *(_cell(each.figures[name]) for name in names),
        )
        for each in fairness.groups
    )
    return FairnessView(
        column=fairness.column,
        sentences=fairness_sentences(fairness),
        headings=(fairness.column, "rows", *names),
        rows=rows,
        chart=chart_views((fairness_chart(fairness),))[0],
    )


def fairness_chart(fairness: Fairness) -> ChartSpec:
    """Return a bar a group: of the share that is selected, or of the first other figure."""
    name = next(iter(fairness.groups[0].figures))
    shown = [each for each in fairness.groups if isfinite(each.figures[name].value)]
    figures = [each.figures[name] for each in shown]
    is_known = all(isfinite(each.low) and isfinite(each.high) for each in figures)
    what = name.capitalize()
    if name == SELECTION:
        what = f"Share answered '{fairness.selected}'"
    return ChartSpec(
        key=f"groups-{fairness.column}",
        title=f"{what} by {fairness.column}",
        kind=ChartKind.BARS,
        x_label=fairness.column,
        y_label=what,
        series=(
            Series(
                name,
                tuple(float(place) for place in range(len(figures))),
                tuple(each.value for each in figures),
                tuple(each.low for each in figures) if is_known else (),
                tuple(each.high for each in figures) if is_known else (),
            ),
        ),
        caption=(
            "The lines are 95 % intervals. Bars that differ are no proof of unfairness: groups may "
            "differ in truth as well, which the other figures of the table tell."
        ),
        categories=tuple(each.name for each in shown),
    )


def is_unequal(fairness: Fairness) -> bool:
    """Whether any figure of a group that is not small differs clearly from the largest group."""
    large = [each for each in fairness.groups if not each.is_small]
    n_looked = (len(large) - 1) * len(fairness.groups[0].figures)
    return any(_is_clear(figure, n_looked) for each in large for figure in each.figures.values())


def fairness_sentences(fairness: Fairness) -> tuple[str, ...]:
    """Return the clear differences to the largest group, and what the four-fifths rule says."""
    said: list[str] = []
    large = [each for each in fairness.groups if not each.is_small]
    n_looked = (len(large) - 1) * len(fairness.groups[0].figures)
    said += [
        _difference(fairness, each, name=name, figure=figure)
        for each in large
        for name, figure in each.figures.items()
        if _is_clear(figure, n_looked)
    ]
    said += _four_fifths(fairness, large)
    small = [f"{each.name} ({count(each.n_rows)})" for each in fairness.groups if each.is_small]
    if small:
        said.append(f"Too few rows to say much of {fairness.column}: {', '.join(small)}.")
    if not said:
        said.append(f"No figure differs clearly between the groups of {fairness.column}.")
    return tuple(said)


def _is_clear(figure: GroupFigure, n_looked: int) -> bool:
    """Whether a difference is no chance, corrected for all that were looked at (Bonferroni)."""
    half = (figure.difference_high - figure.difference_low) / 2
    if not half > 0:
        return False
    usual, strict = (NormalDist().inv_cdf(1 - 0.025 / n) for n in (1, max(1, n_looked)))
    return abs(figure.difference) > half * strict / usual


def _difference(fairness: Fairness, group: Group, *, name: str, figure: GroupFigure) -> str:
    digits = decimals_for(figure.difference_low, figure.difference_high, value=figure.difference)
    size = number(abs(figure.difference), digits)
    interval = span(figure.difference_low, figure.difference_high, decimals=digits)
    way = "higher" if figure.difference > 0 else "lower"
    return (
        f"{fairness.column} = {group.name}: {name} {size} {way} than for {fairness.reference} "
        f"(95 % interval of the difference {interval})."
    )


def _four_fifths(fairness: Fairness, large: list[Group]) -> list[str]:
    rates = {
        each.name: each.figures[SELECTION].value for each in large if SELECTION in each.figures
    }
    rates = {name: rate for name, rate in rates.items() if not math.isnan(rate)}
    if len(rates) < 2 or max(rates.values()) == 0:
        return []
    least, *_, most = sorted(rates, key=lambda name: rates[name])
    ratio = rates[least] / rates[most]
    if ratio >= _FOUR_FIFTHS:
        return []
    said = (
        f"'{fairness.selected}' is answered for {share(rates[least], 1)} of {least} and "
        f"{share(rates[most], 1)} of {most}: a ratio of {number(ratio, 2)}, below the four "
        "fifths that selection procedures in the USA are first judged by (29 CFR 1607.4 D)."
    )
    return [said]


def _cell(figure: GroupFigure) -> tuple[str, str]:
    digits = decimals_for(figure.low, figure.high, value=figure.value)
    interval = span(figure.low, figure.high, decimals=digits)
    return number(figure.value, digits), "" if interval == UNDEFINED else interval
