"""Looks at a table, or at rows drawn from it, as a training would: nothing is fitted."""

from dataclasses import replace

from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import TargetError, TooFewRows
from modelyard.domain.outlines import Outline, Whole
from modelyard.domain.tables import RawTable
from modelyard.engine.evaluation.estimates import metric_for
from modelyard.engine.examining import Examination, blocking, examine
from modelyard.engine.planning import plan_examined
from modelyard.engine.training import foresee
from modelyard.engine.workshop import Workshop

# From three on it does not matter how many labels there are: the task is multiclass.
_MANY_LABELS = 3


def outline(raw: RawTable, config: TrainingConfig, *, workshop: Workshop) -> Outline:
    """Return what a training would learn from, and what AutoML is likely to come to.

    Raises:
        ModelyardError: as `engine.training.train`, before its first fit; findings that would stop
            it are told instead.
    """
    examination = _examined(raw, config, workshop=workshop)
    told = _told(examination, config, workshop=workshop)
    if config.automl is None or told.blocking:
        return told
    planned = plan_examined(raw, examination, workshop=workshop)
    return replace(told, outlook=foresee(planned, workshop=workshop))


def outline_by_some(
    drawn: RawTable, whole: Whole, *, config: TrainingConfig, workshop: Workshop
) -> Outline:
    """Return what a training would learn from, by rows that were drawn from a large table.

    Kinds are those of the whole table, and so is the task. What AutoML may expect is not told.

    Raises:
        ModelyardError: as `outline`; also where the rows that were drawn do not show what the whole
            table asks for. It is no error of the table, which is to be looked at as a whole then.
    """
    known = {
        name: kind
        for name, kind in whole.kinds.items()
        # How a target of two words is read depends on what it is asked for.
        if name != config.target or kind is not ColumnKind.BOOLEAN
    }
    read = replace(config.read, kinds=known | dict(config.read.kinds))
    examination = _examined(drawn, replace(config, read=read), workshop=workshop)
    _require_classes(examination, whole, target=config.target)
    return replace(_told(examination, config, workshop=workshop), n_rows=whole.n_rows)


def _examined(raw: RawTable, config: TrainingConfig, *, workshop: Workshop) -> Examination:
    return examine(
        raw,
        config,
        checks=workshop.catalog.checks(),
        progress=workshop.progress,
        typing=workshop.typing,
    )


def _told(examination: Examination, config: TrainingConfig, *, workshop: Workshop) -> Outline:
    task = examination.task
    if task is None:
        raise TargetError("A training needs a target.", fix="Name the column to predict.")
    stopping = blocking(examination.findings, config.accepted)
    return Outline(
        task=task,
        task_reason=examination.task_reason,
        metric=metric_for(workshop.catalog.metrics(), task, key=config.metric).card.key,
        n_rows=examination.table.n_rows,
        n_seen=examination.table.n_rows,
        columns=examination.table.columns,
        features=examination.features,
        findings=examination.findings,
        blocking=tuple(each.name for each in stopping),
    )


def _require_classes(examination: Examination, whole: Whole, *, target: str) -> None:
    """Refuse rows among which classes are missing by which the task would be another one."""
    column = examination.table.column(target)
    seen = examination.table.frame[target].drop_nulls().n_unique()
    there = whole.n_unique.get(target, 0)
    if not column.kind.is_number:
        seen, there = min(seen, _MANY_LABELS), min(there, _MANY_LABELS)
    task = examination.task
    if task is not None and task.is_classification and seen != there:
        raise TooFewRows(
            f"Not every class of '{target}' is among the {examination.table.n_rows:,} rows that "
            "were drawn.",
            fix="Look at the whole table.",
            column=target,
        )
