"""Turns a trained model into the content of a package, and proves it before it is published."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from math import isnan
from typing import Any

import numpy as np

from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.evaluations import Evaluation
from modelyard.domain.manifests import Manifest, Parity
from modelyard.domain.tasks import Task
from modelyard.engine.preparing import blocks_of, describe_inputs, rows_of
from modelyard.engine.training import Trained
from modelyard.kit.hashing import canonical_json
from modelyard.kit.version import VERSION
from modelyard.packaging.parity import ParityCase, measure_parity, require_parity
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.decisions import Decision
from modelyard.runtime.packages import MODEL, RECIPE, REFERENCE, SCHEMA, STATISTICS, read_recipe
from modelyard.runtime.predictor import Predictor
from modelyard.runtime.reading import InputReader

# Rows of the training data that travel with the model, for explanations and drift.
_REFERENCE_ROWS = 200
# Rows that are compared one by one: half as they are, half with holes and unseen values.
_SINGLE_ROWS = 1_000
# Share of cells that are emptied or made unseen in the second half.
_HOLE_SHARE = 0.2
_UNSEEN = "\N{SNOWMAN} never seen in training"
_N_BINS = 20
# What every training uses, beside the libraries on the algorithm's card.
_LIBRARIES = ("numpy", "polars", "onnxruntime")


@dataclass(frozen=True)
class Draft:
    """A package's content before it is written; `manifest.files` is still empty."""

    manifest: Manifest
    contents: dict[str, bytes]


def draft_package(trained: Trained, *, name: str, created_at: str) -> Draft:
    """Build recipe, graph, reference rows and statistics, and measure parity.

    Args:
        trained: the model in memory.
        name: of the model.
        created_at: ISO 8601, UTC.

    Raises:
        ParityExceeded: if the package would not predict what the trained model predicts.
    """
    train_rows = trained.table.take(trained.split.train)
    inputs = describe_inputs(train_rows, trained.plan.columns)
    contents = {
        RECIPE: canonical_json(trained.fitted.recipe.to_dict()),
        MODEL: trained.fitted.model.to_onnx(),
        REFERENCE: canonical_json(_reference(trained)),
        STATISTICS: canonical_json(_statistics(trained, inputs)),
    }
    if trained.config.schema is not None:
        contents[SCHEMA] = canonical_json(dict(trained.config.schema))
    parity = _prove(trained, inputs, contents=contents)
    return Draft(
        _manifest(trained, inputs, parity=parity, name=name, created_at=created_at), contents
    )


def metrics_of(evaluation: Evaluation) -> dict[str, dict[str, float]]:
    """Return the estimates as manifest and registry keep them; NaN is left out."""
    kept = {}
    for estimate in evaluation.metrics:
        values = {
            "value": estimate.value,
            "low": estimate.low,
            "high": estimate.high,
            "baseline": estimate.baseline,
            "gain": estimate.gain,
            "gain_low": estimate.gain_low,
            "gain_high": estimate.gain_high,
        }
        kept[estimate.key] = {key: value for key, value in values.items() if np.isfinite(value)}
    return kept


def _manifest(
    trained: Trained,
    inputs: tuple[InputColumn, ...],
    *,
    parity: Parity,
    name: str,
    created_at: str,
) -> Manifest:
    facts = trained.examination.table.facts
    return Manifest(
        name=name,
        task=trained.task,
        target=trained.config.target,
        labels=trained.labels,
        algorithm=trained.config.algorithm,
        parameters=dict(trained.fitted.model.parameters),
        inputs=inputs,
        metric=trained.evaluation.metric,
        metrics=metrics_of(trained.evaluation),
        seed=trained.config.seed,
        n_rows=trained.table.n_rows,
        data_sha256=facts.sha256,
        data_location=facts.location,
        versions=_versions(trained.plan.algorithm.card.libraries),
        parity=parity,
        created_at=created_at,
        files={},
        target_column=_target_column(trained),
        missing_tokens=facts.missing_tokens,
    )


def _target_column(trained: Trained) -> InputColumn:
    target = trained.table.column(trained.config.target)
    return describe_inputs(trained.table, [target])[0]


