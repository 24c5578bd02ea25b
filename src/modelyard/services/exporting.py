"""Hands a model out in the forms of other programs: one ONNX graph, a scoring example, skops."""

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.errors import InvalidValue, ParityExceeded, UsageError
from modelyard.domain.manifests import Manifest
from modelyard.kit.matching import suggestion
from modelyard.kit.spreadsheets import csv_text
from modelyard.packaging.graphs.whole import NUMBERS, WORDS, spelled, whole_graph
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.packages import ESTIMATOR, MODEL, REFERENCE
from modelyard.runtime.recipes import Recipe
from modelyard.runtime.sessions import open_graph
from modelyard.services.predicting import OpenModel
from modelyard.store.artifacts import folder_at, require_free
from modelyard.store.files import write_whole

# An exported graph answers as the package does, but for the order in which sums are rounded: in
# probability, and in units of max(1, |y|).
TOLERANCE = 1e-6

_EXAMPLE_ROWS = 10
_SHORT = "0.0"
_UNSEEN = "\N{SNOWMAN} never seen in training"

Cells = dict[str, list[object]]


def export(model: OpenModel, form: str, *, path: Path) -> tuple[Path, ...]:
    """Write a model in another form, and return the files that were written.

    Args:
        model: to hand out.
        form: "onnx", "scoring" or "skops".
        path: a file; for "scoring" a folder, which must not exist or be empty.

    Raises:
        InvalidValue: if there is no such form.
        UsageError: if the model cannot take it, or the folder is not free.
        ParityExceeded: if the graph does not answer as the package does; nothing is written then.
        StoreError: if it cannot be written.
    """
    if form not in _FORMS:
        hint = suggestion(form, list(_FORMS), otherwise="Choose one of them.")
        raise InvalidValue(
            f"A model is exported as {', '.join(_FORMS)}; '{form}' came.", fix=hint, sample=form
        )
    return _FORMS[form](model, path)


def graph_of(model: OpenModel) -> bytes:
    """Return recipe, model and decision as one graph, held to the answers of the package.

    Raises:
        UsageError: if a step of the recipe has no graph form.
        ParityExceeded: if the graph does not answer as the package does.
    """
    content = whole_graph(model.manifest, model.package.recipe, model=model.package.contents[MODEL])
    _prove(model, content)
    return content


def _export_graph(model: OpenModel, path: Path) -> tuple[Path, ...]:
    write_whole(path, graph_of(model))
    return (path,)


def _export_scoring(model: OpenModel, path: Path) -> tuple[Path, ...]:
    require_free(path)
    contents = _scoring_files(model)
    with folder_at(path.absolute()) as folder:
        for name, content in contents.items():
            (folder / name).write_bytes(content)
    return tuple(path / name for name in contents)


def _export_estimator(model: OpenModel, path: Path) -> tuple[Path, ...]:
    content = model.package.contents.get(ESTIMATOR)
    if content is None:
        raise UsageError(
            "The package holds no estimator of scikit-learn.",
            fix="Train again with --keep-estimator, and an algorithm that scikit-learn fits.",
        )
    about = path.with_name(f"{path.name}.md")
    write_whole(path, content)
    write_whole(about, _estimator_words(model).encode())
    return path, about


_FORMS: Mapping[str, Callable[[OpenModel, Path], tuple[Path, ...]]] = MappingProxyType(
    {"onnx": _export_graph, "scoring": _export_scoring, "skops": _export_estimator}
)


