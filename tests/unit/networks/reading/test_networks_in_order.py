"""Networks that read texts and sequences learn from the order, and their graphs answer alike."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.domain.errors import InvalidValue
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.protocols.algorithms import FitInput, Span
from modelyard.protocols.progress import Silence
from modelyard.runtime.sessions import Session

pytestmark = pytest.mark.extras
pytest.importorskip("torch")
pytest.importorskip("safetensors")

N_ROWS, LENGTH, N_IDS = 64, 9, 6
ALGORITHMS = {
    key: each
    for key, each in Catalog().algorithms().items()
    if each.card.kinds == {ColumnKind.TEXT, ColumnKind.SEQUENCE}
}
# Every way that a reader may be built, small.
FORMS = [
    ("lstm", {"hidden_size": 5, "num_layers": 2}),
    ("lstm", {"hidden_size": 5, "bidirectional": False}),
    ("gru", {"hidden_size": 5, "num_layers": 2}),
    ("gru", {"hidden_size": 5, "bidirectional": False}),
    ("transformer", {"hidden_size": 8, "num_heads": 2}),
    ("transformer", {"hidden_size": 6, "num_heads": 1, "num_layers": 1}),
    ("cnn-1d", {"channels": 6, "kernel_size": 3}),
    ("cnn-1d", {"channels": 6, "kernel_size": 1, "num_layers": 1}),
]
SPANS = (Span("words", 0, LENGTH, N_IDS), Span("readings", 1 + LENGTH, LENGTH, 0))


class StoppedError(Exception):
    """Somebody ends the training."""


class StopsAfterTwo(Silence):
    """Progress of a training that is ended after an epoch was kept."""

    def advance(self, done: int, total: int) -> None:
        if 2 < done < total:
            raise StoppedError


def rows(n_rows: int = N_ROWS, *, seed: int = 0) -> np.ndarray:
    """Return a text and a sequence of any length for each row, none and the longest among them."""
    rng = np.random.default_rng(seed)
    parts = []
    for span in SPANS:
        lengths = rng.integers(0, LENGTH + 1, n_rows)
        lengths[:2] = 0, LENGTH
        is_there = np.arange(LENGTH) < lengths[:, None]
        shape = (n_rows, LENGTH)
        items = rng.integers(1, N_IDS, shape) if span.n_ids else rng.normal(size=shape)
        parts += [lengths[:, None], items * is_there]
    return np.hstack(parts).astype(np.float64)


def lesson(key: str, task: Task = Task.MULTICLASS, **changes: Any) -> FitInput:
    """Return rows whose class or value is told by the first item of the sequence."""
    X = rows()
    first = X[:, SPANS[1].start + 1]
    n_classes = {Task.BINARY: 2, Task.MULTICLASS: 3, Task.REGRESSION: 0}[task]
    marks = np.quantile(first, np.arange(1, n_classes) / max(n_classes, 1))
    y: Any = np.digitize(first, marks) if n_classes else 1000 * first
    said = {"epochs": 2, "embedding_size": 4} | changes.pop("parameters", {})
    given = FitInput(
        X=X,
        y=y,
        feature_names=tuple(f"f{at}" for at in range(X.shape[1])),
        task=task,
        n_classes=n_classes,
        parameters=resolve_parameters(ALGORITHMS[key].card, said),
        rng=np.random.default_rng(7),
        X_validation=X[:12],
        y_validation=y[:12],
        spans=SPANS,
    )
    return replace(given, **changes)


def fitted(key: str, task: Task = Task.MULTICLASS, **changes: Any) -> Any:
    return ALGORITHMS[key].fit(lesson(key, task, **changes))


def test_there_are_readers() -> None:
    assert set(ALGORITHMS) == {key for key, _ in FORMS}


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
@pytest.mark.parametrize(("key", "form"), FORMS, ids=lambda each: str(each).replace(" ", ""))
def test_the_graph_of_a_reader_answers_as_the_network(
    key: str, form: dict[str, Any], task: Task
) -> None:
    model = fitted(key, task, parameters=form)
    X = rows(300, seed=1)
    content = model.to_onnx()
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    own, session = model.scores(X), Session(content)
    batch = session.scores(X)
    single = np.concatenate([session.scores(X[at : at + 1]) for at in range(20)])
    assert own.dtype == batch.dtype == np.float64
    assert own.shape == batch.shape == (300, model.n_classes or 1)
    assert own.std() > 0
    scale = own.std() if task is Task.REGRESSION else 1.0
    assert np.abs(batch - own).max() / scale < 1e-5
    assert np.abs(single - own[:20]).max() / scale < 1e-5


@pytest.mark.parametrize("key", sorted(ALGORITHMS))
def test_a_row_is_answered_alike_in_any_company(key: str) -> None:
    model, X = fitted(key), rows(40, seed=1)
    alone = np.concatenate([model.scores(X[at : at + 1]) for at in range(40)])
    assert np.abs(alone - model.scores(X)).max() < 1e-6


@pytest.mark.parametrize("key", sorted(ALGORITHMS))
def test_what_stands_behind_the_last_item_does_not_matter(key: str) -> None:
    model, X = fitted(key), rows(40, seed=1)
    changed = X.copy()
    start = SPANS[1].start
    behind = np.arange(LENGTH) >= np.maximum(X[:, [start]], 1)
    changed[:, start + 1 :][behind] = 3.0
    assert np.abs(model.scores(changed) - model.scores(X)).max() < 1e-6


@pytest.mark.parametrize("key", sorted(ALGORITHMS))
def test_a_reader_learns_what_the_order_tells(key: str) -> None:
    """The first of equal multisets of items decides: no sum over them could tell."""
    rng = np.random.default_rng(3)
    items = np.array([rng.permutation(6) - 2.5 for _ in range(400)])
    X, y = np.hstack([np.full((400, 1), 6.0), items]), (items[:, 0] > items[:, 5]).astype(np.int64)
    given = lesson(key, Task.BINARY, parameters={"epochs": 20})
    span = (Span("s", 0, 6, 0),)
    given = replace(given, X=X[:300], y=y[:300], spans=span, X_validation=None, y_validation=None)
    found = ALGORITHMS[key].fit(given).scores(X[300:]).argmax(axis=1)
    assert (found == y[300:]).mean() > 0.9


def test_numbers_beyond_all_bounds_have_finite_answers() -> None:
    model, X = fitted("lstm"), rows(4, seed=1)
    X[:, SPANS[1].start + 1] = [1e300, -1e300, 1e30, 1e12]
    own, graph = model.scores(X), Session(model.to_onnx()).scores(X)
    assert np.isfinite(own).all()
    assert np.abs(own - graph).max() < 1e-5


@pytest.mark.parametrize("key", sorted(ALGORITHMS))
def test_equal_seeds_give_equal_readers_and_others_give_others(key: str) -> None:
    one, two, other = (
        fitted(key, rng=np.random.default_rng(seed)).scores(rows()) for seed in (7, 7, 8)
    )
    assert (one == two).all()
    assert (one != other).any()


@pytest.mark.parametrize("key", sorted(ALGORITHMS))
def test_a_reader_that_was_stopped_ends_as_if_it_had_not_been(key: str, tmp_path: Path) -> None:
    said = {"epochs": 5}
    whole = fitted(key, parameters=said)
    with pytest.raises(StoppedError):
        fitted(key, parameters=said, scratch=tmp_path, progress=StopsAfterTwo())
    assert len(list(tmp_path.rglob("*.safetensors"))) == 1
    resumed = fitted(key, parameters=said, scratch=tmp_path)
    assert (resumed.scores(rows()) == whole.scores(rows())).all()
    assert resumed.course == whole.course


def test_other_texts_do_not_go_on_from_a_checkpoint(tmp_path: Path) -> None:
    fitted("gru", scratch=tmp_path)
    other = {"X": rows(seed=5)}
    alone = fitted("gru", **other)
    beside = fitted("gru", scratch=tmp_path, **other)
    assert (alone.scores(rows()) == beside.scores(rows())).all()


def test_rows_of_more_weight_count_for_more_to_a_reader() -> None:
    y = lesson("gru", Task.BINARY).y
    weight = np.where(y == 1, 50.0, 1.0)
    plain, weighed = (
        fitted("gru", Task.BINARY, weight=each).scores(rows()) for each in (None, weight)
    )
    assert weighed[:, 1].mean() > plain[:, 1].mean()


def test_heads_that_do_not_part_the_width_are_refused() -> None:
    with pytest.raises(InvalidValue, match="num_heads must part hidden_size evenly; 3 and 64"):
        fitted("transformer", parameters={"num_heads": 3})


def test_a_convolution_without_a_middle_is_refused() -> None:
    with pytest.raises(InvalidValue, match="kernel_size must be odd"):
        fitted("cnn-1d", parameters={"kernel_size": 4})
