"""An odd table is read as it was meant, what was decided is stated, and the model answers."""

import csv
import io
import json
import os
import sqlite3
from pathlib import Path

import polars as pl
import pytest
from accepted_tables import CASES, NAMES, Acceptance
from odd_tables import CASES as ODD_CASES
from rows import QUICK, answer, noise, number, table, truth, with_column, word


@pytest.mark.parametrize("case", [*CASES, *ODD_CASES], ids=lambda case: case.name)
def test_an_odd_table_is_read_as_it_was_meant(case: Acceptance, done, put, tmp_path) -> None:
    path = put("data.csv", case.content)
    outcome = done("train", path, *case.options)
    read = {name: outcome["read"][name] for name in case.read}
    assert read == case.read
    assert outcome["n_rows"] == case.n_rows
    told = " ".join(outcome["read"]["notes"])
    assert not [piece for piece in case.notes if piece not in told], told
    assert {*case.findings} <= {finding["name"] for finding in outcome["findings"]}
    _assert_inputs(case, Path(outcome["model"]))
    _assert_it_answers(path, done, tmp_path)
    assert path.read_bytes() == put("same.csv", case.content).read_bytes()


def _assert_inputs(case: Acceptance, folder: Path) -> None:
    inputs = {
        one["name"]: one for one in json.loads((folder / "manifest.json").read_bytes())["inputs"]
    }
    if case.inputs is not None:
        assert {name: one["kind"] for name, one in inputs.items()} == case.inputs
    assert not set(case.absent) & set(inputs)
    for name, categories in case.categories.items():
        assert set(inputs[name]["categories"]) == set(categories)


def _assert_it_answers(path: Path, done, tmp_path: Path) -> None:
    out = tmp_path / "answers.csv"
    answered = done("predict", "data@1", path, "--proba", "--out", out)
    with out.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == answered["n_rows"]
    labels = [name.removeprefix("probability_") for name in rows[0] if name != "prediction"]
    for row in rows:
        chances = [float(row[f"probability_{label}"]) for label in labels]
        assert sum(chances) == pytest.approx(1)
        assert row["prediction"] in labels


def test_a_person_is_told_how_the_file_was_read(cli, put) -> None:
    path = put("data.csv", b"\xef\xbb\xbf" + table().replace(",", ";").encode())
    ending = cli("train", path, *QUICK)
    assert "encoding utf-8, delimiter semicolon, decimal mark '.'" in ending.out
    assert "byte order mark" in ending.out


def test_decimal_commas_keep_their_values(done, put) -> None:
    content = table(lambda at: (f"{at % 9},5", word(at), answer(at)), delimiter=";")
    profile = done("profile", put("data.csv", content))["profile"]
    column = next(one for one in profile["columns"] if one["name"] == "x")
    assert (column["minimum"], column["maximum"]) == (0.5, 8.5)


@pytest.mark.parametrize("gap", ["", "NA"])
def test_whole_numbers_beyond_a_double_stay_apart_beside_a_gap(gap: str, done, put) -> None:
    content = with_column("k", lambda at: ("9007199254740993", "9007199254740992", gap)[at % 3])
    profile = done("profile", put("data.csv", content))["profile"]
    column = next(one for one in profile["columns"] if one["name"] == "k")
    assert (column["kind"], column["n_unique"], column["n_missing"]) == ("integer", 2, 20)


def test_words_for_truth_are_kept_in_the_package(done, put) -> None:
    content = with_column("k", lambda at: ("yes", "no", "TRUE", "0")[at % 4])
    outcome = done("train", put("data.csv", content), *QUICK)
    manifest = json.loads((Path(outcome["model"]) / "manifest.json").read_bytes())
    column = next(one for one in manifest["inputs"] if one["name"] == "k")
    assert {"yes", "true"} <= set(column["true_words"])
    assert {"no", "0"} <= set(column["false_words"])


def test_equal_rows_never_straddle_the_split(put) -> None:
    """If they did, a number that is drawn at random for each row would be learned by heart."""
    import modelyard

    rows = [
        f"{noise(at):.6f},{word(at)},{'yes' if noise(at + 99) > 0.5 else 'no'}\n"
        for at in range(80)
    ]
    path = put("data.csv", "x,c,y\n" + "".join(rows * 3))
    model = modelyard.train(path, target="y", algorithm="random-forest")
    frame = pl.read_csv(path)
    answered = pl.Series(model.predict(path)) == frame["y"]
    by_row = frame.with_columns(hit=answered).group_by("x").agg(pl.col("hit").n_unique())
    assert by_row["hit"].max() == 1
    roc_auc = model.evaluation.deciding
    assert roc_auc.low < 0.5 < roc_auc.high


