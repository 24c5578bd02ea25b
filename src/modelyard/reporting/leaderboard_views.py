"""AutoML in words and as a table: what competed, what won, what is as good, and what it costs."""

from dataclasses import dataclass
from statistics import median

from modelyard.domain.automl import FAST
from modelyard.domain.leaderboards import Entry, Leaderboard
from modelyard.domain.trials import Ending, TrialStatus
from modelyard.kit.numerals import brief, count, decimals_for, number, size, span

# Candidates that a page shows, and of the others those that are named; the run's record has all.
MAX_ENTRIES, _MAX_OTHERS = 15, 6
# By which members are weighed, whatever metric ranks them.
_LOSSES = "log loss; of numbers the squared error, or the absolute one where that decides"

_ENDINGS = {
    Ending.TRIALS: "the number of candidates that was asked for",
    Ending.TIME: "the time that was allowed",
    Ending.EXHAUSTED: "that nothing was left to try",
    Ending.MEMORY: "that no memory was left for another fit",
    Ending.INTERRUPTED: "an interruption; what had been finished counts",
}
_WORDS = {
    TrialStatus.PRUNED: "not begun, as time was short",
    TrialStatus.FAILED: "failed",
    TrialStatus.CANCELLED: "broken off by the end of the run",
}


@dataclass(frozen=True)
class EntryView:
    """One line of the leaderboard.

    Attributes:
        behind: 95 % interval of what it lacks beside the best one.
        adds: what the blend would lose without it.
    """

    rank: str
    name: str
    score: str
    behind: str
    fit: str
    memory: str
    row: str
    size: str
    weight: str
    adds: str
    note: str
    reason: str
    is_chosen: bool


@dataclass(frozen=True)
class LeaderboardView:
    """What the report says of an AutoML run.

    Attributes:
        entries: those that were scored, the best first.
        others: what became of the others, a sentence for each kind of end.
        suggestions: what to do next, and why.
    """

    sentences: tuple[str, ...]
    metric: str
    entries: tuple[EntryView, ...]
    n_more: int
    others: tuple[str, ...]
    suggestions: tuple[str, ...]


def leaderboard_view(leaderboard: Leaderboard | None) -> LeaderboardView | None:
    """Return what the report shows, None where one algorithm was named."""
    if leaderboard is None:
        return None
    # Where none was finished, the one that came furthest answers.
    complete = [each for each in leaderboard.ranked if each.is_complete or each.weight > 0]
    decimals = _decimals(leaderboard)
    # What answers in the model is shown wherever it stands.
    places = enumerate(complete, start=1)
    shown = [(at, each) for at, each in places if at <= MAX_ENTRIES or each.weight > 0]
    return LeaderboardView(
        sentences=leaderboard_sentences(leaderboard),
        metric=leaderboard.metric_title,
        entries=tuple(
            _entry_view(each, leaderboard, place=place, decimals=decimals) for place, each in shown
        ),
        n_more=len(complete) - len(shown),
        others=_others(leaderboard),
        suggestions=tuple(each.told for each in leaderboard.suggestions),
    )


def _decimals(leaderboard: Leaderboard) -> int | None:
    """Return decimals that suit all scores: those of the narrowest interval beside the best."""
    spans = [
        (each.behind_high - each.behind_low, each)
        for each in leaderboard.ranked
        if each.behind_low is not None and each.behind_high is not None
    ]
    if not spans:
        return None
    _, near = min(spans, key=lambda span: span[0])
    return decimals_for(near.behind_low or 0.0, near.behind_high or 0.0, value=near.score or 0.0)


def _others(leaderboard: Leaderboard) -> tuple[str, ...]:
    """Say which candidates were not scored, and why."""
    told = []
    for status, word in _WORDS.items():
        ended = [each for each in leaderboard.entries if each.status is status]
        if ended:
            named = [_ended(each) for each in ended[:_MAX_OTHERS]]
            more = len(ended) - len(named)
            rest = f"; {count(more)} more" if more else ""
            told.append(f"{word.capitalize()}: {'; '.join(named)}{rest}.")
    return tuple(told)


def _ended(entry: Entry) -> str:
    reason = entry.reason.strip().rstrip(".")
    return f"{entry.candidate.name} ({reason})" if reason else entry.candidate.name


