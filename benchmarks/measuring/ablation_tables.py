"""Puts AutoML without each of its techniques beside AutoML with all of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from measuring.ablations import CONTESTS, MADE, WHOLE
from measuring.judging import IS_HIGHER_BETTER, METRIC, gain
from measuring.results import print_table

# Half the width of a 95 % interval, in standard errors.
_WIDTH = 1.96
Answers = Mapping[str, np.ndarray]


def error_of(scores: Mapping[str, float], *, task: str) -> float:
    """Return how far the metric that ranks is from what an ideal answer would have."""
    value = scores[METRIC[task]]
    return 1 - value if IS_HIGHER_BETTER[METRIC[task]] else value


def table_of(
    runs: Sequence[Mapping[str, Any]], *, answers: Callable[[Mapping[str, Any]], Answers]
) -> list[dict[str, Any]]:
    """Return for each technique and table by how much more the answers err without it.

    Args:
        runs: of one budget, some of which may lack; a run in which a technique has no part has
            no scores.
        answers: returns `answers` and `truth` of the rows held back of a run.
    """
    whole = {(r["table"], r["seed"]): r for r in runs if r["without"] == WHOLE}
    found = []
    for without in (*MADE, *CONTESTS):
        for table in dict.fromkeys(run["table"] for run in runs):
            pairs = [
                _Pair(run, beside, answers(run), answers(beside))
                for run in runs
                if (run["table"], run["without"]) == (table, without)
                and run["scores"] is not None
                and (beside := whole.get((table, run["seed"]))) is not None
            ]
            if without != WHOLE and any(each.has_part for each in pairs):
                found.append({"without": without, "table": table, **_change(pairs)})
    return found


@dataclass(frozen=True)
class _Pair:
    """A run without a technique, and the one with all on the same split; what each answered."""

    run: Mapping[str, Any]
    beside: Mapping[str, Any]
    own: Answers
    peer: Answers

    @property
    def has_part(self) -> bool:
        """Whether the technique did anything: a search may not have begun, a mapping not pay."""
        is_made = self.run["without"] in MADE
        is_same = self.run["n_candidates"] == self.beside["n_candidates"]
        return not (
            is_made and is_same and np.array_equal(self.own["answers"], self.peer["answers"])
        )


def _change(pairs: Sequence[_Pair]) -> dict[str, Any]:
    task = pairs[0].run["task"]
    shares = [
        error_of(each.run["scores"], task=task) / error_of(each.beside["scores"], task=task) - 1
        for each in pairs
    ]
    gains = [
        gain(each.peer["answers"], each.own["answers"], truth=each.own["truth"], task=task)
        for each in pairs
    ]
    return {
        "more_error": float(np.mean(shares)),
        "is_beyond_chance": is_beyond_chance(gains),
        "n_seeds": len(pairs),
    }


def is_beyond_chance(gains: Sequence[tuple[float, float, float]]) -> bool:
    """Return whether the mean of gains of several splits is further from zero than chance goes.

    Args:
        gains: each with the ends of its 95 % interval. Rows held back in two splits count twice.
    """
    mean = float(np.mean([each[0] for each in gains]))
    errors = [(high - low) / 2 / _WIDTH for _, low, high in gains]
    return abs(mean) > _WIDTH * float(np.sqrt(np.sum(np.square(errors)))) / len(gains)


def print_runs(runs: Sequence[Mapping[str, Any]]) -> None:
    """Print what each run came to, table by table."""
    header = ["table", "without", "seed", "metric", "candidates", "folds", "wall s", "members"]
    rows = [
        [
            run["table"],
            run["without"],
            f"{run['seed']}",
            f"{run['scores'][METRIC[run['task']]]:.4f}",
            f"{run['n_candidates']}",
            f"{run['n_folds']}",
            f"{run['wall_s']:.0f}",
            " ".join(run["members"]),
        ]
        for run in runs
        if run["scores"] is not None
    ]
    print_table(header, rows)


def print_changes(found: Sequence[Mapping[str, Any]]) -> None:
    """Print a line for each technique, a column for each table, and the mean of the columns."""
    tables = list(dict.fromkeys(each["table"] for each in found))
    lines = {each["without"]: {} for each in found}
    for each in found:
        lines[each["without"]][each["table"]] = each
    print("\nMore error without it, in percent; * beyond chance")
    print_table(
        ["without", *tables, "mean"],
        [
            [
                without,
                *(_told(line.get(table)) for table in tables),
                f"{mean_change(line.values()):+.1f}",
            ]
            for without, line in lines.items()
        ],
    )


def mean_change(changes: Iterable[Mapping[str, Any]]) -> float:
    """Return the mean over the tables in which a technique has a part, in percent."""
    return 100 * float(np.mean([each["more_error"] for each in changes]))


def _told(change: Mapping[str, Any] | None) -> str:
    if change is None:
        return ""
    return f"{100 * change['more_error']:+.1f}{'*' if change['is_beyond_chance'] else ''}"
