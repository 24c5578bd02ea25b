"""A column that gives the answer away all alone is named, an honest one is not."""

import numpy as np
import pytest

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Severity
from modelyard.domain.tasks import Task

KEY = "leakage-single"


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def _classes(rng, n=1_000, labels=("no", "yes")):
    return rng.choice(list(labels), n)


def test_noisy_copy_of_a_regression_target_is_an_error_with_figures_and_a_way_out(run_check, rng):
    y = rng.normal(size=1_000)
    columns = {"y": y, "copy of y": y + rng.normal(scale=0.05, size=1_000)}
    (finding,) = run_check(KEY, columns, "y", task=Task.REGRESSION)
    assert finding.severity is Severity.ERROR
    assert finding.name == "leakage-single:copy of y"
    assert "of the variance of 'y'" in finding.message
    assert "--drop 'copy of y'" in finding.fix
    assert "--accept 'leakage-single:copy of y'" in finding.fix


def test_noisy_copy_of_a_target_with_a_long_tail_is_found_by_its_order(run_check, rng):
    y = rng.lognormal(sigma=3, size=2_000)
    columns = {"y": y, "x": y * rng.lognormal(sigma=0.05, size=2_000)}
    (finding,) = run_check(KEY, columns, "y", task=Task.REGRESSION)
    assert "of the order of 'y'" in finding.message


def test_category_that_sorts_a_regression_target_into_narrow_bands_is_found(run_check, rng):
    y = rng.uniform(size=1_000)
    columns = {"y": y, "grade": [f"grade {int(value * 8)}" for value in y]}
    (finding,) = run_check(KEY, columns, "y", task=Task.REGRESSION)
    assert finding.columns == ("grade",)


def test_strong_honest_column_of_a_regression_is_left_alone(run_check, rng):
    x = rng.normal(size=2_000)
    # It explains 0.85 of the variance, as a car's weight does of its consumption.
    y = x + rng.normal(scale=np.sqrt(0.15 / 0.85), size=2_000)
    assert run_check(KEY, {"y": y, "x": x}, "y", task=Task.REGRESSION) == []


@pytest.mark.parametrize("share", [0.5, 0.03])
def test_number_that_follows_the_class_is_found_however_rare_the_class(run_check, rng, share):
    is_positive = rng.random(2_000) < share
    score = is_positive + rng.normal(scale=0.05, size=2_000)
    columns = {"y": np.where(is_positive, "yes", "no").tolist(), "score": score}
    (finding,) = run_check(KEY, columns, "y", task=Task.BINARY)
    assert "of the rows right" in finding.message


def test_recoding_of_many_classes_is_found(run_check, rng):
    y = _classes(rng, labels="abcdefgh")
    columns = {"y": y.tolist(), "code": [ord(label) * 10 for label in y]}
    assert [f.name for f in run_check(KEY, columns, "y", task=Task.MULTICLASS)] == [
        "leakage-single:code"
    ]


def test_strong_honest_column_of_a_classification_is_left_alone(run_check, rng):
    y = _classes(rng)
    is_flipped = rng.random(len(y)) < 0.1
    sign = np.where(is_flipped, y == "no", y == "yes")
    assert run_check(KEY, {"y": y.tolist(), "sign": sign}, "y", task=Task.BINARY) == []


def test_always_answering_the_commonest_class_is_no_leak(run_check, rng):
    y = np.where(np.arange(2_000) < 30, "yes", "no")
    noise = rng.normal(size=2_000)
    assert run_check(KEY, {"y": y.tolist(), "x": noise}, "y", task=Task.BINARY) == []


def test_column_that_only_names_its_rows_is_left_alone(run_check, rng):
    y = rng.normal(size=500)
    keys = [f"key {n}" for n in range(500)]
    assert run_check(KEY, {"y": y, "key": keys}, "y", task=Task.REGRESSION) == []


