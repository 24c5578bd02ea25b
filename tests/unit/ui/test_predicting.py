"""What forms, grids and pictures of predictions are made of, without a browser."""

import ast
import json
import math
import shlex
from datetime import UTC, date, datetime

import pytest

from modelyard.domain.columns import ColumnKind
from modelyard.ui.predicting import pictures
from modelyard.ui.predicting.grids import answers_csv, rows_of
from modelyard.ui.predicting.programs import curl, javascript, python
from modelyard.ui.predicting.rows import (
    as_number,
    bounds_of,
    is_beyond,
    is_moved,
    is_spelled,
    keeps_time,
    range_told,
    whole_of,
    written,
)
from modelyard.wire.models import ColumnAnswer, ModelDetail

pytestmark = pytest.mark.extras

ADDRESS = "http://127.0.0.1:8000/api/v1/ml/models/m@1/predict"


def _column(kind, **changes):
    told = {
        "name": "c",
        "kind": kind,
        "example": None,
        "minimum": None,
        "maximum": None,
        "categories": [],
        "n_missing": 0,
    }
    return ColumnAnswer.model_validate(told | changes)


AGE = _column(ColumnKind.NUMERIC, minimum=18.0, maximum=90.0)
CITY = _column(ColumnKind.CATEGORY, categories=["Rome", "Oslo"])
# 2020-01-01 to 2020-12-31 in microseconds since 1970.
DAY = _column(
    ColumnKind.DATETIME,
    minimum=1577836800e6,
    maximum=1609372800e6,
    example="01/03/2020",
    datetime_format="%d/%m/%Y",
)


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        (AGE, 18.0, False),
        (AGE, 90.1, True),
        (AGE, None, False),
        (CITY, "Oslo", False),
        (CITY, "Bonn", True),
        (DAY, "31/12/2020", False),
        (DAY, "01/01/2021", True),
        (DAY, "not a day", False),
        (_column(ColumnKind.TEXT), "any", False),
        (_column(ColumnKind.CATEGORY, categories=[str(n) for n in range(100)]), "x", False),
    ],
)
def test_a_cell_is_beyond_what_training_saw_or_not(column, cell, told):
    assert is_beyond(column, cell) is told


def test_a_column_that_never_varied_or_is_too_large_for_a_browser_has_no_slider():
    assert is_moved(AGE)
    assert not is_moved(_column(ColumnKind.NUMERIC, minimum=3.0, maximum=3.0))
    assert not is_moved(_column(ColumnKind.INTEGER, minimum=0.0, maximum=2.0**60))
    assert bounds_of(_column(ColumnKind.NUMERIC)) is None


# One more than a browser holds, and one that it would round to another.
LARGE, LONG = 2**53, 1234567890123456789


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"maximum": float(LONG)}, True),
        ({"minimum": -float(LARGE), "maximum": 0.0}, True),
        ({"example": LONG}, True),
        ({"minimum": 0.0, "maximum": LARGE - 1.0, "example": 3}, False),
        ({}, False),
    ],
)
def test_whole_numbers_that_a_browser_would_round_are_typed_as_text(changes, told):
    assert is_spelled(_column(ColumnKind.INTEGER, **changes)) is told


def test_numbers_with_fractions_are_what_a_browser_holds():
    assert not is_spelled(_column(ColumnKind.NUMERIC, maximum=1e300))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        (f" {LONG} ", LONG),
        (str(-LONG), -LONG),
        (str(2**63), str(2**63)),
        ("1.5", "1.5"),
        ("١٢", "١٢"),
        ("  ", None),
    ],
)
def test_a_typed_whole_number_is_exact_and_what_is_none_stays_text(text, cell):
    assert whole_of(text) == cell


def test_days_are_written_and_told_as_in_the_table():
    assert written(DAY, date(2020, 3, 1)) == "01/03/2020"
    assert range_told(DAY) == "01/01/2020 to 31/12/2020"
    assert as_number(DAY, "01/01/2020") == DAY.minimum
    iso = _column(ColumnKind.DATETIME, example="2020-03-01")
    assert written(iso, datetime(2020, 3, 1, 5, tzinfo=UTC)) == "2020-03-01"
    assert written(_column(ColumnKind.DATETIME, example="2020-03-01T05:00:00"), date(2020, 3, 1))


@pytest.mark.parametrize(("zone", "told"), [("", ""), ("+02:00", " UTC")], ids=["none", "two"])
def test_a_range_of_times_with_a_zone_says_in_which_zone_it_is_told(zone, told):
    example = f"2020-01-01T05:00:00{zone}"
    column = _column(
        ColumnKind.DATETIME, example=example, minimum=DAY.minimum, maximum=DAY.minimum + 3.6e9
    )
    assert range_told(column) == f"2020-01-01T00:00:00 to 2020-01-01T01:00:00{told}"


@pytest.mark.parametrize(
    ("form", "cell", "told"),
    [
        (None, "2024-05-01T10:00:00", True),
        (None, "2024-05-01 10:00:30", True),
        (None, "2024-05-01T10:00:00+02:00", False),
        ("%m/%d/%Y %H:%M:%S %z", "05/01/2024 10:00:00 +0200", False),
        ("%d.%m.%Y", "01.05.2024", True),
        (None, "soon", True),
    ],
)
def test_times_whose_zone_a_field_would_leave_out_are_known(form, cell, told):
    column = _column(ColumnKind.DATETIME, example=cell, datetime_format=form)
    assert keeps_time(column, cell) is told


