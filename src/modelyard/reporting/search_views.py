"""A search for hyperparameters in words and as a table: what was tried, and what won how surely."""

from dataclasses import dataclass

from modelyard.domain.trials import Ending, Search, Trial, TrialStatus, Value, best_first
from modelyard.kit.numerals import count, decimals_for, number

# Trials that a page shows; all of them are in the run's record.
MAX_TRIALS = 10

_ENDINGS = {
    Ending.TRIALS: "",
    Ending.TIME: " It ended when its time was up.",
    Ending.EXHAUSTED: " It ended because nothing was left to try.",
    Ending.MEMORY: " It ended because no memory was left for another trial.",
    Ending.INTERRUPTED: " It was interrupted; the best trial until then was taken.",
}
_WORDS = {
    TrialStatus.PRUNED: "given up early",
    TrialStatus.FAILED: "failed",
    TrialStatus.CANCELLED: "broken off",
}


@dataclass(frozen=True)
class TrialView:
    """One line of the table of trials."""

    number: str
    score: str
    spread: str
    values_shown: tuple[str, ...]
    is_best: bool
    note: str


@dataclass(frozen=True)
class SearchView:
    """What the report says of a search.

    Attributes:
        sentences: what was searched, what won, and how surely.
        headings: the hyperparameters.
    """

    sentences: tuple[str, ...]
    headings: tuple[str, ...]
    metric: str
    trials: tuple[TrialView, ...]


def search_view(search: Search | None) -> SearchView | None:
    """Return what the report shows, None where nothing was searched."""
    if search is None:
        return None
    names = tuple(each.name for each in search.space)
    shown = best_first(search.trials)[:MAX_TRIALS]
    return SearchView(
        sentences=search_sentences(search),
        headings=names,
        metric=search.metric_title,
        trials=tuple(_trial_view(each, search, names) for each in shown),
    )


def search_sentences(search: Search) -> tuple[str, ...]:
    """Say what was tried, what won, whether others are as good, and what its score is worth."""
    told = [_tried(search), _won(search), _tied(search)]
    if len(search.trials) > 1:
        told.append(
            "The best of many scores flatters: what the chosen parameters are worth is measured "
            "on the test rows, which the search has not seen."
        )
    return tuple(each for each in told if each)


def _tried(search: Search) -> str:
    repeats = f", dealt {search.n_repeats} times" if search.n_repeats > 1 else ""
    others = [
        f"{count(search.count(status))} {word}"
        for status, word in _WORDS.items()
        if search.count(status)
    ]
    aside = f" ({', '.join(others)})" if others else ""
    tried = _counted(len(search.trials), "trial")
    return (
        f"{search.title}: {tried}{aside} on the same {search.n_folds} folds"
        f"{repeats}, over {', '.join(each.name for each in search.space)}."
        f"{_ENDINGS[search.ending]}"
    )


def _won(search: Search) -> str:
    best, default = search.best, search.default
    if len(search.trials) == 1:
        return (
            "Nothing but the default parameters was tried, with "
            f"{search.metric_title} {number(best.score)} on average over the folds."
        )
    if best.number == default.number:
        return (
            f"No trial is better than the default parameters, with {search.metric_title} "
            f"{number(best.score)} on average over the folds."
        )
    than = (
        "" if default.score is None else f"; the default parameters reach {number(default.score)}"
    )
    return (
        f"Trial {best.number} is the best, with {search.metric_title} {number(best.score)} on "
        f"average over the folds{than}."
    )


def _tied(search: Search) -> str:
    """Say which trials cannot be told from the best (95 % interval of the paired difference)."""
    n_others = search.count(TrialStatus.SUCCEEDED) - 1
    if n_others < 1:
        return ""
    if not search.tied:
        return "It is surely better than every other trial that was finished."
    also = ", the default parameters among them" if search.default.number in search.tied else ""
    return (
        f"{count(len(search.tied))} of {count(n_others)} other finished trials cannot be told from "
        f"it{also}: the 95 % interval of the difference over the folds holds zero."
    )


def _trial_view(trial: Trial, search: Search, names: tuple[str, ...]) -> TrialView:
    scores = [score for score in trial.fold_scores if score is not None]
    low, high = (min(scores), max(scores)) if scores else (0.0, 0.0)
    decimals = decimals_for(low, high, value=trial.score or 0.0)
    return TrialView(
        number=str(trial.number),
        score=number(trial.score, decimals),
        spread=f"{number(low, decimals)} to {number(high, decimals)}" if scores else "",
        values_shown=tuple(_value(trial.parameters[name]) for name in names),
        is_best=trial.number == search.best.number,
        note=_note(trial, search),
    )


def _note(trial: Trial, search: Search) -> str:
    notes = [_WORDS[trial.status]] if trial.status in _WORDS else []
    if trial.number == search.best.number:
        notes.append("best")
    elif trial.number in search.tied:
        notes.append("as good")
    if trial.number == search.default.number:
        notes.append("defaults")
    return ", ".join(notes)


def _counted(n: int, word: str) -> str:
    return f"1 {word}" if n == 1 else f"{count(n)} {word}s"


def _value(value: Value) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return str(value)
