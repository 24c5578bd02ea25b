"""A model is asked few rows at a time where they are wide, or texts that it reads in order."""

import numpy as np
import pytest

from modelyard.domain.errors import DataError
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.recipes import Recipe, Stage
from modelyard.runtime.steps.token_ids import TokenIds

LENGTH = 1023


def reading(length: int) -> Recipe:
    """Return a recipe that reads texts of at most so many words."""
    outputs = tuple(f"t: {at}" for at in range(1 + length))
    stage = Stage(TokenIds((("a", "b"),), length), ("t",), outputs)
    return Recipe((), ("t",), (stage,), outputs)


RECIPE = reading(LENGTH)
# Eight times as long as a row of 128 words, of which 512 are asked at once: a 64th of them.
AT_ONCE = 8


def blocks(n_rows: int) -> Blocks:
    words = np.array([["a " * (at % 5)] for at in range(n_rows)], dtype=object).reshape(n_rows, 1)
    return Blocks((), ("t",), np.empty((n_rows, 0)), words)


@pytest.mark.parametrize("n_rows", [0, 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE])
def test_rows_are_asked_in_parts_and_answered_in_their_order(n_rows: int) -> None:
    asked = []

    def answer(X: np.ndarray, pictures: tuple[np.ndarray, ...]) -> np.ndarray:
        assert not pictures
        asked.append(len(X))
        return X[:, :1]

    found = RECIPE.ask(blocks(n_rows), answer)
    assert found[:, 0].tolist() == [at % 5 for at in range(n_rows)]
    assert max(asked) <= AT_ONCE
    assert sum(asked) == n_rows


def test_an_error_names_the_row_of_the_whole() -> None:
    def answer(X: np.ndarray, _: tuple[np.ndarray, ...]) -> np.ndarray:
        if len(X) < AT_ONCE:
            error = DataError("Row 2 is odd.", fix="Mend it.", row=2)
            error.misfits = [1]
            raise error
        return X[:, :1]

    with pytest.raises(DataError) as caught:
        RECIPE.ask(blocks(AT_ONCE + 5), answer)
    assert caught.value.row == AT_ONCE + 2
    assert caught.value.misfits == [AT_ONCE + 1]


@pytest.mark.parametrize(("length", "at_once"), [(63, 1024), (127, 512), (511, 32), (1023, 8)])
def test_the_longer_texts_are_the_fewer_are_asked_at_once(length: int, at_once: int) -> None:
    asked = []

    def answer(X: np.ndarray, _: tuple[np.ndarray, ...]) -> np.ndarray:
        asked.append(len(X))
        return X[:, :1]

    reading(length).ask(blocks(at_once + 1), answer)
    assert asked == [at_once, 1]


def test_of_a_wide_table_fewer_rows_are_asked_at_once() -> None:
    names, asked = tuple(f"x{at}" for at in range(5_000)), []

    def answer(X: np.ndarray, _: tuple[np.ndarray, ...]) -> np.ndarray:
        asked.append(len(X))
        return X[:, :1]

    numbers = np.zeros((3_500, len(names)))
    numbers[:, 0] = np.arange(3_500)
    rows = Blocks(names, (), numbers, np.empty((3_500, 0), dtype=object))
    found = Recipe(names, (), (), names).ask(rows, answer)
    assert found[:, 0].tolist() == list(range(3_500))
    assert asked == [3_355, 145]
