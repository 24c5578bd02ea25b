"""Wraps fitted estimators of scikit-learn in others of it, so that they answer as the model does.

A library is often taught targets around zero, or answers with what a second model turns into
probabilities; scikit-learn has a form for each.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def in_unit(estimator: Any, *, center: float, size: float) -> Any:
    """Return a regressor that answers `center + size *` what the estimator answers."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler()
    scaler.mean_, scaler.scale_ = np.array([center]), np.array([size])
    scaler.var_, scaler.n_features_in_, scaler.n_samples_seen_ = scaler.scale_**2, 1, 1
    wrapped = TransformedTargetRegressor(estimator, transformer=scaler)
    wrapped.regressor_, wrapped.transformer_ = estimator, scaler
    wrapped._training_dim = 1  # noqa: SLF001 -- what its fit would have noted
    return wrapped


def with_classes(estimator: Any, seen: IntArray) -> Any:
    """Return a copy of a classifier that was taught places among `seen` and answers with these."""
    from copy import copy

    named = copy(estimator)
    if hasattr(named, "_label_binarizer"):
        named._label_binarizer = copy(named._label_binarizer)  # noqa: SLF001 -- no public way
        named._label_binarizer.classes_ = seen  # noqa: SLF001
    named.classes_ = seen
    return named


def calibrated(
    estimator: Any, *, coefficients: FloatArray, intercepts: FloatArray, seen: IntArray
) -> Any:
    """Return a classifier whose log-odds are linear in the decision values of another.

    Args:
        estimator: taught places among `seen`, with d decision values.
        coefficients: (d, c) float64.
        intercepts: (c,) float64.
        seen: class codes, ascending.
    """
    from sklearn.ensemble import StackingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import LabelEncoder

    final, encoder = LogisticRegression(), LabelEncoder()
    final.coef_, final.intercept_ = np.ascontiguousarray(coefficients.T), intercepts
    final.classes_, final.n_features_in_ = np.arange(len(seen)), len(coefficients)
    encoder.classes_ = seen
    members = [("decisions", estimator)]
    stack = StackingClassifier(
        members, final_estimator=final, cv="prefit", stack_method="decision_function"
    )
    stack.estimators_, stack.final_estimator_ = [estimator], final
    stack.named_estimators_ = dict(members)
    stack.stack_method_, stack.classes_ = ["decision_function"], seen
    stack._label_encoder = encoder  # noqa: SLF001 -- what its fit would have noted
    return stack
