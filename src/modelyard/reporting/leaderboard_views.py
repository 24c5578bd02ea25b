"""AutoML in words and as a table: what competed, what won, what is as good, and what it costs."""

from dataclasses import dataclass
from statistics import median

from modelyard.domain.leaderboards import Entry, Leaderboard
from modelyard.domain.trials import Ending, TrialStatus
from modelyard.reporting.numerals import count, decimals_for, number, size

# Candidates that a page shows; all of them are in the run's record.
MAX_ENTRIES = 15

_ENDINGS = {
    Ending.TRIALS: "the number of candidates that was asked for",
    Ending.TIME: "the time that was allowed",
    Ending.EXHAUSTED: "that nothing was left to try",
    Ending.INTERRUPTED: "an interruption; what had been finished counts",
}
_WORDS = {
    TrialStatus.PRUNED: "not begun, as time was short",
    TrialStatus.FAILED: "failed",
    TrialStatus.CANCELLED: "broken off by the end of the time",
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
        suggestions: what to do next, and why.
    """

    sentences: tuple[str, ...]
    metric: str
    entries: tuple[EntryView, ...]
    n_more: int
    suggestions: tuple[str, ...]


def leaderboard_view(leaderboard: Leaderboard | None) -> LeaderboardView | None:
    """Return what the report shows, None where one algorithm was named."""
    if leaderboard is None:
        return None
    ranked, decimals = leaderboard.ranked, _decimals(leaderboard)
    return LeaderboardView(
        sentences=leaderboard_sentences(leaderboard),
        metric=leaderboard.metric_title,
        entries=tuple(
            _entry_view(each, leaderboard, place=place, decimals=decimals)
            for place, each in enumerate(ranked[:MAX_ENTRIES], start=1)
        ),
        n_more=max(len(ranked) - MAX_ENTRIES, 0),
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


def leaderboard_sentences(leaderboard: Leaderboard) -> tuple[str, ...]:
    """Say what competed, what was chosen, what is tied, and what the scores are worth."""
    told = [
        _competed(leaderboard),
        _spent(leaderboard),
        _chosen(leaderboard),
        _added(leaderboard),
        _tied(leaderboard),
    ]
    told.append(
        "Scores are of rows that the candidates were not taught, but that chose among them; what "
        "the chosen model is worth is measured on the test rows, which nothing here has seen."
    )
    return tuple(each for each in told if each)


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
    told = ", ".join(f"{each.candidate.name} {number(add)}" for add, each in adds)
    return (
        f"What each of them adds, by the {leaderboard.metric_title} that the others would lose "
        f"without it: {told}. Alike members stand in for each other, so that each seems to add "
        "little."
    )


def _chosen(leaderboard: Leaderboard) -> str:
    chosen = leaderboard.chosen
    if len(chosen) == 1:
        return f"{chosen[0].candidate.name} answers alone: no mixture with others does better."
    parts = [f"{each.candidate.name} {100 * each.weight:.0f} %" for each in chosen]
    best = leaderboard.ranked[0]
    return (
        f"A blend answers: {', '.join(parts)}. Its {leaderboard.metric_title} on these rows is "
        f"{number(leaderboard.blend_score)}; the best single one, "
        f"{best.candidate.name}, reaches {number(best.score)}."
    )


def _tied(leaderboard: Leaderboard) -> str:
    if not leaderboard.tied:
        return ""
    names = {each.number: each.candidate.name for each in leaderboard.entries}
    best = leaderboard.ranked[0].candidate.name
    told = ", ".join(names[each] for each in leaderboard.tied)
    return f"Tied with {best}, as far as the folds can tell: {told}."


def _entry_view(
    entry: Entry, leaderboard: Leaderboard, *, place: int, decimals: int | None
) -> EntryView:
    low, high = entry.behind_low, entry.behind_high
    behind = ""
    if low is not None and high is not None:
        places = decimals_for(low, high, value=0.0)
        behind = f"{number(low, places)} to {number(high, places)}"
    return EntryView(
        rank=str(place) if entry.is_complete else "",
        name=entry.candidate.name,
        score="" if entry.score is None else number(entry.score, decimals),
        behind=behind,
        fit=f"{entry.fit_s:.1f} s" if entry.fit_s else "",
        row=f"{entry.row_us:.0f} µs" if entry.row_us else "",
        size=size(entry.size_bytes) if entry.size_bytes else "",
        weight=f"{100 * entry.weight:.0f} %" if entry.weight else "",
        adds="" if entry.adds is None else number(entry.adds),
        note=_note(entry, leaderboard, place),
        reason=entry.candidate.reason,
        is_chosen=entry.weight > 0,
    )


def _note(entry: Entry, leaderboard: Leaderboard, place: int) -> str:
    if entry.status in _WORDS:
        return f"{_WORDS[entry.status]}: {entry.reason}" if entry.reason else _WORDS[entry.status]
    if place == 1:
        return "best"
    return "tied" if entry.number in leaderboard.tied else ""
