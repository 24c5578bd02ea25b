"""The page that asks a model: forms and answers, what is tried out, tables, and files."""

import csv
import io
import json
import re

import numpy as np
import pytest
from answering import answering

import modelyard
from modelyard.domain.jobs import JobKind
from modelyard.domain.logged_predictions import PredictionQuery
from modelyard.ui.parts.texts import plain
from modelyard.wire.batches import BatchPredictRequest
from modelyard.wire.jobs import JobListQuery
from modelyard.wire.predictions import PredictRequest
from modelyard.worker.starting import worker_of

pytestmark = pytest.mark.extras

HOSTILE = "<b>n</b> $x$ :red[y]"


def _words(app):
    shown = [*app.markdown, *app.caption, *app.error, *app.info, *app.warning, *app.success]
    return "\n".join(str(each.value) for each in shown)


def _button(app, label):
    return next(each for each in app.button if each.label == label)


def _labelled(widgets, label):
    return next(each for each in widgets if each.label == label)


@pytest.fixture
def demo(project):
    """Let the demo answer."""
    with answering(project, "demo@1"):
        yield project


def _houses(n_rows):
    rng = np.random.default_rng(0)
    yield f"area,rooms,district,built_on,has_garden,{HOSTILE},price\n"
    for _ in range(n_rows):
        area, rooms, garden = round(rng.uniform(30, 200), 1), rng.integers(1, 7), rng.random() < 0.5
        district = rng.choice(["north", "south", "=1+1"])
        year, note = rng.integers(1950, 2020), rng.choice(["a", "b"])
        price = 1000 * area + 5000 * rooms + 20000 * garden
        told = f"{area},{rooms},{district},{year}-05-17,{'yes' if garden else 'no'},{note}"
        yield f"{told},{price:.0f}\n"


@pytest.fixture
def houses(project, tmp_path):
    """Train a model of a number, whose columns are of every kind, and let it answer."""
    path = tmp_path / "houses.csv"
    path.write_text("".join(_houses(200)), encoding="utf-8")
    trained = modelyard.train(
        path, target="price", algorithm="decision-tree", name="houses", project=project
    )
    with answering(project, trained.run.model):
        yield project


def _logged(project):
    project.serving.loader_in("local").load()
    return project.prediction_log.page(PredictionQuery()).items


def test_a_row_is_answered_with_probabilities_and_reasons(page, demo):
    app = page("predict", model="demo@1")
    words = _words(app)
    assert not app.exception
    assert not app.error
    assert "## setosa" in words
    assert "with a probability of" in words
    assert "speaks for setosa" in words
    assert len(app.get("plotly_chart")) == 2


def test_a_reason_tells_a_time_with_the_zone_that_it_was_asked_with(page, project, tmp_path):
    rng = np.random.default_rng(1)
    rows = [
        f"2025-03-{at % 28 + 1:02}T19:30:00+02:00,{rng.random():.2f},{rng.integers(2)}"
        for at in range(120)
    ]
    path = tmp_path / "visits.csv"
    path.write_text("\n".join(["at,n,y", *rows]))
    modelyard.train(
        path, target="y", algorithm="logistic-regression", name="visits", project=project
    )
    with answering(project, "visits@1"):
        app = page("predict", model="visits@1")
    assert not app.error
    drawn = " ".join(each.proto.spec or each.proto.figure.spec for each in app.get("plotly_chart"))
    assert "at = 2025-03-" in drawn
    assert "19:30:00+02:00" in drawn


def test_the_form_has_a_field_for_each_column_filled_with_a_row_of_training(page, houses):
    app = page("predict", model="houses@1")
    assert not app.exception
    detail = houses.registry.files.manifest(houses.models.get("houses@1"))
    typical = {column.name: column.example for column in detail.inputs}
    assert _labelled(app.slider, "area").value == pytest.approx(typical["area"], abs=0.5)
    assert _labelled(app.slider, "rooms").value == typical["rooms"]
    assert _labelled(app.selectbox, "district").value == typical["district"]
    assert str(app.date_input[0].value) == typical["built_on"]
    garden = next(each for each in app.button_group if each.label == "has_garden")
    assert garden.value == (typical["has_garden"] == "yes")
    assert "between **" in _words(app)


def test_names_of_columns_are_inert(page, houses):
    app = page("predict", model="houses@1")
    labels = [each.label for each in app.selectbox]
    assert any("\\<b\\>" in label and "\\$x\\$" in label for label in labels)
    assert not any(label == HOSTILE for label in labels)


def test_a_value_beyond_the_range_of_training_is_asked_with_a_word(page, demo):
    app = page("predict", model="demo@1")
    _labelled(app.number_input, "sepal_length: exactly").set_value(99.5).run()
    assert "Beyond what the model knows" in _words(app)
    assert any("beyond the range that training saw" in each.value for each in app.warning)
    # The slider stays where it can.
    assert _labelled(app.slider, "sepal_length").value == pytest.approx(7.9)


