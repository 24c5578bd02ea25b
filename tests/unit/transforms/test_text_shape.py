"""Measures of texts: by hand, beside the plain code of scripts, and for every kind of character."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.components.transforms import text_shape
from modelyard.protocols.transforms import Lesson
from modelyard.runtime.steps.text_shape import MEASURES, TextShape


def column(texts):
    block = np.empty((len(texts), 1), dtype=object)
    block[:, 0] = texts
    return block


def fitted(block):
    names = [f"c{at}" for at in range(block.shape[1])]
    lesson = Lesson(np.random.default_rng(0), np.zeros(len(block)))
    return text_shape.COMPONENT.fit(block, names, lesson)


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        ("WIN £100 now!", (13, 3, 3 / 13, 3 / 13, 2 / 13)),
        ("  two\twords\n", (12, 2, 0, 0, 0)),
        ("Ünï 漢字 ½", (8, 3, 1 / 8, 0, 0)),
        ("🙂", (1, 1, 0, 0, 1)),
        ("", (0, 0, 0, 0, 0)),
        (None, (0, 0, 0, 0, 0)),
    ],
)
def test_a_text_is_measured(text, measures):
    # Neighbours change nothing.
    block = column(["A b", text, "9"])
    assert TextShape().apply(block)[1].tolist() == pytest.approx(list(measures))


# What Python's tables do not name yet is newer than they are; polars brings tables of its own.
NAMED = st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=20)


@given(st.lists(NAMED, min_size=1))
def test_plain_code_of_scripts_measures_the_same(texts):
    block = column(texts)
    found = fitted(block)
    table, made = text_shape.measure_texts(
        pl.DataFrame({"c0": texts}, schema={"c0": pl.String}), ["c0"], taught=range(len(texts))
    )
    assert tuple(made) == found.outputs
    assert np.array_equal(table.select(made).to_numpy(), found.step.apply(block))


def test_measures_that_are_equal_everywhere_are_left_out_but_for_the_length():
    assert fitted(column(["ab", "cd"])).outputs == ("c0.characters",)
    assert fitted(column(["ab", "c9"])).outputs == ("c0.characters", "c0.digits")


def test_the_measures_of_a_text_stand_together():
    block = np.array([["a b", "C"], ["", "dd"]], dtype=object)
    step = TextShape()
    assert step.apply(block)[:, : len(MEASURES)].tolist() == step.apply(block[:, :1]).tolist()
    assert step.apply(block)[:, len(MEASURES) :].tolist() == step.apply(block[:, 1:]).tolist()
    assert step.origins(2) == ((0,),) * len(MEASURES) + ((1,),) * len(MEASURES)


def test_no_rows_have_no_measures():
    assert TextShape().apply(column([])).shape == (0, len(MEASURES))
    assert TextShape().apply(column(["\ud800"])).tolist() == [[1, 1, 0, 0, 1]]
