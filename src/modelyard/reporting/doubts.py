"""Words of doubt about a model whose figures look well: what they hide, and where they may lie."""

from collections.abc import Iterator
from shlex import quote

from modelyard.domain.evaluations import Evaluation, Importance, MetricEstimate
from modelyard.kit.numerals import count, counted, number
from modelyard.reporting.estimates import decimals_of

# Conventions, after Kaufman, Rosset, Perlich, Stitelman: Leakage in Data Mining (2012), section 4:
# what is too good, and good by one column, is looked into. Of what lies between guessing and the
# best value, the best of twelve public tables goes 0.954 of the way (letters by LightGBM,
# benchmarks/main_job.py), and by many columns.
_TOO_GOOD, _GOOD = 0.99, 0.9
_CARRIED, _BY_OTHERS = 0.9, 0.1
_MIN_COLUMNS = 3
# Of fewer rows without a fault, more than one in a hundred may still have one (the rule of three:
# Hanley, Lippman-Hand (1983)).
_MIN_ROWS = 300
_MAX_NAMED = 3
# A label of which less than this share is found is as good as never answered: a convention.
_HARDLY = 0.05


def doubts_of(evaluation: Evaluation) -> tuple[str, ...]:
    """Return a sentence for each doubt; none where the figures speak for themselves."""
    return (
        *_poor_probabilities(evaluation),
        *_never_answered(evaluation),
        *_too_good(evaluation),
    )


def has_poor_probabilities(evaluation: Evaluation) -> bool:
    """Whether the probabilities are worse than those of the baseline, for sure."""
    return any(_is_poor(each) for each in evaluation.metrics)


def _is_poor(estimate: MetricEstimate) -> bool:
    return estimate.is_proper and estimate.gain_high < 0


def _poor_probabilities(evaluation: Evaluation) -> Iterator[str]:
    poor = next((each for each in evaluation.metrics if _is_poor(each)), None)
    if poor is None or poor is evaluation.deciding:
        return
    value, baseline = _figures(poor)
    yield (
        f"Its probabilities are worse than those of guessing ({poor.title} {value} against "
        f"{baseline}): do not read them as chances, nor trust thresholds and costs that rest on "
        "them."
    )


def _never_answered(evaluation: Evaluation) -> Iterator[str]:
    """Name the label of two that is hardly ever found by a model that tells the rows apart."""
    counts = evaluation.confusion
    if len(counts) != 2 or not evaluation.deciding.beats_baseline:
        return
    for at, by in enumerate(("balanced-accuracy", "f1")):
        n_rows, found = sum(counts[at]), counts[at][at]
        if found >= _HARDLY * n_rows:
            continue
        label = evaluation.labels[at]
        n_found = "none" if not found else count(found)
        missed = "false_negative" if at else "false_positive"
        times = max(2, round((sum(map(sum, counts)) - n_rows) / n_rows))
        other = "false_positive" if at else "false_negative"
        yield (
            f"It tells rows apart, but of {counted(n_rows, 'row')} that {_are(n_rows)} '{label}' "
            f"its threshold finds {n_found}. Unless it was chosen so, train again with --threshold "
            f"{by}, which chooses one by that, or with what wrong answers cost: --cost "
            f"{missed}={times} --cost {other}=1, for example."
        )


def _are(n_rows: int) -> str:
    return "is" if n_rows == 1 else "are"


def _too_good(evaluation: Evaluation) -> Iterator[str]:
    deciding = evaluation.deciding
    if deciding.ideal is None or deciding.baseline == deciding.ideal:
        return
    skill = deciding.gain / abs(deciding.ideal - deciding.baseline)
    value, baseline = _figures(deciding)
    what = f"{deciding.title} {value} against {baseline} for guessing"
    column = _carrier(evaluation.importance, deciding.gain)
    if column is not None and skill >= _GOOD:
        yield (
            f"Too good to be true? {what}, and column '{column}' alone carries it: make sure that "
            "it is known before the answer is, or train again with "
            f"--drop {quote(column)} and compare."
        )
    elif skill >= _TOO_GOOD and evaluation.n_rows >= _MIN_ROWS:
        yield (
            f"Too good to be true? {what}: make sure that {_most_important(evaluation)} known "
            "before the answer is."
        )


def _most_important(evaluation: Evaluation) -> str:
    named = [f"'{each.column}'" for each in evaluation.importance if each.mean > 0][:_MAX_NAMED]
    if not named:
        return "every column is"
    if len(named) == 1:
        return f"{named[0]}, which matters most, is"
    return f"{', '.join(named[:-1])} and {named[-1]}, which matter most, are"


def _carrier(importance: tuple[Importance, ...], gain: float) -> str | None:
    """Return the column without which nearly nothing is left, while others hardly matter."""
    if len(importance) < _MIN_COLUMNS:
        return None
    first, *others = importance
    by_others = sum(max(each.mean, 0.0) for each in others)
    is_alone = first.mean >= _CARRIED * gain and by_others <= _BY_OTHERS * first.mean
    return first.column if is_alone else None


def _figures(estimate: MetricEstimate) -> tuple[str, str]:
    decimals = decimals_of(estimate)
    return number(estimate.value, decimals), number(estimate.baseline, decimals)
