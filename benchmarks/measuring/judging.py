"""Judges the answers of any system by one code: metric, gain over a peer, and rank."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import accuracy_score, log_loss, r2_score, roc_auc_score

# Task to the metric that ranks.
METRIC = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}
IS_HIGHER_BETTER = {"roc_auc": True, "log_loss": False, "rmse": False}
# Draws of rows for an interval; two hundred settle its ends to a tenth of its width, Efron,
# Tibshirani: An Introduction to the Bootstrap (1993), section 14.3, asks more for the third digit.
N_DRAWS = 200


class WrongAnswersError(Exception):
    """A system's answers do not fit the rows that were asked."""


def known_answers(
    answers: np.ndarray, labels: list[str], *, known: list[str], n_rows: int
) -> np.ndarray:
    """Return probabilities with a column for each known label in that order, or the numbers.

    Args:
        answers: (n, k) probabilities of `labels`, or (n,) numbers.
        labels: of the columns; a label that the system does not know has probability 0.
        known: labels of the table, sorted; none for numbers.
        n_rows: how many rows were asked.

    Raises:
        WrongAnswersError: if there are too few or too many answers, or some are no numbers.
    """
    wanted = (n_rows, len(labels)) if known else (n_rows,)
    if answers.shape != wanted:
        raise WrongAnswersError(f"answers of shape {wanted} were expected; {answers.shape} came")
    if not np.isfinite(answers).all():
        n_bad = int((~np.isfinite(answers)).sum())
        raise WrongAnswersError(f"{n_bad} answers are missing or infinite")
    if not known:
        return answers
    if strange := sorted(set(labels) - set(known)):
        raise WrongAnswersError(f"labels {strange[:3]} are not in the table, whose are {known[:3]}")
    found = np.zeros((n_rows, len(known)))
    found[:, [known.index(label) for label in labels]] = answers
    return found / np.maximum(found.sum(axis=1, keepdims=True), 1e-300)


def scores(truth: np.ndarray, answers: np.ndarray, *, task: str) -> dict[str, float]:
    """Return the metric that ranks first.

    Args:
        truth: (n,) positions of the labels, or numbers.
        answers: as `known_answers` returns them.
        task: "binary", "multiclass" or "regression".
    """
    if task == "regression":
        error = float(np.sqrt(np.mean((truth - answers) ** 2)))
        return {"rmse": error, "r2": float(r2_score(truth, answers))}
    labels = np.arange(answers.shape[1])
    accuracy = float(accuracy_score(truth, answers.argmax(axis=1)))
    loss = float(log_loss(truth, answers, labels=labels))
    if task == "binary":
        return {"roc_auc": _auc(truth, answers), "log_loss": loss, "accuracy": accuracy}
    return {"log_loss": loss, "accuracy": accuracy}


def gain(
    answers: np.ndarray, peer: np.ndarray, *, truth: np.ndarray, task: str, seed: int = 0
) -> tuple[float, float, float]:
    """Return how much better answers are than a peer's, with a 95 % interval of paired draws.

    Both are measured on the same drawn rows (percentile bootstrap, Efron, Tibshirani (1993),
    chapter 13); draws with one class alone say nothing of an AUC and are left out.
    """
    rng = np.random.default_rng(seed)
    found = [_gain(task, truth, answers, peer)]
    for _ in range(N_DRAWS):
        rows = rng.integers(0, len(truth), len(truth))
        found.append(_gain(task, truth[rows], answers[rows], peer[rows]))
    low, high = np.nanquantile(found[1:], [0.025, 0.975])
    return found[0], float(low), float(high)


def _gain(task: str, truth: np.ndarray, answers: np.ndarray, peer: np.ndarray) -> float:
    measure = {"binary": _auc, "multiclass": _loss, "regression": _error}[task]
    sign = 1 if IS_HIGHER_BETTER[METRIC[task]] else -1
    return sign * (measure(truth, answers) - measure(truth, peer))


def _auc(truth: np.ndarray, answers: np.ndarray) -> float:
    if len(np.unique(truth)) < 2:
        return float("nan")
    return float(roc_auc_score(truth, answers[:, 1]))


def _loss(truth: np.ndarray, answers: np.ndarray) -> float:
    return float(log_loss(truth, answers, labels=np.arange(answers.shape[1])))


def _error(truth: np.ndarray, answers: np.ndarray) -> float:
    return float(np.sqrt(np.mean((truth - answers) ** 2)))


def ranks(found: Mapping[str, float | None], *, task: str) -> dict[str, float]:
    """Return the rank of each system on one table, 1 for the best.

    Ties share the mean of their ranks; who has no score gets the last rank. Scores that differ
    beyond the ninth digit alone are equal: the sum of floats depends on their order.
    """
    sign = -1 if IS_HIGHER_BETTER[METRIC[task]] else 1
    scored = {
        name: sign * float(f"{value:.9g}") for name, value in found.items() if value is not None
    }
    placed = dict(zip(scored, rankdata(list(scored.values())).tolist(), strict=True))
    return {name: placed.get(name, float(len(found))) for name in found}


def mean_ranks(tables: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """Return the mean rank of each system over the tables that all systems have been run on."""
    systems = {name for each in tables.values() for name in each}
    shared = [each for each in tables.values() if systems <= each.keys()]
    means = {name: float(np.mean([each[name] for each in shared])) for name in systems if shared}
    return {"n_tables": len(shared), "ranks": dict(sorted(means.items(), key=lambda each: each[1]))}
