"""Looks at a table as a training would, and stops before anything is fitted."""

from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import TargetError
from modelyard.domain.outlines import Outline
from modelyard.domain.tables import RawTable
from modelyard.engine.evaluation.estimates import metric_for
from modelyard.engine.examining import blocking, examine
from modelyard.engine.planning import plan_examined
from modelyard.engine.training import foresee
from modelyard.engine.workshop import Workshop


def outline(raw: RawTable, config: TrainingConfig, *, workshop: Workshop) -> Outline:
    """Return what a training would learn from, and what AutoML is likely to come to.

    Raises:
        ModelyardError: as `engine.training.train`, before its first fit; findings that would stop
            it are told instead.
    """
    examination = examine(
        raw,
        config,
        checks=workshop.catalog.checks(),
        progress=workshop.progress,
        typing=workshop.typing,
    )
    task = examination.task
    if task is None:
        raise TargetError("A training needs a target.", fix="Name the column to predict.")
    stopping = blocking(examination.findings, config.accepted)
    outlook = None
    if config.automl is not None and not stopping:
        outlook = foresee(plan_examined(raw, examination, workshop=workshop), workshop=workshop)
    return Outline(
        task=task,
        task_reason=examination.task_reason,
        metric=metric_for(workshop.catalog.metrics(), task, key=config.metric).card.key,
        n_rows=examination.table.n_rows,
        columns=examination.table.columns,
        features=examination.features,
        findings=examination.findings,
        blocking=tuple(each.name for each in stopping),
        outlook=outlook,
    )