def test_two_thousand_columns_train(done, put) -> None:
    content = table(
        lambda at: (*(f"{noise(at * 2000 + place):.3f}" for place in range(2000)), answer(at)),
        header=(*(f"c{place}" for place in range(2000)), "y"),
        n_rows=40,
    )
    outcome = done("train", put("data.csv", content), *QUICK)
    manifest = json.loads((Path(outcome["model"]) / "manifest.json").read_bytes())
    assert len(manifest["inputs"]) == 2000


def test_a_column_of_many_categories_bounds_the_features(done, put) -> None:
    content = with_column("k", lambda at: f"w{at * 7919 % 997}", n_rows=2000)
    outcome = done("train", put("data.csv", content), *QUICK)
    recipe = json.loads((Path(outcome["model"]) / "recipe.json").read_bytes())
    assert len(recipe["features"]) < 200
    assert any("k" in one["columns"] for one in outcome["findings"])


@pytest.fixture
def hostile(done, put) -> dict:
    """Return the outcome of a training on columns and labels that look like code."""
    case = next(case for case in NAMES if case.name == "names like code")
    return done("train", put("data.csv", case.content), *case.options)


def test_names_like_code_are_escaped_in_the_report(hostile: dict) -> None:
    report = Path(hostile["report"]).read_text()
    assert "<img src=x" not in report
    assert "&lt;img src=x onerror=alert(1)&gt;" in report


def test_names_like_sql_leave_the_database_whole(hostile: dict, done) -> None:
    database = Path(os.environ["MODELYARD_HOME"]) / "modelyard.db"
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
    assert "training_jobs" in names
    (run,) = done("runs", "list")
    assert run["config"]["target"] == "=1+1"


def test_no_cell_that_is_made_of_a_column_name_is_a_formula(hostile: dict, cli, tmp_path) -> None:
    """A spreadsheet runs a cell that begins with one of these signs."""
    data, out, metrics = tmp_path / "data.csv", tmp_path / "out.csv", tmp_path / "metrics.csv"
    assert cli("predict", "data@1", data, "--proba", "--out", out).code == 0
    assert cli("evaluate", "data@1", data, "--csv", metrics).code == 0
    header = out.read_text().splitlines()[0].split(",")
    cells = [cell for line in metrics.read_text().splitlines() for cell in line.split(",")]
    assert not [cell for cell in header + cells if cell.startswith(("=", "+", "@", "\t"))]


def test_labels_come_back_as_they_were_written(cli, put, tmp_path) -> None:
    """Also those that a spreadsheet would run: an answer is compared with the truth."""
    content = table(lambda at: (number(at), word(at), '"=A(1),"' if truth(at) else "@B"))
    path, out = put("data.csv", content), tmp_path / "out.csv"
    assert cli("train", path, *QUICK).code == 0
    assert cli("predict", "data@1", path, "--out", out).code == 0
    cells = {row[0] for row in csv.reader(io.StringIO(out.read_text()))}
    assert cells == {"prediction", "=A(1),", "@B"}


@pytest.mark.parametrize("words", [("yes", "no"), ("Y", "N"), ("True", "False"), ("on", "off")])
def test_words_for_truth_come_back_as_labels_as_they_were_spelled(words, done, put) -> None:
    content = table(lambda at: (number(at), word(at), words[0] if truth(at) else words[1]))
    path = put("data.csv", content)
    done("train", path, *QUICK)
    answered = done("predict", "data@1", path, "--proba")
    assert set(answered["prediction"]) == set(words)
    assert {f"probability_{word}" for word in words} <= set(answered)


def test_truth_in_many_spellings_is_answered_by_true_and_false(done, put) -> None:
    yes, no = ("yes", "TRUE", "1"), ("no", "F", "0")
    content = table(lambda at: (number(at), word(at), (yes if truth(at) else no)[at % 3]))
    path = put("data.csv", content)
    done("train", path, *QUICK)
    assert set(done("predict", "data@1", path)["prediction"]) == {True, False}
