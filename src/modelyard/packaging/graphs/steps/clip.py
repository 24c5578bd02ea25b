"""Numbers between two fences, as a graph."""

from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.forms import Columns, Form, held_within, number_row
from modelyard.runtime.steps.clip import Clip


def _write(step: Clip, columns: Columns) -> Chain:
    return held_within(columns.chain, low=number_row(step.low), high=number_row(step.high))


FORM = Form(Clip, _write)
