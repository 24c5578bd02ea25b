"""Whether to trust a model and what to do next, in sentences that each rest on a figure."""

import shlex
from math import isnan

from modelyard.domain.configs import FileDialect
from modelyard.domain.evaluations import Coverage, Evaluation
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.suggestions import Suggestion
from modelyard.domain.tasks import Task
from modelyard.kit.numerals import count, decimals_for, number, share
from modelyard.reporting.fairness_views import is_unequal
from modelyard.reporting.quantisation_views import rounding_told
from modelyard.reporting.subjects import ReportSubject
from modelyard.reporting.verdicts import Standing, Verdict

_KINDS = {
    Task.BINARY: "one of two labels",
    Task.MULTICLASS: "one of several labels",
    Task.REGRESSION: "a number",
}
_MAX_NAMED = 3
# What half of the answers of a regression stay below.
_TYPICAL_ERROR = "median-absolute-error"
# The level that intervals and sets have where nobody asks for another.
_USUAL_LEVEL = 0.9
# What a file of new rows must be read with if that of the training was.
_OF_FILES = ("encoding", "delimiter", "decimal", "header")


def purpose(subject: ReportSubject) -> str:
    """Say in one sentence what the model does."""
    n_columns = 0 if subject.profile is None else len(subject.profile.columns) - 1
    source = f" from up to {_counted(n_columns, 'column')}" if n_columns > 0 else ""
    kind = _KINDS[subject.evaluation.task]
    return f"It answers '{subject.target}', {kind},{source} with {subject.algorithm}."


def reasons(subject: ReportSubject) -> tuple[str, ...]:
    """Say what speaks for trusting the model and what against it."""
    told = []
    if subject.parity is not None and not subject.parity.n_flips:
        told.append("What is served was compared with what was trained: no label differs.")
        if subject.evaluation.task is Task.REGRESSION:
            told[-1] = "What is served was compared with what was trained: they answer alike."
    if subject.quantisation is not None:
        told.append(rounding_told(subject.quantisation, subject.evaluation.task))
    usual = _usual(subject.evaluation.coverage)
    if usual is not None:
        what = "intervals" if subject.evaluation.task is Task.REGRESSION else "sets of labels"
        told.append(
            f"Asked to be {share(usual.level, 1)} sure, its {what} held the truth of "
            f"{share(usual.share, 1)} of rows that it had not seen."
        )
    told.append(_findings(subject))
    weak = subject.evaluation.weaknesses
    if weak is not None and weak.slices:
        told.append(f"It serves {_counted(len(weak.slices), 'part')} of the rows clearly worse.")
    unequal = [each.column for each in subject.evaluation.fairness if is_unequal(each)]
    if unequal:
        told.append(f"Its figures differ clearly between the groups of {', '.join(unequal)}.")
    return tuple(told)


def in_practice(evaluation: Evaluation) -> str:
    """Say in counts or in the unit of the target what the answers are worth; empty if unknown."""
    if evaluation.task is Task.REGRESSION:
        return _usually_off(evaluation)
    counts = evaluation.confusion
    n_rows = sum(map(sum, counts))
    if not n_rows:
        return ""
    right = sum(row[at] for at, row in enumerate(counts))
    told = f"Of 100 answers {_of_100(right, n_rows)} are right."
    if len(evaluation.labels) != 2:
        return told
    (_, alarms), (_, found) = counts
    label = evaluation.labels[1]
    if sum(counts[1]):
        told += f" Of 100 rows that are '{label}' it finds {_of_100(found, sum(counts[1]))}."
    if alarms + found:
        told += f" Of 100 rows that it calls '{label}' {_of_100(found, alarms + found)} are."
    return told


def _usually_off(evaluation: Evaluation) -> str:
    off = {each.key: each for each in evaluation.metrics}.get(_TYPICAL_ERROR)
    if off is None or isnan(off.value):
        return ""
    decimals = decimals_for(off.low, off.high, value=off.value)
    told = f"Half of its answers are off by at most {number(off.value, decimals)}"
    usual = _usual(evaluation.coverage)
    if usual is None:
        return f"{told}."
    return (
        f"{told}; an interval that holds {share(usual.level, 1)} of truths is "
        f"{number(usual.size, decimals)} wide on average."
    )


def _of_100(part: int, whole: int) -> str:
    """Return a share in whole rows of a hundred; what is neither none nor all is never so said."""
    of_100 = 100 * part / whole
    if 0 < of_100 < 1:
        return "fewer than 1"
    return "more than 99" if 99 < of_100 < 100 else f"{of_100:.0f}"


