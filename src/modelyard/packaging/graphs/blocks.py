"""Rows in blocks, for graphs whose values are as wide as the training data is long.

A kernel or a distance needs a number for every pair of a row and a training row: for a batch of
65,536 rows and 10,000 training rows that is 5 GB. In blocks of 256 rows it is 20 MB.
"""

import numpy as np

from modelyard.packaging.graphs.chains import Body, Chain

_BLOCK_ROWS = 256


def in_blocks(body: Chain, *, n_features: int, n_outputs: int) -> Chain:
    """Return a chain that gives every row what `body` gives it, in memory that stays flat.

    Args:
        body: from (b, n_features) to (b, n_outputs) double, each row for itself.
        n_features: columns that it takes.
        n_outputs: columns that it gives.
    """
    rows = Chain()
    n_rows = rows.then("Shape", start=0, end=1)
    # A single row is a block of one row: it must not pay for 256.
    n_in_block = n_rows.then("Min", np.array([_BLOCK_ROWS])).then("Max", np.array([1]))
    n_last = n_rows.then("Sub", np.array([1])).then("Max", np.array([0]))
    # Without rows there is one block all the same, cut off at the end: Scan refuses to run on none.
    n_blocks = n_last.then("Div", n_in_block).then("Add", np.array([1]))
    lacking = n_blocks.then("Mul", n_in_block).then("Sub", n_rows)
    pads = lacking.then("Concat", np.zeros(2, np.int64), None, np.zeros(1, np.int64), axis=0)
    shape = n_blocks.then("Concat", None, n_in_block, np.array([n_features]), axis=0)
    return (
        rows.then("Pad", pads)
        .then("Reshape", shape, allowzero=1)
        .then("Scan", body=Body(body), num_scan_inputs=1)
        .then("Reshape", np.array([-1, n_outputs]))
        .then("Slice", np.zeros(1, np.int64), n_rows, np.zeros(1, np.int64))
    )
