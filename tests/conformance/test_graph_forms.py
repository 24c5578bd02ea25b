"""Every step with a graph form makes the same values there as in the runtime."""

import numpy as np
import onnx
import onnxruntime
import pytest

from modelyard.kit.discovery import scan
from modelyard.packaging.graphs.chains import DOUBLE, Chain, encoded
from modelyard.packaging.graphs.forms import Columns
from modelyard.packaging.graphs.messages import OPSETS, STRING, Port, Versions, model_of
from modelyard.runtime.steps.clip import Clip
from modelyard.runtime.steps.date_parts import PARTS, DateParts
from modelyard.runtime.steps.fill import Fill
from modelyard.runtime.steps.fill_words import FillWords
from modelyard.runtime.steps.lookup import Lookup
from modelyard.runtime.steps.missing_indicator import MissingIndicator
from modelyard.runtime.steps.one_hot import OneHot
from modelyard.runtime.steps.products import Products
from modelyard.runtime.steps.quantiles import Quantiles
from modelyard.runtime.steps.rescale import Rescale
from modelyard.runtime.steps.sequence_values import SequenceValues
from modelyard.runtime.steps.token_ids import TokenIds, spaced
from modelyard.runtime.steps.word_values import WordValues

FORMS = {form.step: form for _, form in scan("modelyard.packaging.graphs.steps", "FORM")}
CIRCLES = ("month_sin", "month_cos", "weekday_sin", "weekday_cos", "hour_sin", "hour_cos")
TIED = (0.0, 0.0, 0.0, 1.0, 2.0, 2.0, 5.0, 5.0)

NUMBER_STEPS = [
    Clip((-1.5, 0.0), (1e300, 0.5)),
    Fill((0.1, -1e300)),
    MissingIndicator(),
    Rescale((0.1, -3.0), (3.0, 7.0)),
    Products((0, 0, 1), (0, 1, 1)),
    Quantiles((tuple(np.linspace(-3, 3, 100) ** 3), TIED), is_normal=False),
    Quantiles((tuple(np.linspace(-3, 3, 100) ** 3), TIED), is_normal=True),
    Quantiles(((1.0, 1.0, 1.0), (-1.0, 7.0)), is_normal=False),
]
WORD_STEPS = [
    FillWords(("a", None)),
    Lookup((("a", "ü"), ()), (2.0, -1.0), (None, 3.0)),
    MissingIndicator(),
    OneHot((("a", None, "ü"), ("b",))),
    OneHot(((), ("a", "b"))),
    TokenIds((("a", "never", "seen", "\N{SNOWMAN}"), ("ü",)), 3),
    TokenIds(((), ("a",)), 1),
    WordValues(
        (("a", "ü"), ("b",)),
        (((0.1, 0.2), (0.3, 1e300)), ((5.0, 6.0),)),
        ((0.0, 1.0), (2.0, 2.0)),
        ((1 / 3, 2.0), (9.0, 9.0)),
    ),
]


SEQUENCE_STEPS = [SequenceValues((0.1, -3.0), (3.0, 7.0), length) for length in (1, 3, 9)]


def in_graph(step, block, *, width):
    form = FORMS[type(step)]
    are_words = block.dtype == object
    columns = Columns(Chain(taken="block"), block.shape[1], are_words=are_words)
    made = form.write(step, columns).then("Identity")
    content = model_of(
        *encoded({"made": made}),
        inputs=[Port("block", STRING if are_words else DOUBLE, block.shape[1])],
        outputs=[Port("made", STRING if form.gives_words else DOUBLE, width)],
        versions=Versions(opsets=OPSETS | {"": form.opset}),
    )
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    given = np.where(block == None, "", block) if are_words else block  # noqa: E711 -- each cell
    if isinstance(step, TokenIds):
        given = np.array([[spaced(cell) for cell in row] for row in given], dtype=object)
        given = given.reshape(block.shape)
    return session.run(None, {"block": given})[0]


