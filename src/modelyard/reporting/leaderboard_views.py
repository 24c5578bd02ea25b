"""AutoML in words and as a table: what competed, what won, what is as good, and what it costs."""

from dataclasses import dataclass

from modelyard.domain.leaderboards import Entry, Leaderboard
from modelyard.domain.trials import Ending, TrialStatus
from modelyard.reporting.numerals import count, number, size

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
    """One line of the leaderboard."""

    rank: str
    name: str
    score: str
    spread: str
    fit: str
    row: str
    size: str
    weight: str
    note: str
    reason: str


@dataclass(frozen=True)
class LeaderboardView:
    """What the report says of an AutoML run."""

    sentences: tuple[str, ...]
    metric: str
    entries: tuple[EntryView, ...]
    n_more: int


def leaderboard_view(leaderboard: Leaderboard | None) -> LeaderboardView | None:
    """Return what the report shows, None where one algorithm was named."""
    if leaderboard is None:
        return None
    ranked = leaderboard.ranked
    return LeaderboardView(
        sentences=leaderboard_sentences(leaderboard),
        metric=leaderboard.metric_title,
        entries=tuple(
            _entry_view(each, leaderboard, place) for place, each in enumerate(ranked, start=1)
        )[:MAX_ENTRIES],
        n_more=max(len(ranked) - MAX_ENTRIES, 0),
    )


def leaderboard_sentences(leaderboard: Leaderboard) -> tuple[str, ...]:
    """Say what competed, what was chosen, what is tied, and what the scores are worth."""
    told = [_competed(leaderboard), _chosen(leaderboard), _tied(leaderboard)]
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
        f"AutoML: {count(len(done))} candidates were scored {folds}, {count(leaderboard.n_rows)} "
        f"rows{told}. What ended it was {_ENDINGS[leaderboard.ending]}."
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


def _entry_view(entry: Entry, leaderboard: Leaderboard, place: int) -> EntryView:
    score, known = entry.score, [each for each in entry.fold_scores if each is not None]
    spread = ""
    if score is not None and len(known) > 1:
        spread = f"{number(min(known))} – {number(max(known))}"
    return EntryView(
        rank=str(place) if entry.is_complete else "",
        name=entry.candidate.name,
        score="" if score is None else number(score),
        spread=spread,
        fit=f"{entry.fit_s:.1f} s" if entry.fit_s else "",
        row=f"{entry.row_us:.0f} µs" if entry.row_us else "",
        size=size(entry.size_bytes) if entry.size_bytes else "",
        weight=f"{100 * entry.weight:.0f} %" if entry.weight else "",
        note=_note(entry, leaderboard, place),
        reason=entry.candidate.reason,
    )


def _note(entry: Entry, leaderboard: Leaderboard, place: int) -> str:
    if entry.status in _WORDS:
        return f"{_WORDS[entry.status]}: {entry.reason}" if entry.reason else _WORDS[entry.status]
    if place == 1:
        return "best"
    return "tied" if entry.number in leaderboard.tied else ""