def test_another_answer_follows_the_slider(page, demo):
    app = page("predict", model="demo@1")
    for name in ("petal", "sepal"):
        for side in ("length", "width"):
            label = f"{name}_{side}"
            _labelled(app.slider, label).set_value(_labelled(app.slider, label).max).run()
    assert "## virginica" in _words(app)


def test_an_empty_field_is_a_missing_value(page, houses):
    app = page("predict", model="houses@1")
    _labelled(app.selectbox, "district").set_value(None).run()
    assert not app.exception
    assert "Missing: the model fills in what it learnt" in _words(app)


# Twenty accounts, each of 19 digits: a browser would round every one of them.
ACCOUNTS = [1234567890123456789 + at for at in range(20)]


@pytest.fixture
def accounts(project, tmp_path):
    """Train a model on whole numbers that no double holds, and let it answer."""
    path = tmp_path / "accounts.csv"
    rows = (f"{ACCOUNTS[at * 7 % 20]},{at % 9},{'ab'[at % 9 > 4]}\n" for at in range(200))
    path.write_text("account,visits,kind\n" + "".join(rows), encoding="utf-8")
    trained = modelyard.train(
        path,
        target="kind",
        algorithm="decision-tree",
        name="accounts",
        kinds={"account": "integer"},
        accept=["leakage-single:visits"],
        project=project,
    )
    with answering(project, trained.run.model):
        yield project


def test_a_whole_number_of_19_digits_is_asked_for_digit_by_digit(page, accounts):
    app = page("predict", model="accounts@1")
    field = _labelled(app.text_input, "account")
    assert int(field.value) in ACCOUNTS
    field.set_value(str(ACCOUNTS[-1])).run()
    _button(app, "Write it down").click().run()
    assert not app.exception
    (kept,) = _logged(accounts)
    assert kept.features["account"] == ACCOUNTS[-1]


def test_what_is_no_whole_number_is_said_beside_its_field(page, accounts):
    app = page("predict", model="accounts@1")
    _labelled(app.text_input, "account").set_value("12a").run()
    assert "Write a whole number by its digits" in _words(app)
    assert "12a" in _words(app)


def test_whole_numbers_of_19_digits_are_answered_in_a_grid_unaltered(page, accounts):
    app = page("predict", model="accounts@1", way="grid")
    _button(app, "Predict").click().run()
    assert not app.error
    (kept,) = _logged(accounts)
    assert kept.features["account"] in ACCOUNTS
    assert list(app.dataframe[-1].value["account"]) == [str(kept.features["account"])]


def test_what_is_tried_out_is_not_written_down_until_that_is_asked_for(page, demo):
    app = page("predict", model="demo@1")
    _labelled(app.slider, "sepal_length").set_value(6.0).run()
    assert _logged(demo) == ()
    _button(app, "Write it down").click().run()
    (kept,) = _logged(demo)
    assert kept.features["sepal_length"] == 6.0
    assert kept.request_ms is not None
    told = re.sub(r"[\\\u2060]", "", _words(app))
    assert f"Written down as {kept.id}" in told


def test_a_kept_row_is_shown_beside_the_one_that_is_changed(page, demo):
    app = page("predict", model="demo@1")
    _button(app, "Keep to compare").click().run()
    assert "Both rows are the same" in _words(app)
    _labelled(app.slider, "petal_length").set_value(6.0).run()
    (table,) = [each.value for each in app.dataframe]
    assert list(table["Column"]) == ["petal_length", "species"]
    assert table["Now"][0] == "6.0"


def test_moving_a_column_tells_where_the_answer_turns(page, demo):
    app = page("predict", model="demo@1", way="what-if")
    app.selectbox(key="moved-demo@1").select("sepal_length").run()
    assert not app.exception
    assert re.search(r"It begins as \*\*setosa\*\*; from [\d.\\]+ on it is \*\*", _words(app))
    assert len(app.get("plotly_chart")) == 1
    assert _logged(demo) == ()


@pytest.mark.parametrize("column", ["area", "rooms", "district", "built_on", "has_garden"])
def test_columns_of_every_kind_can_be_moved(page, houses, column):
    app = page("predict", model="houses@1", way="what-if")
    app.selectbox(key="moved-houses@1").select(column).run()
    assert not app.exception
    assert not app.error
    (chart,) = app.get("plotly_chart")
    (trace, *_) = json.loads(chart.proto.spec or chart.proto.figure.spec)["data"]
    assert len(trace["x"]) > 1


def test_a_model_that_does_not_answer_is_deployed_by_one_click(page, client):
    app = page("predict", model="demo@1")
    assert "does not answer yet" in _words(app)
    _button(app, "Deploy it").click().run()
    assert [each.model for each in client.deployments.list().items] == ["demo@1"]
    assert "Its server starts" in _words(app)


