"""Measures the intervals of metrics: ours, of all draws at once, beside scikit-learn in a loop.

Truths and answers are made here from a fixed seed; the draws are those of the bootstrap, counts of
the rows, and both sides score the same ones. scikit-learn's side is the line that an ejected script
holds for the metric, once a draw with the counts as weights. What is told are the milliseconds of a
draw that the processor is busy, the median of rounds in turns, and by how much the two scores
differ at most. A metric for which such a line takes no weights is left out.
"""

import argparse
import json
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from measuring.results import keep, print_table
from measuring.timing import Seconds, medians, paired_ratio
from sklearn import metrics as sklearn_metrics

from modelyard.catalog import Catalog
from modelyard.domain.tasks import Task
from modelyard.engine.evaluation.estimates import Scored, metrics_of, weighted_scores
from modelyard.protocols.scripts import ScriptedMetric

N_ROUNDS, N_DRAWS = 5, 20
SIZES = (200, 2_000, 8_000)
CASES = {"two classes": (Task.BINARY, 2), "five classes": (Task.MULTICLASS, 5)}
CASES |= {"a number": (Task.REGRESSION, 0)}


def scored_rows(task: Task, n_classes: int, n_rows: int) -> Scored:
    """Return rows that are answered well but not always."""
    rng = np.random.default_rng(5)
    if task is Task.REGRESSION:
        truth = rng.lognormal(size=n_rows)
        scores = (truth * rng.lognormal(sigma=0.3, size=n_rows))[:, None]
        return Scored(task, (), truth, scores, np.full((n_rows, 1), truth.mean()))
    truth = rng.integers(n_classes, size=n_rows)
    scores = rng.dirichlet(np.ones(n_classes), size=n_rows) + np.eye(n_classes)[truth]
    scores /= scores.sum(axis=1, keepdims=True)
    shares = np.full_like(scores, 1 / n_classes)
    return Scored(task, tuple(range(n_classes)), truth, scores, shares)


def scripted(metric: ScriptedMetric, key: str, scored: Scored) -> Callable[[np.ndarray], float]:
    """Return scikit-learn's score of the rows as a function of their weights."""
    code = compile(metric.script(len(scored.labels)), key, "eval")
    given: dict[str, Any] = {"metrics": sklearn_metrics, "np": np, "y": scored.y_true}
    if scored.labels:
        given |= {"probabilities": scored.scores, "labels": scored.scores.argmax(axis=1)}
    else:
        given["values"] = scored.scores[:, 0]
    return lambda weight: float(eval(code, given | {"weight": weight}))  # noqa: S307 -- our own source


def processor_seconds(sides: Mapping[str, Callable[[], object]], *, n_rounds: int) -> Seconds:
    """Return what each side takes of the processor a round, in turns; others do not slow that."""
    taken: Seconds = {name: [] for name in sides}
    for at in range(-1, n_rounds):
        names = list(sides) if at % 2 == 0 else list(reversed(sides))
        for name in names:
            started = time.process_time()
            sides[name]()
            if at >= 0:
                taken[name].append(time.process_time() - started)
    return taken


def measured(scored: Scored, key: str, metric: Any, *, n_rounds: int) -> dict[str, float]:
    """Return what a draw costs on either side, and how far apart the scores are."""
    rng = np.random.default_rng(0)
    parts = scored.resampling.draws(rng, N_DRAWS, n_cells=len(scored.labels) ** 2)
    counts = np.concatenate(list(parts))
    theirs = scripted(metric, key, scored)

    def at_once() -> np.ndarray:
        return np.asarray(weighted_scores(scored, {key: metric})[key](counts))

    def in_a_loop() -> np.ndarray:
        return np.array([theirs(each) for each in counts.astype(np.float64)])

    sides = {"ours": at_once, "theirs": in_a_loop}
    taken = processor_seconds(sides, n_rounds=n_rounds)
    found = {side: 1000 * seconds / N_DRAWS for side, seconds in medians(taken).items()}
    wanted = in_a_loop()
    apart = np.abs(at_once() - wanted) / np.maximum(1, np.abs(wanted))
    return {
        "ours_ms": found["ours"],
        "theirs_ms": found["theirs"],
        "ratio": paired_ratio(taken, "theirs", "ours"),
        "apart": float(np.nanmax(apart)),
    }


def of_case(task: Task, n_classes: int, n_rows: int, *, n_rounds: int) -> dict[str, Any]:
    """Return the figures of each metric of a task."""
    scored = scored_rows(task, n_classes, n_rows)
    fitting = metrics_of(Catalog().metrics(), task)
    weighed = {
        key: metric
        for key, metric in sorted(fitting.items())
        if isinstance(metric, ScriptedMetric) and "weight" in metric.script(len(scored.labels))
    }
    return {
        key: measured(scored, key, metric, n_rounds=n_rounds) for key, metric in weighed.items()
    }


def show(case: str, told: dict[str, dict[str, float]]) -> None:
    """Print the figures of each metric, and of all together."""
    rows = [
        [
            key,
            f"{each['ours_ms']:.3f}",
            f"{each['theirs_ms']:.3f}",
            f"{each['ratio']:.1f}",
            f"{each['apart']:.0e}",
        ]
        for key, each in told.items()
    ]
    print_table([case, "ours, ms a draw", "in a loop", "times", "apart"], rows)
    ours, theirs = (sum(each[side] for each in told.values()) for side in ("ours_ms", "theirs_ms"))
    print(f"all together: {ours:.2f} and {theirs:.2f} ms a draw, {theirs / ours:.0f} times\n")


def main() -> None:
    """Print a table a size, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the tables")
    parser.add_argument("--rounds", type=int, default=N_ROUNDS)
    asked = parser.parse_args()
    # Some draws of few rows hold no row of a class, which scikit-learn remarks on each time.
    warnings.filterwarnings("ignore")
    found = {}
    for name, (task, n_classes) in CASES.items():
        for n_rows in SIZES:
            told = of_case(task, n_classes, n_rows, n_rounds=asked.rounds)
            found[f"{name}, {n_rows:,} rows"] = told
            if not asked.json:
                show(f"{name}, {n_rows:,} rows", told)
    result = keep("evaluation", {"n_draws": N_DRAWS, "cases": found})
    if asked.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
