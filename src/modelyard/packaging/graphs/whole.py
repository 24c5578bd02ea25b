"""A packaged model as one graph: raw columns in, answers out.

It takes two matrices and not an input for each column: `numbers` double and `words` text, in the
order that its facts name. A table of any width is two arrays then, and one call has two arguments,
which is what makes single rows quick. The words of a missing cell are empty.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.errors import UsageError
from modelyard.domain.manifests import Manifest
from modelyard.domain.tasks import Task
from modelyard.kit.discovery import scan
from modelyard.packaging.graphs.chains import DOUBLE, INPUT, INT64, OUTPUT, Chain, encoded
from modelyard.packaging.graphs.deciding import calibrated, decided
from modelyard.packaging.graphs.forms import Columns, Form, beside
from modelyard.packaging.graphs.merging import Joined, join
from modelyard.packaging.graphs.messages import BOOL, OPSETS, STRING, Port, Versions, model_of
from modelyard.runtime.decisions import Decision
from modelyard.runtime.recipes import Recipe, Stage
from modelyard.runtime.steps.token_ids import WORD, TokenIds, spaced

NUMBERS, WORDS = "numbers", "words"
LABEL, PROBABILITIES, VALUE = "label", "probabilities", "value"

_STEPS = "modelyard.packaging.graphs.steps"


def whole_graph(manifest: Manifest, recipe: Recipe, *, model: bytes) -> bytes:
    """Return one ONNX model of recipe, model and decision.

    Args:
        manifest: what the model is.
        recipe: from raw columns to features.
        model: the package's graph, from features to scores.

    Raises:
        UsageError: if the recipe holds a step that has no graph form.
    """
    if recipe.pictures:
        raise UsageError(
            "A graph decodes no pictures: it takes their pixels, as that of the package does.",
            fix="Take `model.onnx` of the package: pictures_0 is (n, height, width, 3) uint8.",
        )
    joined = Joined(opsets=dict(OPSETS))
    _add(joined, {"made_features": prepared(recipe)}, prefix="recipe/")
    join(joined, model, prefix="model/", known={INPUT: "made_features", OUTPUT: "raw_scores"})
    opsets = {**joined.opsets, "": max(joined.opsets[""], _opset_of(recipe))}
    answers = _answers(manifest)
    _add(joined, answers, prefix="answer/")
    return model_of(
        joined.nodes,
        joined.constants,
        inputs=_inputs(recipe),
        outputs=_outputs(manifest),
        versions=Versions(joined.ir_version, opsets),
        facts=facts_of(manifest, recipe),
    )


def prepared(recipe: Recipe) -> Chain:
    """Return the features that a recipe makes of `numbers` and `words`.

    Raises:
        UsageError: if a step has no graph form.
    """
    forms = _forms()
    _require_forms(recipe, forms)
    sources = [
        Columns(Chain(taken=NUMBERS), len(recipe.number_names), are_words=False),
        Columns(Chain(taken=WORDS), len(recipe.string_names), are_words=True),
    ]
    places: dict[str, tuple[int, int]] = {}
    for index, names in enumerate((recipe.number_names, recipe.string_names)):
        places.update({name: (index, at) for at, name in enumerate(names)})
    for stage in recipe.stages:
        form = forms[type(stage.step)]
        if not stage.outputs:
            continue
        made = form.write(stage.step, _gathered(stage.inputs, places, sources))
        places.update({name: (len(sources), at) for at, name in enumerate(stage.outputs)})
        sources.append(Columns(made, len(stage.outputs), are_words=form.gives_words))
    return _gathered(recipe.features, places, sources).chain.then("Identity")


def facts_of(manifest: Manifest, recipe: Recipe) -> dict[str, str]:
    """Return what stands beside the graph in its metadata, everything but texts as JSON."""
    in_order = _read_in_order(recipe)
    facts: dict[str, Any] = {
        "name": manifest.name,
        "task": manifest.task.value,
        "target": manifest.target,
        "algorithm": manifest.algorithm,
        "created_at": manifest.created_at,
        "number_columns": list(recipe.number_names),
        "word_columns": list(recipe.string_names),
        "columns": [_column_facts(column, manifest, in_order) for column in manifest.inputs],
        "labels": list(manifest.labels),
        "versions": dict(manifest.versions),
    }
    if len(manifest.labels) == 2:
        facts["threshold"] = manifest.threshold
    if manifest.costs:
        facts["costs"] = [list(row) for row in manifest.costs]
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in facts.items()
    }


def spelled(names: Sequence[str], recipe: Recipe) -> list[Callable[[str], str]]:
    """Return for each column of words how the graph wants its texts written."""
    in_order = _read_in_order(recipe)
    return [spaced if name in in_order else str for name in names]


def _read_in_order(recipe: Recipe) -> set[str]:
    """Return the columns of which a network reads the words one after the other."""
    stages = (stage for stage in recipe.stages if isinstance(stage.step, TokenIds))
    return {name for stage in stages for name in stage.inputs}


def _forms() -> dict[type[Any], Form]:
    return {form.step: form for _, form in scan(_STEPS, "FORM")}


def _opset_of(recipe: Recipe) -> int:
    """Return the standard operators that the steps ask for."""
    forms = _forms()
    return max((forms[type(stage.step)].opset for stage in recipe.stages), default=0)


def _column_facts(column: InputColumn, manifest: Manifest, in_order: set[str]) -> dict[str, Any]:
    """Return how the cells of a column are read."""
    facts = {
        "name": column.name,
        "kind": column.kind.value,
        "missing": sorted({*manifest.missing_tokens, *column.missing_words}),
    }
    if column.name in in_order:
        return facts | {"words": WORD}
    if column.kind is ColumnKind.SEQUENCE:
        return facts | {"decimal": manifest.decimal}
    if column.kind is ColumnKind.BOOLEAN:
        return facts | {"true_words": column.true_words, "false_words": column.false_words}
    if column.kind is ColumnKind.DATETIME:
        return facts | {"datetime_format": column.datetime_format}
    if column.number_format:
        return facts | {"number_format": column.number_format}
    return facts | {"decimal": manifest.decimal} if column.kind.is_number else facts


def _require_forms(recipe: Recipe, forms: Mapping[type[Any], Form]) -> None:
    """Refuse a recipe with steps that have no form as a graph, all of them at once."""
    without = [stage for stage in recipe.stages if type(stage.step) not in forms]
    if not without:
        return
    steps = " and ".join(_told(stage) for stage in without)
    noun = "The step" if len(without) == 1 else "The steps"
    raise UsageError(
        f"{noun} {steps} cannot be written as a graph.",
        fix="Serve the package itself, or train with another preparation of these columns "
        "(--column NAME:KEY=WORD) or without them (--drop).",
        column=without[0].inputs[0] if without[0].inputs else None,
        sample=", ".join(stage.step.kind for stage in without),
    )


def _told(stage: Stage) -> str:
    names = ", ".join(f"'{name}'" for name in stage.inputs[:5])
    more = f" and {len(stage.inputs) - 5} more" if len(stage.inputs) > 5 else ""
    return f"'{stage.step.kind}', which prepares {names}{more},"


def _gathered(
    names: Sequence[str], places: Mapping[str, tuple[int, int]], sources: Sequence[Columns]
) -> Columns:
    found = [places[name] for name in names]
    parts = [
        sources[index].taken([at for _, at in group])
        for index, group in groupby(found, key=lambda place: place[0])
    ]
    if not parts:
        raise UsageError("The model takes no column, so there is no graph to write.")
    return Columns(beside(parts), len(found), are_words=sources[found[0][0]].are_words)


def _add(joined: Joined, outputs: Mapping[str, Chain], *, prefix: str) -> None:
    nodes, constants = encoded(outputs, prefix=prefix)
    joined.nodes.extend(nodes)
    joined.constants.extend(constants)


def _answers(manifest: Manifest) -> dict[str, Chain]:
    scores = Chain(taken="raw_scores")
    if manifest.task is Task.REGRESSION:
        return {VALUE: scores.then("Squeeze", np.array([1]))}
    decision = Decision.of(manifest)
    probabilities = calibrated(scores, decision.calibration).then("Identity")
    codes = decided(probabilities, decision.rule, n_labels=len(manifest.labels))
    labels = np.array(manifest.labels, dtype=_label_type(manifest)[1])
    return {LABEL: codes.then("Gather", labels, None, axis=0), PROBABILITIES: probabilities}


def _label_type(manifest: Manifest) -> tuple[int, type[Any]]:
    """Return of which type the labels are, in ONNX and in numpy."""
    for kind, types in ((bool, (BOOL, np.bool_)), (int, (INT64, np.int64))):
        if all(type(label) is kind for label in manifest.labels):
            return types
    return STRING, object


def _inputs(recipe: Recipe) -> tuple[Port, ...]:
    ports = (
        Port(NUMBERS, DOUBLE, len(recipe.number_names)),
        Port(WORDS, STRING, len(recipe.string_names)),
    )
    return tuple(port for port in ports if port.n_columns)


def _outputs(manifest: Manifest) -> tuple[Port, ...]:
    if manifest.task is Task.REGRESSION:
        return (Port(VALUE, DOUBLE, None),)
    label = Port(LABEL, _label_type(manifest)[0], None)
    return (label, Port(PROBABILITIES, DOUBLE, len(manifest.labels)))