def test_probabilities_stand_sorted_and_many_are_summed_up():
    chances = {f"l{n}": (n + 1) / 210 for n in range(20)}
    (bars,) = pictures.probabilities(chances, threshold=None)["data"]
    assert bars["x"][:2] == [20 / 210, 19 / 210]
    assert len(bars["x"]) == 13
    assert math.isclose(sum(bars["x"]), 1.0)


def test_the_threshold_is_marked_at_the_label_that_needs_it():
    layout = pictures.probabilities({"no": 0.3, "yes": 0.7}, threshold=0.6)["layout"]
    (mark,) = layout["shapes"]
    # The second label has the higher probability and stands first.
    assert (mark["x0"], mark["y0"], mark["y1"]) == (0.6, -0.5, 0.5)
    assert "shapes" not in pictures.probabilities({"no": 1.0, "yes": 0.0}, threshold=None)["layout"]


def test_names_in_pictures_are_inert():
    figure = pictures.reasons(["<b>x</b> = %{y}"], [1.0])
    assert figure["layout"]["yaxis"]["ticktext"] == ["&lt;b&gt;x&lt;/b&gt; = %&#123;y}"]


def test_a_curve_leaves_a_gap_where_a_row_has_no_answer():
    figure = pictures.curve([1, 2, 3], {"y": [0.1, None, 0.3]}, today=2)
    assert figure["data"][0]["y"] == [0.1, None, 0.3]
    assert figure["layout"]["shapes"][0]["x0"] == 2


def _detail(*columns):
    told = {
        "id": "m@1", "name": "m", "version": 1, "aliases": [], "task": "binary",
        "algorithm": "a", "metric": "auc", "metrics": {}, "tags": {}, "run_id": None,
        "data_sha256": "", "sha256": "", "size_bytes": 1, "created_at": "2026-01-01T00:00:00Z",
        "target": "y", "labels": ["no", "yes"], "columns": list(columns), "parameters": {},
        "threshold": 0.5, "n_rows": 10, "versions": {}, "deployments": [],
    }  # fmt: skip
    return ModelDetail.model_validate(told)


def test_rows_of_a_grid_are_typed_and_empty_ones_are_left_out():
    number = AGE.model_copy(update={"name": "age"})
    whole = _column(ColumnKind.INTEGER, name="rooms")
    city, day = CITY.model_copy(update={"name": "city"}), DAY.model_copy(update={"name": "day"})
    truth = _column(ColumnKind.BOOLEAN, name="paid")
    edited = {
        "age": [41, math.nan, None],
        "rooms": [3.0, None, math.nan],
        "city": [" Rome ", "", None],
        "day": [date(2020, 3, 1), None, None],
        "paid": [True, None, None],
    }
    assert rows_of(_detail(number, whole, city, day, truth), edited) == [
        {"age": 41.0, "rooms": 3, "city": "Rome", "day": "01/03/2020", "paid": True}
    ]


def test_whole_numbers_of_19_digits_go_through_a_grid_unaltered():
    account = _column(ColumnKind.INTEGER, name="account", example=LONG)
    edited = {"account": [str(LONG), "12a", "", None]}
    assert rows_of(_detail(account), edited) == [{"account": LONG}, {"account": "12a"}]
    assert str(LONG) in answers_csv({"account": [LONG]})


def test_formulae_in_a_file_of_answers_run_nowhere():
    told = answers_csv({"=name": ["=1+1", "@x", "plain"], "value": [-1.5, 2.0, None]})
    assert told == "'=name,value\n'=1+1,-1.5\n'@x,2.0\nplain,\n"


ROW = {"it's": 'a "b" $x `c`', "n": 1.5, "t": True, "gone": None, "ü": "é"}


def test_the_line_for_a_shell_holds_the_very_row():
    words = shlex.split(curl(ADDRESS, ROW, has_key=True).replace("\\\n", ""))
    assert words[1] == ADDRESS
    assert "Authorization: Bearer YOUR_KEY" in words
    assert json.loads(words[-1]) == {"row": ROW}
    assert "Authorization" not in curl(ADDRESS, ROW, has_key=False)


def test_the_lines_for_python_compile_and_hold_the_very_row():
    text = python(ADDRESS, ROW, has_key=False)
    compile(text, "lines", "exec")
    line = next(line for line in text.splitlines() if line.startswith("row = "))
    assert ast.literal_eval(line.removeprefix("row = ")) == ROW


def test_the_lines_for_javascript_hold_the_very_row():
    text = javascript(ADDRESS, ROW, has_key=True)
    first = text.splitlines()[0].removeprefix("const row = ").removesuffix(";")
    assert json.loads(first) == ROW


def test_the_lines_for_javascript_hold_whole_numbers_that_it_would_round_as_text():
    text = javascript(ADDRESS, {"account": LONG, "n": 3}, has_key=False)
    assert json.loads(text.splitlines()[0].removeprefix("const row = ").removesuffix(";")) == {
        "account": str(LONG),
        "n": 3,
    }
