"""Tensors and numbers of a network as constants of its graph."""

from typing import Any

import numpy as np


def values_of(tensor: Any) -> Any:
    """Return a tensor as a constant of a graph."""
    return np.ascontiguousarray(tensor.detach().cpu().numpy())


def ints(*values: int) -> Any:
    """Return whole numbers as a constant or a list of a graph."""
    return np.array(values, dtype=np.int64)


def one(value: float) -> Any:
    """Return one number as a constant of a graph in single precision."""
    return np.array([[value]], dtype=np.float32)