# ----------------------------------------------------------------------------- the proof
def _prove(model: OpenModel, content: bytes) -> None:
    session, decision = open_graph(content), model.predictor.decision
    for blocks in (_reference_blocks(model), _odd_blocks(model)):
        expected = model.predictor.predict_blocks(blocks)
        answers = session.run(None, graph_inputs(blocks, model.package.recipe))
        flips = 0
        if expected.probabilities is None:
            got, wanted = (
                answers[0][:, None],
                np.asarray(expected.values, dtype=np.float64)[:, None],
            )
        else:
            got, wanted = answers[1], expected.probabilities
            # By the graph's own probabilities: a tie may fall otherwise by the last bit of one.
            flips = int((answers[0] != decision.rows(got).values).sum())
        is_near = np.isclose(got, wanted, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
        n_far = int((~is_near).any(axis=1).sum())
        if flips or n_far:
            raise ParityExceeded(
                f"The graph answers {n_far} rows otherwise than the package by more than "
                f"{TOLERANCE:g}, and {flips} with another label.",
                fix="Nothing was written. Please report this with the configuration.",
            )


def graph_inputs(blocks: Blocks, recipe: Recipe) -> dict[str, npt.NDArray[np.generic]]:
    """Return rows as an exported graph takes them."""
    given: dict[str, npt.NDArray[np.generic]] = {}
    if blocks.number_names:
        given[NUMBERS] = blocks.numbers
    if blocks.string_names:
        write = spelled(blocks.string_names, recipe)
        words = [
            ["" if cell is None else of(cell) for of, cell in zip(write, row, strict=True)]
            for row in blocks.strings.tolist()
        ]
        given[WORDS] = np.array(words, dtype=object).reshape(blocks.strings.shape)
    return given


def _reference_cells(model: OpenModel) -> Cells:
    cells: Cells = json.loads(model.package.contents[REFERENCE])["columns"]
    return {column.name: cells[column.name] for column in model.manifest.inputs}


def _reference_blocks(model: OpenModel) -> Blocks:
    return model.predictor.reader.read_columns(_reference_cells(model))


def _odd_blocks(model: OpenModel) -> Blocks:
    """Return rows of gaps, of words that were never seen, and of the ends of each column."""
    usual = _reference_blocks(model)
    numbers, strings = usual.numbers[:4].copy(), usual.strings[:4].copy()
    ends = {column.name: (column.minimum, column.maximum) for column in model.manifest.inputs}
    for at, name in enumerate(usual.number_names):
        odd = (np.nan, 0.0, *ends[name])
        numbers[:, at] = [np.nan if each is None else each for each in odd][: len(numbers)]
    kinds = {column.name: column.kind for column in model.manifest.inputs}
    for at, name in enumerate(usual.string_names):
        unseen = _SHORT if kinds[name] is ColumnKind.SEQUENCE else _UNSEEN
        strings[:2, at] = (None, unseen)[: len(strings)]
    return Blocks(usual.number_names, usual.string_names, numbers, strings)


# ---------------------------------------------------------------------- the scoring example
def _scoring_files(model: OpenModel) -> dict[str, bytes]:
    # Evenly over the reference rows: a table is often sorted by its target.
    cells = {
        name: values[:: max(1, len(values) // _EXAMPLE_ROWS)][:_EXAMPLE_ROWS]
        for name, values in _reference_cells(model).items()
    }
    names = list(cells)
    rows = [dict(zip(names, row, strict=True)) for row in zip(*cells.values(), strict=True)]
    written = csv_text(names, [list(row.values()) for row in rows], is_for_spreadsheets=False)
    script = files("modelyard.packaging") / "scoring" / "score.py"
    return {
        "model.onnx": graph_of(model),
        "score.py": script.read_bytes(),
        "rows.csv": written.encode(),
        "rows.json": json.dumps(rows, ensure_ascii=False, indent=2).encode(),
        "README.md": _scoring_words(model.manifest).encode(),
    }


def _scoring_words(manifest: Manifest) -> str:
    answer = "a number" if not manifest.labels else "a label and the probability of each label"
    columns = "\n".join(
        f"| `{column.name}` | {column.kind.value} | {_example(column.example)} |"
        for column in manifest.inputs
    )
    return f"""# {manifest.name}

Predicts `{manifest.target}`: {answer} for each row. Nothing but numpy and onnxruntime is needed:

    pip install numpy onnxruntime
    python score.py rows.csv
    python score.py rows.json

`model.onnx` takes raw columns as two matrices, `numbers` (double, NaN where missing; truth values
as 0 and 1, moments as microseconds since 1970 UTC) and `words` (text, empty where missing). Which
column stands where is in its metadata under `number_columns` and `word_columns`. `score.py` shows
how rows become these matrices; numbers in it are plain decimals.

Open the graph with no more than basic optimisation, as `score.py` does: higher levels round
constants to single precision.

| column | kind | for example |
| --- | --- | --- |
{columns}
"""


def _example(value: object) -> str:
    return "" if value is None else f"`{value}`"


def _estimator_words(model: OpenModel) -> str:
    manifest, features = model.manifest, model.package.recipe.features
    names = "\n".join(f"{at}. `{name}`" for at, name in enumerate(features, start=1))
    labels = ", ".join(f"{code} is `{label}`" for code, label in enumerate(manifest.labels))
    classes = f"Classes are codes: {labels}. " if labels else ""
    mapped = (
        "Its probabilities are those before calibration, which the package applies after it. "
        if manifest.calibration
        else ""
    )
    return f"""# The estimator of {manifest.name}

The estimator takes the features that the package's recipe makes of the raw columns, not the raw
columns themselves, as a double matrix without gaps in other places than training had them.
{classes}{mapped}Read it with `skops.io.load`, and look at what
`skops.io.get_untrusted_types` names before you trust it.

## Columns of its matrix

{names}
"""
