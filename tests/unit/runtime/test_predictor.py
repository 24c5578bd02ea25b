"""One package, one answer: row, rows, columns and chunks agree."""

from collections.abc import Callable
from dataclasses import replace
from math import exp
from pathlib import Path

import numpy as np
import pytest

from modelyard.domain.errors import DataError, UnsupportedPackage
from modelyard.domain.manifests import Manifest
from modelyard.domain.predictions import FlagKind
from modelyard.domain.rules import Rule
from modelyard.domain.tasks import Task
from modelyard.packaging.graphs.linear import linear
from modelyard.packaging.graphs.scores import softmax
from modelyard.packaging.signing import SigningKey
from modelyard.runtime.decisions import decide_codes
from modelyard.runtime.packages import MODEL, open_package
from modelyard.runtime.predictor import Predictor

ROWS = [
    {"age": 50, "member": "no", "since": None, "city": "Oslo"},
    {"age": None, "member": "yes", "since": "2020-01-01", "city": "Atlantis"},
    {"age": "20", "member": None, "since": None, "city": None},
]


def _p_yes(age: float, member: float, town: float) -> float:
    return 1 / (1 + exp(-(0.01 * age - member + town - 0.5)))


EXPECTED = [_p_yes(50, 0, 1), _p_yes(40, 1, -2), _p_yes(20, 0, -1)]


@pytest.fixture
def predictor(write: Callable[..., Path], key: SigningKey) -> Predictor:
    return Predictor.of(open_package(write(), {key.fingerprint}))


def test_a_row_is_prepared_and_scored(predictor: Predictor) -> None:
    answer = predictor.predict_row(ROWS[0])
    assert answer.value == "yes"
    assert answer.probabilities["yes"] == pytest.approx(EXPECTED[0], abs=1e-12)
    assert sum(answer.probabilities.values()) == pytest.approx(1)


def test_nulls_and_unseen_values_follow_the_recipe(predictor: Predictor) -> None:
    probabilities = predictor.predict_rows(ROWS).probabilities
    assert probabilities is not None
    assert probabilities[:, 1] == pytest.approx(EXPECTED, abs=1e-12)


def test_row_by_row_equals_the_batch(predictor: Predictor) -> None:
    batch = predictor.predict_rows(ROWS)
    singles = [predictor.predict_row(row) for row in ROWS]
    assert batch.values.tolist() == [single.value for single in singles]
    assert batch.probabilities is not None
    assert batch.probabilities.tolist() == [list(s.probabilities.values()) for s in singles]


def test_columns_equal_rows(predictor: Predictor) -> None:
    columns = {name: [row[name] for row in ROWS] for name in ROWS[0]}
    by_column, by_row = predictor.predict_columns(columns), predictor.predict_rows(ROWS)
    assert by_column.values.tolist() == by_row.values.tolist()


def test_a_large_batch_is_cut_without_a_seam(predictor: Predictor) -> None:
    blocks = predictor.reader.read_rows(ROWS * 30_000)
    scores = predictor.scores(blocks)
    assert scores.shape == (90_000, 2)
    assert np.array_equal(scores, np.tile(scores[:3], (30_000, 1)))


@pytest.mark.parametrize("n_threads", [2, 3, 8])
def test_threads_share_a_batch_and_change_no_bit_of_the_answers(
    n_threads: int, write: Callable[..., Path], key: SigningKey
) -> None:
    package = open_package(write(), {key.fingerprint})
    alone = Predictor.of(package)
    # Enough rows for three threads, in no equal parts.
    blocks = alone.reader.read_rows([{"age": at % 90} | ROWS[at % 3] for at in range(3_001)])
    together = Predictor.of(package, n_threads=n_threads)
    assert np.array_equal(together.scores(blocks), alone.scores(blocks))


def test_a_row_without_a_finite_answer_is_named_as_the_user_counts_it(
    write: Callable[..., Path], contents: dict[str, bytes], key: SigningKey
) -> None:
    steep = linear(np.array([[0.0, 1e300], [0.0, 0.0], [0.0, 0.0]]), np.zeros(2))
    files = contents | {MODEL: steep.to_model(n_features=3, n_outputs=2)}
    predictor = Predictor.of(open_package(write(files=files), {key.fingerprint}), n_threads=2)
    rows = [ROWS[0]] * 2_500
    rows[2_222] = ROWS[0] | {"age": 1e300}
    with pytest.raises(DataError, match="no finite answer for row 2223") as caught:
        predictor.scores(predictor.reader.read_rows(rows))
    assert caught.value.row == 2_223


def test_the_threshold_of_the_manifest_decides(
    write: Callable[..., Path], manifest: Manifest, key: SigningKey
) -> None:
    strict = write(changed=replace(manifest, threshold=0.99))
    predictor = Predictor.of(open_package(strict, {key.fingerprint}))
    assert predictor.predict_row(ROWS[0]).value == "no"
    assert predictor.predict_rows(ROWS).values.tolist() == ["no"] * 3


def test_three_labels_and_numbers_are_answered(
    write: Callable[..., Path], manifest: Manifest, contents: dict[str, bytes], key: SigningKey
) -> None:
    three = softmax(linear(np.array([[0.0, 0.1, 0.2]] * 3), np.zeros(3)))
    one = linear(np.array([[2.0], [0.0], [0.0]]), np.array([1.0]))
    labels = replace(manifest, task=Task.MULTICLASS, labels=(1, 2, 3))
    number = replace(manifest, task=Task.REGRESSION, labels=())
    graphs = [(labels, three, 3, 3), (number, one, 1, 101.0)]
    for at, (changed, chain, n_outputs, answer) in enumerate(graphs):
        files = contents | {MODEL: chain.to_model(n_features=3, n_outputs=n_outputs)}
        folder = write(changed=changed, files=files, name=f"package{at}")
        predictor = Predictor.of(open_package(folder, {key.fingerprint}))
        assert predictor.predict_row(ROWS[0]).value == answer
        assert predictor.predict_rows(ROWS).values[0] == answer


def test_flags_name_missing_and_unseen_values(predictor: Predictor) -> None:
    flags = predictor.flags(predictor.reader.read_rows(ROWS))
    unseen = [flag for flag in flags if flag.kind is FlagKind.UNSEEN_CATEGORY]
    assert [(flag.column, flag.rows, flag.sample) for flag in unseen] == [
        ("city", (2,), ("Atlantis",))
    ]
    missing = {flag.column: flag.rows for flag in flags if flag.kind is FlagKind.MISSING_VALUE}
    assert missing == {"age": (2,), "member": (3,), "since": (1, 3), "city": (3,)}


def test_a_model_that_is_no_graph_is_an_error_with_words(
    write: Callable[..., Path], contents: dict[str, bytes], key: SigningKey
) -> None:
    package = open_package(write(files=contents | {MODEL: b"no graph"}), {key.fingerprint})
    with pytest.raises(UnsupportedPackage, match="cannot be loaded"):
        Predictor.of(package)


def test_ties_go_to_the_first_label_of_many_and_to_the_threshold_of_two() -> None:
    assert decide_codes(np.array([[0.4, 0.4, 0.2]]), Rule()).tolist() == [0]
    assert decide_codes(np.array([[0.5, 0.5]]), Rule()).tolist() == [1]
