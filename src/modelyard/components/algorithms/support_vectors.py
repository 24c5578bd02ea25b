"""Support vector machines, for classes and for values."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.packaging.graphs.blocks import in_blocks
from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.constants import ConstantModel
from modelyard.packaging.graphs.scores import (
    softmax,
    spread,
    spread_columns,
    to_probabilities,
    two_columns,
)
from modelyard.packaging.wrapping import calibrated, in_unit
from modelyard.protocols.algorithms import (
    AlgorithmCard,
    FitInput,
    FittedModel,
    FloatArray,
    Needs,
    Parameter,
)
from modelyard.protocols.samples import sampled

IntArray = npt.NDArray[np.int64]

# Folds in which decision values for the probabilities are made; as many as LIBSVM's own.
_FOLDS = 5

# Numbers are held within this, so that their squares are finite: no kernel tells them apart there.
_LARGEST = 1e30

_ROWS_AT_A_TIME = 4096


class SupportVectors:
    """Decides by the few training rows that lie at the border between classes."""

    card = AlgorithmCard(
        key="support-vector-machine",
        title="Support vector machine",
        summary="Separates classes, or follows values, by the training rows at the border. "
        "Accurate on small tables; slow on large ones.",
        tasks=frozenset(Task),
        parameters=(
            Parameter(
                "C",
                1.0,
                "What a row on the wrong side costs: smaller is smoother.",
                minimum=1e-4,
                maximum=1e5,
                search_low=0.01,
                search_high=1000.0,
                is_log=True,
            ),
            Parameter(
                "kernel",
                "rbf",
                "How alike two rows are: by their distance (rbf) or by their product (linear).",
                choices=("rbf", "linear"),
            ),
            Parameter(
                "gamma",
                "auto",
                "How quickly rbf forgets with distance; auto is 1 over the features times their "
                "variance.",
                minimum=1e-6,
                maximum=1000.0,
                choices=("auto",),
                search_low=1e-4,
                search_high=1.0,
                is_log=True,
            ),
            Parameter(
                "epsilon",
                0.1,
                "For values: the error that costs nothing, in standard deviations of the target.",
                minimum=0.0,
                maximum=10.0,
                search_low=0.01,
                search_high=0.5,
                is_log=True,
            ),
            Parameter(
                "max_rows",
                10_000,
                "Most rows that it learns from, since its time grows with their square; where "
                "there are more, a sample in which each class keeps its share.",
                minimum=10,
                maximum=100_000,
            ),
        ),
        needs=Needs(takes_missing=False, normalize="standard", categorical_encoding="one_hot"),
        has_estimator=True,
        libraries=("scikit-learn",),
        losses=(Loss.ABSOLUTE_ERROR,),
        source="Chang, Lin: LIBSVM: A Library for Support Vector Machines, ACM TIST 2 (2011); "
        "defaults: scikit-learn; probabilities: Platt: Probabilistic Outputs for Support Vector "
        "Machines, Advances in Large Margin Classifiers (1999), on decision values out of fold",
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Find the support vectors; for classes, learn probabilities from rows left out."""
        training = sampled(training, training.parameters["max_rows"])
        training = replace(training, X=_bounded(training.X))
        parameters = dict(training.parameters)
        if training.task is Task.REGRESSION:
            return _fit_values(training, parameters)
        seen, codes = np.unique(training.y, return_inverse=True)
        if len(seen) == 1:
            certain = spread_columns(np.ones((1, 1)), seen, n_classes=training.n_classes)
            return ConstantModel(certain[0], training.X.shape[1], parameters)
        machine = _fit_classes(training, codes, slice(None))
        decisions = _decisions_out_of_fold(training, codes, machine)
        calibration = _calibrate(decisions, codes, training.weight)
        return _Classes(machine, calibration, seen, training.n_classes, parameters)


