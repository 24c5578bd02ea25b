"""From a table to a model that is measured, kept, found again and used: the whole way."""

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rows import QUICK, table

import modelyard

EXAMPLES = Path(__file__).parents[2] / "examples"
IRIS = EXAMPLES / "data" / "iris.csv"
PENGUINS = EXAMPLES / "data" / "penguins.csv"
FAST = ("--algorithm", "logistic-regression")


@pytest.fixture
def iris(done) -> dict[str, Any]:
    """Return what the training on iris printed."""
    return done("train", IRIS, "--target", "species", *FAST)


def test_a_training_prints_what_came_of_it(iris) -> None:
    assert (iris["task"], iris["algorithm"]) == ("multiclass", "logistic-regression")
    assert iris["n_rows"] == 150
    assert sum(iris["split"][part] for part in ("train", "validation", "test")) == 150
    assert iris["fit_s"] > 0
    assert iris["beats_baseline"] is True
    assert iris["metrics"]["accuracy"]["value"] > iris["metrics"]["accuracy"]["baseline"]
    assert iris["parity"]["n_flips"] == 0
    assert Path(iris["model"]).is_dir()
    assert Path(iris["report"]).read_text(encoding="utf-8").startswith("<!doctype html>")
    assert isinstance(iris["findings"], list)


def test_a_person_reads_metrics_beside_the_baseline_and_what_to_do_next(cli) -> None:
    ending = cli("train", IRIS, "--target", "species", *FAST, "--cv", "3")
    told = ("baseline", "95 % interval", "beats guessing", "Fold 3", "report.html", "Next:")
    assert not [words for words in told if words not in ending.out]
    assert "Fitting Logistic regression" in ending.err


def test_the_model_is_measured_again_on_other_rows_and_that_is_kept(iris, done, put) -> None:
    rows = IRIS.read_text().splitlines(keepends=True)
    other = put("other.csv", "".join(rows[:1] + rows[1::3]))
    measured = done("evaluate", iris["reference"], other)
    assert measured["n_rows"] == 50
    kept = done("models", "show", iris["reference"])["evaluations"]
    assert [(each["location"], each["n_rows"]) for each in kept] == [(str(other), 50)]


def test_evaluation_needs_the_target_and_known_labels(iris, cli, put) -> None:
    rows = IRIS.read_text()
    strange = put("strange.csv", rows.replace("virginica", "rosa"))
    ending = cli("evaluate", iris["reference"], strange, "--json")
    assert (ending.code, ending.error["code"]) == (3, "target")
    assert "rosa" in ending.error["sample"]
    blind = put("blind.csv", "\n".join(line.rpartition(",")[0] for line in rows.splitlines()))
    ending = cli("evaluate", iris["reference"], blind, "--json")
    assert (ending.code, ending.error["column"]) == (3, "species")


def test_the_report_and_the_metrics_are_exported(iris, done, tmp_path) -> None:
    report, metrics = tmp_path / "r.html", tmp_path / "m.json"
    done("report", iris["reference"], "--out", report, "--metrics", metrics)
    assert report.read_bytes() == Path(iris["report"]).read_bytes()
    assert (
        json.loads(metrics.read_text())["accuracy"]["value"] == iris["metrics"]["accuracy"]["value"]
    )


def test_a_report_needs_no_network(iris) -> None:
    page = Path(iris["report"]).read_text(encoding="utf-8")
    assert "<script src" not in page
    assert "<link" not in page
    assert "@import" not in page


def test_runs_are_listed_shown_tagged_and_deleted(iris, done, cli) -> None:
    (run,) = done("runs", "list")
    assert (run["id"], run["status"], run["model"]) == (iris["run"], "succeeded", iris["reference"])
    shown = done("runs", "show", run["id"][:15])
    assert shown["config"]["algorithm"] == "logistic-regression"
    assert shown["data_sha256"]
    assert done("runs", "tag", run["id"], "team=blue")["tags"] == {"team": "blue"}
    assert [each["id"] for each in done("runs", "list", "--tag", "team=blue")] == [run["id"]]
    assert done("runs", "list", "--status", "failed") == []
    kept = cli("runs", "delete", run["id"], "--yes", "--json")
    assert (kept.code, kept.error["fix"]) == (4, "Delete iris@1 first.")
    done("models", "delete", "iris@1", "--yes")
    done("runs", "delete", run["id"], "--yes")
    assert done("runs", "list") == []


