"""The report is one inert page that says plainly how good the model is."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.domain.evaluations import FoldScore, Importance
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.manifests import Parity
from modelyard.domain.profiles import ColumnProfile, TableProfile
from modelyard.domain.tables import SourceFacts
from modelyard.domain.tasks import Task
from modelyard.engine.evaluation.estimates import Scored, draw_charts, evaluate, metric_for
from modelyard.protocols.charts import ChartInput
from modelyard.reporting.pages import render_report
from modelyard.reporting.subjects import ReportSubject

CATALOG = Catalog()
NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
# Every element that the page may hold; anything else came out of the data.
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "footer", "section"),
    *(
        "article",
        "div",
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "bdi",
        "span",
        "small",
        "dl",
        "dt",
        "dd",
        "ul",
    ),
    *("li", "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "code", "pre"),
    *("a", "nav", "ol", "svg", "g", "line", "text", "rect", "circle", "polyline"),
}


class Page(HTMLParser):
    """Collects elements, attributes and text of a page."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.attributes, self.said, self.links = [], [], [], []
        self.is_style = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes.extend(name for name, _ in attrs)
        self.links.extend(value for name, value in attrs if name == "href")
        self.is_style = tag == "style"

    def handle_endtag(self, tag):
        self.is_style = self.is_style and tag != "style"

    def handle_data(self, data):
        if not self.is_style:
            self.said.append(data)

    @property
    def text(self):
        return " ".join("".join(self.said).split())


@cache
def scored_rows(task, n_classes):
    rng = np.random.default_rng(0)
    n = 60
    if task is Task.REGRESSION:
        truth = rng.normal(size=n)
        scores = (truth + rng.normal(size=n) / 3)[:, None]
        return Scored(task, (), truth, scores, np.zeros((n, 1)))
    truth = np.arange(n) % n_classes
    scores = rng.dirichlet(np.ones(n_classes), size=n) + np.eye(n_classes)[truth]
    scores /= scores.sum(axis=1, keepdims=True)
    return Scored(task, tuple(range(n_classes)), truth, scores, np.full_like(scores, 1 / n_classes))


@cache
def measured(task, n_classes):
    metric = metric_for(CATALOG.metrics(), task)
    scored = scored_rows(task, n_classes)
    rng = np.random.default_rng(0)
    return evaluate(scored, metrics=CATALOG.metrics(), metric=metric, rng=rng)


def evaluation_of(task=Task.BINARY, labels=("no", "yes"), importance=()):
    scored = scored_rows(task, len(labels))
    subject = ChartInput(task, "target", scored.y_true, scored.scores, labels, importance)
    charts = draw_charts(CATALOG.charts(), subject)
    evaluation = measured(task, len(labels))
    return replace(evaluation, labels=labels, importance=importance, charts=charts)


def full_subject(name="price", value="ok"):
    """Return a subject whose every text comes from `name` and `value`."""
    column = ColumnProfile(
        name, ColumnKind.CATEGORY, value, n_missing=40, n_unique=9, top_values=((value, 20),)
    )
    number = ColumnProfile(
        "age",
        ColumnKind.NUMERIC,
        "numbers",
        n_missing=0,
        n_unique=50,
        minimum=1.0,
        maximum=80.0,
        mean=30.5,
        histogram_edges=(1.0, 40.0, 80.0),
        histogram_counts=(40, 20),
    )
    finding = Finding(
        "x", Severity.ERROR, value, (name,), (1, 2), (value,), fix=value, drops=(name,)
    )
    return ReportSubject(
        title=name,
        target=name,
        algorithm="LightGBM",
        created_at=NOW,
        evaluation=replace(
            evaluation_of(labels=(name, value + " "), importance=(Importance(name, 0.2, 0.1),)),
            folds=(FoldScore(1, 30, 0.9), FoldScore(2, 30, 0.8)),
        ),
        n_rows=300,
        findings=(finding,),
        profile=TableProfile(60, 3, (column, number)),
        source=SourceFacts(
            "csv",
            f"{name}.csv",
            "ab" * 32,
            1234,
            "utf-8",
            ";",
            missing_tokens=(value,),
            notes=(value,),
        ),
        split=value,
        parameters={"depth": 3},
        config={name: value},
        parity=Parity(60, 60, 0, 1, 1e-9),
        command=f"modelyard train {name}",
        python=f"import modelyard\nmodelyard.train({name!r})",
        versions={"numpy": "2.4"},
    )


@pytest.fixture(scope="module")
def page():
    return Page(render_report(full_subject()))


@pytest.mark.parametrize(
    "said",
    [
        "The model beats guessing.",
        "95 % interval",
        "on 60 rows that it never saw",
        "What the model looks at",
        "ROC-AUC over 2 folds: 0.85 on average",
        "Left out of training: price",
        "For example: ok",
        "Rows: 1, 2",
        "1.23 kB",
        "semicolon",
        "1 to 80, mean 30.5",
        "66.7 %",
        "60 rows, 2 columns, 3 rows that repeat an earlier one.",
        "no label differs (1 exact ties aside)",
        "modelyard train price",
        "import modelyard",
        "4 Mar 2026, 05:06 UTC",
        "numpy",
    ],
)
def test_the_page_says(page, said):
    assert said in page.text


