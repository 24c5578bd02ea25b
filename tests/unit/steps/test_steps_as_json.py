"""Every step survives its way through JSON, as a recipe writes it."""

import json

import pytest

from modelyard.kit.discovery import scan
from modelyard.runtime.steps.date_parts import DateParts
from modelyard.runtime.steps.fill import Fill
from modelyard.runtime.steps.lookup import Lookup
from modelyard.runtime.steps.missing_indicator import MissingIndicator
from modelyard.runtime.steps.one_hot import OneHot
from modelyard.runtime.steps.rescale import Rescale

EXAMPLES = [
    DateParts(("year", "hour")),
    Fill((0.1, 1e300)),
    Lookup((("a", "ü"), ()), (2.0, 0.0), (None, 3.0)),
    MissingIndicator(),
    OneHot((("a", None), ())),
    Rescale((0.1,), (1 / 3,)),
]


@pytest.mark.parametrize("step", EXAMPLES, ids=lambda step: step.kind)
def test_a_step_is_read_back_as_it_was_written(step):
    written = json.loads(json.dumps(step.to_params(), allow_nan=False))
    assert type(step).from_params(written) == step


def test_every_known_step_is_among_the_examples():
    kinds = {step.kind for _, step in scan("modelyard.runtime.steps", "STEP")}
    assert kinds == {step.kind for step in EXAMPLES}
