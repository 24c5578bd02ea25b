"""Words in place of missing ones, as a graph."""

import numpy as np

from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.forms import MISSING_WORD, Columns, Form, are_missing, chosen
from modelyard.runtime.steps.fill_words import FillWords


def _write(step: FillWords, columns: Columns) -> Chain:
    words = [MISSING_WORD if value is None else value for value in step.values]
    return chosen(are_missing(columns), one=np.array([words], dtype=object), other=columns.chain)


FORM = Form(FillWords, _write, gives_words=True)
