"""The page about results: what a training came to, told and drawn, and a threshold to move."""

import random

import pytest

import modelyard
from modelyard.domain.errors import ModelyardError

pytestmark = pytest.mark.extras

NASTY = "<b>=1+1</b> $x$ :red[y]"
RIGHT_TO_LEFT = "עמודה"


def _rows():
    rng = random.Random(0)  # noqa: S311 -- a table, no secret
    rows = []
    for _ in range(400):
        age, pick = rng.gauss(0, 1), rng.choice("abc")
        is_yes = age + (pick == "a") + rng.gauss(0, 1) > 1
        rows.append({RIGHT_TO_LEFT: age, "pick": pick, "bought": NASTY if is_yes else "*no*"})
    return rows


@pytest.fixture
def hostile(project):
    """Train a model of two labels whose names are markup, and return its reference."""
    trained = modelyard.train(
        data=_rows(),
        target="bought",
        algorithm="logistic-regression",
        name="hostile",
        project=project,
        sensitive=["pick"],
    )
    return trained.run.model


def _words(app):
    shown = [*app.markdown, *app.caption, *app.header, *app.subheader, *app.error, *app.info]
    return "\n".join(str(each.value) for each in (*shown, *app.success, *app.warning))


def test_trainings_are_listed_with_what_they_came_to(page):
    (row,) = page("results").dataframe[0].value.to_dict("records")

    assert (row["Model"], row["State"], row["Algorithm"]) == (
        "demo@1",
        "done",
        "logistic-regression",
    )
    assert " to " in row["Value (95 % interval)"]


def test_the_list_is_filtered_and_sorted_by_the_platform(page, project):
    with pytest.raises(ModelyardError):
        modelyard.train(data=_rows(), target="nothing", name="broken", project=project)
    app = page("results")
    assert [row["Model"] for row in app.dataframe[0].value.to_dict("records")] == [
        "broken",
        "demo@1",
    ]
    app.selectbox(key="runs-order").select("Oldest first").run()
    assert app.dataframe[0].value.to_dict("records")[0]["Model"] == "demo@1"
    app.selectbox(key="runs-state").select("failed").run()
    assert [row["State"] for row in app.dataframe[0].value.to_dict("records")] == ["failed"]
    app.text_input(key="runs-name").set_value("never").run()
    assert "No training is like this" in _words(app)


def test_a_training_that_failed_says_why(page, project, client):
    with pytest.raises(ModelyardError):
        modelyard.train(data=_rows(), target="nothing", name="broken", project=project)
    (failed,) = [each for each in client.runs.each() if each.name == "broken"]

    app = page("results", run=failed.id)

    assert "This training made no model" in _words(app)
    assert "There is no column" in _words(app)


def test_a_training_whose_model_was_deleted_keeps_what_was_measured(page, client):
    (run,) = client.runs.each()
    client.models.delete("demo@1")

    app = page("results", run=run.id)

    assert "was deleted" in _words(app)
    assert set(app.dataframe[0].value["Metric"]) == set(run.metrics)


def test_a_model_is_judged_in_words_beside_its_baseline(page, client):
    told = client.models.results("demo@1")

    app = page("results", model="demo@1")

    assert not app.exception
    assert not app.error
    assert "The model beats guessing" in _words(app)
    assert {each.label for each in app.metric} >= {told.metrics[0].title, "Always the same answer"}


@pytest.mark.parametrize(
    ("view", "holds"),
    [
        ("Quality", "Metrics beside the baseline"),
        ("What it looks at", "How the answer moves"),
        ("Where it fails", "Worst single rows"),
        ("How sure it is", "How often the truth was held"),
        ("Data and settings", "How to train it again"),
        ("Downloads", "Package"),
    ],
)
def test_each_view_of_a_model_is_drawn(page, view, holds):
    app = page("results", model="demo@1", view=view)

    assert not app.exception
    assert not app.error
    assert holds in _words(app)


def test_every_chart_of_the_report_is_drawn_with_its_caption_for_who_cannot_see(page, client):
    told = client.models.results("demo@1")
    drawn = {
        each.proto.alt
        for view in ("Quality", "What it looks at", "How sure it is")
        for each in page("results", model="demo@1", view=view).get("plotly_chart")
    }

    wanted = {"quality", "importance", "dependence", "certainty"}
    assert len(drawn) == sum(each.section in wanted for each in told.charts)
    assert all(". " in alt for alt in drawn)


def test_moving_the_threshold_changes_what_would_be_answered(page, hostile, client):
    told = client.models.results(hostile)
    app = page("results", model=hostile, view="Threshold")
    before = [each.value for each in app.metric]

    app.select_slider(key="threshold").set_value(told.trade_offs.thresholds[3]).run()

    assert not app.exception
    assert [each.value for each in app.metric] != before
    assert app.metric[1].value == "100 %"
    assert "threshold: 0.0" in app.code[0].value


def test_costs_of_mistakes_choose_the_threshold_and_say_how_to_keep_it(page, hostile):
    app = page("results", model=hostile, view="Threshold")

    app.segmented_control(key="how-to-decide").select("Say what mistakes cost").run()
    app.number_input(key="cost-of-miss").set_value(25.0).run()

    assert not app.exception
    assert app.code[0].value == ("threshold: costs\ncosts: {false_positive: 1, false_negative: 25}")


@pytest.mark.parametrize("view", ["Overview", "Quality", "Threshold", "Where it fails"])
def test_names_of_labels_and_columns_are_inert_in_every_view(page, hostile, view):
    app = page("results", model=hostile, view=view)

    assert not app.exception
    assert "<b>" not in _words(app)
    assert ":red[y]" not in _words(app)
    for each in app.get("plotly_chart"):
        assert "<b>=" not in each.proto.spec


def test_a_model_that_does_not_exist_is_told_calmly(page):
    app = page("results", model="nobody@7")

    assert not app.exception
    assert "nobody" in app.error[0].value
