"""Looks at a table before anything is fitted: kinds, task, profile, findings, features."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ReadOptions, TrainingConfig
from modelyard.domain.errors import (
    BlockingFindings,
    DataError,
    InvalidValue,
    MissingColumns,
    UnreadablePicture,
)
from modelyard.domain.findings import Finding, Severity, summed_up, worst_first
from modelyard.domain.pictures import LABEL_COLUMN
from modelyard.domain.profiles import TableProfile
from modelyard.domain.schemas import DataSchema
from modelyard.domain.tables import RawTable, Table
from modelyard.domain.tasks import Task
from modelyard.engine.kinds.typing import Typing, type_table
from modelyard.engine.mending import Mending, settle
from modelyard.engine.profiling import profile
from modelyard.engine.schema_check import check_table
from modelyard.engine.splitting import require_rows
from modelyard.engine.tasks import check_task, find_task, rows_with_target
from modelyard.kit.numerals import counted
from modelyard.protocols.checks import Check, CheckInput
from modelyard.protocols.progress import Progress

_WHOLE_NUMBER = r"^[+-]?[0-9]{1,18}$"


_AS_IS = Mending()
# Ways back that a refusal has room for.
_MOST_WAYS = 3
_A_KIND = {
    ColumnKind.IDENTIFIER: "codes that name the rows",
    ColumnKind.CATEGORY: "a category",
    ColumnKind.BOOLEAN: "truth values",
    ColumnKind.DATETIME: "dates",
}


@dataclass(frozen=True)
class Examination:
    """What is known of a table before training.

    Attributes:
        table: typed, without the columns that the user dropped.
        task, task_reason: None and empty where no target was named.
        features: columns to train on, after the findings dropped theirs.
        config: of the training, with the fixes that the user asked for worked in.
        mending: what fixes leave to the recipe and to the split.
    """

    table: Table
    profile: TableProfile
    findings: tuple[Finding, ...]
    task: Task | None
    task_reason: str
    features: tuple[str, ...]
    config: TrainingConfig
    mending: Mending = _AS_IS


def examine_table(
    raw: RawTable,
    options: ReadOptions,
    *,
    checks: Mapping[str, Check],
    seed: int,
    target: str,
    typing: Typing = type_table,
) -> Examination:
    """Type, profile and check a table for a target."""
    config = TrainingConfig(target=target, read=options, seed=seed)
    table = typing(raw, _as_spelled(raw, options, target=target))
    task, reason = find_task(table, target)
    return _told(_examined(table, task, reason, config=config, checks=checks))


def examine_typed(
    table: Table, options: ReadOptions, *, checks: Mapping[str, Check], seed: int
) -> Examination:
    """Profile and check a table whose columns have their kinds, without a target.

    That of pictures is what their folders say.
    """
    target, task = _told_by_folders(table)
    config = TrainingConfig(target=target, read=options, seed=seed)
    return _told(_examined(table, task, "", config=config, checks=checks))


def examine_mended(
    raw: RawTable,
    options: ReadOptions,
    *,
    fixes: Mapping[str, str],
    checks: Mapping[str, Check],
    seed: int,
    typing: Typing = type_table,
) -> Examination:
    """Type, profile and check a table as fixes leave it, without a target.

    Raises:
        InvalidValue: if a fix does not fit its finding, or none of them found anything to mend.
        MissingColumns: if a fix names a column that is not there.
    """
    table = typing(raw, options)
    target, task = _told_by_folders(table)
    config = TrainingConfig(target=target, read=options, seed=seed, fixes=fixes)
    found = _examined(table, task, "", config=config, checks=checks)
    settled, mending = settle(config, table, findings=found.findings, codes=_codes_of(checks))
    if not mending.applied:
        raise InvalidValue(
            f"None of the fixes found anything to mend: {', '.join(fixes)}.",
            fix="Name findings that the profile tells, or columns.",
        )
    if settled != config:
        table = typing(raw, settled.read).drop(settled.drop)
        found = _examined(table, task, "", config=settled, checks=checks)
    left = tuple(each for each in found.findings if not mending.covers(each))
    return _told(replace(found, findings=left, mending=mending))


def examine(
    raw: RawTable,
    config: TrainingConfig,
    *,
    checks: Mapping[str, Check],
    progress: Progress,
    typing: Typing = type_table,
) -> Examination:
    """Type, profile and check a table for a training, and apply the fixes that it asks for.

    Raises:
        DataError: if the table, its target or the configuration does not allow training.
    """
    examination = _examine(raw, config, checks=checks, progress=progress, typing=typing)
    if not config.fixes:
        return _told(examination)
    settled, mending = settle(
        config, examination.table, findings=examination.findings, codes=_codes_of(checks)
    )
    if settled != config:
        examination = _examine(raw, settled, checks=checks, progress=progress, typing=typing)
    left = tuple(found for found in examination.findings if not mending.covers(found))
    return _told(replace(examination, findings=left, mending=mending))


def _codes_of(checks: Mapping[str, Check]) -> frozenset[str]:
    return frozenset(code for check in checks.values() for code in check.card.codes)


def _told(examination: Examination) -> Examination:
    """Sum the findings up, once every fix has found its own."""
    return replace(examination, findings=summed_up(examination.findings))


def _examine(
    raw: RawTable,
    config: TrainingConfig,
    *,
    checks: Mapping[str, Check],
    progress: Progress,
    typing: Typing,
) -> Examination:
    progress.stage("Reading the columns")
    _require_class_folders(raw, config.target)
    _require_some_picture(raw, config.drop)
    options = config.read
    if config.weight is not None:
        kinds = {**options.kinds, config.weight: ColumnKind.NUMERIC}
        options = replace(options, kinds=kinds)
    if config.task is not Task.REGRESSION:
        options = _as_spelled(raw, options, target=config.target)
    table = _in_order(typing(raw, options), raw, options, time=config.time)
    for name in config.named_columns:
        table.column(name)
    if config.weight is not None:
        table = _weights_told(table, raw, config, typing=typing)
    if config.schema is not None:
        check_table(table, DataSchema.from_json(config.schema))
    # A dropped column that the model is measured by is no feature, but it is still there.
    table = table.drop(name for name in config.drop if name not in config.sensitive)
    if config.task is None:
        task, reason = find_task(table, config.target)
    else:
        task = config.task
        reason = check_task(table, config.target, task=task)
    # Said before the checks, which would call the one row of a table constant.
    require_rows(len(rows_with_target(table, config.target)), config.shares)
    progress.stage("Checking the data")
    return _examined(table, task, reason, config=config, checks=checks)


def blocking(findings: tuple[Finding, ...], accepted: frozenset[str]) -> list[Finding]:
    """Return the findings that stop a training: those of severity error that nobody accepted."""
    return [
        finding
        for finding in findings
        if finding.severity is Severity.ERROR and not finding.is_accepted_by(accepted)
    ]


def require_accepted(findings: tuple[Finding, ...], accepted: frozenset[str]) -> None:
    """Stop where a finding of severity error was not accepted by name.

    Raises:
        BlockingFindings: naming each of them.
    """
    found = blocking(findings, accepted)
    if found:
        names = ", ".join(finding.name for finding in found)
        raise BlockingFindings(
            f"Training stopped: {'; '.join(finding.message for finding in found)}",
            findings=found,
            fix=f"Mend what they name, or accept them by name: {names}.",
        )


def _told_by_folders(table: Table) -> tuple[str, Task | None]:
    """Return the target of a table of pictures in class folders, nothing of any other."""
    if not table.known.albums or LABEL_COLUMN not in table.names:
        return "", None
    # Of one class, or of one picture again and again, nothing is learned.
    seen = (LABEL_COLUMN, *table.known.albums)
    if any(table.frame[name].drop_nulls().n_unique() < 2 for name in seen if name in table.names):
        return "", None
    n_labels = table.frame[LABEL_COLUMN].drop_nulls().n_unique()
    return LABEL_COLUMN, Task.BINARY if n_labels == 2 else Task.MULTICLASS


def _require_some_picture(raw: RawTable, dropped: Collection[str]) -> None:
    """Refuse to learn from pictures of which none can be read, but in columns that are dropped.

    Raises:
        UnreadablePicture: with what is wrong with the first of them.
    """
    for name, album in raw.known.albums.items():
        if album.unread and not album.looks and name not in dropped:
            first = album.unread[0]
            raise UnreadablePicture(
                f"None of the {counted(len(album.unread), 'picture')} of column '{name}' can be "
                f"read. Of the first: {first.reason}",
                fix=first.fix,
                row=first.row,
                column=name,
                sample=first.name,
            )


def _require_class_folders(raw: RawTable, target: str) -> None:
    """Refuse to learn from a folder of pictures that says nothing of their classes.

    Raises:
        MissingColumns: if that is so.
    """
    if raw.known.are_pictures and target == LABEL_COLUMN and LABEL_COLUMN not in raw.frame.columns:
        raise MissingColumns(
            f"The {raw.frame.height:,} pictures lie in no class folders, so that there is no "
            f"column '{LABEL_COLUMN}' to learn.",
            fix="Give a folder for each class with its pictures in it: cats/1.jpg, dogs/1.jpg; or "
            "a table of their paths and classes, read with --kind COLUMN=image.",
            column=LABEL_COLUMN,
        )


def _as_spelled(raw: RawTable, options: ReadOptions, *, target: str) -> ReadOptions:
    """Return options that keep a target of two words for truth as it is spelled.

    Whoever wrote `yes` and `no` wants these back as labels, not true and false. Where more
    spellings stand for the two, they are read as truth values.
    """
    if target in options.kinds or not raw.is_text(target):
        return options
    # Its words tell, however often each of them stands there.
    alone = replace(raw, frame=raw.frame.select(pl.col(target).unique(maintain_order=True)))
    marks = {name: words for name, words in options.missing_in.items() if name == target}
    plain = replace(options, kinds={}, missing_in=marks, date_formats={})
    if type_table(alone, plain).column(target).kind is not ColumnKind.BOOLEAN:
        return options
    as_words = {target: ColumnKind.CATEGORY}
    words = type_table(alone, replace(plain, kinds=as_words)).frame[target].drop_nulls()
    is_spelled_alike = words.n_unique() == 2
    return replace(options, kinds={**options.kinds, **as_words}) if is_spelled_alike else options


def _weights_told(table: Table, raw: RawTable, config: TrainingConfig, *, typing: Typing) -> Table:
    """Note what rows weigh, and what else the column of weights may be."""
    name = config.weight or ""
    weights = table.numbers(name)
    known = weights[np.isfinite(weights)]
    if not len(known):
        return table
    note = f"Rows weigh by '{name}', from {known.min():g} to {known.max():g}."
    alone = replace(raw, frame=raw.frame.select(name))
    own = {each: kind for each, kind in config.read.kinds.items() if each == name}
    plain = replace(config.read, kinds=own, missing_in={}, date_formats={})
    kind = typing(alone, plain).column(name).kind
    if kind not in {ColumnKind.NUMERIC, ColumnKind.INTEGER}:
        note += (
            f" It looks like {_A_KIND.get(kind, kind.value)}, not like weights: make sure that "
            "its numbers say how much each row counts."
        )
    return replace(table, facts=replace(table.facts, notes=(*table.facts.notes, note)))


def _in_order(table: Table, raw: RawTable, options: ReadOptions, *, time: str | None) -> Table:
    """Read a counter of the rows as numbers where it is to order them: elsewhere it names them."""
    if time is None or time in options.kinds or time not in table.names:
        return table
    if table.column(time).kind is not ColumnKind.IDENTIFIER:
        return table
    if not table.frame[time].str.contains(_WHOLE_NUMBER).all():
        return table
    return type_table(raw, replace(options, kinds={**options.kinds, time: ColumnKind.INTEGER}))


def _rng_of(check: str, seed: int) -> np.random.Generator:
    """Return a generator of a check's own: what it draws does not depend on which others there are.

    Source: "Parallel Random Number Generation" in NumPy's reference, sequences of integer seeds.
    """
    return np.random.default_rng([seed, *check.encode()])


def _examined(
    table: Table,
    task: Task | None,
    reason: str,
    *,
    config: TrainingConfig,
    checks: Mapping[str, Check],
) -> Examination:
    described = profile(table)
    unseen = set(config.sensitive) & set(config.drop)
    outside = {config.target, config.group, config.weight, *unseen, *table.known.beside}
    candidates = tuple(name for name in table.names if name not in outside)
    subject = CheckInput(
        table=table,
        profile=described,
        target=config.target or None,
        task=task,
        features=candidates,
        rng=np.random.default_rng(config.seed),
        metric=config.metric,
        is_dealt_by_lot=config.group is None and config.time is None,
    )
    found = (
        finding
        for key, check in checks.items()
        for finding in check.check(replace(subject, rng=_rng_of(key, config.seed)))
    )
    findings = worst_first(found)
    dropped = {name for finding in findings for name in finding.drops}
    features = tuple(name for name in candidates if name not in dropped)
    if task is not None and not features:
        raise DataError(
            "No column is left to learn from: every one beside the target is dropped, constant, "
            "empty, or an identifier.",
            fix="Add columns, drop fewer, or set the kind of one that was misread."
            + _ways_back(findings),
        )
    return Examination(table, described, findings, task, reason, features, config)


def _ways_back(findings: Iterable[Finding]) -> str:
    """Return what brings back columns that were left out, where a kind does."""
    ways = [each for each in findings if each.drops and "--kind" in each.fix]
    return "".join(f" '{', '.join(each.drops)}': {each.fix}" for each in ways[:_MOST_WAYS])
