"""Any chart specification becomes a figure that Plotly takes, and nothing in it runs."""

import json
import math

import pytest

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.ui.parts.charts import figure
from modelyard.ui.parts.frames import inert
from modelyard.ui.predicting.pictures import choices
from modelyard.ui.theme.colours import SERIES
from modelyard.wire.charts import ChartAnswer

pytestmark = pytest.mark.extras

LINE = Series("yes", (0.0, 0.5, 1.0), (0.0, 0.8, 1.0))
NASTY = '<a href="javascript:alert(1)">%{x} $x$</a>'


def chart(kind, *series, categories=()):
    return ChartSpec("c", "Title", kind, "across", "up", series, "Caption.", categories)


def bars(*values, low=(), high=()):
    names = tuple(f"column {at}" for at in range(len(values)))
    places = tuple(float(at) for at in range(len(values)))
    return chart(ChartKind.BARS, Series("bars", places, values, low, high), categories=names)


def matrix(n):
    names = tuple(f"class {at}" for at in range(n))
    places = tuple(float(at) for at in range(n))
    rows = [Series(name, places, tuple(float(at) for at in range(n))) for name in names]
    return chart(ChartKind.MATRIX, *rows, categories=names)


EVERY = {
    "lines": chart(
        ChartKind.LINES, LINE, Series("guess", (0.0, 1.0), (0.0, 1.0), is_reference=True)
    ),
    "span": chart(ChartKind.LINES, Series("a", (0.0, 1.0), (1.0, 2.0), (0.5, 1.5), (1.5, 2.5))),
    "points": chart(ChartKind.POINTS, LINE),
    "bars": bars(1.0, 2.0, low=(0.5, 1.5), high=(1.5, 2.5)),
    "matrix": matrix(3),
    "no bars": bars(),
    "gaps": chart(ChartKind.LINES, Series("a", (0.0, math.nan), (math.inf, 1.0))),
}


@pytest.mark.parametrize("name", EVERY)
def test_plotly_takes_the_figure_of_every_kind(name):
    from plotly.graph_objects import Figure

    assert Figure(figure(EVERY[name])).data


@pytest.mark.parametrize("name", EVERY)
def test_a_figure_holds_finite_numbers_alone(name):
    json.dumps(figure(EVERY[name]), allow_nan=False)


@pytest.mark.parametrize("kind", [ChartKind.LINES, ChartKind.BARS, ChartKind.MATRIX])
def test_text_from_data_is_neither_markup_nor_template_nor_formula(kind):
    spec = ChartSpec(
        "c", NASTY, kind, NASTY, NASTY, (Series(NASTY, (0.0,), (1.0,)),), NASTY, (NASTY,)
    )

    drawn = json.dumps(figure(spec)).replace("%{x:.4~g}", "").replace("%{customdata}", "")

    assert "<a" not in drawn
    assert "%{x}" not in drawn
    assert "$x$" not in drawn


def test_names_that_run_from_right_to_left_turn_nothing_around_them():
    assert inert("שלום") == "\u2068שלום\u2069"
    assert "\u202e" not in inert("abc\u202ecba")


def test_a_guide_is_quiet_and_takes_no_colour_of_a_series():
    line, guide = figure(EVERY["lines"])["data"]

    assert line["line"]["color"] == SERIES[0]
    assert guide["line"]["dash"] == "dash"
    assert not guide["showlegend"]


def test_a_single_point_is_a_mark_on_the_curve():
    drawn = figure(chart(ChartKind.LINES, LINE, Series("answered", (0.2,), (0.7,))))

    assert [trace["mode"] for trace in drawn["data"]] == ["lines", "markers"]
    assert drawn["layout"]["showlegend"]


def test_whiskers_reach_from_low_to_high():
    (bar,) = figure(EVERY["bars"])["data"]

    assert bar["error_x"]["arrayminus"] == [0.5, 0.5]
    assert bar["error_x"]["array"] == [0.5, 0.5]


def test_cells_of_a_matrix_tell_counts_as_long_as_they_can_be_read():
    assert figure(matrix(3))["data"][1]["text"][:3] == ["0", "1", "2"]
    assert len(figure(matrix(13))["data"]) == 1


def test_bars_that_share_a_name_stand_apart():
    twice = chart(ChartKind.BARS, Series("b", (0.0, 1.0), (1.0, 2.0)), categories=("a", "a"))

    assert figure(twice)["data"][0]["y"] == [0.0, 1.0]


def test_a_chart_crosses_the_wire_unchanged():
    sent = ChartAnswer.model_validate(EVERY["bars"]).model_dump_json()

    assert ChartAnswer.model_validate_json(sent).spec() == EVERY["bars"]


def test_what_is_no_number_crosses_the_wire_as_nothing():
    sent = ChartAnswer.model_validate(EVERY["gaps"]).model_dump_json()
    (series,) = ChartAnswer.model_validate_json(sent).spec().series

    assert math.isnan(series.x[1])
    assert math.isnan(series.y[0])


def test_bars_of_the_platform_and_of_a_page_stand_on_the_same_axis():
    names = ("<b>a</b>", "long " * 20)
    series = Series("bars", (0.0, 1.0), (1.0, 2.0))
    specified = figure(chart(ChartKind.BARS, series, categories=names))["layout"]["yaxis"]

    assert choices(names, (1.0, 2.0), words=("1", "2"))["layout"]["yaxis"] == specified
    assert specified["ticktext"][0] == "&lt;b&gt;a&lt;/b&gt;"
    assert specified["ticktext"][1].endswith("…")
