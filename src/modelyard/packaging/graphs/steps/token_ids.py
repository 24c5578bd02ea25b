"""Words of texts as numbers in their order, as a graph.

No operator parts a text as the runtime does, or brings all of Unicode to lower case: the graph
takes texts in which this is done, with one space between two words, as `spaced` writes them.
"""

import numpy as np

from modelyard.packaging.graphs.chains import INT64, ML_DOMAIN, Chain
from modelyard.packaging.graphs.forms import (
    SPLITS_TEXTS,
    Columns,
    Form,
    as_double,
    beside,
    padded,
    parted,
)
from modelyard.runtime.steps.token_ids import N_SPECIAL, NOTHING, UNKNOWN, TokenIds


def _write(step: TokenIds, columns: Columns) -> Chain:
    made = []
    for at, words in enumerate(step.words):
        parts, counts = parted(columns.column(at))
        ids = parts.then(
            "LabelEncoder",
            domain=ML_DOMAIN,
            keys_strings=np.array(["", *words], dtype=object),
            values_int64s=np.array(
                [NOTHING, *range(N_SPECIAL, N_SPECIAL + len(words))], dtype=np.int64
            ),
            default_int64=UNKNOWN,
        )
        length, first = np.array([step.length], dtype=np.int64), np.array([0], dtype=np.int64)
        kept = padded(ids.then("Cast", to=INT64), step.length).then(
            "Slice", first, length, np.array([1], dtype=np.int64)
        )
        made += [as_double(counts.then("Min", length)), as_double(kept)]
    return beside(made)


FORM = Form(TokenIds, _write, opset=SPLITS_TEXTS)
