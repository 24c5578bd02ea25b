"""Trains a model from Python, by the same services as every other door."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

from modelyard.bootstrap import Project, open_project
from modelyard.domain.datasets import DatasetFormat
from modelyard.domain.outlooks import Outlook
from modelyard.kit.addresses import scheme_of
from modelyard.protocols.progress import Progress, Silence
from modelyard.services.datasets import location_of
from modelyard.workbench.models import Model
from modelyard.workbench.options import TrainOptions, config_of


def train(
    data: Any,
    *,
    target: str,
    out: str | Path | None = None,
    progress: Progress | None = None,
    project: Project | None = None,
    **options: Unpack[TrainOptions],
) -> Model:
    """Train a model, prove it, sign it, register it, and hand it back ready to predict.

    Args:
        data: a path, a pandas, polars or Arrow table, a dict of columns, or a list of dicts.
        target: column to predict.
        out: folder for a copy of the package; must not exist or be empty.
        progress: told what happens.
        project: where results live; None means the one that the environment names.
        options: see `TrainOptions`.

    Raises:
        BlockingFindings: if a finding of severity error was not accepted by name.
        ModelyardError: if data or options do not allow training.
    """
    project = project or open_project()
    config = config_of(target, dict(options), are_pictures=_are_pictures(data))
    outcome = project.training.train(
        lambda: project.datasets.read(data, config.read),
        config,
        progress=progress or Silence(),
        location=location_of(data),
        out=None if out is None else Path(out),
    )
    # The package is verified anew; its graph has been open since it was proved.
    session = outcome.trained.fitted.session
    opened = project.predicting.open(outcome.folder, session=session)
    return Model(
        path=outcome.folder,
        # Known as the version that it was registered as, so that its measurements are kept.
        opened=replace(opened, reference=outcome.model.reference),
        project=project,
        run=outcome.run,
        evaluation=outcome.trained.evaluation,
        findings=outcome.trained.examination.findings,
    )


def estimate(
    data: Any,
    *,
    target: str,
    progress: Progress | None = None,
    project: Project | None = None,
    **options: Unpack[TrainOptions],
) -> Outlook:
    """Say what the budget of an AutoML run is likely to buy, without training anything.

    Args:
        data: as for `train`.
        target: column to predict.
        progress: told what happens.
        project: whose settings count; None means the one that the environment names.
        options: as for `train`, with a budget or the algorithm "auto".

    Raises:
        UsageError: if one algorithm is named.
        ModelyardError: as `train`.
    """
    project = project or open_project()
    config = config_of(target, dict(options), are_pictures=_are_pictures(data))
    return project.training.estimate(
        lambda: project.datasets.read(data, config.read), config, progress=progress or Silence()
    )


def _are_pictures(data: Any) -> bool:
    """Return whether data are a folder or a zip file of pictures."""
    if not isinstance(data, str | Path) or scheme_of(data) is not None:
        return False
    path = Path(data)
    return path.is_dir() or path.suffix.lower() == f".{DatasetFormat.PICTURES}"
