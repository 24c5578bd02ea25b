"""A model leaves as one graph, and answers there as its package does."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import polars as pl
import pytest

import modelyard
from modelyard.domain.errors import InvalidValue, UsageError
from modelyard.services.exporting import export, graph_inputs

PENGUINS = Path(__file__).parents[2] / "examples" / "data" / "penguins.csv"
PREPARED = {
    "normalize": "quantile_normal",
    "categorical_encoding": "target",
    "engineered_features": "polynomial",
}


def events(n=240):
    rng = np.random.default_rng(0)
    days = rng.integers(0, 20_000, n)
    moments = (np.datetime64("1950-01-01T07:30") + days.astype("timedelta64[D]")).astype(str)
    tip = rng.normal(20, 5, n)
    return pl.DataFrame(
        {
            "tip": [None if at % 17 == 0 else value for at, value in enumerate(tip.tolist())],
            "is_member": ["yes" if flag else "no" for flag in rng.random(n) < 0.5],
            "since": ["" if at % 13 == 0 else moment for at, moment in enumerate(moments.tolist())],
            "city": rng.choice(["Wien", "Košice", "NA?", "x"], n).tolist(),
            "spent": (tip * 3 + (days % 7) * 2 + rng.normal(0, 1, n)).tolist(),
        }
    )


def assert_alike(model, path, data):
    """Run the graph as a stranger would, with the options that a session has by default."""
    content = path.read_bytes()
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    rows = data.select([column.name for column in model.manifest.inputs]).to_dicts()
    blocks = model.opened.predictor.reader.read_rows(rows)
    expected = model.opened.predictor.predict_blocks(blocks)
    answers = session.run(None, graph_inputs(blocks, model.opened.package.recipe))
    if expected.probabilities is None:
        np.testing.assert_allclose(answers[0], expected.values, rtol=1e-6, atol=1e-6)
    else:
        np.testing.assert_allclose(answers[1], expected.probabilities, rtol=0, atol=1e-6)
        assert answers[0].tolist() == expected.values.tolist()


@pytest.mark.parametrize(
    ("target", "options"),
    [
        ("species", {"algorithm": "lightgbm"}),
        ("species", {"algorithm": "logistic-regression", **PREPARED}),
        ("species", {"algorithm": "random-forest", "categorical_encoding": "frequency"}),
        ("sex", {"algorithm": "logistic-regression", "calibrate": "isotonic", "threshold": "f1"}),
        ("sex", {"algorithm": "voting"}),
        ("body_mass_g", {"algorithm": "lightgbm"}),
        ("body_mass_g", {"algorithm": "linear-regression", "normalize": "robust"}),
    ],
    ids=lambda value: value if isinstance(value, str) else value["algorithm"],
)
def test_the_graph_answers_as_the_package(target, options, tmp_path):
    table = pl.read_csv(PENGUINS, null_values=["NA"])
    model = modelyard.train(table.drop_nulls(target), target=target, **options)
    (path,) = export(model.opened, "onnx", path=tmp_path / "model.onnx")
    odd = pl.DataFrame(
        {
            "species": ["Dodo", None],
            "island": [None, "Atlantis"],
            "bill_length_mm": [None, 1e12],
            "bill_depth_mm": [-1e12, None],
            "flipper_length_mm": [0.0, 1e9],
            "body_mass_g": [None, -1.0],
            "sex": ["?", None],
            "year": [0, 3000],
        },
        schema=table.schema
        | {"flipper_length_mm": pl.Float64, "body_mass_g": pl.Float64}
        | {"bill_length_mm": pl.Float64, "bill_depth_mm": pl.Float64},
    )
    assert_alike(model, path, pl.concat([table, odd], how="vertical_relaxed"))


def test_dates_truth_values_and_words_go_into_the_graph_as_well(tmp_path):
    table = events()
    model = modelyard.train(table, target="spent", dates="cyclic", algorithm="linear-regression")
    (path,) = export(model.opened, "onnx", path=tmp_path / "model.onnx")
    assert_alike(model, path, table)


def test_costs_of_several_labels_decide_in_the_graph(tmp_path):
    costs = {"Adelie": {"Gentoo": 9, "Chinstrap": 1}, "Gentoo": {"Adelie": 0.2, "Chinstrap": 5}}
    costs["Chinstrap"] = {"Adelie": 1, "Gentoo": 1}
    model = modelyard.train(PENGUINS, target="species", algorithm="naive-bayes", costs=costs)
    (path,) = export(model.opened, "onnx", path=tmp_path / "model.onnx")
    assert_alike(model, path, pl.read_csv(PENGUINS, null_values=["NA"]))


def test_the_graph_tells_its_columns_labels_and_threshold(tmp_path):
    model = modelyard.train(PENGUINS, target="sex", algorithm="naive-bayes", threshold=0.25)
    (path,) = export(model.opened, "onnx", path=tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    facts = session.get_modelmeta().custom_metadata_map
    assert json.loads(facts["labels"]) == ["female", "male"]
    assert json.loads(facts["threshold"]) == 0.25
    assert json.loads(facts["word_columns"]) == ["species", "island"]
    assert [port.name for port in session.get_outputs()] == ["label", "probabilities"]


@pytest.mark.parametrize(
    ("options", "step"),
    [
        ({"categorical_encoding": "hashing"}, "hashed-words"),
        ({"handle_missing": "nearest"}, "nearest"),
    ],
    ids=["hashing", "nearest"],
)
def test_a_step_without_a_graph_form_is_refused_by_name(options, step, tmp_path):
    model = modelyard.train(PENGUINS, target="sex", algorithm="logistic-regression", **options)
    with pytest.raises(UsageError, match=step) as caught:
        export(model.opened, "onnx", path=tmp_path / "model.onnx")
    assert "--column" in caught.value.fix
    assert not list(tmp_path.iterdir())


def test_every_step_without_a_graph_form_is_named_at_once(tmp_path):
    options = {"categorical_encoding": "hashing", "handle_missing": "nearest"}
    model = modelyard.train(PENGUINS, target="sex", algorithm="logistic-regression", **options)
    with pytest.raises(UsageError, match=r"The steps .*nearest.* and .*hashed-words"):
        export(model.opened, "onnx", path=tmp_path / "model.onnx")


def test_a_form_that_is_not_known_is_refused_with_the_nearest(tmp_path):
    model = modelyard.train(PENGUINS, target="sex", algorithm="dummy")
    with pytest.raises(InvalidValue, match="onnx, scoring, skops") as caught:
        export(model.opened, "onx", path=tmp_path / "model")
    assert "onnx" in caught.value.fix


def scored(folder, rows):
    """Run the example where Modelyard cannot be imported."""
    block = "import sys; sys.modules['modelyard'] = None; sys.argv = sys.argv[1:]; "
    run = "import runpy; runpy.run_path(sys.argv[0], run_name='__main__')"
    script = [sys.executable, "-I", "-c", block + run, str(folder / "score.py"), str(rows)]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


@pytest.mark.parametrize("rows", ["rows.csv", "rows.json"])
def test_the_scoring_example_runs_alone_and_answers_as_the_package(rows, tmp_path):
    model = modelyard.train(PENGUINS, target="species", algorithm="naive-bayes")
    export(model.opened, "scoring", path=tmp_path / "alone")
    answers = scored(tmp_path / "alone", tmp_path / "alone" / rows)
    data = json.loads((tmp_path / "alone" / "rows.json").read_text())
    assert [row["prediction"] for row in answers] == model.predict(data)
    expected = [row["probability_Gentoo"] for row in model.predict_proba(data)]
    got = [float(row["probability_Gentoo"]) for row in answers]
    assert got == pytest.approx(expected, abs=1e-9)


def test_the_scoring_example_reads_dates_and_truth_values_as_the_package_does(tmp_path):
    model = modelyard.train(events(), target="spent", algorithm="linear-regression")
    export(model.opened, "scoring", path=tmp_path / "alone")
    answers = scored(tmp_path / "alone", tmp_path / "alone" / "rows.csv")
    data = json.loads((tmp_path / "alone" / "rows.json").read_text())
    got = [float(row["prediction"]) for row in answers]
    assert got == pytest.approx(model.predict(data), rel=1e-9)


@pytest.mark.parametrize("like", [",.", ".,"])
def test_the_scoring_example_runs_where_thousands_are_separated(like, tmp_path):
    amounts = [f"{at * 37.25:,.2f}".translate(str.maketrans(",.", like)) for at in range(120)]
    data = pl.DataFrame({"amount": amounts, "y": [at * 2.0 + at % 7 * 40 for at in range(120)]})
    model = modelyard.train(data, target="y", algorithm="linear-regression")
    export(model.opened, "scoring", path=tmp_path / "alone")
    answers = scored(tmp_path / "alone", tmp_path / "alone" / "rows.csv")
    rows = json.loads((tmp_path / "alone" / "rows.json").read_text())
    got = [float(row["prediction"]) for row in answers]
    assert got == pytest.approx(model.predict(rows), rel=1e-9)


def test_the_command_says_what_it_wrote_and_overwrites_no_folder(done, cli, tmp_path):
    trained = done("train", PENGUINS, "--target", "sex", "--algorithm", "naive-bayes")
    written = done("export", trained["reference"], "--format", "scoring", "--out", "alone")
    assert "alone/score.py" in written["files"]
    again = cli("export", trained["reference"], "--format", "scoring", "--out", "alone")
    assert again.code == 4
    assert "nothing is ever overwritten" in again.err


def test_a_package_without_an_estimator_says_how_to_get_one(tmp_path):
    model = modelyard.train(PENGUINS, target="sex", algorithm="naive-bayes")
    with pytest.raises(UsageError, match="no estimator") as caught:
        export(model.opened, "skops", path=tmp_path / "model.skops")
    assert "--keep-estimator" in caught.value.fix


@pytest.mark.extras
@pytest.mark.parametrize(
    ("target", "algorithm"),
    [
        ("species", "random-forest"),
        ("species", "logistic-regression"),
        ("body_mass_g", "ridge"),
        ("species", "hist-gradient-boosting"),
        ("body_mass_g", "gradient-boosting"),
        ("species", "support-vector-machine"),
        ("body_mass_g", "multi-layer-perceptron"),
    ],
)
def test_a_kept_estimator_answers_as_the_package(target, algorithm, done, tmp_path):
    skops = pytest.importorskip("skops.io")
    words = ("--target", target, "--algorithm", algorithm, "--keep-estimator")
    trained = done("train", PENGUINS, *words)
    written = done("export", trained["reference"], "--format", "skops", "--out", "it.skops")
    content = (tmp_path / "it.skops").read_bytes()
    estimator = skops.loads(content, trusted=skops.get_untrusted_types(data=content))
    model = modelyard.load(trained["reference"])
    blocks = model.opened.predictor.reader.read_rows(
        pl.read_csv(PENGUINS, null_values=["NA"]).to_dicts()
    )
    features = model.opened.package.recipe.apply(blocks)
    is_number = target == "body_mass_g"
    answers = estimator.predict(features)[:, None] if is_number else None
    got = estimator.predict_proba(features) if answers is None else answers
    expected = model.opened.predictor.session.scores(features)
    assert got == pytest.approx(expected, rel=1e-5, abs=1e-5)
    about = (tmp_path / written["files"][1]).read_text()
    assert all(f"`{name}`" in about for name in model.opened.package.recipe.features)


def test_the_library_that_writes_estimators_is_asked_for_before_the_training(cli, monkeypatch):
    monkeypatch.setitem(sys.modules, "skops.io", None)
    words = ("--target", "sex", "--algorithm", "random-forest", "--keep-estimator")
    ending = cli("train", PENGUINS, *words, "--json")
    assert ending.code == 4
    assert "modelyard[skops]" in ending.error["fix"]
    assert cli("runs", "list", "--json").document == []


def test_an_algorithm_without_an_estimator_is_refused_before_the_training(cli):
    words = ("--target", "sex", "--algorithm", "lightgbm", "--keep-estimator")
    ending = cli("train", PENGUINS, *words, "--json")
    assert ending.code == 4
    assert "(lightgbm) has no estimator of scikit-learn" in ending.error["detail"]
    assert cli("runs", "list", "--json").document == []
