"""The page that watches deployments: traffic, the process, single predictions and their truths."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from answering import answering
from rows_chosen import with_row_chosen

from modelyard.domain.identities import LOCAL_CALLER
from modelyard.domain.logged_predictions import LoggedPrediction, SegmentPlace
from modelyard.store.predictions import Predictions
from modelyard.wire.predictions import PredictRequest

pytestmark = pytest.mark.extras


def _words(app):
    shown = [*app.markdown, *app.caption, *app.error, *app.info, *app.warning]
    return "\n".join(str(each.value) for each in shown)


def _metrics(app):
    return {each.label: each.value for each in app.metric}


def _figures(app):
    specs = [each.proto.spec or each.proto.figure.spec for each in app.get("plotly_chart")]
    return [json.loads(spec) for spec in specs]


def _prediction(number, at):
    return LoggedPrediction(
        id=f"p-{number}",
        deployment="demo",
        model="demo@1",
        package_sha256="ab",
        at=at,
        subject="local",
        request_id="r",
        features={"<b>x</b>": "=1+1"},
        prediction="setosa",
        confidence=0.75,
        probabilities={"setosa": 0.75, "virginica": 0.25},
        request_ms=None if number % 2 else 2.0,
    )


@pytest.fixture
def watched(project):
    """Remember 30 predictions of the demo, one a minute, two rows each; a truth of every third."""
    project.deployments.deploy(LOCAL_CALLER, project.models.get("demo@1"))
    now = datetime.now(UTC)
    many = [_prediction(each, now - timedelta(minutes=each // 2 + 1)) for each in range(60)]
    store = Predictions(project.records)
    store.load(many, before=SegmentPlace("s", 0), after=SegmentPlace("s", 9))
    truths = {f"p-{n}": "virginica" if n % 2 else "setosa" for n in range(0, 60, 3)}
    store.set_truths(truths, at=now)
    return project


def test_where_nothing_is_deployed_the_page_says_what_would_be_here(page):
    app = page("monitor")
    assert not app.exception
    assert "Nothing is deployed yet" in _words(app)


def test_traffic_is_counted_and_drawn(page, watched):
    app = page("monitor", deployment="demo", range="Hour")
    assert not app.exception
    told = _metrics(app)
    assert (told["Requests"], told["Rows"], told["Right"]) == ("30", "60", "50.0 %")
    assert len(_figures(app)) == 4
    amount = _figures(app)[0]["data"][0]
    assert sum(amount["y"]) == 30


def test_a_time_without_requests_says_so(page, project):
    project.deployments.deploy(LOCAL_CALLER, project.models.get("demo@1"))
    app = page("monitor", deployment="demo")
    assert not app.exception
    assert "Nothing was asked in this time" in _words(app)
    assert _metrics(app)["Requests"] == "0"


def test_a_prediction_is_found_by_its_id_and_given_its_truth(page, watched):
    app = page("monitor", deployment="demo")
    next(each for each in app.text_input if each.label == "Find by id").set_value("p-1").run()
    assert not app.exception
    assert any("setosa" in each.value for each in app.markdown)
    truth = next(each for each in app.selectbox if "in truth" in each.label)
    truth.select("virginica")
    next(each for each in app.button if each.label == "Attach the truth").click().run()
    assert Predictions(watched.records).get("p-1").truth == "virginica"


def test_the_truth_is_of_the_prediction_that_was_chosen_though_newer_ones_came(page, watched):
    app = page("monitor", deployment="demo")
    id_ = app.dataframe[0].value["Id"][1]
    app = with_row_chosen(app, 1)
    store = Predictions(watched.records)
    newer = _prediction(60, datetime.now(UTC))
    store.load([newer], before=SegmentPlace("s", 9), after=SegmentPlace("s", 10))
    app.run()
    assert app.dataframe[0].value["Id"][0] == newer.id
    next(each for each in app.selectbox if "in truth" in each.label).select("versicolor")
    next(each for each in app.button if each.label == "Attach the truth").click().run()
    assert store.get(id_).truth == "versicolor"
    assert app.dataframe[0].value["Truth"][1:3].to_list().count("versicolor") == 1


def test_a_prediction_that_is_let_go_of_is_not_shown_any_more(page, watched):
    chosen = with_row_chosen(page("monitor", deployment="demo"), 1)
    assert any("in truth" in each.label for each in chosen.selectbox)
    assert not any("in truth" in each.label for each in with_row_chosen(chosen, None).selectbox)


def test_an_id_that_is_not_there_is_told_calmly(page, watched):
    app = page("monitor", deployment="demo")
    next(each for each in app.text_input if each.label == "Find by id").set_value("p-99").run()
    assert not app.exception
    assert "no prediction" in app.error[0].value


def test_predictions_are_listed_by_their_answer_and_whether_the_truth_is_known(page, watched):
    app = page("monitor", deployment="demo")
    next(each for each in app.selectbox if each.label == "Truth").select("known").run()
    (table,) = [each.value for each in app.dataframe]
    assert len(table) == 20
    assert set(table["Truth"]) == {"setosa", "virginica"}
    next(each for each in app.text_input if each.label == "Answered").set_value("none").run()
    assert not app.dataframe


def test_a_process_that_answers_tells_what_it_uses(page, project, client):
    with answering(project, "demo@1"):
        row = dict.fromkeys(("sepal_length", "sepal_width", "petal_length", "petal_width"), 1.0)
        client.predictions.ask("demo@1", PredictRequest(row=row))
        words = _words(page("monitor", deployment="demo"))
    assert "of memory" in words
    assert "1 request since its start: 0 % failed, 0 % refused" in words
