"""Puts a rehearsed training on paper: a script, the part of each row, and the versions to lock."""

import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.resources import files
from textwrap import indent
from typing import TYPE_CHECKING, Any

import numpy as np

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.configs import NONE
from modelyard.domain.errors import UsageError
from modelyard.domain.losses import Loss
from modelyard.domain.manifests import Manifest
from modelyard.domain.values import cell_text
from modelyard.engine.ejecting.preparation import preparation_of
from modelyard.engine.ejecting.rehearsing import Rehearsal
from modelyard.engine.fitting import IntArray
from modelyard.kit.source_code import call, listing, literal, mapping
from modelyard.protocols.metrics import Wants
from modelyard.protocols.scripts import ScriptedAlgorithm, ScriptedMetric
from modelyard.runtime.calibration import FLOOR

if TYPE_CHECKING:
    from jinja2 import Template

SCRIPT, SPLIT, LOCK = "train.py", "split.csv", "requirements.lock"
_TRAIN, _VALIDATION, _TEST = "train", "validation", "test"
# What every script uses, beside the libraries on the algorithm's card.
_LIBRARIES = ("numpy", "polars", "scikit-learn")
_IMPORTS = ("import numpy as np", "import polars as pl", "from sklearn import metrics")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
# Sources that polars reads as well, by their keys.
_READERS = {"csv": "read_csv", "parquet": "read_parquet"}


@dataclass(frozen=True)
class Told:
    """What a script says of itself.

    Attributes:
        reference: of the model.
        data: absolute path of the file.
        python: version.
        beside: what the metric is printed beside.
    """

    reference: str
    data: str
    python: str
    beside: str = "in the manifest"


def script_of(rehearsal: Rehearsal, manifest: Manifest, *, told: Told) -> str:
    """Return the source of a script that trains as the rehearsal did, and prints the metric.

    Raises:
        UsageError: if a part of the training has no plain code.
    """
    plan = rehearsal.plan
    algorithm, metric = plan.algorithm, rehearsal.judge.metric
    if not isinstance(algorithm, ScriptedAlgorithm):
        raise UsageError(
            f"{algorithm.card.title} is no library's that a script could call.",
            fix="Train again with another algorithm, lightgbm for example.",
            sample=algorithm.card.key,
        )
    if not isinstance(metric, ScriptedMetric):
        raise UsageError(
            f"The metric {metric.card.key} is in no library that a script could call.",
            fix="Train again with another --metric, roc-auc or rmse for example.",
            sample=metric.card.key,
        )
    fit = algorithm.script(rehearsal.given.training)
    columns = _columns(rehearsal)
    class_weight = _class_weight(rehearsal)
    return _template().render(
        told=told,
        title=algorithm.card.title,
        note=_note(rehearsal),
        manifest=manifest,
        imports=sorted({*_IMPORTS, *fit.imports}, key=lambda line: (line[:4] == "from", line)),
        reader=_reader(rehearsal),
        columns=columns,
        preparation=preparation_of(
            rehearsal.stages, rehearsal.given.recipe.features, raw=columns["held"]
        ),
        fit=fit,
        floor=FLOOR,
        metric=metric.card.key,
        expression=metric.script(len(plan.labels)),
        wants_labels=metric.card.wants is Wants.LABELS,
        answers="probabilities" if plan.labels else "values",
        expected=dict(manifest.metrics[metric.card.key])["value"],
        class_weight=class_weight,
        is_log=plan.is_log,
        is_lifted=plan.wanted_loss is Loss.SQUARED_ERROR,
        goal="logs" if plan.is_log else "y[taught]",
        is_weighed=manifest.weight is not None or class_weight != NONE,
    )


