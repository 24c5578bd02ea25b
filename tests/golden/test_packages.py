"""Packages that released formats wrote open for ever and answer what they answered then.

Each folder `packages/v<format>-<name>` was written once and is never written again; beside it
stands what it answered, row by row, on the day that it was made.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import modelyard
from modelyard.runtime.packages import open_package
from modelyard.runtime.predictor import Predictor

PACKAGES = Path(__file__).parent / "packages"
# The key that signed them was thrown away; its public half stands in each signature.
SIGNER = "8095fe45649ad84619f7aab489bf5bef1f5f406ea865ec21aa0e677f5ed0f665"
KEPT = sorted(path for path in PACKAGES.iterdir() if path.is_dir())


def _recorded(folder: Path) -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads(folder.with_suffix(".json").read_bytes())
    return recorded


def test_the_first_format_is_kept() -> None:
    assert {"v1-iris-logistic-regression", "v1-penguins-lightgbm"} <= {path.name for path in KEPT}


@pytest.mark.parametrize("folder", KEPT, ids=lambda path: path.name)
def test_a_kept_package_answers_what_it_answered(folder: Path) -> None:
    package = open_package(folder, {SIGNER})
    recorded = _recorded(folder)
    assert f"v{package.manifest.format_version}-" == folder.name[:3]
    predictor = Predictor.of(package)
    answers = [predictor.predict_row(row) for row in recorded["rows"]]
    assert [answer.value for answer in answers] == recorded["values"]
    chances = [[answer.probabilities[label] for label in recorded["labels"]] for answer in answers]
    # Another build of the runtime may add in another order, nothing more.
    np.testing.assert_allclose(chances, recorded["probabilities"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("folder", KEPT, ids=lambda path: path.name)
def test_a_kept_package_serves_every_door(folder: Path, tmp_path: Path) -> None:
    model = modelyard.load(folder, trust=[SIGNER])
    recorded = _recorded(folder)
    assert model.predict(recorded["rows"]) == recorded["values"]
    measured = model.evaluate(recorded["rows"])
    assert measured.metrics
    assert model.report(tmp_path / "report.html").stat().st_size > 0