def _versions(libraries: tuple[str, ...]) -> dict[str, str]:
    found = {"modelyard": VERSION}
    for library in (*_LIBRARIES, *libraries):
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def _prove(
    trained: Trained, inputs: Sequence[InputColumn], *, contents: dict[str, bytes]
) -> Parity:
    predictor = Predictor(
        read_recipe(contents[RECIPE]),
        contents[MODEL],
        reader=InputReader(inputs, trained.examination.table.facts.missing_tokens),
        decision=Decision(trained.task, trained.labels),
        n_threads=trained.plan.n_threads,
    )
    test = rows_of(trained.plan.blocks, trained.split.test)
    holed = _holed(trained, test)
    rows = _rows(holed)
    case = ParityCase(
        columns=_columns(test),
        expected=trained.scores,
        rows=rows,
        expected_rows=trained.fitted.scores(holed),
        scale=float(np.std(trained.plan.y)) if trained.task is Task.REGRESSION else 1.0,
    )
    parity = measure_parity(predictor, case)
    require_parity(parity)
    return parity


def _holed(trained: Trained, test: Blocks) -> Blocks:
    """Return up to 1,000 test rows, the second half with cells emptied or never seen before."""
    rng = np.random.default_rng(trained.config.seed)
    n_rows = min(_SINGLE_ROWS, test.n_rows)
    rows = rows_of(test, np.sort(rng.choice(test.n_rows, n_rows, replace=False)))
    numbers, strings = rows.numbers.copy(), rows.strings.copy()
    half = n_rows // 2
    numbers[half:][rng.random(numbers[half:].shape) < _HOLE_SHARE] = np.nan
    dice = rng.random(strings[half:].shape)
    strings[half:][dice < _HOLE_SHARE] = None
    strings[half:][dice > 1 - _HOLE_SHARE] = _UNSEEN
    return Blocks(rows.number_names, rows.string_names, numbers, strings)


def _columns(blocks: Blocks) -> dict[str, Any]:
    numbers = {name: blocks.numbers[:, at] for at, name in enumerate(blocks.number_names)}
    return numbers | {name: blocks.strings[:, at] for at, name in enumerate(blocks.string_names)}


def _rows(blocks: Blocks) -> list[dict[str, Any]]:
    names = (*blocks.number_names, *blocks.string_names)
    numbers = [[None if isnan(v) else v for v in row] for row in blocks.numbers.tolist()]
    strings = blocks.strings.tolist()
    return [
        dict(zip(names, (*left, *right), strict=True))
        for left, right in zip(numbers, strings, strict=True)
    ]


def _reference(trained: Trained) -> dict[str, Any]:
    """Return rows of the training data, columns by name, as a request would carry them."""
    rng = np.random.default_rng(trained.config.seed)
    rows = trained.split.train
    if len(rows) > _REFERENCE_ROWS:
        rows = np.sort(rng.choice(rows, _REFERENCE_ROWS, replace=False))
    table = trained.table.take(rows).select([column.name for column in trained.plan.columns])
    return {"columns": _listed(blocks_of(table))}


def _listed(blocks: Blocks) -> dict[str, list[Any]]:
    rows = _rows(blocks)
    return {name: [row[name] for row in rows] for name in _columns(blocks)}


def _statistics(trained: Trained, inputs: Sequence[InputColumn]) -> dict[str, Any]:
    """Return the distribution of each input over the training rows, and of the test scores."""
    blocks = rows_of(trained.plan.blocks, trained.split.train)
    columns = _columns(blocks)
    described = {column.name: _distribution(column, columns[column.name]) for column in inputs}
    scores = trained.scores
    return {
        "n_rows": blocks.n_rows,
        "inputs": described,
        "baseline": trained.baseline[0].tolist(),
        "scores": [_binned(scores[:, at]) for at in range(scores.shape[1])],
    }


def _distribution(column: InputColumn, values: Any) -> dict[str, Any]:
    if column.kind.is_number:
        return {"n_missing": int(np.isnan(values).sum())} | _binned(values[~np.isnan(values)])
    counts: dict[str, int] = {}
    n_missing = 0
    for value in values.tolist():
        if value is None:
            n_missing += 1
        else:
            counts[value] = counts.get(value, 0) + 1
    if column.kind is not ColumnKind.CATEGORY:
        return {"n_missing": n_missing, "n_distinct": len(counts)}
    return {"n_missing": n_missing, "counts": counts}


def _binned(values: Any) -> dict[str, Any]:
    """Return counts between quantiles, the bins that the population stability index wants."""
    if not len(values):
        return {"edges": [], "counts": []}
    edges = np.unique(np.quantile(values, np.linspace(0, 1, _N_BINS + 1)))
    counts, _ = np.histogram(values, bins=edges if len(edges) > 1 else 1)
    return {"edges": edges.tolist(), "counts": counts.tolist()}