def test_the_page_holds_no_script_and_loads_nothing(page):
    assert set(page.elements) <= ALLOWED
    assert not {"src", "srcset", "action", "data"} & set(page.attributes)
    assert {link[0] for link in page.links} == {"#"}
    assert not [name for name in page.attributes if name.startswith("on")]


def test_every_link_leads_to_a_section_of_the_page():
    html = render_report(full_subject())
    links = Page(html).links
    assert len(links) > 5
    assert all(f'id="{link[1:]}"' in html for link in links)


def test_a_reader_is_told_what_to_do_first_and_what_was_accepted():
    text = Page(render_report(full_subject())).text
    assert "It answers 'price', one of two labels, from up to 1 column with LightGBM." in text
    assert "Make sure of what was accepted: x." in text


def test_the_style_loads_nothing():
    html = render_report(full_subject())

    assert "url(" not in html
    assert "@import" not in html


def test_the_policy_of_the_page_forbids_everything_but_its_own_style():
    html = render_report(full_subject())

    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:\"" in html


def test_the_same_subject_gives_the_same_page():
    assert render_report(full_subject()) == render_report(full_subject())


@pytest.mark.parametrize(
    "evil",
    [
        "<img src=x onerror=alert(1)>",
        "</style><script>alert(1)</script>",
        "' onmouseover='alert(1)",
        '" onmouseover="alert(1)',
        "{{ 7 * 7 }}{% raw %}",
        "]]></svg><script>1</script>",
        "<!-- ",
        "'; DROP TABLE models; --",
    ],
)
def test_markup_in_data_is_text(evil):
    page = Page(render_report(full_subject(evil, evil)))

    assert set(page.elements) <= ALLOWED
    assert not [name for name in page.attributes if name.startswith("on")]
    assert " ".join(evil.split()) in page.text


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_leaves_the_page_whole(name, value):
    html = render_report(full_subject(name, value))
    page = Page(html)

    html.encode("utf-8")
    assert set(page.elements) <= ALLOWED
    assert page.elements.count("section") == 11
    for drawing in html.split("<svg")[1:]:
        ET.fromstring("<svg" + drawing.split("</svg>")[0] + "</svg>")  # noqa: S314 -- our own


def test_characters_that_turn_the_direction_do_not_reach_the_page():
    html = render_report(full_subject("abc\u202ecba", "x\u2066y"))

    assert "\u202e" not in html
    assert "\u2066" not in html


def test_a_file_name_that_is_no_text_can_still_be_written():
    subject = full_subject()
    source = replace(subject.source, location="caf\udce9.csv")

    render_report(replace(subject, source=source)).encode("utf-8")


def test_ten_thousand_columns_are_counted_rather_than_shown():
    subject = full_subject()
    columns = tuple(replace(subject.profile.columns[1], name=f"c{at}") for at in range(10_000))
    target = replace(columns[0], name="price")
    profile = replace(subject.profile, columns=(*columns, target))
    page = Page(render_report(replace(subject, profile=profile)))

    assert "Shown are the first 300 columns and the target." in page.text
    assert "price target" in page.text
    assert page.elements.count("tr") < 400


def test_many_columns_of_one_finding_are_counted():
    names = tuple(f"c{at}" for at in range(25))
    finding = Finding("many", Severity.INFO, "many", names, drops=names)
    page = Page(render_report(replace(full_subject(), findings=(finding,))))

    assert page.text.count("and 5 more") == 2


def test_findings_come_the_most_severe_first():
    severities = (Severity.INFO, Severity.ERROR, Severity.WARNING)
    findings = tuple(
        Finding(code, severity, f"finding {severity}")
        for code, severity in zip("abc", severities, strict=True)
    )
    text = Page(render_report(replace(full_subject(), findings=findings))).text
    places = [text.index(f"finding {word}") for word in ("error", "warning", "info")]

    assert places == sorted(places)


def test_what_is_not_known_is_left_out():
    bare = ReportSubject("m", "t", "Dummy", NOW, evaluation_of(Task.REGRESSION, ()))
    page = Page(render_report(bare))

    assert "The checks found nothing to report." in page.text
    for heading in ("The data", "Cross-validation", "How to make it again", "What is served"):
        assert heading not in page.text


def test_more_than_two_classes_have_curves_with_a_legend():
    evaluation = evaluation_of(Task.MULTICLASS, ("ant", "bee", "cow"))
    html = render_report(ReportSubject("m", "t", "Dummy", NOW, evaluation))
    legends = html.split('<ul class="legend">')[1:]

    assert legends
    assert {each.split("</ul>")[0].count('<span class="key c') for each in legends} == {3}


def test_a_class_that_is_a_number_or_a_boolean_can_be_shown():
    for labels in ((0, 1), (False, True)):
        subject = ReportSubject("m", "t", "Dummy", NOW, evaluation_of(labels=labels))
        assert f"{labels[1]} at 50 % or more" in Page(render_report(subject)).text
