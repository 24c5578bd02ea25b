"""A centre taken off and a scale divided by, as a graph."""

from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.forms import Columns, Form, number_row
from modelyard.runtime.steps.rescale import Rescale


def _write(step: Rescale, columns: Columns) -> Chain:
    centered = columns.chain.then("Sub", number_row(step.centers))
    return centered.then("Div", number_row(step.scales))


FORM = Form(Rescale, _write)