def test_models_are_listed_by_a_metric_tagged_compared_promoted_and_deleted(
    iris, done, cli
) -> None:
    guess = done("train", IRIS, "--target", "species", "--algorithm", "dummy")
    assert guess["reference"] == "iris@2"
    ranked = [each["version"] for each in done("models", "list", "--sort", "accuracy")]
    assert ranked == [1, 2]
    done("models", "tag", "iris@1", "stage=test")
    assert [each["version"] for each in done("models", "list", "--tag", "stage=test")] == [1]
    compared = done("compare", "iris@2", "iris@1", "--data", IRIS)
    assert [each["name"] for each in compared["models"]] == ["iris@1", "iris@2"]
    assert compared["n_rows"] == 150
    assert done("models", "promote", "iris@1")["aliases"] == ["champion"]
    refused = cli("models", "delete", "iris@1", "--yes", "--json")
    assert refused.code == 4
    assert "--force" in refused.error["fix"]
    folder = Path(iris["model"])
    done("models", "delete", "iris@1", "--yes", "--force")
    assert not folder.exists()
    assert [each["version"] for each in done("models", "list")] == [2]
    assert (
        done("train", IRIS, "--target", "species", "--algorithm", "dummy")["reference"] == "iris@3"
    )


def test_lineage_leads_from_a_model_to_its_data_and_back(iris, done, cli) -> None:
    shown = done("models", "show", "iris@1")
    sha256 = shown["dataset"]["sha256"]
    assert shown["run"]["id"] == iris["run"]
    assert shown["dataset"]["location"] == str(IRIS)
    found = done("models", "lineage", sha256[:12])
    assert [run["id"] for run in found["runs"]] == [iris["run"]]
    assert [(one["name"], one["version"]) for one in found["models"]] == [("iris", 1)]
    assert cli("models", "lineage", "0" * 12).code == 5


def test_a_model_is_loaded_by_name_version_alias_and_path(iris, cli, tmp_path) -> None:
    cli("models", "promote", "iris@1")
    wanted = modelyard.load(Path(iris["model"])).predict(IRIS).to_list()
    copied = shutil.copytree(iris["model"], tmp_path / "copy")
    for reference in ("iris", "iris@1", "iris@champion", iris["model"], str(copied)):
        assert modelyard.load(reference).predict(IRIS).to_list() == wanted


@pytest.mark.parametrize("reference", ["irsi", "iris@9", "iris@unknown", "./nowhere", "iris@"])
def test_a_model_that_does_not_exist_is_not_found(reference, iris, cli) -> None:
    ending = cli("predict", reference, IRIS, "--json")
    assert ending.code in {4, 5}
    assert ending.error["detail"]


def test_a_model_to_compare_that_does_not_exist_is_not_found(iris, cli) -> None:
    ending = cli("compare", "iris@1", "irsi", "--data", IRIS, "--json")
    assert (ending.code, ending.error["code"]) == (5, "not-found")
    assert "iris" in ending.error["fix"]


def test_an_order_by_nothing_that_exists_is_refused(iris, cli) -> None:
    for noun in ("runs", "models"):
        ending = cli(noun, "list", "--sort", "acuracy", "--json")
        assert (ending.code, ending.error["code"]) == (4, "unknown-key")
        assert "'accuracy'" in ending.error["fix"]


def test_a_closed_answer_to_a_question_deletes_nothing(iris, cli, monkeypatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert cli("models", "delete", "iris@1").code != 0
    assert cli("predict", "iris@1", IRIS).code == 0


# Of pictures and of sequences networks learn.
NEEDS = dict.fromkeys(("vision", "readings", "readings_long"), pytest.mark.extras)
# Each fit is a process.
NEEDS["automl"] = pytest.mark.processes


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(path, id=path.stem, marks=NEEDS.get(path.stem, ()))
        for path in sorted(EXAMPLES.glob("configs/*.yaml"))
    ],
)
def test_every_example_configuration_runs(config, done, tmp_path) -> None:
    for part in ("configs", "data", "schemas"):
        shutil.copytree(EXAMPLES / part, tmp_path / "examples" / part)
    outcome = done("run", tmp_path / "examples" / "configs" / config.name)
    assert Path(outcome["model"]).is_dir()
    assert outcome["beats_baseline"] is True


def test_items_in_rows_are_profiled_as_the_sequences_that_they_become(done, put) -> None:
    rows = [f"m{at % 8},{at // 8},{at}.5,{at % 2}" for at in range(40)]
    path = put("items.csv", "\n".join(["machine,at,shake,fails", *rows]))
    layout = '{"long": {"id": "machine", "time": "at", "values": ["shake"]}}'
    told = done("profile", path, "--target", "fails", "--sequences", layout)["profile"]
    kinds = {column["name"]: column["kind"] for column in told["columns"]}
    assert (told["n_rows"], kinds["shake"]) == (8, "sequence")
    assert "at" not in kinds


