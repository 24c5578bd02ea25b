"""Charts become well-formed SVG in which everything has its place."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.reporting.axes import Axis
from modelyard.reporting.glyphs import draw_histogram, draw_interval
from modelyard.reporting.plots import HEIGHT, WIDTH, draw_chart, legend
from modelyard.reporting.svg import element

NUMBERS = st.floats(-1e308, 1e308) | st.sampled_from([0.0, 1e-320, -1e-320, 1.7e308])


def chart(kind, *series, categories=()):
    return ChartSpec("c", "Title", kind, "across", "up", series, "Caption.", categories)


def parsed(svg):
    return ET.fromstring(svg)  # noqa: S314 -- drawn by ourselves, a line above


def texts(svg):
    return [each.text for each in parsed(svg).iter("text")]


@given(st.lists(NUMBERS, min_size=1, max_size=5))
def test_an_axis_holds_every_value_between_its_ends(values):
    axis = Axis.over(values, start=10.0, end=110.0)

    assert 2 <= len(axis.ticks) <= 10
    assert axis.low < axis.high
    for value in values:
        assert 9.9 <= axis.at(max(-1e300, min(1e300, value))) <= 110.1


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_the_ticks_of_an_axis_can_be_told_apart(low, span):
    axis = Axis.over([low, low + span], start=0.0, end=1.0)
    labels = [axis.label(tick) for tick in axis.ticks]

    assert len(set(labels)) == len(labels)


def test_ticks_stand_at_round_numbers():
    axis = Axis.over([0.3, 9.7], start=0.0, end=1.0)

    assert axis.ticks == (0, 2, 4, 6, 8, 10)


def test_no_values_make_an_axis_all_the_same():
    assert Axis.over([float("nan")], start=0.0, end=1.0).ticks[0] == 0


def test_a_line_runs_from_the_lower_left_to_the_upper_right():
    svg = draw_chart(chart(ChartKind.LINES, Series("a", (0.0, 1.0), (0.0, 1.0))))
    line = next(parsed(svg).iter("polyline")).get("points").split()
    (x0, y0), (x1, y1) = (map(float, point.split(",")) for point in line)

    assert x0 < x1 <= WIDTH
    assert HEIGHT >= y0 > y1


def test_a_guide_takes_no_colour_and_no_place_in_the_legend():
    series = [Series(name, (0.0, 1.0), (0.0, 1.0)) for name in "ab"]
    guide = Series("g", (0.0, 1.0), (0.0, 1.0), is_reference=True)
    spec = chart(ChartKind.LINES, guide, *series)

    classes = [each.get("class") for each in parsed(draw_chart(spec)).iter("polyline")]

    assert classes == ["line guide", "line c0", "line c1"]
    assert legend(spec) == (("a", "c0"), ("b", "c1"))


def test_one_series_needs_no_legend():
    assert legend(chart(ChartKind.LINES, Series("a", (0.0,), (0.0,)))) == ()


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=10))
def test_every_point_is_drawn_inside_the_picture(points):
    x, y = zip(*points, strict=True)
    svg = parsed(draw_chart(chart(ChartKind.POINTS, Series("rows", x, y))))
    dots = list(svg.iter("circle"))

    assert len(dots) == len(points)
    assert all(0 <= float(dot.get("cx")) <= WIDTH for dot in dots)
    assert all(0 <= float(dot.get("cy")) <= HEIGHT for dot in dots)


def test_labels_that_would_overlap_are_thinned():
    wide = draw_chart(chart(ChartKind.POINTS, Series("r", (1.0, 1.000000005), (0.0, 1.0))))
    narrow = draw_chart(chart(ChartKind.POINTS, Series("r", (0.0, 5.0), (0.0, 1.0))))

    assert len(texts(wide)) < len(texts(narrow))


def bars(*values, spread=0.0):
    low = tuple(value - spread for value in values)
    high = tuple(value + spread for value in values)
    places = tuple(float(at) for at in range(len(values)))
    names = tuple(f"column {at}" for at in range(len(values)))
    series = Series("loss", places, tuple(map(float, values)), low, high)
    return chart(ChartKind.BARS, series, categories=names)


def test_bars_are_as_long_as_their_values():
    svg = parsed(draw_chart(bars(4, 2, 0)))
    widths = [float(bar.get("width")) for bar in svg.iter("rect")]

    assert widths[0] == pytest.approx(2 * widths[1], abs=0.05)
    assert widths[2] == 0


def test_a_negative_bar_ends_where_a_positive_one_begins():
    below, above = parsed(draw_chart(bars(-1, 1, spread=0.5))).iter("rect")

    end = float(below.get("x")) + float(below.get("width"))
    assert end == pytest.approx(float(above.get("x")), abs=0.05)


def test_bars_of_nothing_are_drawn():
    assert "column 0" in texts(draw_chart(bars(0, 0)))


def test_a_long_name_is_cut_and_kept_in_full_for_the_pointer():
    name = "a name that is far too long to stand beside a bar"
    series = Series("loss", (0.0,), (1.0,))
    svg = draw_chart(chart(ChartKind.BARS, series, categories=(name,)))

    assert any(said.endswith("…") for said in texts(svg))
    assert any(name in each.text for each in parsed(svg).iter("title"))


def matrix(n, value=1.0):
    names = tuple(f"class {at}" for at in range(n))
    places = tuple(float(at) for at in range(n))
    rows = [Series(name, places, (value,) * n) for name in names]
    return chart(ChartKind.MATRIX, *rows, categories=names)


@pytest.mark.parametrize("n", [1, 2, 12])
def test_the_cells_of_a_small_matrix_hold_their_numbers(n):
    svg = draw_chart(matrix(n, 7.0))

    assert texts(svg).count("7") == n * n


def test_the_cells_of_a_large_matrix_tell_their_numbers_to_the_pointer_alone():
    svg = draw_chart(matrix(30, 7.0))

    assert "7" not in texts(svg)
    assert sum("7" in each.text for each in parsed(svg).iter("title")) >= 900


def test_a_matrix_row_without_rows_is_pale():
    cells = list(parsed(draw_chart(matrix(2, 0.0))).iter("rect"))

    assert {cell.get("fill-opacity") for cell in cells} == {"0.05"}


@pytest.mark.parametrize("n", [1, 2, 30])
def test_a_matrix_stays_within_its_width(n):
    for cell in parsed(draw_chart(matrix(n))).iter("rect"):
        assert float(cell.get("x")) + float(cell.get("width")) <= WIDTH


def test_a_chart_tells_screen_readers_its_caption():
    svg = parsed(draw_chart(bars(1)))

    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "Title. Caption."


def test_the_highest_bin_fills_the_glyph_and_a_lone_row_is_seen():
    heights = [float(r.get("height")) for r in parsed(draw_histogram((1000, 1, 0))).iter("rect")]

    assert heights == [24, 1, 0]


@pytest.mark.parametrize("counts", [(), (0, 0)])
def test_no_counts_are_no_glyph(counts):
    assert draw_histogram(counts) == ""


def test_an_interval_lies_around_its_value_apart_from_the_baseline():
    svg = parsed(draw_interval(0.7, 0.8, high=0.9, baseline=0.5))
    places = {each.get("class"): float(each.get("x1")) for each in svg.iter("line")}
    dot = float(next(svg.iter("circle")).get("cx"))

    assert places["mark"] < places["range"] < dot


def test_an_interval_draws_only_what_is_known():
    nan = float("nan")

    assert draw_interval(nan, nan, high=nan, baseline=0.5) == ""
    assert "range" not in draw_interval(nan, 0.5, high=nan, baseline=nan)
    assert "mark" not in draw_interval(nan, 0.5, high=nan, baseline=nan)


def test_what_stands_in_an_attribute_is_escaped():
    assert element("a", x='"<>&') == '<a x="&quot;&lt;&gt;&amp;"/>'
