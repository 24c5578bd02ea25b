"""What a trained model hands out over HTTP: its results, its charts, and one graph."""

import io
import os
import zipfile

import onnxruntime
import pytest
from starlette.testclient import TestClient

import modelyard
from modelyard.api.app import make_app
from modelyard.bootstrap import open_project
from modelyard.services.samples import read_sample

MODEL = "/api/v1/ml/models/churn@1"


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """Return a client of a platform with a model of two labels."""
    place = tmp_path_factory.mktemp("files")
    before = dict(os.environ)
    os.environ.update(MODELYARD_HOME=str(place / "home"), MODELYARD_KEYS=str(place / "keys"))
    project = open_project()
    try:
        data = place / "churn.csv"
        data.write_bytes(read_sample("iris.csv").replace(b"setosa", b"versicolor"))
        modelyard.train(
            data, target="species", algorithm="logistic-regression", name="churn", project=project
        )
        with TestClient(make_app(project)) as client:
            yield client
    finally:
        project.database.close()
        os.environ.clear()
        os.environ.update(before)


def test_results_tell_what_other_thresholds_would_answer(ask):
    told = ask.get(f"{MODEL}/results").json()

    trade = told["trade_offs"]
    at = trade["thresholds"].index(told["threshold"])
    (_, alarms), (_, found) = told["confusion"]
    assert (trade["found"][at], trade["alarms"][at]) == (found, alarms)
    assert told["metrics"][0]["value"] > told["metrics"][0]["baseline"]


def test_every_chart_is_in_the_zip_file_once(ask):
    told = ask.get(f"{MODEL}/results").json()["charts"]
    answer = ask.get(f"{MODEL}/charts")

    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert len(set(names)) == len(told)
    assert names[0].startswith("churn-1-charts/01-")
    assert all(name.endswith(".svg") for name in names)


def test_the_graph_has_recipe_and_decision_inside_and_leaves_no_file_behind(
    ask, tmp_path, monkeypatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    answer = ask.get(f"{MODEL}/onnx")

    assert answer.headers["content-disposition"] == 'attachment; filename="churn-1.onnx"'
    graph = onnxruntime.InferenceSession(answer.content)
    assert [each.name for each in graph.get_inputs()] == ["numbers"]
    assert not list(tmp_path.glob("modelyard-onnx-*"))