@dataclass(frozen=True)
class _Machine:
    """Decision values are `kernel(row, vectors) @ coefficients + intercepts`.

    Attributes:
        estimator: of scikit-learn, which answers the same.
        vectors: (m, k) float64, the support vectors.
        coefficients: (m, d) float64; two classes and values have d = 1, others a pair each.
        intercepts: (d,) float64.
        gamma: of the kernel; None where it is linear.
    """

    estimator: Any
    vectors: FloatArray
    coefficients: FloatArray
    intercepts: FloatArray
    gamma: float | None

    def decisions(self, X: FloatArray) -> FloatArray:
        """Return (n, d) decision values by scikit-learn."""
        answer: Callable[[FloatArray], FloatArray] = getattr(
            self.estimator, "decision_function", self.estimator.predict
        )
        starts = range(0, max(len(X), 1), _ROWS_AT_A_TIME)
        parts = [answer(_bounded(X[at : at + _ROWS_AT_A_TIME])) for at in starts]
        return np.concatenate(parts).reshape(len(X), -1)

    def graph(self) -> Chain:
        """Return the chain to (n, d) decision values."""
        n_features, n_outputs = self.vectors.shape[1], len(self.intercepts)
        largest = np.array([[_LARGEST]])
        rows = Chain().then("Max", -largest).then("Min", largest)
        if self.gamma is None:
            coefficients = self.vectors.T @ self.coefficients
            return rows.then("Gemm", coefficients, self.intercepts[None, :])
        body = self._kernel(rows, self.gamma)
        body = body.then("Gemm", self.coefficients, self.intercepts[None, :])
        return in_blocks(body, n_features=n_features, n_outputs=n_outputs)

    def _kernel(self, rows: Chain, gamma: float) -> Chain:
        squares = rows.then("Mul", rows).then("ReduceSum", np.array([1]), keepdims=1)
        own = (self.vectors**2).sum(axis=1)[None, :]
        products = rows.then("MatMul", np.ascontiguousarray(-2 * self.vectors.T))
        distances = products.then("Add", own).then("Add", squares).then("Max", np.array([[0.0]]))
        return distances.then("Mul", np.array([[-gamma]])).then("Exp")


@dataclass(frozen=True)
class _Classes:
    """`calibration` turns decision values to log-odds: (d, c) coefficients and (c,) intercepts."""

    machine: _Machine
    calibration: tuple[FloatArray, FloatArray]
    seen: IntArray
    n_classes: int
    parameters: Mapping[str, Any]

    def scores(self, X: FloatArray) -> FloatArray:
        coefficients, intercepts = self.calibration
        raw = self.machine.decisions(X) @ coefficients + intercepts
        return to_probabilities(raw, self.seen, n_classes=self.n_classes)

    def to_sklearn(self) -> Any:
        coefficients, intercepts = self.calibration
        return calibrated(
            self.machine.estimator,
            coefficients=coefficients,
            intercepts=intercepts,
            seen=self.seen,
        )

    def to_onnx(self) -> bytes:
        coefficients, intercepts = self.calibration
        raw = self.machine.graph().then("Gemm", coefficients, intercepts[None, :])
        chain = two_columns(raw) if len(self.seen) == 2 else softmax(raw)
        chain = spread(chain, self.seen, n_classes=self.n_classes)
        n_features = self.machine.vectors.shape[1]
        return chain.to_model(n_features=n_features, n_outputs=self.n_classes)


@dataclass(frozen=True)
class _Values:
    """A value is `center + size * decision`."""

    machine: _Machine
    center: float
    size: float
    parameters: Mapping[str, Any]

    def scores(self, X: FloatArray) -> FloatArray:
        return self.machine.decisions(X) * self.size + self.center

    def to_sklearn(self) -> Any:
        return in_unit(self.machine.estimator, center=self.center, size=self.size)

    def to_onnx(self) -> bytes:
        scaled = self.machine.graph().then("Mul", np.array([[self.size]]))
        chain = scaled.then("Add", np.array([[self.center]]))
        return chain.to_model(n_features=self.machine.vectors.shape[1], n_outputs=1)


