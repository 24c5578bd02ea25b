"""Odd tables where AutoML is to choose: read, refused and answered as for one named algorithm."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from accepted_tables import CASES as ACCEPTED
from accepted_tables import Acceptance
from odd_refusals import CASES as ODD_REFUSALS
from odd_tables import CASES as ODD_TABLES
from refused_tables import CASES as REFUSED
from refused_tables import Refusal

pytestmark = pytest.mark.processes

# Those that the portfolio begins with, not some that were chosen for being quick.
BUDGET = ("--trials", "3", "--deterministic")
# Each takes seconds: the others run with the slow tests.
EACH = 8
TABLES = [
    pytest.param(case, id=case.name, marks=[pytest.mark.slow] if at % EACH else [])
    for at, case in enumerate([*ACCEPTED, *ODD_TABLES])
]
# What stands in the way there is the algorithm that was named, or folds, which AutoML deals itself.
OF_ONE_ALGORITHM = {"an algorithm of classes for fractions", "fewer rows than folds"}
REFUSALS = [each for each in (*REFUSED, *ODD_REFUSALS) if each.name not in OF_ONE_ALGORITHM]


def with_budget(options: Sequence[str]) -> list[str]:
    """Return the options of a case with a budget in place of the algorithm."""
    options = list(options)
    if "--algorithm" in options:
        at = options.index("--algorithm")
        del options[at : at + 2]
    return [*options, *BUDGET]


@pytest.mark.parametrize("case", TABLES)
def test_automl_reads_and_answers_an_odd_table(case: Acceptance, done, put, tmp_path) -> None:
    path = put("data.csv", case.content)
    outcome = done("train", path, *with_budget(case.options))
    assert {name: outcome["read"][name] for name in case.read} == case.read
    assert outcome["n_rows"] == case.n_rows
    assert {*case.findings} <= {finding["name"] for finding in outcome["findings"]}
    manifest = json.loads((Path(outcome["model"]) / "manifest.json").read_bytes())
    assert not set(case.absent) & {one["name"] for one in manifest["inputs"]}
    out = tmp_path / "answers.csv"
    answered = done("predict", "data@1", path, "--proba", "--out", out)
    with out.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == answered["n_rows"]
    for row in rows:
        chances = {n: float(v) for n, v in row.items() if n.startswith("probability_")}
        assert sum(chances.values()) == pytest.approx(1)
        assert f"probability_{row['prediction']}" in chances


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.name)
def test_automl_refuses_what_cannot_be_trained_on(case: Refusal, cli, put, tmp_path) -> None:
    path, out = put("data.csv", case.content), tmp_path / "package"
    ending = cli("train", path, *with_budget(case.options), "--out", out, "--json")
    error = ending.error
    assert (ending.code, error["code"]) == (case.exit_code, case.code), error
    told = f"{error['detail']} {error.get('fix', '')}"
    assert not [piece for piece in case.says if piece not in told], told
    assert error["fix"]
    assert error.get("row") == case.row or case.row is None
    assert error.get("column") == case.column or case.column is None
    assert not out.exists()
    assert cli("models", "list", "--json").document == []