def leaderboard_sentences(leaderboard: Leaderboard) -> tuple[str, ...]:
    """Say what competed, what was chosen, what is tied, and what the scores are worth."""
    told = [
        _competed(leaderboard),
        _spent(leaderboard),
        _chosen(leaderboard),
        _compressed(leaderboard),
        _shipped(leaderboard),
        _added(leaderboard),
        _tied(leaderboard),
    ]
    told.append(
        "Scores are of rows that the candidates were not taught, but that chose among them; what "
        "the chosen model is worth is measured on the test rows, which nothing here has seen."
    )
    told.append(_again(leaderboard))
    return tuple(each for each in told if each)


def _again(leaderboard: Leaderboard) -> str:
    """Say of how many rows that are scored an equal was taught, where there are any."""
    if not leaderboard.n_again:
        return ""
    return (
        f"{count(leaderboard.n_again)} of the rows that the candidates are scored on equal one "
        "that was taught: whether the same rows come again nobody knows, so half of what repeats "
        "is dealt apart. No test row equals one that had taught when it was measured."
    )


def _competed(leaderboard: Leaderboard) -> str:
    entries = leaderboard.entries
    done = [each for each in entries if each.is_complete]
    others = [
        f"{count(n)} {word}"
        for status, word in _WORDS.items()
        if (n := sum(each.status is status for each in entries))
    ]
    told = f" ({', '.join(others)})" if others else ""
    folds = f"on the same {leaderboard.n_folds} folds"
    if leaderboard.n_folds == 1:
        folds = "on the same held-out rows"
    return (
        f"AutoML: {_counted(len(done))} scored {folds}, {count(leaderboard.n_rows)} "
        f"rows{told}. What ended it was {_ENDINGS[leaderboard.ending]}."
    )


def _counted(n: int) -> str:
    return "1 candidate was" if n == 1 else f"{count(n)} candidates were"


def _spent(leaderboard: Leaderboard) -> str:
    """Say what of the budget went into candidates, and what one of them took."""
    took = [each.fit_s for each in leaderboard.entries if each.is_complete and each.fit_s]
    if not took:
        return ""
    limit = leaderboard.time_limit_s
    allowed = "" if limit is None else f" of the {limit:g} s that were allowed for everything"
    return (
        f"The search took {leaderboard.duration_s:.0f} s{allowed}; a candidate took "
        f"{median(took):.1f} s in the median, all folds together."
    )


def _added(leaderboard: Leaderboard) -> str:
    """Say what each member of the blend is good for."""
    adds = [(each.adds, each) for each in leaderboard.chosen if each.adds is not None]
    if not adds:
        return ""
    adds.sort(key=lambda add: -add[0])
    told = ", ".join(f"{each.candidate.name} {brief(add)}" for add, each in adds)
    harm = ""
    if adds[-1][0] < 0:
        harm = (
            " Those below zero help the loss by which members are weighed, on draws of the rows "
            f"({_LOSSES}), not {leaderboard.metric_title} on all of them."
        )
    return (
        f"What the blend would lose in {leaderboard.metric_title} without each of them: {told}. "
        f"Alike members stand in for each other, so that each alone seems to add little.{harm}"
    )


def _chosen(leaderboard: Leaderboard) -> str:
    chosen = leaderboard.chosen
    if len(chosen) == 1 and not chosen[0].is_complete:
        n_scored = sum(score is not None for score in chosen[0].fold_scores)
        return (
            f"{chosen[0].candidate.name} answers alone: no candidate was finished, and it came "
            f"furthest, with {n_scored} of {leaderboard.n_folds} folds scored."
        )
    if len(chosen) == 1 and leaderboard.serve == FAST:
        return (
            f"{chosen[0].candidate.name} answers alone: it is the cheapest to serve of those "
            "within the bounds that lose no more than chance may part from the best of them."
        )
    if len(chosen) == 1:
        return (
            f"{chosen[0].candidate.name} answers alone: within what serving may cost no mixture "
            f"does better.{_passed_over(leaderboard)}"
        )
    parts = [f"{each.candidate.name} {100 * each.weight:.0f} %" for each in chosen]
    best = leaderboard.ranked[0]
    return (
        f"A blend answers: {', '.join(parts)}. Its {leaderboard.metric_title} on these rows is "
        f"{number(leaderboard.blend_score)}; the best single one, "
        f"{best.candidate.name}, reaches {number(best.score)}.{_passed_over(leaderboard)}"
    )


