"""Groups are measured as by hand, beside the largest, and small ones are said to be small."""

import numpy as np
import polars as pl
import pytest

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.engine.evaluation.estimates import Scored
from modelyard.engine.evaluation.fairness import measure_fairness
from modelyard.reporting.fairness_views import fairness_sentences, fairness_view

RNG = np.random.default_rng(0)
SEX = np.array(["f"] * 300 + ["m"] * 200 + ["x"] * 5)


def table_of(**columns):
    kinds = {
        name: ColumnKind.NUMERIC if np.array(values).dtype.kind == "f" else ColumnKind.CATEGORY
        for name, values in columns.items()
    }
    return Table(pl.DataFrame(columns), tuple(Column(name, kind) for name, kind in kinds.items()))


def hired(rates):
    """Answer yes for exactly the share of each group's rows, with an alternating truth."""
    n = len(SEX)
    place = np.zeros(n)
    for sex in rates:
        place[sex == SEX] = np.arange((sex == SEX).sum()) / (sex == SEX).sum()
    answer = (place < [rates[sex] for sex in SEX]).astype(int)
    truth = np.arange(n) % 2
    scores = np.where(answer[:, None] == np.arange(2), 0.9, 0.1)
    return Scored(Task.BINARY, ("no", "yes"), truth, scores, scores)


def measured(scored, table=None, column="sex"):
    table = table or table_of(sex=SEX.tolist())
    return measure_fairness(table, column, scored=scored, rng=np.random.default_rng(1))


def test_every_figure_is_that_of_the_groups_rows():
    scored = hired({"f": 0.5, "m": 0.2, "x": 1.0})
    fairness = measured(scored)
    men = next(each for each in fairness.groups if each.name == "m")
    answer, truth = scored.scores.argmax(axis=1)[SEX == "m"], scored.y_true[SEX == "m"]

    assert fairness.reference == "f"
    assert men.n_rows == 200
    assert men.figures["selection rate"].value == pytest.approx(0.2)
    assert men.figures["true positive rate"].value == pytest.approx(answer[truth == 1].mean())
    assert men.figures["false positive rate"].value == pytest.approx(answer[truth == 0].mean())
    assert men.figures["precision"].value == pytest.approx(truth[answer == 1].mean())
    assert men.figures["accuracy"].value == pytest.approx((answer == truth).mean())
    assert men.figures["selection rate"].difference == pytest.approx(-0.3)
    assert men.figures["selection rate"].ratio == pytest.approx(0.4)


def test_the_interval_of_a_share_is_as_wide_as_theory_says():
    men = measured(hired({"f": 0.5, "m": 0.2, "x": 1.0})).groups[1].figures["selection rate"]

    assert men.high - men.low == pytest.approx(2 * 1.96 * np.sqrt(0.2 * 0.8 / 200), rel=0.15)
    assert men.difference_high < 0


def test_a_ratio_below_four_fifths_is_told_with_its_rule():
    told = " ".join(fairness_sentences(measured(hired({"f": 0.5, "m": 0.2, "x": 1.0}))))

    assert "sex = m: selection rate" in told
    assert "a ratio of 0.40" in told
    assert "29 CFR 1607.4 D" in told
    assert "Too few rows to say much of sex: x (5)." in told


def test_groups_that_fare_alike_are_said_to():
    table = table_of(sex=RNG.permutation(["f", "m"] * 250 + ["f"] * 5).tolist())
    scored = hired({"f": 0.5, "m": 0.5, "x": 0.5})

    assert fairness_sentences(measured(scored, table)) == (
        "No figure differs clearly between the groups of sex.",
    )


def test_a_number_is_measured_by_its_quarters_and_its_gaps():
    age = RNG.uniform(18, 80, len(SEX))
    age[:40] = np.nan
    frame = pl.DataFrame({"age": pl.Series(age, nan_to_null=True)})
    table = Table(frame, (Column("age", ColumnKind.NUMERIC),))
    fairness = measured(hired({"f": 0.5, "m": 0.5, "x": 0.5}), table, "age")

    assert len(fairness.groups) == 5
    assert sum(each.n_rows for each in fairness.groups) == len(SEX)
    assert next(each for each in fairness.groups if each.name == "(missing)").n_rows == 40


def test_values_are_measured_by_bias_and_error():
    truth = np.zeros(len(SEX))
    scores = np.where(SEX == "m", 2.0, np.where(np.arange(len(SEX)) % 2, 1.0, -1.0))[:, None]
    fairness = measured(Scored(Task.REGRESSION, (), truth, scores, scores))
    women, men, _ = fairness.groups

    assert women.figures["bias"].value == pytest.approx(0)
    assert women.figures["absolute error"].value == pytest.approx(1)
    assert men.figures["bias"].value == pytest.approx(2)
    assert fairness.selected == ""


def test_the_table_has_a_row_for_each_group():
    view = fairness_view(measured(hired({"f": 0.5, "m": 0.2, "x": 1.0})))

    assert view.headings[:2] == ("sex", "rows")
    assert [row[0][0] for row in view.rows] == ["f", "m", "x (few rows)"]
    assert all(len(row) == len(view.headings) for row in view.rows)


def test_no_interval_of_a_share_leaves_nought_to_one():
    fairness = measured(hired({"f": 0.99, "m": 0.01, "x": 0.8}))
    figures = [each for group in fairness.groups for each in group.figures.values()]
    ends = [end for each in figures for end in (each.low, each.high) if np.isfinite(end)]

    assert len(ends) > 10
    assert min(ends) >= 0
    assert max(ends) <= 1