def numbers():
    rng = np.random.default_rng(0)
    usual = rng.normal(0, 5, (300, 2))
    odd = [0.0, -0.0, 1.0, 2.0, 5.0, 1e-7, 5 - 5e-8, 1e300, -1e300, 5e-324, np.nan, -27.0, 27.0]
    pairs = np.array([[one, other] for one in odd for other in odd])
    return np.concatenate([usual, pairs])


def words():
    cells = ["a", "b", "ü", None, "A", "a ", "never seen \N{SNOWMAN}", "0", "a" * 1000]
    return np.array([[one, other] for one in cells for other in cells], dtype=object)


@pytest.mark.parametrize("step", NUMBER_STEPS, ids=lambda step: step.kind)
def test_a_step_over_numbers_is_the_same_in_a_graph(step):
    block = numbers()
    with np.errstate(over="ignore"):
        expected = step.apply(block)
    made = in_graph(step, block, width=expected.shape[1])
    np.testing.assert_allclose(made, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("step", WORD_STEPS, ids=lambda step: step.kind)
def test_a_step_over_words_is_the_same_in_a_graph(step):
    block = words()
    expected = step.apply(block)
    made = in_graph(step, block, width=expected.shape[1])
    if expected.dtype == object:
        assert np.array_equal(np.where(expected == None, "", expected), made)  # noqa: E711
    else:
        np.testing.assert_array_equal(made, expected)


@pytest.mark.parametrize("step", SEQUENCE_STEPS, ids=lambda step: f"length-{step.length}")
def test_a_sequence_is_the_same_in_a_graph(step):
    cells = [
        "1.0",
        None,
        "0.1 -2e-05 3.0",
        "1e+149 2.3e-308 0.30000000000000004 -0.0 7.0",
        "2.0 3.0",
    ]
    block = np.array([[one, other] for one in cells for other in cells], dtype=object)
    expected = step.apply(block)
    np.testing.assert_array_equal(in_graph(step, block, width=expected.shape[1]), expected)


@pytest.mark.parametrize("parts", [PARTS, CIRCLES, ("day",)], ids=["parts", "circles", "one"])
def test_moments_of_every_century_are_taken_apart_alike(parts):
    rng = np.random.default_rng(0)
    first, last = np.array(["0001-01-01", "9999-12-31"], "datetime64[us]").astype(np.int64)
    moments = rng.integers(first, last, (5000, 2)).astype(np.float64)
    days = np.arange("1896-01-01", "1904-12-31", dtype="datetime64[D]").astype("datetime64[us]")
    edges = np.repeat(days.astype(np.int64)[:, None], 2, axis=1) - np.array([0, 1])
    block = np.concatenate([moments, edges.astype(np.float64), [[np.nan, 0.0]]])
    step = DateParts(parts)
    expected = step.apply(block)
    np.testing.assert_array_equal(in_graph(step, block, width=expected.shape[1]), expected)


@pytest.mark.parametrize("step", [*NUMBER_STEPS[:3], *WORD_STEPS[:6]], ids=lambda step: step.kind)
def test_a_table_without_rows_has_an_answer_without_rows(step):
    block = (words() if step in WORD_STEPS[:2] + WORD_STEPS[3:] else numbers())[:0]
    shape = step.apply(block).shape
    assert in_graph(step, block, width=shape[1]).shape == shape


def test_every_step_with_a_form_is_among_the_examples():
    shown = {type(step) for step in (*NUMBER_STEPS, *WORD_STEPS, *SEQUENCE_STEPS)} | {DateParts}
    assert set(FORMS) == shown


def test_the_steps_without_a_form_are_those_that_the_page_names():
    kinds = {step.kind for _, step in scan("modelyard.runtime.steps", "STEP")}
    without = kinds - {step.kind for step in FORMS}
    assert without == {
        "hashed-words",
        "nearest-fill",
        "respell",
        "text-shape",
        "tf-idf",
    }
