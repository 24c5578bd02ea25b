"""Products of pairs of columns, as a graph."""

import numpy as np

from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.forms import Columns, Form, held_within
from modelyard.runtime.steps.products import Products

# As the step does: the largest number stands for a product that is larger.
_MOST = np.array([[np.finfo(np.float64).max]])


def _write(step: Products, columns: Columns) -> Chain:
    product = columns.taken(step.left).then("Mul", columns.taken(step.right))
    return held_within(product, low=-_MOST, high=_MOST)


FORM = Form(Products, _write)
