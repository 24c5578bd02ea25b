"""A report can be read by everybody: outlined, described, inert, and with enough contrast."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.evaluations import Coverage, Evaluation, Importance
from modelyard.domain.fairness import Fairness, Group, GroupFigure
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.learning import LearningCurve, LearningPoint
from modelyard.domain.tasks import Task
from modelyard.domain.weaknesses import Slice, Weaknesses, WorstRow
from modelyard.engine.evaluation.estimates import Scored, draw_charts, evaluate, metric_for
from modelyard.protocols.charts import ChartInput
from modelyard.reporting.cost_views import cost_sentence
from modelyard.reporting.every_chart import every_chart
from modelyard.reporting.pages import render_report
from modelyard.reporting.plots import draw_chart
from modelyard.reporting.subjects import ReportSubject

CATALOG = Catalog()
VOID = {"meta", "br", "hr", "img", "input", "link"}
FIGURE = GroupFigure(0.5, 0.4, 0.6, -0.3, -0.35, -0.25, 0.6, 0.5, 0.7)


class Outline(HTMLParser):
    """Collects headings, ids, links, pictures and elements that were not closed in order."""

    def __init__(self, html):
        super().__init__()
        self.levels, self.ids, self.addresses, self.pictures = [], [], [], []
        self.open, self.cells = [], 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "svg":
            self.pictures.append(told)
        if tag == "th" and "scope" not in told:
            self.cells += 1
        self.ids += [told["id"]] if "id" in told else []
        self.addresses += [told[name] for name in ("href", "src", "action") if name in told]

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert tag in VOID or self.open.pop() == tag


def measured(task, labels):
    rng = np.random.default_rng(0)
    n = 80
    truth = rng.normal(size=n) if not labels else np.arange(n) % len(labels)
    scores = (truth + rng.normal(size=n) / 3)[:, None]
    if labels:
        scores = rng.dirichlet(np.ones(len(labels)), size=n) + np.eye(len(labels))[truth]
        scores /= scores.sum(axis=1, keepdims=True)
    guess = np.full_like(scores, 1 / scores.shape[1])
    scored = Scored(task, labels, truth, scores, guess)
    metric = metric_for(CATALOG.metrics(), task)
    coverage = (Coverage(0.8, 0.81, 1.2), Coverage(0.9, 0.9, 1.4))
    importance = (Importance("age", 0.2, 0.1),)
    seen = ChartInput(
        task, "t", truth, scores, labels, importance, coverage=coverage, uncalibrated=scores
    )
    evaluation = evaluate(scored, metrics=CATALOG.metrics(), metric=metric, rng=rng)
    return replace(evaluation, charts=draw_charts(CATALOG.charts(), seen), coverage=coverage)


def subject_of(task=Task.BINARY, labels=("no", "yes"), **changes):
    figures = {"selection rate": FIGURE} if labels else {"bias": FIGURE}
    points = (LearningPoint(0.5, 40, 0.7, 0.1), LearningPoint(1.0, 80, 0.8, 0.1))
    groups = tuple(
        Group(name, n_rows, is_small=False, figures=figures)
        for name, n_rows in (("f", 50), ("m", 30))
    )
    evaluation = replace(
        measured(task, labels),
        fairness=(Fairness("sex", "f", "yes", groups),),
        learning=LearningCurve("Accuracy", 3, points, 0.1, 0.05, 0.15),
        weaknesses=Weaknesses(
            "log loss",
            9,
            (Slice(("age > 3",), 20, 0.3, 0.1, 0.3, 0.1, 0.001),),
            (WorstRow(3, "no", "yes", 0.9, 2.0, {"age": "4"}),),
        ),
        costs=((0.0, 1.0), (5.0, 0.0)) if len(labels) == 2 else (),
    )
    at = datetime(2026, 3, 4, tzinfo=UTC)
    warning = Finding("constant", Severity.WARNING, "One value.", ("zip",), fix="Drop it.")
    return ReportSubject("m", "t", "Dummy", at, replace(evaluation, **changes), findings=(warning,))


@pytest.fixture(
    scope="module",
    params=[
        (Task.BINARY, ("no", "yes")),
        (Task.MULTICLASS, ("ant", "bee", "cow")),
        (Task.REGRESSION, ()),
    ],
    ids=str,
)
def html(request):
    return render_report(subject_of(*request.param))


def test_every_element_is_closed_and_every_id_is_there_once(html):
    page = Outline(html)

    assert page.open == []
    assert page.ids
    assert len(page.ids) == len(set(page.ids))


def test_the_outline_begins_with_one_title_and_leaves_no_level_out(html):
    levels = Outline(html).levels

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(next_ <= level + 1 for level, next_ in pairwise(levels))


def test_every_picture_is_told_to_a_screen_reader_or_hidden_from_it(html):
    pictures = Outline(html).pictures

    assert len(pictures) > 5
    for told in pictures:
        is_hidden = told.get("aria-hidden") == "true"
        assert is_hidden or (told["role"] == "img" and told["aria-label"].strip())


def test_every_heading_of_a_table_says_what_it_heads(html):
    assert Outline(html).cells == 0


def test_nothing_leads_out_of_the_page(html):
    page = Outline(html)

    assert page.addresses
    assert all(each.startswith("#") for each in page.addresses)
    assert {each[1:] for each in page.addresses} <= set(page.ids)
    assert not re.search(r"https?://|//\w", html.replace("http://www.w3.org/2000/svg", ""))


def test_the_first_screen_tells_counts_costs_groups_and_what_to_mend():
    first = render_report(subject_of()).split("<nav")[0]

    assert "answers" in first
    assert "are right." in first
    assert "By the costs that were given" in first
    assert "differ clearly between the groups of sex" in first
    assert "Constant in zip: Drop it." in first


def test_the_first_screen_tells_in_the_unit_of_the_target_how_far_answers_are_off():
    first = render_report(subject_of(Task.REGRESSION, ())).split("<nav")[0]

    assert "Half of its answers are off by at most" in first
    assert "90 % of truths" in first


def test_what_is_neither_none_nor_all_is_never_said_to_be():
    counts = ((9_999, 1), (0, 10_000))
    first = render_report(subject_of(confusion=counts)).split("<nav")[0]

    assert "Of 100 answers more than 99 are right." in first
    assert "it finds 100." in first


def test_the_curve_of_learning_and_the_groups_are_drawn_in_the_report_and_for_files():
    subject = subject_of()
    drawn = render_report(subject)
    keys = [spec.key for spec in every_chart(subject.evaluation)]

    assert "Share answered &#39;yes&#39; by sex" in drawn
    assert "Learning curve" in drawn
    assert {"learning-curve", "groups-sex"} <= set(keys)
    assert len(keys) == len(set(keys))


def test_calibration_is_drawn_before_and_after():
    (curve,) = (spec for spec in subject_of().evaluation.charts if spec.key == "calibration-curve")

    names = [series.name for series in curve.series if not series.is_reference]
    assert names == ["model", "before calibration"]


@pytest.mark.parametrize(
    ("confusion", "costs", "said"),
    [
        (((80, 20), (5, 95)), ((0, 1), (5, 0)), "0.225 a row; always answering 'yes' would cost"),
        (((80, 20), (5, 95)), ((0, 1), (5, 0)), "saves 55 %"),
        (((0, 100), (100, 0)), ((0, 1), (5, 0)), "wastes 500 %"),
        (((80, 20), (5, 95)), (), ""),
        ((), ((0, 1), (5, 0)), ""),
    ],
)
def test_costs_stand_beside_those_of_the_best_single_answer(confusion, costs, said):
    told = cost_sentence(
        Evaluation(
            Task.BINARY, 200, "x", (), labels=("no", "yes"), confusion=confusion, costs=costs
        )
    )

    assert said in told
    assert bool(told) == bool(said)


# ------------------------------------------------------------------------------- contrast
STYLE = files("modelyard.reporting").joinpath("report.css").read_text(encoding="utf-8")
SCREENS = {
    "light": STYLE[: STYLE.index("@media")],
    "dark": STYLE[STYLE.index("prefers-color-scheme") :].split("}")[0],
    "print": STYLE[STYLE.index("@media print") :].split("}")[0],
}
# Text on what lies behind it somewhere on the page.
PAIRS = [
    *(("ink", behind) for behind in ("page", "card", "good-soft", "warn-soft", "bad-soft")),
    *(("quiet", behind) for behind in ("page", "card", "good-soft", "warn-soft", "bad-soft")),
    *(("accent", behind) for behind in ("page", "card", "info-soft")),
    *(("good", "card"), ("warn", "card"), ("warn", "warn-soft"), ("bad", "bad-soft")),
]


def colours(screen):
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", SCREENS[screen]))
    return {name: rgb(value) for name, value in found.items()}


def rgb(value):
    digits = value[1:] if len(value) == 7 else "".join(2 * each for each in value[1:])
    return np.array([int(digits[at : at + 2], 16) for at in (0, 2, 4)]) / 255


def contrast(one, other):
    """Ratio by WCAG 2.2, "contrast ratio" and "relative luminance"."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    linear = (
        np.where(each <= 0.04045, each / 12.92, ((each + 0.055) / 1.055) ** 2.4)
        for each in (one, other)
    )
    dark, light = sorted(float(each @ weights) for each in linear)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize(("text", "behind"), PAIRS)
def test_text_stands_out_from_what_lies_behind_it(screen, text, behind):
    palette = colours(screen)

    assert contrast(palette[text], palette[behind]) >= 4.5


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("series", range(6))
def test_a_line_of_a_chart_stands_out_from_the_card(screen, series):
    palette = colours(screen)

    assert contrast(palette[f"c{series}"], palette["card"]) >= 3


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("right", [0, 25, 50, 75, 100])
def test_a_number_in_a_matrix_stands_out_from_its_cell(screen, right):
    palette = colours(screen)
    rows = tuple(Series(name, (0.0, 1.0), (right, 100 - right)) for name in "ab")
    spec = ChartSpec("m", "M", ChartKind.MATRIX, "x", "y", rows, "c", ("a", "b"))
    drawn = draw_chart(spec)

    for opacity in map(float, re.findall(r'fill-opacity="([^"]+)"', drawn)):
        cell = opacity * palette["cell"] + (1 - opacity) * palette["card"]
        assert contrast(palette["ink"], cell) >= 4.5