def next_steps(subject: ReportSubject, verdict: Verdict) -> tuple[str, ...]:
    """Say what to do, the most pressing first, and how a good model is used."""
    told = steps_before_use(subject, verdict)
    if verdict.standing is Standing.BETTER:
        asked = {name: subject.config.get(name) for name in _OF_FILES}
        words = shlex.join([subject.new_rows, *FileDialect(**asked).words])
        return (*told, f"Use it: modelyard predict {subject.title} {words} --out answers.csv")
    return told


def steps_before_use(subject: ReportSubject, verdict: Verdict) -> tuple[str, ...]:
    """Say what would make the model better or surer, the most pressing first."""
    told = []
    if verdict.standing is not Standing.BETTER:
        told.append(_not_yet(subject, verdict))
    accepted = [each for each in subject.findings if each.severity is Severity.ERROR]
    if accepted:
        named = ", ".join(dict.fromkeys(each.words for each in accepted))
        told.append(f"Make sure of what was accepted: {named}. Such a model may flatter itself.")
    told += list(verdict.doubts)
    fixes = _fixes(subject)
    # What the target holds rules every figure, whatever the columns tell.
    told += [fix for found, fix in fixes if subject.target in found.columns]
    told += [each.told for each in _suggestions(subject) if each.columns]
    told += [fix for _, fix in fixes]
    weak = subject.evaluation.weaknesses
    if weak is not None and weak.slices:
        where = " and ".join(weak.slices[0].where)
        told.append(f"Look at the rows where {where}, which it serves worst.")
    if verdict.caution:
        told.append("Measure again on more rows: what was held back is little.")
    told = list(dict.fromkeys(told))[:_MAX_NAMED]
    told += [each.told for each in _suggestions(subject) if not each.columns]
    return tuple(told)


def _suggestions(subject: ReportSubject) -> tuple[Suggestion, ...]:
    return () if subject.leaderboard is None else subject.leaderboard.suggestions


def _not_yet(subject: ReportSubject, verdict: Verdict) -> str:
    """Warn of a model that does not beat guessing; AutoML's suggestions say what it lacks."""
    if verdict.standing is not Standing.UNKNOWN and _suggestions(subject):
        return "Do not use it yet."
    return (
        "Do not use it yet: look for columns that tell more about the target, or for more rows, "
        "before anything is tuned."
    )


def _fixes(subject: ReportSubject) -> list[tuple[Finding, str]]:
    """Return how findings are mended; those that AutoML advises on are told with their weight."""
    advised = {each.columns for each in _suggestions(subject) if each.columns}
    return [
        (each, f"{_place(each)}: {each.fix}")
        for each in subject.findings
        if each.severity is Severity.WARNING and each.fix and each.columns not in advised
    ]


def _place(finding: Finding) -> str:
    """Return what a fix is about: the columns as far as they are few, else the finding."""
    columns = finding.columns
    if not columns or len(columns) > _MAX_NAMED:
        return finding.words.capitalize()
    return f"{finding.words.capitalize()} in {', '.join(columns)}"


def _findings(subject: ReportSubject) -> str:
    warned = [each.words for each in subject.findings if each.severity is not Severity.INFO]
    noted = [each.words for each in subject.findings if each.severity is Severity.INFO]
    if not warned and not noted:
        return "The checks found nothing in the data to be wary of."
    if not warned:
        told = f"{_counted(len(noted), 'thing')} to know of them: {_kinds(noted)}"
        return f"The checks found no fault in the data, and {told}."
    beside = f", and {_counted(len(noted), 'thing')} to know: {_kinds(noted)}" if noted else ""
    found = _counted(len(warned), "fault")
    return f"The checks found {found} in the data: {_kinds(warned)}{beside}."


def _kinds(words: list[str]) -> str:
    """Return what findings are called, each once and a few of many."""
    kinds = list(dict.fromkeys(words))
    more = f" and {len(kinds) - _MAX_NAMED} more" if len(kinds) > _MAX_NAMED else ""
    return f"{', '.join(kinds[:_MAX_NAMED])}{more}"


def _usual(coverage: tuple[Coverage, ...]) -> Coverage | None:
    return next((each for each in coverage if abs(each.level - _USUAL_LEVEL) < 1e-9), None)


def _counted(n: int, word: str) -> str:
    return f"1 {word}" if n == 1 else f"{count(n)} {word}s"
