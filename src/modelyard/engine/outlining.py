"""Looks at a table, or at rows drawn from it, as a training would: nothing is fitted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import TargetError, TooFewRows
from modelyard.domain.findings import Finding
from modelyard.domain.outlines import Outline, Whole
from modelyard.domain.profiles import ColumnProfile
from modelyard.domain.tables import RawTable
from modelyard.engine.evaluation.estimates import metric_for
from modelyard.engine.examining import Examination, blocking, examine
from modelyard.engine.planning import plan_examined
from modelyard.engine.training import foresee
from modelyard.engine.workshop import Workshop
from modelyard.protocols.checks import Check, CheckCard, CheckInput

# From three on it does not matter how many labels there are: the task is multiclass.
_MANY_LABELS = 3


def outline(raw: RawTable, config: TrainingConfig, *, workshop: Workshop) -> Outline:
    """Return what a training would learn from, and what AutoML is likely to come to.

    Raises:
        ModelyardError: as `engine.training.train`, before its first fit; findings that would stop
            it are told instead.
    """
    checks = workshop.catalog.checks()
    examination = _examined(raw, config, checks=checks, workshop=workshop)
    told = _told(examination, config, workshop=workshop)
    if config.automl is None or told.blocking:
        return told
    planned = plan_examined(raw, examination, workshop=workshop)
    return replace(told, outlook=foresee(planned, workshop=workshop))


def outline_by_some(
    drawn: RawTable, whole: Whole, *, config: TrainingConfig, workshop: Workshop
) -> Outline:
    """Return what a training would learn from, by rows that were drawn from a large table.

    Kinds are those of the whole table, and so is the task. What AutoML may expect is not told, nor
    is any number of a row: where the rows that were drawn lie in the table, nobody knows.

    Raises:
        ModelyardError: as `outline`; also where the rows that were drawn do not show what the whole
            table asks for, or would stop the training, which the others may speak against. It is no
            error of the table, which is to be looked at as a whole then.
    """
    known = {
        name: kind
        for name, kind in whole.kinds.items()
        # How a target of two words is read depends on what it is asked for.
        if name != config.target or kind is not ColumnKind.BOOLEAN
    }
    read = replace(config.read, kinds=known | dict(config.read.kinds))
    checks = {key: _BySome(check, whole) for key, check in workshop.catalog.checks().items()}
    as_read = replace(config, read=read)
    examination = _examined(drawn, as_read, checks=checks, workshop=workshop)
    _require_classes(examination, whole, target=config.target)
    told = _told(examination, config, workshop=workshop)
    if told.blocking:
        raise TooFewRows(
            f"Among the {told.n_seen:,} rows that were drawn, {', '.join(told.blocking)} would "
            "stop the training.",
            fix="Look at the whole table.",
        )
    findings = tuple(replace(found, rows=()) for found in told.findings)
    return replace(told, findings=findings, n_rows=whole.n_rows)


@dataclass(frozen=True)
class _BySome:
    """A check that leaves out a column of some rows only where the whole table would too."""

    inner: Check
    whole: Whole

    @property
    def card(self) -> CheckCard:
        """Return what the check is."""
        return self.inner.card

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Yield what the check finds, but for what the whole table is known to speak against."""
        columns = {column.name: column for column in subject.profile.columns}
        for found in self.inner.check(subject):
            if all(_is_borne_out(columns[name], self.whole) for name in found.drops):
                yield found


def _is_borne_out(column: ColumnProfile, whole: Whole) -> bool:
    """Whether a column holds one value alone, or no value twice, in all rows as in some."""
    n_unique, n_missing = whole.n_unique[column.name], whole.n_missing[column.name]
    if column.n_unique + bool(column.n_missing) == 1:
        return n_unique + bool(n_missing) == 1
    if column.kind is ColumnKind.CATEGORY:
        return n_unique == whole.n_rows - n_missing
    return True


def _examined(
    raw: RawTable, config: TrainingConfig, *, checks: Mapping[str, Check], workshop: Workshop
) -> Examination:
    return examine(
        raw,
        config,
        checks=checks,
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
