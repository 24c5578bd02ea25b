"""Every step survives its way through JSON, as a recipe writes it."""

import json

import pytest

from modelyard.kit.discovery import scan
from modelyard.runtime.steps.clip import Clip
from modelyard.runtime.steps.date_parts import DateParts
from modelyard.runtime.steps.fill import Fill
from modelyard.runtime.steps.fill_words import FillWords
from modelyard.runtime.steps.hashed_words import HashedWords
from modelyard.runtime.steps.lookup import Lookup
from modelyard.runtime.steps.missing_indicator import MissingIndicator
from modelyard.runtime.steps.nearest_fill import NearestFill
from modelyard.runtime.steps.one_hot import OneHot
from modelyard.runtime.steps.products import Products
from modelyard.runtime.steps.quantiles import Quantiles
from modelyard.runtime.steps.rescale import Rescale
from modelyard.runtime.steps.respell import Respell
from modelyard.runtime.steps.sequence_values import SequenceValues
from modelyard.runtime.steps.text_shape import TextShape
from modelyard.runtime.steps.tf_idf import TfIdf
from modelyard.runtime.steps.token_ids import TokenIds
from modelyard.runtime.steps.word_values import WordValues

EXAMPLES = [
    Clip((-1.5,), (1e300,)),
    Respell((("NY", "São"), ())),
    DateParts(("year", "hour")),
    Fill((0.1, 1e300)),
    FillWords(("a", None)),
    HashedWords(("a", "b"), 16),
    Lookup((("a", "ü"), ()), (2.0, 0.0), (None, 3.0)),
    MissingIndicator(),
    NearestFill(((0.1, None), (None, 2.0)), (1 / 3, 1.0), (0.0, 2.0), 5),
    OneHot((("a", None), ())),
    Products((0, 0), (0, 1)),
    Quantiles(((0.1, 0.2), (0.0,)), is_normal=True),
    Rescale((0.1,), (1 / 3,)),
    SequenceValues((0.1, -1e150), (1 / 3, 1.0), 7),
    TextShape(("words", "digits")),
    TfIdf((("a b", "ü"), ()), ((1 / 3, 1.0), ())),
    TokenIds((("a", "ü"), ()), 5),
    WordValues((("a",), ()), (((0.1, 0.2),), ()), ((0.0, 1.0),) * 2, ((1 / 3, 2.0),) * 2),
]


@pytest.mark.parametrize("step", EXAMPLES, ids=lambda step: step.kind)
def test_a_step_is_read_back_as_it_was_written(step):
    written = json.loads(json.dumps(step.to_params(), allow_nan=False))
    assert type(step).from_params(written) == step


def test_every_known_step_is_among_the_examples():
    kinds = {step.kind for _, step in scan("modelyard.runtime.steps", "STEP")}
    assert kinds == {step.kind for step in EXAMPLES}
