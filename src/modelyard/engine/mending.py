"""Turns the fixes that a user asked for into what reading, recipe and split do differently.

A fix that changes what a cell means goes where prediction goes as well: into the options of reading
or into the recipe. Leaving rows out is for teaching alone.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ReadOptions, TrainingConfig
from modelyard.domain.errors import InvalidValue
from modelyard.domain.findings import Finding
from modelyard.domain.fixes import (
    EVERY_FINDING,
    OF_ROWS,
    RECOMMENDED,
    AppliedFix,
    Fix,
    FixWord,
)
from modelyard.domain.spellings import folded
from modelyard.domain.tables import Table
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.recipes import Stage
from modelyard.runtime.steps.clip import Clip
from modelyard.runtime.steps.respell import Respell

# Tukey: Exploratory Data Analysis (1977), section 2D: the outer fences, as the check of outliers.
_FAR_OUT = 3.0
_KINDS = {
    FixWord.AS_CATEGORY: ColumnKind.CATEGORY,
    FixWord.AS_TEXT: ColumnKind.TEXT,
    FixWord.AS_NUMBER: ColumnKind.NUMERIC,
    FixWord.AS_DATE: ColumnKind.DATETIME,
}


@dataclass(frozen=True)
class Mending:
    """What a training does differently because of fixes.

    Attributes:
        applied: every fix, in the order of the findings.
        clipped, merged: columns that the recipe clips, and whose spellings it merges.
        left_out: zero-based rows of the table that teach nothing, ascending.
    """

    applied: tuple[AppliedFix, ...] = ()
    clipped: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    left_out: tuple[int, ...] = field(default=(), repr=False)

    def covers(self, finding: Finding) -> bool:
        """Whether a fix of a recipe or of rows was applied to the finding, which still shows."""
        return any(each.finding == finding.name for each in self.applied)


def settle(
    config: TrainingConfig,
    table: Table,
    *,
    findings: Iterable[Finding],
    codes: Collection[str],
) -> tuple[TrainingConfig, Mending]:
    """Return the configuration with its fixes worked in, and what is left for recipe and split.

    Args:
        config: with the fixes that the user asked for, by finding or column.
        table: typed, without the columns that the user dropped.
        findings: about it.
        codes: of all findings that the checks can report.

    Raises:
        InvalidValue: if a fix does not fit its finding.
        MissingColumns: if a fix names a column that is not there.
    """
    known = tuple(findings)
    _require_places(config.fixes, known, table, codes)
    settled, mending = config, Mending()
    for finding in known:
        text = _asked(config.fixes, finding)
        if text is not None:
            fix = _fitting(finding, text, settled)
            columns = finding.fixed_columns or finding.columns
            place = (finding.name, columns, finding.all_rows)
            settled, mending = _apply(settled, mending, place, fix)
    for name, text in config.fixes.items():
        if name in table.names and text != RECOMMENDED:
            settled, mending = _apply(settled, mending, ("", (name,), ()), Fix.read(text))
    return settled, mending


def mending_stages(blocks: Blocks, mending: Mending) -> tuple[Stage, ...]:
    """Fit the steps that bring raw cells in order, on training rows alone; they run first."""
    stages = []
    clipped = tuple(name for name in blocks.number_names if name in mending.clipped)
    if clipped:
        at = [blocks.number_names.index(name) for name in clipped]
        fences = [_fences(blocks.numbers[:, place]) for place in at]
        step = Clip(tuple(low for low, _ in fences), tuple(high for _, high in fences))
        stages.append(Stage(step, clipped, clipped))
    merged = tuple(name for name in blocks.string_names if name in mending.merged)
    if merged:
        at = [blocks.string_names.index(name) for name in merged]
        words = tuple(_commonest_spellings(blocks.strings[:, place].tolist()) for place in at)
        stages.append(Stage(Respell(words), merged, merged))
    return tuple(stages)


def mended(blocks: Blocks, stages: Iterable[Stage]) -> Blocks:
    """Return the blocks as the stages of `mending_stages` leave them."""
    stages = tuple(stages)
    if not stages:
        return blocks
    numbers, strings = blocks.numbers.copy(), blocks.strings.copy()
    for stage in stages:
        of_numbers = stage.inputs[0] in blocks.number_names
        names = blocks.number_names if of_numbers else blocks.string_names
        block = numbers if of_numbers else strings
        at = [names.index(name) for name in stage.inputs]
        block[:, at] = stage.step.apply(block[:, at])
    return replace(blocks, numbers=numbers, strings=strings)


def _require_places(
    fixes: Mapping[str, str], findings: tuple[Finding, ...], table: Table, codes: Collection[str]
) -> None:
    """Refuse a fix whose column is not there; a finding that is not there needs none."""
    known = {finding.name for finding in findings}
    for name in fixes:
        if name == EVERY_FINDING or name in known or name in table.names:
            continue
        code, _, column = name.partition(":")
        if code not in codes or column:
            table.column(column or name)


def _asked(fixes: Mapping[str, str], finding: Finding) -> str | None:
    """Return what was asked for a finding: by its name, its code, or for every finding."""
    for name in (finding.name, finding.code):
        if name in fixes:
            return fixes[name]
    is_safe = EVERY_FINDING in fixes and finding.safe_fix
    return finding.safe_fix if is_safe else None


def _fitting(finding: Finding, text: str, config: TrainingConfig) -> Fix:
    """Return the fix, which must be one that the finding offers."""
    if text == RECOMMENDED:
        text = finding.safe_fix or next(iter(finding.fixes), "")
    offered = [Fix.read(each) for each in finding.fixes]
    fix = Fix.read(text) if text else None
    if fix is None or fix.word not in {each.word for each in offered}:
        raise InvalidValue(
            f"The finding {finding.name} offers no fix '{text or RECOMMENDED}'.",
            fix=f"Choose one of: {', '.join(finding.fixes)}." if offered else finding.fix,
            sample=text,
        )
    is_taken = config.time is not None or config.group not in {None, fix.value}
    if fix.word is FixWord.GROUP_BY and is_taken:
        # Rows stay together by one column alone; another group is no feature either.
        return Fix(FixWord.DROP_COLUMN)
    return fix


def _apply(
    config: TrainingConfig,
    mending: Mending,
    place: tuple[str, tuple[str, ...], tuple[int, ...]],
    fix: Fix,
) -> tuple[TrainingConfig, Mending]:
    finding, columns, rows = place
    n_rows = len(rows) if fix.word in OF_ROWS else 0
    mending = replace(
        mending, applied=(*mending.applied, AppliedFix(finding, columns, str(fix), n_rows))
    )
    if fix.word in OF_ROWS:
        left_out = sorted({*mending.left_out, *(row - 1 for row in rows)})
        return config, replace(mending, left_out=tuple(left_out))
    if fix.word is FixWord.CLIP_OUTLIERS:
        return config, replace(mending, clipped=(*mending.clipped, *columns))
    if fix.word is FixWord.MERGE_SPELLINGS:
        return config, replace(mending, merged=(*mending.merged, *columns))
    if fix.word is FixWord.DROP_COLUMN:
        drop = tuple(dict.fromkeys((*config.drop, *columns)))
        return replace(config, drop=drop), mending
    if fix.word is FixWord.GROUP_BY:
        return replace(config, group=fix.value), mending
    return replace(config, read=_reading(config, columns, fix)), mending


def _reading(config: TrainingConfig, columns: tuple[str, ...], fix: Fix) -> ReadOptions:
    read = config.read
    if fix.word is FixWord.MARK_MISSING:
        marks = dict(read.missing_in)
        for name in columns:
            marks[name] = tuple(dict.fromkeys((*marks.get(name, ()), fix.value)))
        return replace(read, missing_in=marks)
    kinds = {**read.kinds, **dict.fromkeys(columns, _KINDS[fix.word])}
    formats = dict(read.date_formats)
    if fix.word is FixWord.AS_DATE:
        formats |= dict.fromkeys(columns, fix.value)
    return replace(read, kinds=kinds, date_formats=formats)


def _fences(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the outer fences; the ends of the values where the quartiles are one."""
    known = values[np.isfinite(values)]
    if not len(known):
        return -float(np.finfo(np.float64).max), float(np.finfo(np.float64).max)
    low, high = np.quantile(known, (0.25, 0.75)).tolist()
    reach = _FAR_OUT * (high - low)
    if not 0 < reach < np.inf:
        return float(known.min()), float(known.max())
    return low - reach, high + reach


def _commonest_spellings(words: list[str | None]) -> tuple[str, ...]:
    """Return of the words that fold alike the commonest, and of equally common ones the first."""
    counts: dict[str, int] = {}
    for word in words:
        if word is not None:
            counts[word] = counts.get(word, 0) + 1
    best: dict[str, str] = {}
    for word in sorted(counts, key=lambda each: (-counts[each], each)):
        best.setdefault(folded(word), word)
    return tuple(sorted(best.values()))
