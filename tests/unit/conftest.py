"""A small signed package, made by hand, for tests of reading and refusing."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.manifests import Manifest, Parity
from modelyard.domain.tasks import Task
from modelyard.kit.hashing import canonical_json
from modelyard.packaging.graphs.linear import linear
from modelyard.packaging.graphs.scores import two_columns
from modelyard.packaging.signing import SigningKey, signing_key_in
from modelyard.packaging.writing import write_package
from modelyard.runtime.packages import MODEL, RECIPE
from modelyard.runtime.recipes import Recipe, Stage
from modelyard.runtime.steps.fill import Fill
from modelyard.runtime.steps.lookup import Lookup

INPUTS = (
    InputColumn("age", ColumnKind.NUMERIC, minimum=1, maximum=90),
    InputColumn("member", ColumnKind.BOOLEAN, true_words=("yes",), false_words=("no",)),
    InputColumn("since", ColumnKind.DATETIME),
    InputColumn("city", ColumnKind.CATEGORY, categories=("Rome", "Oslo")),
)


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    """Return a fresh signing key."""
    return signing_key_in(tmp_path / "keys")


@pytest.fixture
def recipe() -> Recipe:
    """Return a recipe over all four input columns."""
    return Recipe(
        number_names=("age", "member", "since"),
        string_names=("city",),
        stages=(
            Stage(Fill((40.0, 0.0)), ("age", "member"), ("age", "member")),
            Stage(
                Lookup((("Rome", "Oslo"),), unknown=(-2.0,), missing=(-1.0,)), ("city",), ("town",)
            ),
        ),
        features=("age", "member", "town"),
    )


@pytest.fixture
def contents(recipe: Recipe) -> dict[str, bytes]:
    """Return the files of a package: p(yes) = sigmoid(age / 100 - member + town - 0.5)."""
    chain = two_columns(linear(np.array([[0.01], [-1.0], [1.0]]), np.array([-0.5])))
    return {
        RECIPE: canonical_json(recipe.to_dict()),
        MODEL: chain.to_model(n_features=3, n_outputs=2),
    }


@pytest.fixture
def manifest() -> Manifest:
    """Return a manifest without files."""
    return Manifest(
        name="toy",
        task=Task.BINARY,
        target="bought",
        labels=("no", "yes"),
        algorithm="logistic-regression",
        parameters={"C": 1.0},
        inputs=INPUTS,
        metric="roc-auc",
        metrics={"roc-auc": {"value": 0.8, "low": 0.7, "high": 0.9, "baseline": 0.5}},
        seed=0,
        n_rows=100,
        data_sha256="0" * 64,
        data_location="toy.csv",
        versions={"modelyard": "0.1.0"},
        parity=Parity(10, 10, 0, 0, 0.0),
        created_at="2026-01-01T00:00:00+00:00",
        files={},
        target_column=InputColumn("bought", ColumnKind.CATEGORY, categories=("no", "yes")),
        missing_tokens=("", "NA"),
    )


@pytest.fixture
def write(
    tmp_path: Path, manifest: Manifest, contents: dict[str, bytes], key: SigningKey
) -> Callable[..., Path]:
    """Return a function that writes the package, with changes, and returns its folder."""

    def write_it(
        *, changed: Manifest = manifest, files: dict[str, bytes] = contents, name: str = "package"
    ) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        write_package(folder, changed, contents=files, key=key)
        return folder

    return write_it