def test_category_with_a_few_rows_each_is_left_alone(run_check, rng):
    y = np.repeat(rng.normal(size=250), 4)
    keys = [f"customer {n // 4}" for n in range(1_000)]
    assert run_check(KEY, {"y": y, "customer": keys}, "y", task=Task.REGRESSION) == []


def test_columns_that_are_not_trained_on_are_not_judged(run_check, rng):
    y = _classes(rng)
    columns = {"y": y.tolist(), "x": y.tolist()}
    kinds = {"x": ColumnKind.IDENTIFIER}
    assert run_check(KEY, columns, "y", task=Task.BINARY, kinds=kinds) == []


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_copy_of_two_classes_with_two_percent_wrong_gets_a_word_of_doubt(run_check, rng, share):
    y = rng.random(2_000) < share
    copy = np.where(rng.random(2_000) < 0.02, ~y, y)
    columns = {"y": np.where(y, "yes", "no").tolist(), "copy": copy}
    (finding,) = run_check(KEY, columns, "y", task=Task.BINARY)
    assert finding.severity is Severity.WARNING
    assert finding.name == "leakage-suspect:copy"
    assert "few honest columns" in finding.message
    assert "--drop copy" in finding.fix
    assert not finding.safe_fix


def test_number_between_the_best_of_honest_columns_and_a_leak_gets_a_word_of_doubt(run_check, rng):
    y = rng.normal(size=4_000)
    columns = {"y": y, "x": y + rng.normal(scale=0.28, size=4_000)}
    (finding,) = run_check(KEY, columns, "y", task=Task.REGRESSION)
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize("apart", ["months", "hours"])
def test_date_that_parts_the_classes_is_an_error(run_check, rng, apart):
    is_yes = rng.random(1_000) < 0.4
    day = np.datetime64("2024-01-01T00", "us")
    days, hours = rng.integers(0, 60, 1_000), rng.integers(0, 12, 1_000)
    if apart == "months":
        days = days + np.where(is_yes, 0, 180)
    else:
        hours = hours + np.where(is_yes, 0, 12)
    dates = day + days * np.timedelta64(1, "D") + hours * np.timedelta64(1, "h")
    columns = {"y": np.where(is_yes, "yes", "no").tolist(), "closed": dates}
    (finding,) = run_check(KEY, columns, "y", task=Task.BINARY)
    assert finding.severity is Severity.ERROR
    assert "--time closed" in finding.fix


def test_date_beside_a_target_that_grows_is_left_alone(run_check, rng):
    days = rng.integers(0, 3_000, 1_000)
    dates = np.datetime64("2015-01-01", "us") + days * np.timedelta64(1, "D")
    columns = {"y": days + rng.normal(size=1_000), "day": dates}
    assert run_check(KEY, columns, "y", task=Task.REGRESSION) == []


def _cases(rng, words):
    return [f"case {rng.integers(10_000)} {word} by officer {rng.integers(90)}" for word in words]


@pytest.mark.parametrize(
    "words_of", [{"yes": ["granted", "let pass"], "no": ["refused"]}, {"yes": ["won"], "no": [""]}]
)
def test_text_with_words_of_the_answer_is_an_error(run_check, rng, words_of):
    y = _classes(rng).tolist()
    texts = _cases(rng, [rng.choice(words_of[label]) for label in y])
    columns = {"y": y, "note": texts}
    (finding,) = run_check(KEY, columns, "y", task=Task.BINARY, kinds={"note": ColumnKind.TEXT})
    assert finding.severity is Severity.ERROR


def test_text_with_words_that_merely_lean_is_left_alone(run_check, rng):
    y = _classes(rng)
    is_turned = rng.random(len(y)) < 0.15
    said = np.where((y == "yes") ^ is_turned, "fine", "poor")
    columns = {"y": y.tolist(), "note": _cases(rng, said)}
    kinds = {"note": ColumnKind.TEXT}
    assert run_check(KEY, columns, "y", task=Task.BINARY, kinds=kinds) == []


