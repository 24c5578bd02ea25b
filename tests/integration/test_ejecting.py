"""A model leaves as a script that trains it again, in a process that knows nothing of Modelyard."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import modelyard
from modelyard.bootstrap import open_project
from modelyard.domain.errors import InvalidValue, NotFound, UsageError
from modelyard.protocols.progress import Silence

pytestmark = pytest.mark.processes

PENGUINS = Path(__file__).parents[2] / "examples" / "data" / "penguins.csv"
# So many rounds are enough to tell whether two trainings are alike.
ROUNDS = {"n_estimators": 40}
MODELS = (
    ("species", "lightgbm", ROUNDS),
    ("sex", "xgboost", ROUNDS),
    ("body_mass_g", "catboost", ROUNDS),
    ("body_mass_g", "random-forest", ROUNDS),
    ("species", "logistic-regression", {}),
    ("body_mass_g", "ridge", {}),
    ("sex", "k-nearest-neighbours", {}),
    ("sex", "hist-gradient-boosting", ROUNDS),
)


def trained(data, target, algorithm, **options):
    return modelyard.train(data, target=target, algorithm=algorithm, name="kept", **options)


def eject(out, **options):
    return open_project().ejecting.eject("kept", out=out, progress=Silence(), **options)


def bookings(n=300):
    """Rows of every kind of column, in a dialect of its own."""
    rng = np.random.default_rng(0)
    days = rng.integers(0, 900, n)
    spent = rng.normal(50, 10, n).round(2)
    return pl.DataFrame(
        {
            "when": [f"{1 + day % 28:02}.{1 + day % 12:02}.20{20 + day % 3}" for day in days],
            "is_member": ["yes" if flag else "no" for flag in rng.random(n) < 0.5],
            "note": [" ".join(rng.choice(WORDS, size=6)) for _ in range(n)],
            "city": rng.choice(["Wien", "Košice", "it's", 'a "b"'], n).tolist(),
            "spent": [None if at % 11 == 0 else f"{value}".replace(".", ",")
                      for at, value in enumerate(spent.tolist())],
            "counts": rng.integers(1, 4, n).tolist(),
            "again": ["ja" if value > 50 + day % 7 else "nein"
                      for value, day in zip(spent.tolist(), days.tolist(), strict=True)],
        }
    )  # fmt: skip


WORDS = ["quiet", "noisy", "clean", "small", "near", "far", "friendly", "cold", "breakfast"]


@pytest.mark.parametrize(("target", "algorithm", "parameters"), MODELS)
def test_the_script_of_a_model_gives_the_metric_of_its_manifest(
    target, algorithm, parameters, tmp_path
):
    if algorithm in {"xgboost", "catboost"}:
        pytest.importorskip(algorithm)
    model = trained(PENGUINS, target, algorithm, parameters=parameters)
    ejected = eject(tmp_path / "out")
    kept = model.manifest.metrics[model.manifest.metric]["value"]
    assert ejected.expected == kept
    assert ejected.found == pytest.approx(kept, rel=1e-6)


def test_a_script_imports_nothing_of_modelyard_and_locks_what_it_does_import(tmp_path):
    trained(PENGUINS, "species", "lightgbm", parameters=ROUNDS)
    script, split, lock = eject(tmp_path / "out").files
    source = script.read_text()
    imports = [line for line in source.splitlines() if line.lstrip().startswith(("import", "from"))]
    assert not any("modelyard" in line for line in imports)
    locked = {line.partition("==")[0] for line in lock.read_text().splitlines()}
    assert {"lightgbm", "numpy", "polars", "scikit-learn", "scipy"} <= locked
    assert set(split.read_text().split()) == {"part", "train", "validation", "test"}
    # Formatted as it is: a compiler is the least of what reads it.
    compile(source, str(script), "exec")


def test_a_script_is_run_by_its_path_alone(tmp_path):
    trained(PENGUINS, "body_mass_g", "ridge")
    ejected = eject(tmp_path / "out")
    done = subprocess.run(
        [sys.executable, "-I", str(ejected.files[0])],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert done.stdout == f"rmse: {ejected.found!r} here, {ejected.expected!r} in the manifest\n"


def test_a_script_without_its_data_says_what_to_pass(tmp_path):
    trained(PENGUINS, "body_mass_g", "ridge")
    ejected = eject(tmp_path / "out")
    done = subprocess.run(
        [sys.executable, "-I", str(ejected.files[0]), "gone.csv"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "There is no file gone.csv. Pass where the data of the training are: train.py DATA\n"
    )


@pytest.mark.parametrize("algorithm", ["lightgbm", "logistic-regression"])
def test_dates_truths_texts_words_gaps_and_weights_are_read_and_prepared_alike(algorithm, tmp_path):
    data = tmp_path / "bookings.csv"
    bookings().write_csv(data, separator=";")
    model = trained(
        data,
        "again",
        algorithm,
        weight="counts",
        class_weight="balanced",
        metric="f1",
        threshold="f1",
        calibrate="sigmoid",
        parameters=ROUNDS if algorithm == "lightgbm" else {},
    )
    kinds = {column.name: str(column.kind) for column in model.manifest.inputs}
    assert {"datetime", "boolean", "text", "category", "numeric"} <= set(kinds.values())
    ejected = eject(tmp_path / "out")
    assert ejected.found == pytest.approx(ejected.expected, rel=1e-6)


@pytest.mark.parametrize("options", [{}, {"drop": ["column_2"]}], ids=["all", "one-dropped"])
def test_a_file_without_a_header_is_read_by_numbered_columns(options, tmp_path):
    data = tmp_path / "bare.csv"
    data.write_text("\n".join(PENGUINS.read_text().splitlines()[1:]))
    trained(data, "column_1", "logistic-regression", header=False, **options)
    ejected = eject(tmp_path / "out")
    assert ejected.found == pytest.approx(ejected.expected, rel=1e-6)


def test_a_file_with_types_is_read_by_them(tmp_path):
    data = tmp_path / "bookings.parquet"
    typed = bookings().with_columns(
        pl.col("when").str.to_datetime("%d.%m.%Y"),
        pl.col("is_member") == "yes",
        pl.col("spent").str.replace(",", ".").cast(pl.Float64),
    )
    typed.write_parquet(data)
    trained(data, "spent", "ridge", drop=["again"])
    ejected = eject(tmp_path / "out")
    assert ejected.found == pytest.approx(ejected.expected, rel=1e-6)


def test_hyperparameters_that_were_searched_for_stand_in_the_script(tmp_path):
    budget = {"search_type": "random", "n_trials": 3, "search_folds": 2}
    model = trained(PENGUINS, "body_mass_g", "lasso", **budget)
    ejected = eject(tmp_path / "out")
    assert ejected.found == pytest.approx(ejected.expected, rel=1e-6)
    assert f"alpha={model.manifest.parameters['alpha']!r}" in ejected.files[0].read_text()


def test_a_choice_of_automl_is_ejected_and_a_blend_by_one_of_its_members(tmp_path):
    budget = {"deterministic": True, "target": "body_mass_g", "name": "kept"}
    modelyard.train(PENGUINS, only=["ridge"], n_trials=1, **budget)
    ejected = eject(tmp_path / "one")
    assert ejected.found == pytest.approx(ejected.expected, rel=1e-6)

    blend = modelyard.train(PENGUINS, only=["ridge", "random-forest"], n_trials=2, **budget)
    members = [each["name"] for each in blend.manifest.parameters["members"]]
    assert len(members) == 2
    with pytest.raises(UsageError, match="is a blend") as refused:
        eject(tmp_path / "blend")
    assert "--serve fast" in str(refused.value.fix)
    with pytest.raises(InvalidValue, match="no member"):
        eject(tmp_path / "blend", member="lightgbm-1")
    alone = eject(tmp_path / "member", member=members[0])
    # A member is about as good as the blend that it is of.
    assert alone.found == pytest.approx(alone.expected, rel=0.2)
    assert "of the whole blend" in alone.files[0].read_text()


def test_an_ensemble_that_was_named_is_refused(tmp_path):
    trained(PENGUINS, "species", "voting")
    with pytest.raises(UsageError, match="a script trains one"):
        eject(tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("target", "algorithm", "options"),
    [
        ("species", "lightgbm", {}),
        ("sex", "logistic-regression", {}),
        ("body_mass_g", "ridge", {}),
        ("body_mass_g", "random-forest", {"weight": "flipper_length_mm"}),
    ],
)
def test_what_is_encoded_by_the_target_is_so_in_the_script(target, algorithm, options, tmp_path):
    trained(PENGUINS, target, algorithm, categorical_encoding="target", **options)
    ejected = eject(tmp_path / "out")
    assert ejected.found == pytest.approx(ejected.expected, rel=1e-6)
    header = (tmp_path / "out" / "split.csv").read_text().splitlines()[0]
    assert header == "part,fold_1"


def test_a_transform_without_plain_code_is_refused_by_its_name(tmp_path):
    trained(PENGUINS, "species", "logistic-regression", categorical_encoding="hashing")
    with pytest.raises(UsageError, match="hash-encode") as refused:
        eject(tmp_path / "out")
    assert "categorical_encoding" in str(refused.value.fix)


def test_other_data_than_those_of_the_training_are_refused(tmp_path):
    data = tmp_path / "data.csv"
    data.write_bytes(PENGUINS.read_bytes())
    trained(data, "species", "logistic-regression")
    data.write_text(PENGUINS.read_text().replace("39.1", "39.2", 1))
    with pytest.raises(UsageError, match="other data"):
        eject(tmp_path / "out")
    data.unlink()
    with pytest.raises(NotFound, match="not in the file"):
        eject(tmp_path / "out")
    ejected = eject(tmp_path / "out", data=PENGUINS)
    assert ejected.found == pytest.approx(ejected.expected, rel=1e-6)


def test_the_command_names_the_files_and_both_metrics(cli, done, tmp_path):
    trained(PENGUINS, "body_mass_g", "ridge")
    ended = cli("eject", "kept")
    assert ended.code == 0, ended.err
    assert "kept-ejected/train.py" in ended.out
    assert "by the script" in ended.out
    told = done("eject", "kept", "--out", tmp_path / "again")
    assert told["found"] == pytest.approx(told["expected"], rel=1e-6)
    refused = cli("eject", "kept")
    assert refused.code == 4
    assert "exists already" in refused.err


def test_a_model_of_a_kept_dataset_is_ejected_and_its_report_names_no_place(cli, done, tmp_path):
    done("datasets", "add", PENGUINS, "--name", "birds")
    told = done("train", "birds@1", "--target", "species", "--algorithm", "logistic-regression")
    for name in ("report.html", "manifest.json"):
        text = Path(told["report"]).with_name(name).read_text()
        assert "birds@1" in text
        assert "uploads" not in text
    ejected = done("eject", "birds", "--out", tmp_path / "mine")
    assert ejected["found"] == pytest.approx(ejected["expected"], rel=1e-6)
    done("datasets", "delete", "birds", "--all", "--yes")
    refused = cli("eject", "birds", "--out", tmp_path / "again")
    assert (refused.code, "--data" in refused.err) == (5, True), refused.err


@pytest.mark.parametrize("weight", [None, "w"])
def test_a_script_teaches_the_logarithm_where_the_model_was_taught_it(tmp_path, weight):
    rng = np.random.default_rng(0)
    n = 240
    a, b = rng.normal(size=(2, n)).round(3)
    price = np.exp(2 * a + b + rng.normal(0, 0.2, n)).round(3)
    data = tmp_path / "prices.csv"
    columns = {"a": a, "b": b, "w": rng.uniform(1, 3, n).round(2), "price": price}
    pl.DataFrame(columns).write_csv(data)
    budget = {"n_trials": 2, "only": ["ridge"], "serve": "fast"}
    model = modelyard.train(data, target="price", name="kept", weight=weight, **budget)
    (member,) = model.manifest.parameters["members"]
    assert member["name"] == "ridge-1-log"
    ejected = eject(tmp_path / "out")
    assert ejected.found == pytest.approx(ejected.expected, rel=1e-6)
