"""The runtime opens a package and predicts where nothing that trains is installed."""

import json
import subprocess
import sys
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import modelyard
from modelyard.bootstrap import open_project
from modelyard.settings import Settings
from modelyard.workbench.models import Model

PENGUINS = Path(__file__).parents[2] / "examples" / "data" / "penguins.csv"
NEEDED = ("numpy", "onnxruntime", "cryptography")
# Whatever trains, keeps, draws or talks; an import of one of them would fail in such a place.
ABSENT = (
    "sklearn", "scipy", "lightgbm", "polars", "pandas", "pyarrow", "sqlalchemy", "alembic",
    "pydantic", "yaml", "jinja2", "click", "rich", "structlog", "onnx", "charset_normalizer",
)  # fmt: skip
PROGRAM = """
import importlib.util, json, sys
from pathlib import Path

folder, fingerprint, rows, absent = json.loads(sys.stdin.read())
found = [name for name in absent if importlib.util.find_spec(name)]
assert not found, found

from modelyard.runtime.packages import open_package
from modelyard.runtime.predictor import Predictor

predictor = Predictor.of(open_package(Path(folder), {fingerprint}))
single = [predictor.predict_row(row) for row in rows]
batch = predictor.predict_rows(rows)
answers = [[one.value, [one.probabilities[label] for label in batch.labels]] for one in single]
at_once = [list(batch.values), batch.probabilities.tolist() if batch.labels else []]
print(json.dumps([answers, at_once, sys.prefix]))
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of an environment that holds what the runtime needs, by links."""
    place = tmp_path_factory.mktemp("alone") / "env"
    venv.create(place, with_pip=False, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = place / "lib" / version / "site-packages"
    for found in _closure(NEEDED):
        for top in {Path(file).parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            link = site / top
            if not link.exists():
                link.symlink_to(Path(str(found.locate_file(top))))
    (site / "modelyard").symlink_to(Path(modelyard.__file__).parent)
    return place / "bin" / "python"


def _closure(names: tuple[str, ...]) -> Iterator[Distribution]:
    """Yield the distributions with all that they require, each once."""
    waiting, seen = list(names), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        found = distribution(name)
        yield found
        needs = [Requirement(text) for text in found.requires or ()]
        waiting += [
            need.name for need in needs if not need.marker or need.marker.evaluate({"extra": ""})
        ]


def _ask(python: Path, model: Model, rows: list[dict[str, Any]]) -> list[Any]:
    given = [str(model.path), model.opened.package.signer, rows, ABSENT]
    done = subprocess.run(
        [python, "-I", "-c", PROGRAM],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("target", "algorithm"),
    [
        ("species", "lightgbm"),
        ("sex", "logistic-regression"),
        ("species", "random-forest"),
        ("body_mass_g", "linear-regression"),
    ],
)
def test_the_runtime_alone_predicts_what_the_workbench_predicts(
    target, algorithm, python, tmp_path
) -> None:
    settings = Settings(tmp_path, f"sqlite:///{tmp_path}/m.db", tmp_path / "keys", threads=1)
    model = modelyard.train(
        PENGUINS, target=target, algorithm=algorithm, project=open_project(settings)
    )
    lines = [line.split(",") for line in PENGUINS.read_text().splitlines()]
    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    answers, at_once, prefix = _ask(python, model, rows)
    assert Path(prefix) == python.parents[1]
    wanted = model.opened.predictor.predict_rows(rows)
    values = wanted.values.tolist()
    chances = [] if wanted.probabilities is None else wanted.probabilities.tolist()
    assert at_once == [values, chances]
    assert at_once[0] == list(model.predict(PENGUINS))
    singles = [model.predict_row(row) for row in rows]
    assert [value for value, _ in answers] == [one.value for one in singles]
    assert [each for _, each in answers] == [
        [one.probabilities[label] for label in wanted.labels] for one in singles
    ]