def _compressed(leaderboard: Leaderboard) -> str:
    """Say what the bounds of serving cost in score, where they were asked for and measured."""
    free, kept = leaderboard.free_score, leaderboard.blend_score
    if free is None or not leaderboard.serve or not leaderboard.ranked[0].is_complete:
        return ""
    if free == kept:
        return (
            f"Serving '{leaderboard.serve}' costs no score: without its bounds the same candidates "
            "would answer."
        )
    return (
        f"Serving '{leaderboard.serve}' leaves out what costs more to answer: a blend without "
        f"its bounds scores {number(free)} in {leaderboard.metric_title} on these rows, and what "
        f"answers scores {number(kept)}."
    )


def _shipped(leaderboard: Leaderboard) -> str:
    """Say what of the chosen ones is in the package, and what one row and many take of it."""
    shipped = [each.shipped for each in leaderboard.chosen if each.shipped is not None]
    if not shipped:
        return ""
    n_models = sum(each.n_models for each in shipped)
    many = 1e6 / max(sum(each.batch_us for each in shipped), 1e-9)
    models = "1 model" if n_models == 1 else f"{count(n_models)} models"
    how = ""
    if any(each.is_full for each in shipped):
        how = " fitted once more on all rows, after the same without the test part had measured"
    elif all(each.is_refitted for each in shipped):
        how = (
            " fitted once more on all rows outside the test part, whose scores no rows are left to "
            "tell"
        )
    return (
        f"In the package: {models}{how}; "
        f"{size(sum(each.size_bytes for each in shipped))}, about "
        f"{sum(each.row_us for each in shipped):.0f} µs for one row and {count(int(many))} rows a "
        "second, as its parts were timed."
    )


def _passed_over(leaderboard: Leaderboard) -> str:
    """Say why the first of the table has no part in the model, where it has none."""
    best = leaderboard.ranked[0]
    if best.weight or not best.is_complete:
        return ""
    return (
        f" {best.candidate.name} has the best {leaderboard.metric_title} and no part in it: what "
        f"answers is chosen by the loss of its answers ({_LOSSES}), and by what it costs to serve."
    )


def _tied(leaderboard: Leaderboard) -> str:
    if not leaderboard.tied:
        return ""
    best, *others = leaderboard.ranked
    tied = [each.candidate.name for each in others if each.number in leaderboard.tied]
    named = ", ".join(tied[:_MAX_OTHERS])
    more = f" and {count(len(tied) - _MAX_OTHERS)} more" if len(tied) > _MAX_OTHERS else ""
    return f"Tied with {best.candidate.name}, as far as these rows can tell: {named}{more}."


def _entry_view(
    entry: Entry, leaderboard: Leaderboard, *, place: int, decimals: int | None
) -> EntryView:
    low, high = entry.behind_low, entry.behind_high
    # What answers is told as it is shipped; the others as the models of their folds.
    answering = entry.shipped or entry
    behind = ""
    if low is not None and high is not None:
        places = decimals_for(low, high, value=0.0)
        behind = span(low, high, decimals=places)
    return EntryView(
        rank=str(place),
        name=entry.candidate.name,
        score="" if entry.score is None else number(entry.score, decimals),
        behind=behind,
        fit=f"{entry.fit_s:.1f} s" if entry.fit_s else "",
        memory=size(entry.peak_bytes) if entry.peak_bytes else "",
        row=f"{answering.row_us:.0f} µs" if answering.row_us else "",
        size=size(answering.size_bytes) if answering.size_bytes else "",
        weight=f"{100 * entry.weight:.0f} %" if entry.weight else "",
        adds="" if entry.adds is None else brief(entry.adds),
        note=_note(entry, leaderboard, place=place),
        reason=entry.candidate.reason,
        is_chosen=entry.weight > 0,
    )


def _note(entry: Entry, leaderboard: Leaderboard, *, place: int) -> str:
    if not entry.is_complete:
        return "unfinished"
    if place == 1:
        return "best"
    return "tied" if entry.number in leaderboard.tied else ""
