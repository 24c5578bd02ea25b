"""Numbers in place of words, as a graph."""

import numpy as np

from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.forms import Columns, Form, beside, places_of
from modelyard.runtime.steps.lookup import Lookup


def _write(step: Lookup, columns: Columns) -> Chain:
    coded = []
    for at, words in enumerate(step.words):
        n_words, missing = len(words), step.missing[at]
        codes = [*range(n_words), step.unknown[at], np.nan if missing is None else missing]
        places = places_of(columns.column(at), words, missing=n_words + 1, unknown=n_words)
        coded.append(places.then("Gather", np.array(codes, dtype=np.float64), None, axis=0))
    return beside(coded)


FORM = Form(Lookup, _write)
