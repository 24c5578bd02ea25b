"""Learned numbers in place of words, as a graph."""

import numpy as np

from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.forms import Columns, Form, beside, places_of
from modelyard.runtime.steps.word_values import WordValues


def _write(step: WordValues, columns: Columns) -> Chain:
    made = []
    for at, words in enumerate(step.words):
        n_words = len(words)
        rows = np.array([*step.values[at], step.unknown[at], step.missing[at]], dtype=np.float64)
        places = places_of(columns.column(at), words, missing=n_words + 1, unknown=n_words)
        one_by_one = places.then("Squeeze", np.array([1]))
        made.append(one_by_one.then("Gather", rows, None, axis=0))
    return beside(made)


FORM = Form(WordValues, _write)