def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    environment = Environment(  # noqa: S701 -- it writes Python, every value as its literal
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {
        "literal": literal,
        "call": call,
        "listing": listing,
        "mapping": mapping,
        "indented": lambda text, n_spaces: indent(text, " " * n_spaces).lstrip(),
    }
    content = files("modelyard.engine.ejecting") / "train.py.jinja"
    return environment.from_string(content.read_text(encoding="utf-8"))


def _note(rehearsal: Rehearsal) -> str:
    """Say what validation rows have settled, where they have."""
    if rehearsal.given.n_stopping and rehearsal.plan.wants_validation:
        return "; for how long to fit, the validation rows have settled"
    return ""


def _class_weight(rehearsal: Rehearsal) -> str | list[float]:
    """Return the word for how classes weigh, or the weight of each."""
    given = rehearsal.plan.class_weight
    if isinstance(given, str):
        return given
    return [float(given.get(cell_text(label), 1.0)) for label in rehearsal.plan.labels]


def _columns(rehearsal: Rehearsal) -> dict[str, Any]:
    """Return the columns by what they hold, as the script reads them.

    Raises:
        UsageError: if numbers are written in a way of their own.
    """
    planned, plan = rehearsal.planned, rehearsal.plan
    config, table = planned.config, planned.examination.table
    named = [*plan.columns, table.column(config.target)]
    if config.weight is not None:
        named.append(table.column(config.weight))
    for column in named:
        if column.number_format or column.missing_words:
            raise UsageError(
                f"The cells of '{column.name}' are written in a way of their own, which no script "
                "reads.",
                fix="Write its numbers plainly, and train again.",
                column=column.name,
            )
    kinds = {ColumnKind.NUMERIC, ColumnKind.INTEGER}
    features = plan.columns
    return {
        "numbers": _names(named, kinds),
        "truths": {c.name: _words(c) for c in named if c.kind is ColumnKind.BOOLEAN},
        "moments": {c.name: c.datetime_format for c in named if c.kind is ColumnKind.DATETIME},
        "words": [c.name for c in named if c.kind.is_string],
        "all": [c.name for c in named],
        "held": {
            "numbers": tuple(_names(features, {*kinds, ColumnKind.BOOLEAN})),
            "moments": tuple(_names(features, {ColumnKind.DATETIME})),
            "words": tuple(_names(features, {ColumnKind.CATEGORY})),
            "texts": tuple(_names(features, {ColumnKind.TEXT})),
        },
    }


def _names(columns: Any, kinds: set[ColumnKind]) -> list[str]:
    return [column.name for column in columns if column.kind in kinds]


def _words(column: Column) -> dict[str, float]:
    return dict.fromkeys(column.true_words, 1.0) | dict.fromkeys(column.false_words, 0.0)


def _reader(rehearsal: Rehearsal) -> dict[str, Any]:
    """Return how polars reads the file.

    Raises:
        UsageError: if it does not.
    """
    facts = rehearsal.planned.examination.table.facts
    if facts.source not in _READERS:
        raise UsageError(
            f"The model was trained on a source of kind '{facts.source}'; a script reads a file of "
            f"{' or '.join(_READERS)}.",
            fix="Write the table to a CSV file, and train on that.",
            sample=facts.source,
        )
    options: dict[str, object] = {}
    is_bare = facts.source == "csv" and rehearsal.planned.config.read.header is False
    if facts.source == "csv":
        options = {"infer_schema": False, "separator": facts.delimiter or ","}
        if facts.encoding not in {None, "ascii", "utf-8", "utf-8-sig"}:
            options["encoding"] = facts.encoding
        if is_bare:
            options["has_header"] = False
        if facts.quote not in {None, '"'}:
            options["quote_char"] = facts.quote
    return {
        "function": _READERS[facts.source],
        "options": options,
        "is_text": facts.source == "csv",
        "is_bare": is_bare,
        "decimal": facts.decimal or ".",
        "missing": sorted({*facts.missing_tokens, ""}),
    }


def parts_of(rehearsal: Rehearsal) -> str:
    """Return the part of every row of the data, as CSV: empty for rows that have none.

    Where a step learns from the target, what it made of each row that teaches stands beside it: in
    which fold it was, or 1 where it was not looked at.
    """
    planned, split = rehearsal.planned, rehearsal.judge.split
    parts = np.full(planned.examination.table.n_rows, "", dtype=object)
    held = split.validation if rehearsal.given.n_stopping else split.validation[:0]
    for rows, part in (
        (held, _VALIDATION),
        (split.test, _TEST),
        (rehearsal.given.taught, _TRAIN),
    ):
        parts[planned.rows[rows]] = part
    head, lines = "part", [str(part or '""') for part in parts]
    for number, fold in enumerate(_folds(rehearsal), start=1):
        head += f",fold_{number}"
        cells = np.full(len(parts), "", dtype=object)
        cells[planned.rows[rehearsal.given.taught]] = fold.astype(str)
        lines = [f"{line},{cell}" for line, cell in zip(lines, cells, strict=True)]
    return "\n".join([head, *lines, ""])


def _folds(rehearsal: Rehearsal) -> list[IntArray]:
    return [each.fold for each in rehearsal.stages if each.fold is not None]


def locked(rehearsal: Rehearsal) -> str:
    """Return the exact versions of what a script needs, and of what that needs, line by line."""
    found: dict[str, str] = {}
    waiting = sorted({*_LIBRARIES, *rehearsal.plan.algorithm.card.libraries})
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            # Needed on other machines alone.
            continue
        for each in requires(name) or []:
            wanted = _NAME.match(each)
            if wanted is not None and "extra ==" not in each:
                waiting.append(wanted[0].lower().replace("_", "-").replace(".", "-"))
    return "".join(f"{name}=={found[name]}\n" for name in sorted(found))