def test_a_configuration_does_what_the_options_do(done, put) -> None:
    data = put("data.csv", table())
    config = put(
        "config.yaml",
        f"data: {{tabular: {{path: {data}, target_column: y}}}}\n"
        "model: {type: tabular, name: logistic_regression}\n",
    )
    by_file, by_options = done("run", config), done("train", data, *QUICK)
    assert by_file["metrics"] == by_options["metrics"]


@pytest.mark.parametrize("key", ["logistic-regression", "random-forest", "lightgbm"])
def test_the_same_seed_gives_the_same_bytes(key, done, tmp_path) -> None:
    """All but when it was made, and what follows from that: signature and report."""
    folders = [
        Path(
            done("train", PENGUINS, "--target", "sex", "--algorithm", key, "--out", tmp_path / at)[
                "model"
            ]
        )
        for at in ("a", "b")
    ]
    for name in ("recipe.json", "model.onnx", "reference.json", "statistics.json"):
        first, second = ((folder / name).read_bytes() for folder in folders)
        assert first == second, name
    first, second = (json.loads((folder / "manifest.json").read_bytes()) for folder in folders)
    for manifest in (first, second):
        del manifest["created_at"]
        del manifest["files"]["report.html"], manifest["files"]["report.json"]
    assert first == second


def test_another_seed_gives_another_model(done, tmp_path) -> None:
    folders = [
        Path(done("train", IRIS, "--target", "species", *FAST, "--seed", seed)["model"])
        for seed in (1, 2)
    ]
    first, second = ((folder / "model.onnx").read_bytes() for folder in folders)
    assert first != second


def test_python_and_the_command_line_train_the_same_model(done, tmp_path) -> None:
    by_command = Path(done("train", IRIS, "--target", "species", *FAST)["model"])
    model = modelyard.train(IRIS, target="species", algorithm="logistic-regression")
    assert (model.path / "model.onnx").read_bytes() == (by_command / "model.onnx").read_bytes()
    assert model.evaluation is not None
    assert model.evaluation.deciding.beats_baseline


def test_a_frame_in_memory_trains_the_model_of_its_file(done) -> None:
    by_command = Path(done("train", IRIS, "--target", "species", *FAST)["model"])
    frame = pl.read_csv(IRIS)
    model = modelyard.train(frame, target="species", algorithm="logistic-regression")
    assert (model.path / "model.onnx").read_bytes() == (by_command / "model.onnx").read_bytes()
    assert isinstance(model.predict(frame), pl.Series)


def test_sample_tables_are_written_and_left_alone_afterwards(done, tmp_path) -> None:
    folder = tmp_path / "samples"
    files = [Path(path) for path in done("setup-data", folder)["files"]]
    assert {path.name for path in files} == {"iris.csv", "penguins.csv", "churn.csv"}
    files[0].write_text("mine")
    assert set(done("setup-data", folder)["left"]) == set(map(str, files))
    assert files[0].read_text() == "mine"


def test_doctor_finds_a_sound_installation(done) -> None:
    examined = done("doctor")
    assert examined["is_sound"] is True
    assert {"signing key", "database"} <= {check["name"] for check in examined["checks"]}


def test_the_schema_of_configurations_is_a_json_schema(cli) -> None:
    ending = cli("config", "schema")
    assert ending.code == 0
    assert ending.document["type"] == "object"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("trian",), "train"),
        (("train", IRIS), "--target"),
        (("train", IRIS, "--target", "species", "--algorithm", "lightbgm"), "lightgbm"),
        (("train", IRIS, "--target", "species", "--metric", "acuracy"), "accuracy"),
        (("train", IRIS, "--target", "species", "--set", "n_estimator=5"), "n_estimators"),
        (("train", IRIS, "--target", "species", "--set", "n_estimators=-5"), "n_estimators"),
        (("train", IRIS, "--target", "species", "--set", "n_estimators"), "key=value"),
        (("train", IRIS, "--target", "species", "--task", "classify"), "multiclass"),
        (("train", IRIS, "--target", "species", "--kind", "petal_width=number"), "numeric"),
        (("train", IRIS, "--target", "species", "--algorithm", "linear-regression"), "multiclass"),
        (("train", IRIS, "--target", "species", "--name", "../x"), "../x"),
        (("train", IRIS, "--target", "species", "--drop", "species"), "species"),
        (("runs", "list", "--status", "done"), "succeeded"),
    ],
)  # fmt: skip
def test_a_wrong_command_exits_with_4_and_says_what_is_right(arguments, says, cli) -> None:
    ending = cli(*arguments, "--json")
    assert ending.code == 4
    assert says in f"{ending.error['detail']} {ending.error.get('fix', '')}"
