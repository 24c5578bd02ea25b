"""Whether each value is missing, as a graph."""

from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.forms import Columns, Form, are_missing, as_double
from modelyard.runtime.steps.missing_indicator import MissingIndicator


def _write(_: MissingIndicator, columns: Columns) -> Chain:
    return as_double(are_missing(columns))


FORM = Form(MissingIndicator, _write)
