"""Whatever a transform offers as plain code prepares columns as its fitted step does."""

import inspect

import numpy as np
import polars as pl
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.protocols.scripts import ScriptedTransform, SupervisedTransform
from modelyard.protocols.transforms import Lesson

NAMES = ("a", "b", "all missing", "constant")
# So many that words are met beyond those that a transform tells apart.
N_ROWS, N_TAUGHT = 1_500, 1_200
SCRIPTED = {
    key: each for key, each in Catalog().transforms().items() if isinstance(each, ScriptedTransform)
}
NUMBERS, WORDS, MOMENTS, TEXTS = "numbers", "words", "moments", "texts"
CASES = [
    pytest.param(key, kind, id=f"{key}-{kind}")
    for key, transform in sorted(SCRIPTED.items())
    for kind, takes in (
        (NUMBERS, ColumnKind.NUMERIC in transform.card.kinds),
        (WORDS, ColumnKind.CATEGORY in transform.card.kinds),
        (MOMENTS, transform.card.kinds == {ColumnKind.DATETIME}),
        (TEXTS, transform.card.kinds == {ColumnKind.TEXT}),
    )
    if takes
]


def block(kind):
    """Rows of which the last third holds what the others do not."""
    rng = np.random.default_rng(3)
    if kind == TEXTS:
        words = ["Ein", "gutes", "Haus", "mit", "42", "x", "Zimmern.", "ÜBER", "wo"]
        # So many that pairs of them are more terms than are weighed.
        words = np.array([*words, *(f"w{at}" for at in range(40))])
        chosen = [[" ".join(rng.choice(words, size=7)) for _ in NAMES] for _ in range(N_ROWS)]
        made = np.array(chosen, dtype=object)
        made[rng.random(made.shape) < 0.1] = None
        return made
    if kind == WORDS:
        levels = np.array(["x", "y", "ü", "x=y", None, *map(str, range(300))], dtype=object)
        weights = np.array([20, 15, 15, 10, 9, *[0.5] * 300])
        made = rng.choice(levels, size=(N_ROWS, 4), p=weights / weights.sum())
        made[:, 2], made[:, 3] = None, "same"
        return made
    made = rng.normal(loc=5.0, scale=100.0, size=(N_ROWS, 4)).round(1)
    if kind == MOMENTS:
        made = rng.integers(-(10**15), 2 * 10**15, size=(N_ROWS, 4)).astype(np.float64)
        made[:, 3] = 3.6e9
    made[rng.random(made.shape) < 0.2] = np.nan
    made[:, 2] = np.nan
    made[:, 3] = np.where(np.isnan(made[:, 3]), 7.0, made[0, 3])
    if kind == NUMBERS:
        made[:, 3] = 7.0
    return made


def framed(made, kind):
    if kind in {WORDS, TEXTS}:
        return pl.DataFrame(
            {n: pl.Series(made[:, at], dtype=pl.String) for at, n in enumerate(NAMES)}
        )
    frame = pl.DataFrame({name: made[:, at] for at, name in enumerate(NAMES)}).fill_nan(None)
    return frame if kind == NUMBERS else frame.cast(pl.Int64).cast(pl.Datetime("us"))


def cells(frame, names):
    """Plain values, numbers as floats with NaN where one is missing."""
    columns = [frame[name] for name in names]
    if all(each.dtype == pl.String for each in columns):
        return np.array([each.to_list() for each in columns], dtype=object).T
    return np.column_stack([each.cast(pl.Float64).to_numpy() for each in columns])


@pytest.mark.parametrize(("key", "kind"), CASES)
def test_the_plain_code_of_a_transform_makes_what_its_step_makes(key, kind):
    made, transform = block(kind), SCRIPTED[key]
    lesson = Lesson(np.random.default_rng(0), np.arange(N_TAUGHT) % 3, ("a", "b", "c"))
    fitted = transform.fit(made[:N_TAUGHT], NAMES, lesson)
    expected = fitted.step.apply(made)
    table, names = transform.script(framed(made, kind), list(NAMES), taught=list(range(N_TAUGHT)))
    assert names == list(fitted.outputs)
    got = cells(table, names)
    if expected.dtype == object:
        assert got.tolist() == expected.tolist()
    else:
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("key", sorted(SCRIPTED))
def test_the_plain_code_of_a_transform_stands_alone(key):
    source = inspect.getsource(SCRIPTED[key].script)
    given = {"pl": pl, "np": np}
    exec(f"from collections.abc import Sequence\n{source}", given)  # noqa: S102 -- our own source
    transform = given[SCRIPTED[key].script.__name__]
    kind = next(case.values[1] for case in CASES if case.values[0] == key)
    table, names = transform(framed(block(kind), kind), list(NAMES), taught=list(range(N_TAUGHT)))
    assert set(names) <= set(table.columns)


SUPERVISED = {
    key: each
    for key, each in Catalog().transforms().items()
    if isinstance(each, SupervisedTransform)
}
Y = np.random.default_rng(5).integers(0, 3, N_TAUGHT)


@pytest.mark.parametrize("labels", [(), ("a", "b"), ("a", "b", "c")], ids=len)
@pytest.mark.parametrize("is_weighed", [False, True])
@pytest.mark.parametrize("key", sorted(SUPERVISED))
def test_the_plain_code_of_what_learns_from_the_target_makes_what_its_step_makes(
    key, is_weighed, labels
):
    transform = SUPERVISED[key]
    kind = TEXTS if transform.card.kinds == {ColumnKind.TEXT} else WORDS
    made = block(kind)
    y = np.minimum(Y, max(len(labels) - 1, 0)) if labels else Y * 1.5
    weight = np.random.default_rng(6).uniform(0.5, 2, N_TAUGHT) if is_weighed else None
    lesson = Lesson(np.random.default_rng(7), y, labels, weight)
    fitted = transform.fit(made[:N_TAUGHT], NAMES, lesson)
    given = {"pl": pl, "np": np}
    source = inspect.getsource(transform.supervised_script)
    exec(f"from collections.abc import Sequence\n{source}", given)  # noqa: S102 -- our own source
    table, names = given[transform.supervised_script.__name__](
        framed(made, kind),
        list(NAMES),
        taught=list(range(N_TAUGHT)),
        targets={f" to {label}": 1.0 * (y == at) for at, label in enumerate(labels)}
        if len(labels) > 2
        else {"": y.astype(float)},
        weight=np.ones(N_TAUGHT) if weight is None else weight / weight.mean(),
        fold=transform.deal(N_TAUGHT, np.random.default_rng(7)),
    )
    assert names == list(fitted.outputs)
    got = cells(table, names)
    taught = fitted.step.apply(made[:N_TAUGHT]) if fitted.taught is None else fitted.taught
    np.testing.assert_allclose(got[:N_TAUGHT], taught, rtol=1e-12)
    np.testing.assert_allclose(got[N_TAUGHT:], fitted.step.apply(made[N_TAUGHT:]), rtol=1e-12)
