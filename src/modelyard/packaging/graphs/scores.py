"""From an algorithm's own output to the scores of the contract, in the graph and in numpy alike.

A small fold may lack a class. Algorithms fit the classes that they see; here their columns are
spread over all classes, with probability 0 for those that were not seen.
"""

import numpy as np
import numpy.typing as npt

from modelyard.packaging.graphs.chains import Chain

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def two_columns(chain: Chain) -> Chain:
    """Return the chain from (n, 1) raw scores to (n, 2) probabilities of the two classes."""
    minus_and_plus, one_and_zero = np.array([[-1.0, 1.0]]), np.array([[1.0, 0.0]])
    return chain.then("Sigmoid").then("Gemm", None, minus_and_plus, one_and_zero)


def softmax(chain: Chain) -> Chain:
    """Return the chain from (n, c) raw scores to (n, c) probabilities."""
    return chain.then("Softmax", axis=1)


def spread(chain: Chain, seen: IntArray, *, n_classes: int) -> Chain:
    """Return the chain from a column for each seen class to a column for each class.

    Args:
        chain: to (n, len(seen)) probabilities; its last node is no product with a constant, which
            ONNX Runtime would fuse with the one here and round to float32 (MatMulScaleFusion).
        seen: class codes, ascending.
        n_classes: columns of the result.
    """
    if len(seen) == n_classes:
        return chain
    places = np.zeros((len(seen), n_classes))
    places[np.arange(len(seen)), seen] = 1.0
    return chain.then("MatMul", None, places)


def spread_columns(probabilities: FloatArray, seen: IntArray, *, n_classes: int) -> FloatArray:
    """Return (n, n_classes) probabilities from (n, len(seen)): `spread` in numpy."""
    columns = np.zeros((len(probabilities), n_classes))
    columns[:, seen] = probabilities
    return columns


def to_probabilities(raw: FloatArray, seen: IntArray, *, n_classes: int) -> FloatArray:
    """Return probabilities from raw scores: `two_columns` or `softmax`, and `spread`, in numpy.

    Args:
        raw: (n, 1) log-odds of the second of two classes that were seen, or a column for each.
        seen: class codes, ascending.
        n_classes: columns of the result.
    """
    from scipy.special import expit, softmax

    if raw.shape[1] == 1:
        second = expit(raw)
        return spread_columns(np.hstack([1 - second, second]), seen, n_classes=n_classes)
    return spread_columns(softmax(raw, axis=1), seen, n_classes=n_classes)
