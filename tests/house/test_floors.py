"""An import only ever runs downward, and the contracts that say so would notice if one did not."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

LINTER = Path(sys.executable).with_name("lint-imports")


def _lint(folder):
    return subprocess.run(
        [LINTER, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_contract_is_kept(root, pyproject):
    result = _lint(root)
    assert result.returncode == 0, result.stdout
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", result.stdout)
    assert int(kept.group(1)) == len(pyproject["tool"]["importlinter"]["contracts"])


def test_an_import_that_runs_upward_breaks_the_floors(root, tmp_path):
    shutil.copytree(root / "src", tmp_path / "src", ignore=shutil.ignore_patterns("*.egg-info"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    (tmp_path / "src/modelyard/kit/upward.py").write_text("import modelyard.bootstrap\n")
    result = _lint(tmp_path)
    assert result.returncode == 1, result.stdout
    assert "modelyard.kit.upward -> modelyard.bootstrap" in result.stdout


def test_a_room_that_stands_on_no_floor_is_noticed(root, tmp_path):
    shutil.copytree(root / "src", tmp_path / "src", ignore=shutil.ignore_patterns("*.egg-info"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    (tmp_path / "src/modelyard/attic.py").write_text('"""A room that no floor names."""\n')
    result = _lint(tmp_path)
    assert result.returncode == 1, result.stdout
    assert "attic" in result.stdout


def test_the_floors_leave_no_room_out(pyproject):
    contracts = pyproject["tool"]["importlinter"]["contracts"]
    layers = [contract for contract in contracts if contract["type"] == "layers"]
    assert {contract["exhaustive"] for contract in layers} == {True}
    assert pyproject["tool"]["importlinter"]["exclude_type_checking_imports"] is False
