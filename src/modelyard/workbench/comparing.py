"""Compares models from Python, by the same service as every other door."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from modelyard.bootstrap import Project, open_project
from modelyard.domain.comparisons import Comparison
from modelyard.workbench.models import Model


def compare(
    models: Sequence[Model | str | Path],
    data: Any = None,
    *,
    metric: str | None = None,
    project: Project | None = None,
) -> Comparison:
    """Put models side by side, the best first.

    Args:
        models: at least two, of one target: models, folders of packages, or names. A model whose
            signer is another is loaded with `trust` first.
        data: rows with a truth, on which all are measured; None compares what each training
            measured on rows of its own.
        metric: key of the metric that decides; None means the first model's own.
        project: where names are looked up; None means the one that the environment names.

    Raises:
        InvalidValue: if there are fewer than two, or they answer different questions.
        NotFound: if there is no such model.
    """
    references = [each.opened if isinstance(each, Model) else each for each in models]
    return (project or open_project()).comparing.compare(references, data, metric=metric)
