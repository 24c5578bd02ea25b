"""Turns a trained model into the content of a package, and proves it before it is published."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from modelyard.domain.columns import InputColumn
from modelyard.domain.evaluations import Evaluation
from modelyard.domain.manifests import Manifest, Parity
from modelyard.domain.plain import to_plain
from modelyard.engine.automl import describing
from modelyard.engine.evaluation.binding import reading_of
from modelyard.engine.evaluation.calibrating import Calibrated
from modelyard.engine.publishing.describing import describe_inputs, reference_rows, statistics
from modelyard.engine.publishing.proving import prove
from modelyard.engine.training import Trained
from modelyard.engine.tuning.describing import described
from modelyard.kit.hashing import canonical_json
from modelyard.kit.version import VERSION
from modelyard.packaging.parity import require_small_cost
from modelyard.runtime.packages import CONFORMAL, MODEL, RECIPE, REFERENCE, SCHEMA, STATISTICS

# What every training uses, beside the libraries on the algorithm's card.
_LIBRARIES = ("numpy", "polars", "onnxruntime")
_UNPROVED = Parity(0, 0, 0, 0, 0.0)


@dataclass(frozen=True)
class Draft:
    """A package's content before it is written; `manifest.files` is still empty."""

    manifest: Manifest
    contents: Mapping[str, bytes]

    def with_file(self, name: str, content: bytes) -> "Draft":
        """Return the draft with one file more."""
        return replace(self, contents={**self.contents, name: content})


def draft_package(trained: Trained, *, name: str, created_at: str) -> Draft:
    """Build recipe, graph, reference rows and statistics, and measure parity.

    Args:
        trained: the model in memory.
        name: of the model.
        created_at: ISO 8601, UTC.

    Raises:
        ParityExceeded: if the package would not predict what the trained model predicts, or if
            rounding has made it clearly worse.
    """
    if trained.quantisation is not None:
        require_small_cost(trained.quantisation)
    target_column = trained.table.column(trained.config.target)
    *inputs, target = describe_inputs(trained, columns=[*trained.plan.columns, target_column])
    contents = {
        RECIPE: canonical_json(trained.fitted.recipe.to_dict()),
        MODEL: trained.fitted.session.content,
        REFERENCE: canonical_json(reference_rows(trained)),
        STATISTICS: canonical_json(statistics(trained, inputs)),
        CONFORMAL: trained.answered.conformal.to_bytes(),
    }
    if trained.config.schema is not None:
        contents[SCHEMA] = canonical_json(dict(trained.config.schema))
    manifest = _manifest(trained, tuple(inputs), target=target, name=name, created_at=created_at)
    parity = prove(trained, manifest, contents=contents)
    return Draft(replace(manifest, parity=parity), contents)


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
    target: InputColumn,
    name: str,
    created_at: str,
) -> Manifest:
    facts = trained.examination.table.facts
    calibration = trained.fitted.calibration
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
        versions=_versions(trained.plan.libraries),
        parity=_UNPROVED,
        created_at=created_at,
        files={},
        target_column=target,
        group_column=_reading(trained, trained.config.group),
        time_column=_reading(trained, trained.config.time),
        weight=trained.config.weight,
        members=trained.members,
        search=None if trained.search is None else described(trained.search),
        leaderboard=_leaderboard(trained),
        missing_tokens=facts.missing_tokens,
        decimal=facts.decimal or ".",
        threshold=trained.decided.rule.threshold,
        threshold_by=trained.decided.rule_by,
        costs=trained.decided.rule.costs,
        calibration=None if calibration is None else calibration.to_dict(),
        calibrated=_calibrated(trained.decided.calibrated),
        coverage=tuple(asdict(each) for each in trained.evaluation.coverage),
        extra=_extra(trained),
        card=dict(trained.config.card),
    )


def _reading(trained: Trained, name: str | None) -> InputColumn | None:
    return None if name is None else reading_of(trained.table.column(name))


def _calibrated(calibrated: Calibrated) -> dict[str, float | str | int]:
    """Return why probabilities are mapped or not, and what that gained; NaN is left out."""
    gains = {"gain": calibrated.gain, "low": calibrated.low, "high": calibrated.high}
    finite = {name: value for name, value in gains.items() if np.isfinite(value)}
    return {"reason": calibrated.reason, "n_rows": calibrated.n_rows, **finite}


def _extra(trained: Trained) -> dict[str, Any] | None:
    """Return what fixes changed, what rounding cost and how sequences lay; None for none of it."""
    applied = trained.examination.mending.applied
    told: dict[str, Any] = {"fixes": [asdict(fix) for fix in applied]} if applied else {}
    if trained.quantisation is not None:
        told["quantisation"] = asdict(trained.quantisation)
    read = trained.examination.config.read
    if read.sequences.names:
        told["sequences"] = to_plain(read.sequences, "sequences")
        kinds = {name: kind for name, kind in read.kinds.items() if read.sequences.uses_up(name)}
        told |= {"kinds_of_items": to_plain(kinds, "kinds_of_items")} if kinds else {}
        written = trained.examination.table.facts.time_format
        told |= {"time_format": written} if written else {}
    return told or None


def _versions(libraries: tuple[str, ...]) -> dict[str, str]:
    found = {"modelyard": VERSION}
    for library in (*_LIBRARIES, *libraries):
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def _leaderboard(trained: Trained) -> dict[str, Any] | None:
    return None if trained.leaderboard is None else describing.described(trained.leaderboard)
