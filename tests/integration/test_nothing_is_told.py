"""Whoever predicts is not watched: the libraries below write nothing down and call nobody."""

import os
import subprocess
import sys
from pathlib import Path

PENGUINS = Path(__file__).parents[1] / "golden" / "packages" / "v1-penguins-lightgbm"
SIGNER = "8095fe45649ad84619f7aab489bf5bef1f5f406ea865ec21aa0e677f5ed0f665"
PROGRAM = f"""
from pathlib import Path
from modelyard.runtime.packages import open_package
from modelyard.runtime.predictor import Predictor
predictor = Predictor.of(open_package(Path({str(PENGUINS)!r}), {{{SIGNER!r}}}))
row = {{column.name: column.example for column in predictor.reader.inputs}}
print(predictor.predict_row(row).value)
"""


def _written_by(program: str, home: Path) -> set[str]:
    """Return what a program leaves in the home of its user."""
    home.mkdir()
    # Under these, ONNX Runtime keeps still by itself.
    silent = ("ORT_", "CI", "GITHUB_", "TF_BUILD", "XDG_", "COV")
    env = {name: text for name, text in os.environ.items() if not name.startswith(silent)}
    subprocess.run([sys.executable, "-c", program], env={**env, "HOME": str(home)}, check=True)
    return {str(path.relative_to(home)) for path in home.rglob("*")}


def test_a_prediction_leaves_nothing_in_the_home(tmp_path: Path) -> None:
    assert _written_by(PROGRAM, tmp_path / "home") == set()