def _fit_values(training: FitInput, parameters: Mapping[str, Any]) -> FittedModel:
    from sklearn.svm import SVR

    center = float(np.average(training.y, weights=training.weight))
    size = float(np.std(training.y)) or 1.0
    options = _options(training)
    estimator = SVR(epsilon=parameters["epsilon"], **options)
    estimator.fit(training.X, (training.y - center) / size, sample_weight=training.weight)
    if not len(estimator.support_):
        # Every value lies within epsilon of one number.
        answer = np.array([estimator.intercept_[0] * size + center])
        return ConstantModel(answer, training.X.shape[1], parameters)
    machine = _Machine(
        estimator,
        estimator.support_vectors_,
        np.ascontiguousarray(estimator.dual_coef_.T),
        estimator.intercept_,
        options.get("gamma"),
    )
    return _Values(machine, center, size, parameters)


def _fit_classes(training: FitInput, codes: IntArray, rows: IntArray | slice) -> _Machine:
    from sklearn.svm import SVC

    options = _options(training)
    # One decision value for each pair of classes; votes would jump where one of them is zero.
    estimator = SVC(decision_function_shape="ovo", **options)
    weight = None if training.weight is None else training.weight[rows]
    estimator.fit(training.X[rows], codes[rows], sample_weight=weight)
    return _Machine(
        estimator,
        estimator.support_vectors_,
        _pairwise(estimator.dual_coef_, estimator.n_support_),
        estimator.intercept_,
        options.get("gamma"),
    )


def _pairwise(dual: FloatArray, n_support: Sequence[int]) -> FloatArray:
    """Return (m, pairs) coefficients from LIBSVM's, which has a row for each class but one's own.

    A vector of class i has its coefficient against class j in row j - 1, or j where j < i.
    """
    n_classes, ends = len(n_support), np.cumsum(n_support)
    starts = ends - n_support
    columns = []
    for one in range(n_classes):
        for other in range(one + 1, n_classes):
            column = np.zeros(dual.shape[1])
            column[starts[one] : ends[one]] = dual[other - 1, starts[one] : ends[one]]
            column[starts[other] : ends[other]] = dual[one, starts[other] : ends[other]]
            columns.append(column)
    return np.stack(columns, axis=1)


def _decisions_out_of_fold(training: FitInput, codes: IntArray, machine: _Machine) -> FloatArray:
    """Return (n, d) decision values, each by a machine that did not learn from the row.

    A class of one row cannot be left out: its row gets the value of the machine itself.
    """
    fold = _folds(codes, training.rng)
    decisions = machine.decisions(training.X)
    for number in range(_FOLDS):
        held = fold == number
        if held.any():
            other = _fit_classes(training, codes, np.flatnonzero(~held))
            decisions[held] = other.decisions(training.X[held])
    return decisions


def _folds(codes: IntArray, rng: np.random.Generator) -> IntArray:
    """Return a fold for each row, every class spread over them; -1 for a class of one row."""
    fold = np.full(len(codes), -1)
    for code in np.unique(codes):
        rows = rng.permutation(np.flatnonzero(codes == code))
        if len(rows) > 1:
            fold[rows] = np.arange(len(rows)) % _FOLDS
    return fold


def _calibrate(
    decisions: FloatArray, codes: IntArray, weight: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Fit log-odds to decision values: Platt's sigmoid for two classes, a softmax for more.

    Log loss in five folds of scikit-learn's samples, so / by LIBSVM's own probabilities: breast
    cancer 0.079 / 0.086, wine 0.069 / 0.077, digits 0.087 / 0.110, iris 0.102 / 0.113.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    estimator = LogisticRegression(max_iter=1000)
    with warnings.catch_warnings():
        # After so many iterations what is left to gain is below what folds differ by.
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator.fit(decisions, codes, sample_weight=weight)
    return np.ascontiguousarray(estimator.coef_.T), estimator.intercept_


def _options(training: FitInput) -> dict[str, Any]:
    parameters = training.parameters
    if parameters["kernel"] == "linear":
        return {"C": parameters["C"], "kernel": "linear"}
    gamma = parameters["gamma"]
    if gamma == "auto":
        variance = float(training.X.var())
        gamma = 1.0 / (training.X.shape[1] * (variance or 1.0))
    return {"C": parameters["C"], "kernel": "rbf", "gamma": gamma}


def _bounded(X: FloatArray) -> FloatArray:
    return np.clip(X, -_LARGEST, _LARGEST)


COMPONENT = SupportVectors()
