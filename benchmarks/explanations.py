"""Compares explanations with those of the shap library, against the same reference rows.

Usage: python benchmarks/explanations.py [FOLDER], where FOLDER/datasets.json lists for each table
its `file`, `target`, `task` and the leaking columns to `drop`; by default a made table (20,000
rows, 10 numeric and 5 text columns) and the bundled ones. `pip install shap` makes the comparison;
without it, additivity and time are told alone.

Each table teaches LightGBM (300 rounds), a random forest, a logistic or linear regression and a
multi-layer perceptron. Of the first three shap sees what the recipe made of rows, and its values
are summed up over the features of a column: TreeExplainer (interventional), LinearExplainer. Of the
last its PermutationExplainer plays the game that we play, with raw columns as players: as many
orders as make its own noise small are what both are compared with, and what it answers by default
says how much two samplers can agree.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from measuring.results import keep, print_table
from measuring.tables import TARGET, write_mixed

N_TREES, N_MADE = 300, 20_000
N_COMPARED = 20
TABLES = ("adult", "diamonds", "wine_quality")
MODELS = ("lightgbm", "random-forest", "linear", "multi-layer-perceptron")
TREES = ("lightgbm", "random-forest")
SAMPLED = "multi-layer-perceptron"
# Orders that shap follows, each with its reverse, where its answer is taken for the truth; it
# follows 10 by default.
N_ORDERS = 200


def tables_of(folder: Path | None, place: Path) -> list[dict[str, Any]]:
    """Return facts of three tables, of the folder or made and bundled, with their paths."""
    if folder is not None:
        listed = json.loads((folder / "datasets.json").read_text(encoding="utf-8"))
        return [
            {**listed[name], "name": name, "path": folder / listed[name]["file"]} for name in TABLES
        ]
    from modelyard.services.samples import write_samples

    write_samples(place)
    write_mixed(place / "made.csv", N_MADE)
    return [
        {"name": name, "path": place / f"{name}.csv", "target": target, "task": "", "drop": []}
        for name, target in (("made", TARGET), ("penguins", "species"), ("iris", "species"))
    ]


def trained(project: Any, facts: dict[str, Any], model: str) -> Any:
    """Train one model on a table, and return what training leaves behind."""
    from modelyard.domain.configs import TrainingConfig
    from modelyard.protocols.progress import Silence

    is_regression = facts["task"] == "regression"
    linear = "linear-regression" if is_regression else "logistic-regression"
    parameters = {"n_estimators": N_TREES, "early_stopping_rounds": 0}
    config = TrainingConfig(
        target=facts["target"],
        algorithm=linear if model == "linear" else model,
        parameters=parameters if model == "lightgbm" else {},
        drop=tuple(facts["drop"]),
        calibrate="none",
    )
    return project.training.train(
        lambda: project.datasets.read(facts["path"], config.read),
        config,
        progress=Silence(),
        location=str(facts["path"]),
    )


class Peer:
    """The shap library on the features of a model, its values summed up by column."""

    def __init__(self, outcome: Any, explainer: Any, *, model: str) -> None:
        import shap

        self.explainer = explainer
        self.recipe = explainer.predictor.recipe
        background = self.recipe.apply(explainer.reference)
        fitted = outcome.trained.fitted.model
        masker = shap.maskers.Independent(background, max_samples=len(background))
        plain = getattr(fitted, "estimator", None)
        if model in TREES:
            n_labels = len(explainer.predictor.decision.labels)
            trees = _as_classifier(fitted.booster, n_labels) if plain is None else plain
            self.shap = shap.TreeExplainer(trees, masker, feature_perturbation="interventional")
            self.options = {"check_additivity": False}
        else:
            weights = (fitted.coefficients, fitted.intercept) if plain is None else plain
            self.shap, self.options = shap.LinearExplainer(weights, masker), {}

    def amounts(self, row: Any, *, code: int) -> np.ndarray:
        """Return what each raw column moved the score by."""
        values = np.asarray(self.shap.shap_values(self.recipe.apply(row), **self.options))[0]
        if values.ndim == 2:
            values = values[:, code if values.shape[1] > 1 else 0]
        elif code == 0 and self.explainer.predictor.decision.labels:
            values = -values
        columns = self.explainer.columns
        found = np.zeros(len(columns))
        for value, names in zip(values, self.recipe.origins, strict=True):
            found[columns.index(next(iter(names)))] += value
        return found


class SampledPeer:
    """shap's sampler on raw columns: a cell is handed to it as the number of an equal one."""

    def __init__(self, explainer: Any, *, n_orders: int = 10) -> None:
        self.predictor, self.reference = explainer.predictor, explainer.reference
        self.n_orders = n_orders

    def amounts(self, row: Any, *, code: int) -> np.ndarray:
        """Return what each raw column moved the score by."""
        import shap

        cells = [np.vstack(pair) for pair in zip(_cells(self.reference), _cells(row), strict=True)]
        found = [_numbered(column) for part in cells for column in part.T]
        codes = np.column_stack([numbers for _, numbers in found]).astype(np.float64)
        n_numbers = cells[0].shape[1]

        def score(asked: np.ndarray) -> np.ndarray:
            taken = [first[asked[:, at].astype(np.int64)] for at, (first, _) in enumerate(found)]
            numbers, strings = taken[:n_numbers], taken[n_numbers:]
            mixed = replace(
                row,
                numbers=_side_by_side(numbers, len(asked), np.float64),
                strings=_side_by_side(strings, len(asked), object),
            )
            return self.predictor.scores(mixed)[:, code]

        masker = shap.maskers.Independent(codes[:-1], max_samples=len(codes))
        sampler = shap.PermutationExplainer(score, masker, seed=0)
        most = self.n_orders * (2 * codes.shape[1] + 1)
        return np.asarray(sampler(codes[-1:], max_evals=most, silent=True).values)[0]


