"""A column of ones and zeros for each word, as a graph."""

import numpy as np

from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.forms import Columns, Form, as_double, beside, places_of
from modelyard.runtime.steps.one_hot import OneHot


def _write(step: OneHot, columns: Columns) -> Chain:
    spread = []
    for at, levels in enumerate(step.levels):
        if not levels:
            continue
        words = [level for level in levels if level is not None]
        # What is no level has a place behind all of them, and so does what is missing without one.
        outside = len(levels)
        has_missing = len(words) < len(levels)
        missing = len(words) if has_missing else outside
        places = places_of(columns.column(at), words, missing=missing, unknown=outside)
        known = {word: place for place, word in enumerate(words)}
        order = [missing if level is None else known[level] for level in levels]
        spread.append(as_double(places.then("Equal", np.array([order], dtype=np.int64))))
    return beside(spread)


FORM = Form(OneHot, _write)