def test_gaps_count_as_a_value_of_their_own(run_check, rng):
    y = _classes(rng)
    closed = np.where(y == "yes", rng.normal(size=1_000), np.nan)
    (finding,) = run_check(KEY, {"y": y.tolist(), "closed": closed}, "y", task=Task.BINARY)
    assert finding.columns == ("closed",)


def test_rows_without_a_target_are_not_looked_at(run_check, rng):
    y = np.where(np.arange(2_000) % 2, rng.normal(size=2_000), np.nan)
    x = np.where(np.isnan(y), rng.normal(size=2_000), y)
    (finding,) = run_check(KEY, {"y": y, "x": x}, "y", task=Task.REGRESSION)
    assert finding.columns == ("x",)


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (np.arange(20.0), Task.REGRESSION),
        (np.ones(100), Task.REGRESSION),
        (["a"] * 95 + ["b"] * 5, Task.BINARY),
    ],
    ids=["too few rows", "constant", "too few rows of the other class"],
)
def test_nothing_is_said_where_there_is_too_little_to_tell(run_check, y, task):
    assert run_check(KEY, {"y": y, "x": y}, "y", task=task) == []


def test_two_runs_find_the_same(run_check, rng):
    y = rng.normal(size=30_000)
    columns = {"y": y, "x": y + rng.normal(scale=0.1, size=30_000)}
    first, second = (run_check(KEY, columns, "y", task=Task.REGRESSION) for _ in range(2))
    assert first == second
    assert len(first) == 1


def test_few_rows_bear_no_word_of_doubt(run_check, rng):
    y = rng.random(200) < 0.5
    copy = y ^ (np.arange(200) % 50 == 0)
    assert run_check(KEY, {"y": y, "copy": copy}, "y", task=Task.BINARY) == []


@pytest.mark.parametrize("n_copies", [2, 12])
@pytest.mark.parametrize("names", ["x", "xz"])
def test_noise_in_rows_that_stand_several_times_is_not_taken_for_leakage(
    run_check, rng, n_copies, names
):
    columns = {"y": _classes(rng, 400)} | {name: rng.normal(size=400) for name in names}
    order = rng.permutation(400 * n_copies)
    repeated = {name: np.tile(values, n_copies)[order] for name, values in columns.items()}
    assert run_check(KEY, repeated, "y", task=Task.BINARY) == []


def test_a_leaking_column_is_found_though_rows_stand_several_times(run_check, rng):
    y = _classes(rng, 400)
    score = (y == "yes") + rng.normal(scale=0.05, size=400)
    columns = {"y": np.tile(y, 5), "x": np.tile(rng.normal(size=400), 5), "s": np.tile(score, 5)}
    (finding,) = run_check(KEY, columns, "y", task=Task.BINARY)
    assert finding.columns == ("s",)


def test_a_leaking_word_is_found_where_rows_cannot_but_coincide(run_check, rng):
    y = _classes(rng, 2_000)
    columns = {"y": y, "told": np.where(y == "yes", "a", "b"), "c": rng.choice(list("uvw"), 2_000)}
    (finding,) = run_check(KEY, columns, "y", task=Task.BINARY)
    assert finding.columns == ("told",)


def test_a_regression_target_in_bands_is_found_though_the_outer_bands_are_rare(run_check, rng):
    y = rng.normal(scale=4, size=600)
    bands = [f"{int(value // 2) * 2} and more" for value in y]
    (finding,) = run_check(KEY, {"y": y, "band": bands}, "y", task=Task.REGRESSION)
    assert finding.severity is Severity.ERROR


def test_a_column_that_tells_so_few_rows_and_their_repeats_is_doubted_at_most(run_check, rng):
    y = _classes(rng, 40)
    columns = {"y": np.tile(y, 100), "x": np.tile((y == "yes") + rng.normal(0, 0.01, 40), 100)}
    (finding,) = run_check(KEY, columns, "y", task=Task.BINARY)
    assert finding.severity is Severity.WARNING
    assert "rows that stand several times" in finding.message
