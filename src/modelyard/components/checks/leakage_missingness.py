"""Reports a column whose gaps follow the target: it is filled in once the answer is known."""

from collections.abc import Iterator
from shlex import quote

import numpy as np
import numpy.typing as npt

from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput

BoolArray = npt.NDArray[np.bool_]

# Difference between the shares of gaps on both sides. Among flights that were cancelled, or not,
# what is measured after take-off differs by 0.8 to 1, the tail number by 0.2.
_FOLLOWS_UNKNOWN = 0.8
# Gaps may honestly go with a class (no cabin known in third class: 0.3), so more is asked.
_FOLLOWS_CLASS = 0.9
# How often of two rows, one with a gap, the gap goes with the larger (or smaller) number: the best
# of the honest columns of twelve public tables reaches 0.68 (a cabin's number and survival).
_FOLLOWS_SIZE = 0.95
_MIN_ROWS = 10


class LeakageMissingness:
    """Looks for gaps that tell whether the target is known, or which class it is."""

    card = CheckCard(
        "leakage-missingness", "Gaps that give the answer away", ("leakage-missingness",)
    )

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature that is missing, or present, just where the answer is one thing."""
        if subject.target is None or subject.task is None:
            return
        gaps = _gaps(subject)
        unknown = _unknown(subject, gaps)
        classes = subject.table.codes(subject.target)
        for name, gap in gaps.items():
            told = _follows_unknown(gap, unknown, classes >= 0)
            if told is None and subject.task.is_classification:
                told = _follows_class(gap, classes, subject)
            elif told is None:
                told = _follows_size(gap, subject.target_codes())
            if told is not None:
                yield _finding(name, told, subject.target)


def _gaps(subject: CheckInput) -> dict[str, BoolArray]:
    frame = subject.table.frame
    return {
        name: frame[name].is_null().to_numpy()
        for name in subject.features
        if 0 < frame[name].null_count() < frame.height
    }


def _unknown(subject: CheckInput, gaps: dict[str, BoolArray]) -> BoolArray:
    """Return the rows without a target that are not as good as blank."""
    unknown: BoolArray = subject.table.frame[str(subject.target)].is_null().to_numpy()
    if unknown.any() and gaps:
        n_gaps = np.sum([gap[unknown] for gap in gaps.values()], axis=0)
        unknown = unknown.copy()
        unknown[unknown] = n_gaps <= len(subject.features) / 2
    return unknown


def _follows_unknown(gap: BoolArray, unknown: BoolArray, known: BoolArray) -> str | None:
    n_unknown, n_known = int(unknown.sum()), int(known.sum())
    if min(n_unknown, n_known) < _MIN_ROWS:
        return None
    n_with, n_without = int(gap[unknown].sum()), int(gap[known].sum())
    if abs(n_with / n_unknown - n_without / n_known) < _FOLLOWS_UNKNOWN:
        return None
    return (
        f"is missing in {n_with:,} of {n_unknown:,} rows where the target is missing, and in "
        f"{n_without:,} of {n_known:,} where it is known"
    )


def _follows_class(
    gap: BoolArray, classes: npt.NDArray[np.int64], subject: CheckInput
) -> str | None:
    sizes = np.bincount(classes[classes >= 0])
    gaps = np.bincount(classes[(classes >= 0) & gap], minlength=len(sizes))
    others, gaps_of_others = sizes.sum() - sizes, gaps.sum() - gaps
    is_judged = (sizes >= _MIN_ROWS) & (others >= _MIN_ROWS)
    if not is_judged.any():
        return None
    apart = np.abs(gaps / sizes - gaps_of_others / np.maximum(others, 1)) * is_judged
    at = int(apart.argmax())
    if apart[at] < _FOLLOWS_CLASS:
        return None
    label = subject.table.frame[str(subject.target)][int(np.argmax(classes == at))]
    return (
        f"is missing in {gaps[at]:,} of {sizes[at]:,} rows of class '{label}', and in "
        f"{gaps_of_others[at]:,} of {others[at]:,} other rows"
    )


def _follows_size(gap: BoolArray, y: npt.NDArray[np.float64]) -> str | None:
    """Say so where gaps stand at large answers or at small ones, and hardly among the others."""
    known = np.isfinite(y)
    gap, y = gap[known], y[known]
    n_gaps, n_filled = int(gap.sum()), int((~gap).sum())
    if min(n_gaps, n_filled) < _MIN_ROWS:
        return None
    _, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[codes]
    # Mann, Whitney (1947): how often a row with a gap has the larger answer of two.
    larger = (ranks[gap].sum() - n_gaps * (n_gaps + 1) / 2) / (n_gaps * n_filled)
    if max(larger, 1 - larger) < _FOLLOWS_SIZE:
        return None
    where = "large" if larger > 0.5 else "small"
    return f"is missing in {n_gaps:,} rows, whose answers are the {where} ones"


def _finding(name: str, told: str, target: str) -> Finding:
    return Finding(
        code="leakage-missingness",
        severity=Severity.ERROR,
        message=f"Column '{name}' {told}: it seems to be filled in after '{target}' is known.",
        columns=(name,),
        fix=(
            f"Drop it with --drop {quote(name)}, or accept it with "
            f"--accept {quote(f'leakage-missingness:{name}')}."
        ),
        fixes=("drop-column",),
        safe_fix="drop-column",
    )


COMPONENT = LeakageMissingness()