def _cells(blocks: Any) -> tuple[np.ndarray, np.ndarray]:
    return blocks.numbers, blocks.strings


def _numbered(column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct cells of a column, and for each row which of them it holds."""
    _, first, numbers = np.unique(column.astype(str), return_index=True, return_inverse=True)
    return column[first], numbers


def _side_by_side(columns: list[np.ndarray], n_rows: int, dtype: Any) -> np.ndarray:
    empty = np.empty((n_rows, 0), dtype=dtype)
    return np.column_stack(columns).astype(dtype) if columns else empty


def _as_classifier(booster: Any, n_classes: int) -> Any:
    """Return what shap takes for several classes: of a plain booster it adds up all of them."""
    if n_classes < 3:
        return booster
    from lightgbm import LGBMClassifier

    classifier = LGBMClassifier()
    classifier._Booster, classifier._n_classes = booster, n_classes  # noqa: SLF001
    classifier._objective, classifier.fitted_ = "multiclass", True  # noqa: SLF001
    return classifier


def compared(outcome: Any, opened: Any, *, model: str, has_shap: bool) -> dict[str, Any]:
    """Explain some of the reference rows on both sides."""
    explainer = opened.explainer
    started = time.perf_counter()
    explainer.explain(_row(explainer.reference, 0))
    first_s = time.perf_counter() - started
    is_sampled = model == SAMPLED
    peer = usual = None
    if has_shap:
        usual = SampledPeer(explainer) if is_sampled else Peer(outcome, explainer, model=model)
        peer = SampledPeer(explainer, n_orders=N_ORDERS) if is_sampled else usual
    labels = list(explainer.predictor.decision.labels)
    gaps, ours_ms, theirs_ms = [], [], []
    ranks, own_ranks, differences, beyond = [], [], [], []
    for at in range(min(N_COMPARED, explainer.reference.n_rows)):
        row = _row(explainer.reference, at)
        (found,), ms = _timed(lambda row=row: explainer.explain(row))
        ours_ms.append(ms)
        moved = {each.column: each.amount for each in found.contributions}
        gaps.append(abs(found.base + sum(moved.values()) - found.score) / max(1, abs(found.score)))
        if peer is None:
            continue
        code = labels.index(found.label) if labels else 0
        theirs, ms = _timed(lambda row=row, code=code: usual.amounts(row, code=code))
        theirs_ms.append(ms)
        if is_sampled:
            own, theirs = theirs, peer.amounts(row, code=code)
            own_ranks.append(_rank_correlation(np.abs(own), np.abs(theirs)))
            errors = {each.column: each.error for each in found.contributions}
            stated = np.array([errors[column] for column in explainer.columns])
        ours = np.array([moved[column] for column in explainer.columns])
        ranks.append(_rank_correlation(np.abs(ours), np.abs(theirs)))
        differences.append(np.abs(ours - theirs).max() / max(np.abs(ours).max(), 1e-300))
        if is_sampled:
            beyond.append(np.abs(ours - theirs) > 2 * stated)
    return {
        "method": found.method.value,
        "additivity": max(gaps),
        "first_s": first_s,
        "ours_ms": median(ours_ms),
        "shap_ms": median(theirs_ms) if theirs_ms else None,
        "rank_correlation": float(np.mean(ranks)) if ranks else None,
        "shap_itself": float(np.mean(own_ranks)) if own_ranks else None,
        "largest_difference": float(np.max(differences)) if ranks else None,
        "beyond_two_errors": float(np.mean(beyond)) if beyond else None,
    }


def _row(blocks: Any, at: int) -> Any:
    rows = slice(at, at + 1)
    return replace(blocks, numbers=blocks.numbers[rows], strings=blocks.strings[rows])


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    found = call()
    return found, 1e3 * (time.perf_counter() - started)


def _rank_correlation(left: np.ndarray, right: np.ndarray) -> float:
    from scipy.stats import spearmanr

    # What differs by rounding alone has one rank.
    digits = 9 - int(np.floor(np.log10(max(left.max(), 1e-300))))
    return float(spearmanr(left.round(digits), right.round(digits)).statistic)


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="of tables of your own")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    asked = parser.parse_args()
    # numba, which shap is built on, would take this folder's coverage.py for the library.
    sys.path.append(sys.path.pop(0))
    try:
        shap = version("shap")
    except PackageNotFoundError:
        shap = None
    results = {}
    with tempfile.TemporaryDirectory() as place:
        os.environ["MODELYARD_HOME"] = f"{place}/home"
        os.environ["MODELYARD_KEYS"] = f"{place}/keys"
        from modelyard.bootstrap import open_project

        project = open_project()
        for facts in tables_of(asked.folder, Path(place)):
            for model in asked.models:
                outcome = trained(project, facts, model)
                opened = project.predicting.open(outcome.folder)
                results[f"{facts['name']}, {model}"] = compared(
                    outcome, opened, model=model, has_shap=shap is not None
                )
    name = "explanations" if asked.folder is None else "explanations_tables"
    whole = keep(name, {"shap": shap, "n_trees": N_TREES, "results": results})
    if asked.json:
        print(json.dumps(whole))
        return
    keys = list(next(iter(results.values())))
    rows = [[case, *(_told(each[key]) for key in keys)] for case, each in results.items()]
    print_table(["model", *keys], rows)


def _told(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
