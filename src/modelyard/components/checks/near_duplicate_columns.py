"""Reports columns that are nearly another column, in another unit or with some noise."""

from collections.abc import Iterator
from shlex import quote

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput

# From here on one column explains 99.8 % of the other: a variance inflation of 500, where 10 is
# much (Kutner et al.: Applied Linear Statistical Models, 5th ed. (2005), section 10.5).
_ALIKE = 0.999
_MAX_ROWS = 5_000
_MAX_COLUMNS = 300
_MIN_ROWS = 20


class NearDuplicateColumns:
    """Correlates numeric features with each other."""

    card = CheckCard(
        "near-duplicate-columns", "Nearly duplicate columns", ("near-duplicate-column",)
    )

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature whose correlation with an earlier one is 0.999 or more, or less."""
        names = _judged(subject)[:_MAX_COLUMNS]
        if len(names) < 2 or subject.table.n_rows < _MIN_ROWS:
            return
        step = -(-subject.table.n_rows // _MAX_ROWS)
        frame = subject.table.frame
        block = np.column_stack([subject.table.numbers(name)[::step] for name in names])
        alike = _roughly_alike(block)
        reported: set[int] = set()
        for late, early in zip(*np.nonzero(np.tril(alike, k=-1)), strict=True):
            if late in reported or early in reported:
                continue
            r = _correlation(block[:, early], block[:, late])
            if abs(r) < _ALIKE or frame[names[early]].equals(frame[names[late]]):
                continue
            reported.add(late)
            yield _finding(names[late], names[early], r)


def _judged(subject: CheckInput) -> list[str]:
    features = set(subject.features)
    kinds = {ColumnKind.NUMERIC, ColumnKind.INTEGER}
    return [
        column.name
        for column in subject.profile.columns
        if column.name in features and column.kind in kinds and column.n_unique > 2
    ]


def _roughly_alike(block: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which pairs are worth a second look; gaps stand at the mean here."""
    known = np.isfinite(block)
    largest = np.max(np.abs(block), axis=0, where=known, initial=0.0)
    scaled = np.where(known, block / np.where(largest > 0, largest, 1.0), 0.0)
    counts = np.maximum(known.sum(axis=0), 1)
    centred = np.where(known, scaled - scaled.sum(axis=0) / counts, 0.0)
    norms = np.sqrt(np.square(centred).sum(axis=0))
    unit = centred / np.where(norms > 0, norms, 1.0)
    # Where the gaps of two columns differ, the product is too small by their share.
    overlap = known.mean(axis=0)
    bound = _ALIKE * np.minimum(overlap[:, None], overlap[None, :]) * 0.9
    alike: npt.NDArray[np.bool_] = np.abs(unit.T @ unit) >= bound
    return alike


def _correlation(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> float:
    both = np.isfinite(x) & np.isfinite(y)
    x, y = x[both], y[both]
    if len(x) < _MIN_ROWS or not np.ptp(x) or not np.ptp(y):
        return 0.0
    x, y = x / np.abs(x).max(), y / np.abs(y).max()
    return float(np.corrcoef(x, y)[0, 1])


def _finding(name: str, twin: str, r: float) -> Finding:
    return Finding(
        code="near-duplicate-column",
        severity=Severity.INFO,
        message=(f"Column '{name}' is nearly '{twin}' over again: their correlation is {r:.4f}."),
        columns=(name,),
        sample=(twin,),
        fix=f"Drop one of them with --drop {quote(name)}, or keep both for trees, which mind less.",
        fixes=("drop-column",),
    )


COMPONENT = NearDuplicateColumns()