def test_a_deployment_in_the_address_leads_to_its_model(page, demo):
    app = page("predict", deployment="demo")
    assert app.selectbox(key="predict-model").value == "demo@1"


def test_a_model_that_is_not_there_is_told_calmly(page):
    app = page("predict", model="nobody@1")
    assert not app.exception
    assert "no model" in app.error[0].value


def test_rows_by_hand_are_answered_and_written_down(page, demo):
    app = page("predict", model="demo@1", way="grid")
    assert not app.exception
    _button(app, "Predict").click().run()
    assert not app.error
    answers = app.dataframe[-1].value
    assert list(answers["predicted species"]) == ["setosa"]
    assert len(_logged(demo)) == 1


@pytest.fixture
def batch(project, client):
    """Return a function that predicts for a table by a job, and returns the job's id."""

    def predict(content, tmp_path, **changes):
        path = tmp_path / "later.csv"
        path.write_bytes(content)
        client.datasets.upload(path, name="later")
        asked = {"model": "demo@1", "dataset": "later", "probabilities": True, "spreadsheet": True}
        job = client.batches.ask(BatchPredictRequest.model_validate(asked | changes))
        worker_of(project, n_places=1).work(is_ending=lambda: False, until_idle=True)
        return job.id

    return predict


def test_a_file_is_answered_with_its_bad_rows_and_a_glance_at_the_answers(page, batch, tmp_path):
    header = b"sepal_length,sepal_width,petal_length,petal_width\n"
    job = batch(header + b"5.1,3.5,1.4,0.2\nwide,3.5,1.4,0.2\n6.3,3.3,6.0,2.5\n", tmp_path)
    app = page("predict", job=job)
    assert not app.exception
    words = _words(app)
    assert "2 rows answered" in words
    assert "1 row could not be answered" in words
    failed, glance = (each.value for each in app.dataframe)
    assert (list(failed["Row"]), list(failed["Column"])) == ([2], ["sepal_length"])
    assert next(iter(glance.iloc[:, 0])) == "setosa"
    links = [each.proto.url for each in app.get("link_button")]
    assert links == [f"/download/batch-predict/{job}/answers"]


def test_answers_in_parquet_are_offered_as_such_and_not_read_as_text(page, batch, tmp_path):
    pytest.importorskip("pyarrow")
    content = b"sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n"
    job = batch(content, tmp_path, format="parquet", spreadsheet=False)
    app = page("predict", job=job)
    assert not app.exception
    assert not app.dataframe
    (link,) = app.get("link_button")
    assert link.proto.label == "Download the answers (parquet)"


def test_columns_that_the_answers_have_as_well_are_left_out_and_told(page, client, tmp_path):
    path = tmp_path / "answered.csv"
    names = ["id", "sepal_length", "sepal_width", "petal_length", "petal_width"]
    taken = ["prediction", "probability_setosa", "interval_low"]
    path.write_text(",".join([*names, *taken]) + "\na,5.1,3.5,1.4,0.2,setosa,0.9,1\n")
    client.datasets.upload(path, name="answered")
    app = page("predict", model="demo@1", way="file")
    app.selectbox(key="batch-dataset").select("answered").run()
    _button(app, "Predict").click().run()
    assert not app.exception
    (job,) = client.jobs.page(JobListQuery(kind=JobKind.BATCH_PREDICTION)).items
    assert client.jobs.show(job.id).payload["options"]["keep"] == names
    told = next(each.value for each in app.info if "Left out" in each.value)
    assert all(plain(name) in told for name in taken)


def test_page_api_batch_and_package_answer_alike(page, client, demo, batch, tmp_path):
    app = page("predict", model="demo@1", way="grid")
    _button(app, "Predict").click().run()
    by_page, _ = app.session_state["grid-found-demo@1"]
    names = ("sepal_length", "sepal_width", "petal_length", "petal_width")
    row = {name: by_page[name][0] for name in names}
    labels = ("setosa", "versicolor", "virginica")
    answers = {"page": [by_page[f"probability of {label}"][0] for label in labels]}

    by_api = client.predictions.ask("demo@1", PredictRequest(row=row)).model_extra
    answers["api"] = [by_api["probabilities"][label] for label in labels]

    table = ",".join(row) + "\n" + ",".join(map(str, row.values())) + "\n"
    job = batch(table.encode(), tmp_path)
    client.batches.download(job, tmp_path / "answers.csv")
    (line,) = csv.DictReader(io.StringIO((tmp_path / "answers.csv").read_text()))
    columns = [next(name for name in line if label in name) for label in labels]
    answers["batch"] = [float(line[name]) for name in columns]

    (told,) = modelyard.load("demo@1", project=demo).predict_proba([row])
    answers["package"] = list(told.values())

    for given in answers.values():
        assert given == pytest.approx(answers["package"], abs=1e-6)
