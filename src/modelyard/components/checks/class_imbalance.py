"""Reports a target whose rarest class is far rarer than an even share."""

from collections.abc import Iterator

import numpy as np

from modelyard.domain.findings import Finding, Severity
from modelyard.domain.tasks import Task
from modelyard.protocols.checks import CheckCard, CheckInput

# A convention: below a fifth of an even share (10 % of two classes) always answering the commonest
# class already looks good. It speaks of oil spills among images (4 %), not of high incomes (24 %).
_FAIR = 0.2
# Metrics by which always answering the commonest class does well.
_BLIND = frozenset({"accuracy", "top-two-accuracy"})


class ClassImbalance:
    """Looks at the sizes of the classes."""

    card = CheckCard("class-imbalance", "Imbalanced classes", ("class-imbalance",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report the rarest class where it has less than a fifth of an even share of the rows."""
        if subject.target is None or subject.task is None or not subject.task.is_classification:
            return
        codes = subject.table.codes(subject.target)
        codes = codes[codes >= 0]
        counts = np.bincount(codes)
        if len(counts) < 2 or counts.min() * len(counts) >= _FAIR * len(codes):
            return
        values = subject.table.frame[subject.target].unique(maintain_order=True).drop_nulls()
        rarest, commonest = int(counts.argmin()), int(counts.argmax())
        yield Finding(
            code="class-imbalance",
            severity=Severity.WARNING,
            message=(
                f"The classes of '{subject.target}' are uneven: '{values[rarest]}' has "
                f"{counts[rarest]:,} of {len(codes):,} rows "
                f"({counts[rarest] / len(codes):.2%}), '{values[commonest]}' has "
                f"{counts[commonest]:,}."
            ),
            columns=(subject.target,),
            sample=(str(values[rarest]),),
            fix=_fix(subject, rarest=values[rarest], greatest=values.max()),
        )


def _fix(subject: CheckInput, *, rarest: object, greatest: object) -> str:
    """Advise a metric where the one that judges is blind to rare classes, else how they are found.

    The second of two labels is the greater one, and F1 is of that.
    """
    is_binary = subject.task is Task.BINARY
    # Of more than two classes accuracy judges where the user names no metric.
    if subject.metric in _BLIND or (subject.metric is None and not is_binary):
        return "Judge by a metric that weighs classes evenly, not by accuracy."
    if not is_binary:
        return (
            f"Where '{rarest}' is answered too seldom, let classes weigh alike in the fit: "
            "--class-weight balanced."
        )
    by = "f1" if rarest == greatest else "balanced-accuracy"
    return (
        f"Where '{rarest}' is answered too seldom, let the threshold be chosen, with --threshold "
        f"{by}, or say with --cost what wrong answers cost."
    )


COMPONENT = ClassImbalance()
