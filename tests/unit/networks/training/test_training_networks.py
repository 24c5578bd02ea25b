"""Networks learn, repeat themselves, go on where they were stopped, and are written as graphs."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.domain.errors import InvalidValue, UsageError
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.kit.failpoints import CHECKPOINT_KEPT, VARIABLE
from modelyard.networks.training.choices import share_at
from modelyard.networks.training.regimes import LOSSES, OPTIMIZERS, SCHEDULES
from modelyard.protocols.algorithms import FitInput
from modelyard.protocols.progress import Silence
from modelyard.runtime.sessions import Session

pytestmark = pytest.mark.extras
pytest.importorskip("torch")
pytest.importorskip("safetensors")

SIDE, N_ROWS = 16, 48
ALGORITHMS = {
    key: each
    for key, each in Catalog().algorithms().items()
    if each.card.kinds == frozenset({ColumnKind.IMAGE})
}
SMALL = ALGORITHMS["small-cnn"]


class StoppedError(Exception):
    """Somebody ends the training."""


class StopsAfter(Silence):
    """Progress of a training that is ended after an epoch was kept."""

    def __init__(self, n_epochs: int) -> None:
        self.left = n_epochs

    def advance(self, done: int, total: int) -> None:
        if self.left < done < total:
            raise StoppedError


def lesson(task: Task = Task.MULTICLASS, **changes: Any) -> FitInput:
    """Return pictures of which the brighter half says the class, or the brightness the value."""
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 120, size=(N_ROWS, SIDE, SIDE, 3), dtype=np.uint8)
    n_classes = {Task.BINARY: 2, Task.MULTICLASS: 3, Task.REGRESSION: 0}[task]
    y: np.ndarray = np.arange(N_ROWS) % (n_classes or N_ROWS)
    width = SIDE // (n_classes or 1)
    for at in range(N_ROWS):
        if n_classes:
            pictures[at, :, width * y[at] : width * (y[at] + 1)] += 120
    if not n_classes:
        y = pictures.mean(axis=(1, 2, 3)) * 1000.0
    algorithm = changes.pop("algorithm", SMALL)
    said = {"epochs": 4, "image_height": SIDE, "image_width": SIDE, **changes.pop("parameters", {})}
    given = FitInput(
        X=np.empty((N_ROWS, 0)),
        y=y,
        feature_names=(),
        task=task,
        n_classes=n_classes,
        parameters=resolve_parameters(algorithm.card, said),
        rng=np.random.default_rng(7),
        pictures=(pictures,),
        X_validation=np.empty((12, 0)),
        y_validation=y[:12],
        pictures_validation=(pictures[:12],),
    )
    return replace(given, **changes)


def narrow(key: str) -> dict[str, int]:
    """Return what makes a network small where it can be."""
    names = {each.name for each in ALGORITHMS[key].card.parameters}
    return {"channels": 8} if "channels" in names else {}


def scores(model: Any, training: FitInput) -> np.ndarray:
    return model.scores_seeing(training.X, training.pictures)


@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize("key", sorted(ALGORITHMS))
def test_the_graph_answers_as_the_network(key: str, task: Task) -> None:
    training = lesson(task, algorithm=ALGORITHMS[key], parameters={"epochs": 1} | narrow(key))
    model = ALGORITHMS[key].fit(training)
    own = scores(model, training)
    session = Session(model.to_onnx())
    batch = session.scores(training.X, training.pictures)
    one = session.scores(training.X[:1], (training.pictures[0][:1],))
    assert own.dtype == batch.dtype == np.float64
    assert batch.shape == own.shape == (N_ROWS, training.n_classes or 1)
    # As parity counts: values in units of their size, or of their spread where that is more.
    scale = np.maximum(np.abs(own), own.std()) if task is Task.REGRESSION else np.ones_like(own)
    assert (np.abs(batch - own) / scale).max() < 1e-5
    assert (np.abs(one - own[:1]) / scale[:1]).max() < 1e-5


@pytest.mark.parametrize("quantisation", ["none", "int8"])
def test_rows_without_pictures_are_refused_with_what_answers_for_them(quantisation: str) -> None:
    training = lesson(parameters={"epochs": 1, "quantisation": quantisation})
    with pytest.raises(UsageError, match="rows came without") as refused:
        SMALL.fit(training).scores(training.X)
    assert "scores_seeing" in refused.value.fix


@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize("key", sorted(ALGORITHMS))
def test_a_rounded_network_answers_nearly_as_it_was_trained(key: str, task: Task) -> None:
    said = {"epochs": 3, "quantisation": "int8"} | narrow(key)
    training = lesson(task, algorithm=ALGORITHMS[key], parameters=said)
    model = ALGORITHMS[key].fit(training)
    own, before = scores(model, training), scores(model.unrounded, training)
    assert (own == Session(model.to_onnx(), fuses=True).scores(training.X, training.pictures)).all()
    assert (own != before).any()
    # Values before and behind bends without a corner are rounded five times a block. Seeds and
    # precisions came to 0.10 to 0.16 for labels and to 0.15 to 0.27 for values; hand signs to 0.03.
    deep = 0.3 if task is Task.REGRESSION else 0.2
    most = deep if key == "efficientnet" else 0.1
    assert np.abs(own - before).mean() < most * before.std()


@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS])
def test_a_network_learns_what_can_be_seen(task: Task) -> None:
    training = lesson(task, parameters={"epochs": 12})
    assert (scores(SMALL.fit(training), training).argmax(axis=1) == training.y).mean() > 0.9


def test_equal_seeds_give_equal_weights_and_others_give_others() -> None:
    changed = {"horizontal_flip": True, "rotation_range": 10.0, "colour_range": 0.1}
    one, two, other = (
        scores(SMALL.fit(lesson(parameters=changed, rng=np.random.default_rng(seed))), lesson())
        for seed in (7, 7, 8)
    )
    assert (one == two).all()
    assert (one != other).any()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_training_that_was_stopped_ends_as_if_it_had_not_been(
    tmp_path: Path, optimizer: str
) -> None:
    said = {"epochs": 5, "horizontal_flip": True, "optimizer": optimizer, "crop_range": 0.1}
    whole = SMALL.fit(lesson(parameters=said))
    with pytest.raises(StoppedError):
        SMALL.fit(lesson(parameters=said, scratch=tmp_path, progress=StopsAfter(3)))
    assert len(list(tmp_path.rglob("*.safetensors"))) == 1
    resumed = SMALL.fit(lesson(parameters=said, scratch=tmp_path))
    assert (scores(resumed, lesson()) == scores(whole, lesson())).all()
    assert resumed.course == whole.course


def test_a_training_that_was_killed_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from test_training_networks import SMALL, lesson\n"
        "SMALL.fit(lesson(scratch=Path(sys.argv[2])))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, Path(__file__).parent, tmp_path],
        env=os.environ | {VARIABLE: f"{CHECKPOINT_KEPT}:kill"},
        timeout=600,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    whole, resumed = SMALL.fit(lesson()), SMALL.fit(lesson(scratch=tmp_path))
    assert (scores(resumed, lesson()) == scores(whole, lesson())).all()


def test_another_training_does_not_go_on_from_a_checkpoint(tmp_path: Path) -> None:
    first = {"epochs": 2}
    SMALL.fit(lesson(parameters=first, scratch=tmp_path))
    alone = SMALL.fit(lesson(parameters={"epochs": 3}))
    beside = SMALL.fit(lesson(parameters={"epochs": 3}, scratch=tmp_path))
    assert (scores(alone, lesson()) == scores(beside, lesson())).all()


def test_a_damaged_checkpoint_is_left_aside(tmp_path: Path) -> None:
    whole = SMALL.fit(lesson(scratch=tmp_path))
    (kept,) = tmp_path.rglob("*.safetensors")
    kept.write_bytes(kept.read_bytes()[:100])
    again = SMALL.fit(lesson(scratch=tmp_path))
    assert (scores(again, lesson()) == scores(whole, lesson())).all()


def test_no_checkpoint_is_kept_where_none_is_wanted(tmp_path: Path) -> None:
    SMALL.fit(lesson(parameters={"epochs": 1, "checkpoints": False}, scratch=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_training_ends_when_validation_rows_get_no_better() -> None:
    wrong = np.array([2, 0, 1] * 4)
    model = SMALL.fit(lesson(parameters={"epochs": 30, "patience": 2}, y_validation=wrong))
    assert len(model.course.epochs) == model.course.best + 2 < 30


def test_the_weights_of_the_best_epoch_are_kept() -> None:
    wrong = np.array([2, 0, 1] * 4)
    said = {"epochs": 6, "patience": 0}
    best = SMALL.fit(lesson(parameters=said, y_validation=wrong))
    last = SMALL.fit(lesson(parameters=said | {"keep_best": False}, y_validation=wrong))
    assert best.course.best < 6
    assert (scores(best, lesson()) != scores(last, lesson())).any()


def test_rows_without_validation_train_to_the_last_epoch() -> None:
    none = {"X_validation": None, "y_validation": None, "pictures_validation": ()}
    assert SMALL.fit(lesson(**none)).course.best == 4


def test_rows_of_more_weight_count_for_more() -> None:
    weight = np.where(np.arange(N_ROWS) % 3 == 0, 50.0, 1.0)
    plain, weighed = SMALL.fit(lesson()), SMALL.fit(lesson(weight=weight))
    first = slice(0, None, 3)
    assert scores(weighed, lesson())[:, 0].mean() > scores(plain, lesson())[:, 0].mean()
    assert scores(weighed, lesson())[first, 0].mean() > 0.5


@pytest.mark.parametrize("loss", LOSSES)
def test_each_loss_goes_with_classes_or_with_values(loss: str) -> None:
    task = Task.MULTICLASS if loss in {"cross_entropy", "focal"} else Task.REGRESSION
    other = Task.REGRESSION if task is Task.MULTICLASS else Task.BINARY
    assert np.isfinite(scores(SMALL.fit(lesson(task, parameters={"loss": loss})), lesson())).all()
    with pytest.raises(InvalidValue, match=f"The loss '{loss}' does not go with"):
        SMALL.fit(lesson(other, parameters={"loss": loss}))


def test_steps_that_are_too_long_are_told() -> None:
    said = {"learning_rate": 10.0, "optimizer": "sgd", "gradient_clip": 0.0, "weight_decay": 10.0}
    with pytest.raises(InvalidValue, match="The loss is not finite"):
        SMALL.fit(lesson(Task.REGRESSION, parameters=said | {"epochs": 20, "schedule": "constant"}))


def test_a_gpu_that_is_not_there_is_told() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(InvalidValue, match="needs a GPU"):
        SMALL.fit(lesson(parameters={"device": "cuda"}))


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_steps_shrink_along_every_schedule_but_the_constant_one(schedule: str) -> None:
    shares = [share_at(schedule, done) for done in np.linspace(0, 0.999, 50).tolist()]
    assert 0 < min(shares) <= max(shares) <= 1
    assert (shares[-1] < 0.1 * max(shares) + 1e-9) is (schedule != "constant")


def test_two_columns_of_pictures_are_refused() -> None:
    given = lesson()
    with pytest.raises(UsageError, match="one column of them, not 2"):
        SMALL.fit(replace(given, pictures=given.pictures * 2))


def test_torch_is_left_as_it_was_found() -> None:
    import torch

    torch.manual_seed(3)
    before: Callable[[], Any] = torch.get_rng_state
    state, threads = before(), torch.get_num_threads()
    SMALL.fit(lesson())
    assert (before() == state).all()
    assert torch.get_num_threads() == threads
