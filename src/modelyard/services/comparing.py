"""Compares models: on the same rows where there are some, else by what their trainings measured."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from modelyard.catalog import Catalog
from modelyard.domain.comparisons import Comparison
from modelyard.domain.configs import FileDialect
from modelyard.engine.evaluation.comparing import compare, require_comparable
from modelyard.engine.evaluation.estimates import metric_for
from modelyard.engine.evaluation.measuring import LaterRows
from modelyard.reporting.comparisons import render_comparison
from modelyard.services.kept_comparisons import compare_kept
from modelyard.services.predicting import OpenModel
from modelyard.store.files import write_whole

_AS_FOUND = FileDialect()


@dataclass(frozen=True)
class ComparisonService:
    """Puts models side by side.

    Attributes:
        open: verifies and opens a package by folder or name, with keys to trust.
        with_truth: gives an open model rows to be measured on, from data and its dialect.
        clock: returns seconds, monotonic.
    """

    catalog: Catalog
    open: Callable[[str | Path, Collection[str]], OpenModel]
    with_truth: Callable[[OpenModel, object, FileDialect], LaterRows]
    clock: Callable[[], float]

    def compare(
        self,
        references: Sequence[OpenModel | str | Path],
        data: object = None,
        *,
        metric: str | None = None,
        trust: Collection[str] = (),
        dialect: FileDialect = _AS_FOUND,
    ) -> Comparison:
        """Compare models, the best by the deciding metric first.

        Args:
            references: models that are open, folders, or names as the registry knows them.
            data: rows with a truth; None compares what was measured after each training.
            metric: key of the one that decides; None means that of the first model.
            trust: fingerprints of keys to trust beside the user's own.
            dialect: of a text file.

        Raises:
            InvalidValue: if there are fewer than two, or they answer different questions.
            NotFound: if there is no such model.
        """
        models = {
            _name_of(each): each if isinstance(each, OpenModel) else self.open(each, trust)
            for each in references
        }
        manifests = {name: model.manifest for name, model in models.items()}
        require_comparable(manifests)
        metrics = self.catalog.metrics()
        first = next(iter(manifests.values()))
        deciding = metric_for(metrics, first.task, key=metric or first.metric)
        if data is None:
            sizes = {name: _size(model) for name, model in models.items()}
            return compare_kept(manifests, sizes, metrics=metrics, metric=deciding)
        return compare(
            {name: self.with_truth(model, data, dialect) for name, model in models.items()},
            metric=deciding,
            metrics=metrics,
            clock=self.clock,
            rng=np.random.default_rng(first.seed),
        )


def write_comparison(comparison: Comparison, path: Path) -> None:
    """Write a comparison as one HTML file that opens offline.

    Raises:
        StoreError: if the file cannot be written.
    """
    write_whole(path, render_comparison(comparison).encode())


def _name_of(model: OpenModel | str | Path) -> str:
    if isinstance(model, OpenModel):
        return model.reference or str(model.package.folder)
    return str(model)


def _size(model: OpenModel) -> int:
    return sum(len(content) for content in model.package.contents.values())
