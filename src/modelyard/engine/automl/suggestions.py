"""What to do after an AutoML run, each sentence with the figure that it stands on.

Where there is no ground for one, there is none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

import numpy as np

from modelyard.domain.evaluations import Evaluation, Importance
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.leaderboards import Entry, Leaderboard
from modelyard.domain.suggestions import Suggestion, Topic
from modelyard.domain.trials import TrialStatus
from modelyard.engine.automl.beating import doubt_of
from modelyard.kit.numerals import brief, count, decimals_for, number, share, span
from modelyard.protocols.algorithms import Algorithm, Family

# Findings that are named: what to mend first is a short list.
_MOST_COLUMNS = 3
# A finding that a column may be dropped for, and what helps where the model rests on it.
_GAPS = "much-missing-column"
_FILL_IN = "Fill it in at its source: the model rests on it."
# Candidates that a last third of the run must have ended to say whether it brought anything, and
# the share of the run that it begins at.
_LEAST_LATE, _LATE = 2, 2 / 3
# The share of the rows from which a learning curve counts what the others brought.
_HALF = 0.5


@dataclass(frozen=True)
class Grounds:
    """What suggestions stand on.

    Attributes:
        algorithms: of the catalog, for how each sees a table.
        findings: about the data.
    """

    leaderboard: Leaderboard
    evaluation: Evaluation
    findings: Sequence[Finding]
    algorithms: Mapping[str, Algorithm]


def suggest(grounds: Grounds) -> tuple[Suggestion, ...]:
    """Return what to do next: about algorithm, columns, rows, noise and time, in this order."""
    board, evaluation = grounds.leaderboard, grounds.evaluation
    doubt = doubt_of(board, evaluation)
    told = [*_algorithm(board, grounds.algorithms)] if doubt is None else [doubt]
    told += _columns(evaluation, grounds.findings)
    told += _rows(board, evaluation)
    # Where no algorithm will do, nothing beside it says that there is more to be had.
    if doubt is None or doubt.topic is not Topic.ALGORITHM:
        told += _noise(board)
    # Where it is not for want of rows that guessing was not beaten, the doubt speaks of time too.
    if doubt is None or doubt.topic is Topic.ROWS:
        told += _time(board)
    return tuple(told)


def _algorithm(board: Leaderboard, algorithms: Mapping[str, Algorithm]) -> Iterator[Suggestion]:
    """Compare the best of all with the best weighted sum, or with trees where it is no tree."""
    complete = [each for each in board.ranked if each.is_complete]
    if not complete:
        return
    best = complete[0]
    family = _family(best, algorithms)
    line, tree = (
        next((each for each in complete if _family(each, algorithms) is kind), None)
        for kind in (Family.LINEAR, Family.TREES)
    )
    if family is Family.LINEAR and _is_compared(tree):
        yield _straight(best, tree, board, algorithms)
    elif _is_compared(line) and line.number in board.tied:
        yield _straight(line, best, board, algorithms)
    elif family is Family.TREES and _is_compared(line):
        told = (
            f"Trees fit this table better than a weighted sum of its columns "
            f"({_lack(best, line, board)}): columns act in bends or together. A linear model would "
            "need such features made by hand."
        )
        yield Suggestion(Topic.ALGORITHM, told)
    elif family is Family.OTHER and _is_compared(tree):
        does = (
            "cannot be told apart on these rows"
            if tree.number in board.tied
            else "are the best of their kinds, and the first fits this table better"
        )
        told = (
            f"{_title(best, algorithms)} and {_title(tree, algorithms)} {does} "
            f"({_lack(best, tree, board)})."
        )
        yield Suggestion(Topic.ALGORITHM, told)


def _is_compared(rival: Entry | None) -> TypeGuard[Entry]:
    """Return whether there is a rival, and an interval of what it lacks."""
    return rival is not None and rival.behind_low is not None and rival.behind_high is not None


def _lack(best: Entry, rival: Entry, board: Leaderboard) -> str:
    """Say how far a rival is behind the best of all."""
    low, high = rival.behind_low or 0.0, rival.behind_high or 0.0
    return (
        f"{board.metric_title} {number(best.score)} against {number(rival.score)}; 95 % interval "
        f"of the difference {_span(low, high)}"
    )


def _straight(
    line: Entry, other: Entry, board: Leaderboard, algorithms: Mapping[str, Algorithm]
) -> Suggestion:
    """Say that a weighted sum will do: it is the best, or tied with it."""
    best, rival = (line, other) if line.behind_low is None else (other, line)
    blend = ""
    if len(board.chosen) > 1 and board.blend_score is not None:
        blend = f"; the blend that answers has {number(board.blend_score)}"
    does = "does as well as" if rival.number in board.tied else "does better than"
    told = (
        f"A weighted sum of the columns, {_title(line, algorithms)}, {does} "
        f"{_title(other, algorithms)}, as far as can be told "
        f"({_lack(best, rival, board)}{blend}): what "
        "the columns say of the target is close to straight. It alone is smaller and easier to "
        f"explain: --algorithm {line.candidate.algorithm}."
    )
    return Suggestion(Topic.ALGORITHM, told)


def _title(entry: Entry, algorithms: Mapping[str, Algorithm]) -> str:
    return algorithms[entry.candidate.algorithm].card.title


def _family(entry: Entry, algorithms: Mapping[str, Algorithm]) -> Family:
    return algorithms[entry.candidate.algorithm].card.family


def _columns(evaluation: Evaluation, findings: Iterable[Finding]) -> list[Suggestion]:
    """Name the findings that touch what the model looks at, the most important column first."""
    weighty = [each for each in evaluation.importance if each.mean > max(each.sd, 0.0)]
    places = {each.column: place for place, each in enumerate(weighty, start=1)}
    pressing = [
        (min(places[name] for name in found.columns if name in places), found)
        for found in findings
        if found.severity is not Severity.INFO
        and found.fix
        and any(name in places for name in found.columns)
    ]
    pressing.sort(key=lambda each: each[0])
    metric = evaluation.deciding.title
    return [
        _mend(found, weighty[place - 1], place=place, metric=metric)
        for place, found in pressing[:_MOST_COLUMNS]
    ]


def _mend(found: Finding, column: Importance, *, place: int, metric: str) -> Suggestion:
    # Whatever a fix offers else: what the model rests on is not to be dropped.
    fix = _FILL_IN if found.code == _GAPS else found.fix
    rank = "the most important column" if place == 1 else f"column {place} by importance"
    told = (
        f"'{column.column}' is {rank} (shuffling it costs {brief(column.mean)} of {metric}). "
        f"{found.message} {fix}"
    )
    return Suggestion(Topic.COLUMNS, told, found.columns)


def _rows(board: Leaderboard, evaluation: Evaluation) -> Iterator[Suggestion]:
    """Say whether more rows would help, by the learning curve; else what the folds leave open."""
    curve = evaluation.learning
    if curve is not None and len(curve.points) > 1:
        whole = curve.points[-1]
        half = next(each for each in curve.points if each.share >= _HALF)
        told = (
            f"{curve.told} From {count(half.n_rows)} to {count(whole.n_rows)} rows {curve.metric} "
            f"went from {number(half.mean)} to {number(whole.mean)} on the same rows held out"
        )
        if np.isfinite(curve.gain_low):
            gain = _span(curve.gain_low, curve.gain_high)
            told += f" (95 % interval of the gain {gain})"
        told += "."
        yield Suggestion(Topic.ROWS, told)
        return
    scores = [each for each in board.ranked[0].fold_scores if each is not None]
    if board.n_folds < 2 or len(scores) < 2 or not board.tied:
        return
    sd = float(np.std(scores, ddof=1))
    told = (
        f"{count(board.n_rows)} rows cannot tell the best candidate from {_others(board.tied)}: "
        f"its {board.metric_title} has a standard deviation of "
        f"{brief(sd)} "
        "between folds. More rows would part them; whether they raise the score is not known, and "
        "--learning-curve with --trials would tell."
    )
    yield Suggestion(Topic.ROWS, told)


def _others(tied: Sequence[int]) -> str:
    return "1 other" if len(tied) == 1 else f"{count(len(tied))} others"


def _noise(board: Leaderboard) -> Iterator[Suggestion]:
    found = board.ceiling
    if found is None:
        return
    rows = (
        f"{count(found.n_rows)} of {count(found.n_all)} rows equal another one in every column, "
        "with other answers among them."
    )
    if found.is_error:
        best, own = number(found.bound), number(found.reached)
        limit = f"No model errs less than {best} there (root mean squared error); this one by {own}"
    else:
        best, own = share(found.bound, 1), share(found.reached, 1)
        limit = f"No model is right for more than {best} of them; this one is for {own}"
    end = (
        "what is left there is noise. Only a column that tells such rows apart would help."
        if found.is_near
        else "there is more to be had from these columns."
    )
    yield Suggestion(Topic.NOISE, f"{rows} {limit}: {end}")


def _time(board: Leaderboard) -> Iterator[Suggestion]:
    """Say whether the best score still rose at the end; else what was not begun for want of time.

    Where more was passed over than scored, that says more than the scores do.
    """
    skipped = [each for each in board.entries if each.status is TrialStatus.PRUNED]
    n_complete = sum(each.is_complete for each in board.entries)
    told = "" if len(skipped) > n_complete else _progress(board)
    if skipped and not told:
        told = (
            f"More time would let more compete: {_counted(len(skipped))} known to do well on many "
            f"tables could not be begun ({skipped[0].candidate.name} {skipped[0].reason})."
        )
    if told:
        yield Suggestion(Topic.TIME, told)


def _progress(board: Leaderboard) -> str:
    """Say how the best score moved in the last third, where that tried enough to tell."""
    moments = {each.number: _moment(each, board) for each in board.entries}
    end = max(moments.values(), default=0.0)
    complete = [each for each in board.ranked if each.is_complete]
    early = [each for each in complete if moments[each.number] <= _LATE * end]
    n_late = len(complete) - len(early)
    if not early or n_late < _LEAST_LATE:
        return ""
    return _risen(board, early[0], complete[0], n_late=n_late)


def _risen(board: Leaderboard, before: Entry, best: Entry, *, n_late: int) -> str:
    """Say how the best score moved in the last third."""
    what = "time" if board.time_limit_s is not None else "candidates"
    late = f"in the last third of the run, which tried {_counted(n_late)},"
    title = board.metric_title
    if before.number == best.number:
        return (
            f"More {what} would hardly help: {late} the best {title} stayed at "
            f"{number(best.score)}, of {best.candidate.name}."
        )
    moved = f"the best {title} went from {number(before.score)} to {number(best.score)}"
    if before.number in board.tied:
        return f"More {what} would bring little: {late} {moved}, less than can be told from chance."
    return f"More {what} would help: {late} {moved}."


def _moment(entry: Entry, board: Leaderboard) -> float:
    """Return when it ended; without a time limit by its number, the same in every run."""
    return entry.at_s if board.time_limit_s is not None else float(entry.number)


def _counted(n: int) -> str:
    return "1 candidate" if n == 1 else f"{count(n)} candidates"


def _span(low: float, high: float) -> str:
    return span(low, high, decimals=decimals_for(low, high, value=0.0))
