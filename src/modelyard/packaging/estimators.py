"""Writes the estimator of scikit-learn that a training fitted, for those who want it as such.

The format is skops: it names the types that it holds, and a reader builds none that was not agreed
to. Modelyard itself never reads the file.
"""

from typing import Any

from modelyard.domain.errors import UsageError
from modelyard.protocols.algorithms import AlgorithmCard, FittedModel, HasEstimator
from modelyard.protocols.extras import import_extra

_FIX = (
    "Leave out keep_estimator (--keep-estimator), or use an algorithm of scikit-learn, such as "
    "random-forest."
)


def require_writer() -> Any:
    """Return the library that writes estimators; asked for before a training, which may be long.

    Raises:
        MissingExtra: if skops is not installed.
    """
    return import_extra("skops.io", extra="skops")


def require_estimator(card: AlgorithmCard) -> None:
    """Refuse an algorithm whose models no estimator of scikit-learn answers for.

    Raises:
        UsageError: naming it.
    """
    if not card.has_estimator:
        raise UsageError(
            f"{card.title} ({card.key}) has no estimator of scikit-learn that could be kept.",
            fix=_FIX,
            sample=card.key,
        )


def estimator_file(model: FittedModel) -> bytes:
    """Return the estimator as the content of a `.skops` file.

    Raises:
        UsageError: if no estimator of scikit-learn answers for the model.
        MissingExtra: if skops is not installed.
    """
    if not isinstance(model, HasEstimator):
        raise UsageError(
            "This model has no estimator of scikit-learn that could be kept.", fix=_FIX
        )
    content: bytes = require_writer().dumps(model.to_sklearn())
    return content
