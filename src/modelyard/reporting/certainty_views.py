"""How sure a model's answers are, in words: calibration, threshold, and coverage by level."""

from modelyard.domain.evaluations import Evaluation
from modelyard.kit.numerals import number, share
from modelyard.reporting.subjects import ReportSubject


def certainty_sentences(subject: ReportSubject) -> tuple[str, ...]:
    """Return what was done to probabilities, and from which one on a label is answered."""
    told = []
    if subject.calibrated:
        told.append(f"Probabilities: {subject.calibrated.rstrip('.')}.")
    if len(subject.evaluation.labels) == 2:
        by = f" ({subject.threshold_by})" if subject.threshold_by else ""
        at = share(subject.threshold, 1)
        told.append(f"'{subject.evaluation.labels[1]}' is answered from {at} on{by}.")
    return tuple(told)


def coverage_rows(evaluation: Evaluation) -> tuple[tuple[str, str, str], ...]:
    """Return level, share of truths held, and size of intervals or sets, by rising level."""
    return tuple(
        (share(each.level, 1), share(each.share, 1), number(each.size))
        for each in evaluation.coverage
    )
