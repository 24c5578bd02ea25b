"""One suite over every transform that the catalog finds, for each kind of block that it takes."""

import json

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import Lesson, Role
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.recipes import Recipe, Stage

TRANSFORMS = Catalog().transforms()
NUMBERS, WORDS = "numbers", "words"
# What the engine hands to the transforms of a role.
TAKES = {
    Role.IMPUTE: lambda kind: kind.is_number or kind is ColumnKind.CATEGORY,
    Role.SCALE: lambda kind: kind.is_number,
    Role.FLAG_MISSING: lambda kind: kind.is_number or kind.is_string,
    Role.ENCODE: lambda kind: kind.is_string,
    Role.TAKE_DATES_APART: lambda kind: kind is ColumnKind.DATETIME,
    Role.ENGINEER: lambda kind: kind.is_number,
    Role.MEASURE_TEXT: lambda kind: kind is ColumnKind.TEXT,
    Role.READ_TEXT: lambda kind: kind is ColumnKind.TEXT,
    Role.READ_SEQUENCE: lambda kind: kind is ColumnKind.SEQUENCE,
}
CASES = [
    pytest.param(key, kind, id=f"{key}-{kind}")
    for key, transform in sorted(TRANSFORMS.items())
    for kind, takes in (
        (NUMBERS, any(each.is_number for each in transform.card.kinds)),
        (WORDS, any(each.is_string for each in transform.card.kinds)),
    )
    if takes
]
NAMES = ("a", "b", "all missing", "constant")


def block(kind, *, seed, n_rows=60):
    rng = np.random.default_rng(seed)
    if kind == NUMBERS:
        made = rng.normal(scale=1e15, size=(n_rows, 4))
        made[rng.random(made.shape) < 0.2] = np.nan
        made[:, 2], made[:, 3] = np.nan, 5.0
        return made
    levels = np.array(["", "x", "y", "ü", "x=y", None, f"only in {seed}"], dtype=object)
    made = rng.choice(levels, size=(n_rows, 4))
    made[:, 2], made[:, 3] = None, "same"
    return made


def fitted(key, kind):
    made = block(kind, seed=0)
    lesson = Lesson(np.random.default_rng(0), np.arange(len(made)) % 3, ("a", "b", "c"))
    return TRANSFORMS[key].fit(made, NAMES, lesson)


def equal(left, right):
    """Whether two results are equal to the last bit, words or numbers, missing among them."""
    if left.dtype == object:
        return left.tolist() == right.tolist()
    return np.array_equal(left, right, equal_nan=True)


@pytest.mark.parametrize(("key", "kind"), CASES)
def test_each_output_has_a_name_of_its_own(key, kind):
    result = fitted(key, kind)
    made = result.step.apply(block(kind, seed=1))
    # What fills words makes words; everything else makes numbers.
    fills_words = kind == WORDS and TRANSFORMS[key].card.role is Role.IMPUTE
    assert made.dtype == (object if fills_words else np.float64)
    assert made.shape == (60, len(result.outputs))
    assert len(set(result.outputs)) == len(result.outputs)


@pytest.mark.parametrize(("key", "kind"), CASES)
def test_one_row_is_prepared_as_in_a_batch_to_the_last_bit(key, kind):
    step, new = fitted(key, kind).step, block(kind, seed=1)
    batch = step.apply(new)
    for at in range(len(new)):
        assert equal(step.apply(new[at : at + 1])[0], batch[at])


@pytest.mark.parametrize(("key", "kind"), CASES)
def test_missing_and_unseen_values_are_prepared_and_never_refused(key, kind):
    new = block(kind, seed=2)
    new[0] = np.nan if kind == NUMBERS else None
    made = fitted(key, kind).step.apply(new)
    assert made.dtype == object or not np.isinf(made).any()


@pytest.mark.parametrize(("key", "kind"), CASES)
def test_the_input_is_left_alone(key, kind):
    new = block(kind, seed=1)
    before = new.copy()
    fitted(key, kind).step.apply(new)
    assert all(
        left is right or left == right or (left != left and right != right)  # noqa: PLR0124
        for left, right in zip(new.ravel(), before.ravel(), strict=True)
    )


@pytest.mark.parametrize(("key", "kind"), CASES)
def test_no_rows_give_no_rows(key, kind):
    result = fitted(key, kind)
    assert result.step.apply(block(kind, seed=1, n_rows=0)).shape == (0, len(result.outputs))


@pytest.mark.parametrize(("key", "kind"), CASES)
def test_what_the_training_rows_get_has_the_columns_of_the_step(key, kind):
    result = fitted(key, kind)
    assert result.taught is None or result.taught.shape == (60, len(result.outputs))


@pytest.mark.parametrize(("key", "kind"), CASES)
def test_equal_input_gives_an_equal_step(key, kind):
    assert fitted(key, kind) == fitted(key, kind)


@pytest.mark.parametrize(("key", "kind"), CASES)
def test_a_recipe_read_back_from_json_prepares_alike(key, kind):
    result, new = fitted(key, kind), block(kind, seed=1)
    is_number = kind == NUMBERS
    recipe = Recipe(
        NAMES if is_number else (),
        () if is_number else NAMES,
        (Stage(result.step, NAMES, result.outputs),),
        result.outputs,
    )
    nothing = np.empty((len(new), 0))
    blocks = Blocks(
        recipe.number_names,
        recipe.string_names,
        new if is_number else nothing,
        nothing.astype(object) if is_number else new,
    )
    again = Recipe.from_dict(json.loads(json.dumps(recipe.to_dict(), allow_nan=False)))
    assert again == recipe
    assert equal(again.stages[0].step.apply(new), result.step.apply(new))
    if result.step.apply(new).dtype != object:
        assert equal(again.apply(blocks), recipe.apply(blocks))


@pytest.mark.parametrize("key", sorted(TRANSFORMS))
def test_the_card_tells_the_facts(key):
    card = TRANSFORMS[key].card
    assert card.key == key
    assert card.title
    assert card.source
    assert card.kinds <= set(ColumnKind)
    assert card.kinds


@pytest.mark.parametrize("key", sorted(TRANSFORMS))
def test_a_transform_takes_kinds_that_its_role_is_handed(key):
    card = TRANSFORMS[key].card

    assert card.kinds
    assert all(TAKES[card.role](kind) for kind in card.kinds)


@pytest.mark.parametrize(("key", "kind"), CASES)
def test_an_output_changes_with_the_inputs_that_it_is_made_of_alone(key, kind):
    """Explanations count on it: a column that an output does not name never moves it."""
    found, made = fitted(key, kind), block(kind, seed=1)
    recipe = Recipe(
        NAMES if kind == NUMBERS else (),
        NAMES if kind == WORDS else (),
        (Stage(found.step, NAMES, found.outputs),),
        found.outputs,
    )
    assert len(recipe.origins) == len(found.outputs)
    before = found.step.apply(made)
    for at, name in enumerate(NAMES):
        changed = made.copy()
        changed[:, at] = block(kind, seed=2)[::-1, (at + 1) % 2]
        after = found.step.apply(changed)
        others = [place for place, names in enumerate(recipe.origins) if name not in names]
        assert equal(before[:, others], after[:, others])
