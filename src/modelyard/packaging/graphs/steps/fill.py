"""Constants in place of missing numbers, as a graph."""

from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.forms import Columns, Form, are_missing, chosen, number_row
from modelyard.runtime.steps.fill import Fill


def _write(step: Fill, columns: Columns) -> Chain:
    return chosen(are_missing(columns), one=number_row(step.values), other=columns.chain)


FORM = Form(Fill, _write)
