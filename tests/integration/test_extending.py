"""The page on extending is true: what it shows is written to a copy of the source, and works."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "extending.md"
BLOCK = re.compile(r"^```\w+\n# (\S+/\S+\.\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FOREIGN = "modelyard-extras"
KEYS = {
    "test_algorithms.py": "least-absolute",
    "test_metrics.py": "within-tenth",
    "test_transforms.py": "quartile-scale",
}


@dataclass(frozen=True)
class Yard:
    """A copy of the source with the page's files in it, and the names of these files."""

    root: Path
    files: tuple[str, ...]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a module of the copy."""
        paths = os.pathsep.join(str(self.root / name) for name in ("src", FOREIGN))
        # The copy is nobody's source: what is measured of it would have no file tomorrow.
        inherited = {key: os.environ[key] for key in os.environ if not key.startswith("COV")}
        environment = inherited | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Yard:
    """Copy the source, write the page's files to their places, and install its package."""
    root = tmp_path_factory.mktemp("yard")
    leave_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src" / "modelyard", root / "src" / "modelyard", ignore=leave_out)
    shutil.copytree(ROOT / "tests" / "conformance", root / "tests" / "conformance")
    shutil.copy(ROOT / "tests" / "conftest.py", root / "tests" / "conftest.py")
    shutil.copy(ROOT / "pyproject.toml", root / "pyproject.toml")
    shutil.copy(ROOT / "examples" / "data" / "penguins.csv", root / "penguins.csv")
    files = dict(BLOCK.findall(PAGE.read_text(encoding="utf-8")))
    for name, text in files.items():
        assert not (root / name).exists(), f"{name} is there already: nothing is to be edited"
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    _declare(root / FOREIGN)
    return Yard(root, tuple(files))


def _declare(package: Path) -> None:
    """Write what an installation of the page's package leaves behind: name and entry points."""
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"], project["version"]
    declared = package / f"{name.replace('-', '_')}-{version}.dist-info"
    declared.mkdir()
    (declared / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = []
    for group, points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{key} = {place}" for key, place in points.items())]
    (declared / "entry_points.txt").write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def training(yard: Yard) -> dict[str, object]:
    """Train with the page's algorithm on penguins, and return what `train --json` says."""
    words = ("train", "penguins.csv", "--target", "body_mass_g", "--json")
    chosen = ("--algorithm", "least-absolute", "--set", "max_iter=20")
    done = yard.run("modelyard", *words, *chosen)
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_the_page_shows_one_file_and_one_test_of_each_sort(yard):
    shelves = ("algorithms", "transforms", "metrics", "checks")
    folders = [f"src/modelyard/components/{shelf}/" for shelf in shelves]
    folders += [f"tests/unit/{shelf}/" for shelf in shelves]
    for folder in (*folders, "src/modelyard/cli/", "tests/unit/cli/"):
        assert sum(name.startswith(folder) for name in yard.files) == 1, folder


def test_the_tests_of_the_page_pass_and_the_suites_find_its_components(yard):
    suites = [f"tests/conformance/{suite}" for suite in KEYS]
    wanted = " or ".join(("unit", *KEYS.values()))
    plain = ("-p", "no:randomly", "-p", "no:cacheprovider")
    done = yard.run("pytest", "tests/unit", *suites, "-v", "-k", wanted, *plain)
    assert done.returncode == 0, done.stdout
    passed = [line for line in done.stdout.splitlines() if " PASSED " in line]
    for name in yard.files:
        assert not name.startswith("tests/") or any(line.startswith(name) for line in passed), name
    for suite, key in KEYS.items():
        assert any(line.startswith(f"tests/conformance/{suite}") and key in line for line in passed)


def test_the_code_of_the_page_keeps_the_rules_of_the_source(yard):
    files = [name for name in yard.files if name.endswith(".py")]
    for rule in (("check",), ("format", "--diff")):
        done = yard.run("ruff", *rule, "--no-cache", *files)
        assert done.returncode == 0, done.stdout


def test_the_new_algorithm_trains_from_the_command_line(training):
    assert training["algorithm"] == "least-absolute"
    assert training["parameters"] == {"max_iter": 20}
    assert training["beats_baseline"]


def test_the_new_metric_is_part_of_the_evaluation(training):
    metric = training["metrics"]["within-tenth"]
    assert metric["low"] <= metric["value"] <= metric["high"]
    assert metric["value"] > metric["baseline"]


def test_the_new_check_reports_its_finding(training):
    assert "small-table" in {finding["name"] for finding in training["findings"]}


def test_the_new_command_is_listed_and_answers(yard):
    listed = yard.run("modelyard", "--help").stdout
    assert re.search(r"^  columns +List the columns of DATA", listed, re.MULTILINE)
    answered = yard.run("modelyard", "columns", "penguins.csv", "--json")
    assert json.loads(answered.stdout)["island"] == "category"


def test_a_metric_of_another_package_is_part_of_the_evaluation(training):
    assert training["metrics"]["largest-error"]["value"] > 0
