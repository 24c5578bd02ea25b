"""What is measured and written for a user is a fact at every door."""

from pathlib import Path
from typing import Any

import pytest
from rows import answer, number, table

import modelyard
from modelyard.domain.errors import StoreError
from modelyard.workbench.models import Model


@pytest.fixture
def data(put) -> Path:
    """Return a table whose labels a spreadsheet would run."""
    return put("formulas.csv", table(lambda at: (number(at), f"={answer(at)}"), header=("x", "y")))


@pytest.fixture
def model(data) -> Model:
    """Return a model of these labels."""
    return modelyard.train(data, target="y", algorithm="dummy")


def test_every_door_tells_that_training_learned_from_the_data(model, data, cli, done, put) -> None:
    kept = table(lambda at: (number(at), f"={answer(at)}"), header=("x", "y"), n_rows=50)
    other = put("other.csv", kept)
    assert model.evaluate(data).is_training_data is True
    assert model.evaluate(other).is_training_data is False
    assert done("evaluate", "formulas@1", data)["is_training_data"] is True
    assert done("evaluate", "formulas@1", other)["is_training_data"] is False
    assert "the figures flatter" in cli("evaluate", "formulas@1", data).out
    assert "the figures flatter" not in cli("evaluate", "formulas@1", other).out


def test_predictions_are_raw_unless_a_spreadsheet_is_to_open_them(model, data, cli) -> None:
    raw = cli("predict", "formulas", data).out.splitlines()
    guarded = cli("predict", "formulas", data, "--spreadsheet").out.splitlines()
    assert set(raw[1:]) <= {"=yes", "=no"}
    assert guarded[1:] == [f"'{each}" for each in raw[1:]]


def test_a_report_that_cannot_be_written_is_told_in_words(model, tmp_path: Path) -> None:
    assert model.report(tmp_path / "r.html").read_bytes() == model.report().read_bytes()
    with pytest.raises(StoreError, match="cannot be written"):
        model.report(tmp_path / "nowhere" / "r.html")


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_kept_metrics_are_written_by_the_suffix(model, done, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"metrics{suffix}"
    done("report", "formulas@1", "--out", tmp_path / "r.html", "--metrics", path)
    told: Any = path.read_text()
    assert all(key in told for key in model.metrics)


@pytest.mark.parametrize(
    "words",
    [
        ("profile", "DATA", "--out", "DATA"),
        ("predict", "MODEL", "DATA", "--out", "DATA"),
        ("predict", "MODEL", "DATA", "--out", "MODEL/manifest.json"),
        ("evaluate", "MODEL", "DATA", "--csv", "DATA"),
        ("compare", "MODEL", "formulas", "--data", "DATA", "--out", "DATA"),
        ("compare", "MODEL", "formulas", "--out", "MODEL/report.html"),
        ("report", "MODEL", "--out", "MODEL/manifest.json"),
        ("report", "formulas", "--out", "other.html", "--metrics", "MODEL/metrics.csv"),
        ("report", "formulas", "--plots", "MODEL"),
        ("export", "MODEL", "--format", "onnx", "--out", "MODEL/model.onnx"),
    ],
    ids=" ".join,
)
def test_no_command_writes_over_what_it_reads(model, data, cli, words) -> None:
    before = data.read_bytes(), sorted((path, path.read_bytes()) for path in model.path.iterdir())
    named = [word.replace("DATA", str(data)).replace("MODEL", str(model.path)) for word in words]
    ending = cli(*named)
    assert (ending.code, "would destroy it" in ending.err) == (4, True), ending
    after = data.read_bytes(), sorted((path, path.read_bytes()) for path in model.path.iterdir())
    assert after == before
