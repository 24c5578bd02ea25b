"""Networks begin with weights that were learned elsewhere, and may learn their last layer alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.components.algorithms import efficientnet, resnet
from modelyard.domain.errors import InvalidValue
from modelyard.domain.tasks import Task
from modelyard.domain.weights import WeightsPlace
from modelyard.engine.parameters import resolve_parameters
from modelyard.protocols.algorithms import FitInput
from modelyard.runtime.sessions import Session

pytestmark = pytest.mark.extras
torch = pytest.importorskip("torch")
safetensors = pytest.importorskip("safetensors.torch")

SIDE, N_ROWS = 32, 24
MODULES = {"resnet": resnet, "efficientnet": efficientnet}
# What the networks of torchvision hold without their last layer: its documentation tells the whole.
WEIGHTS = {
    ("resnet", "depth", "18"): 11_689_512 - 513_000,
    ("resnet", "depth", "34"): 21_797_672 - 513_000,
    ("resnet", "depth", "50"): 25_557_032 - 2_049_000,
    ("efficientnet", "size", "b0"): 5_288_548 - 1_281_000,
    ("efficientnet", "size", "b1"): 7_794_184 - 1_281_000,
    ("efficientnet", "size", "b2"): 9_109_994 - 1_409_000,
}
LAYOUTS = Path(__file__).parents[3] / "golden" / "weights_layouts.txt"


def lesson(key: str, **parameters: Any) -> FitInput:
    """Return pictures of two classes, of which one is brighter."""
    rng = np.random.default_rng(0)
    y = np.arange(N_ROWS) % 2
    pictures = rng.integers(0, 100, (N_ROWS, SIDE, SIDE, 3), dtype=np.uint8)
    pictures[y == 1] += 100
    said = {"epochs": 1, "image_height": SIDE, "image_width": SIDE, "batch_size": 8, **parameters}
    return FitInput(
        X=np.empty((N_ROWS, 0)),
        y=y,
        feature_names=(),
        task=Task.BINARY,
        n_classes=2,
        parameters=resolve_parameters(Catalog().algorithms()[key].card, said),
        rng=np.random.default_rng(1),
        pictures=(pictures,),
        X_validation=np.empty((8, 0)),
        y_validation=y[:8],
        pictures_validation=(pictures[:8],),
    )


def fit(training: FitInput, key: str = "resnet") -> Any:
    return Catalog().algorithms()[key].fit(training)


def small(**parameters: Any) -> FitInput:
    return lesson("resnet", channels=8, **parameters)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """Return a folder with the weights of a small network, named as torchvision names them."""
    body = resnet.body(small(initial_weights="resnet.safetensors"))
    held = torch.nn.Sequential(*body.layers).state_dict()
    rng = torch.Generator().manual_seed(5)
    file = {}
    for own, (theirs, *_) in body.names.items():
        shape = held[own].shape
        spread = (2 / shape[1:].numel()) ** 0.5 if len(shape) > 1 else 0.0
        is_scale = len(shape) == 1 and own.endswith(("weight", "var"))
        file[theirs] = spread * torch.randn(shape, generator=rng) + float(is_scale)
    safetensors.save_file(file | {"fc.weight": torch.zeros(3, 3)}, tmp_path / "resnet.safetensors")
    return tmp_path


@pytest.mark.parametrize(("key", "word", "value"), WEIGHTS)
def test_a_network_holds_as_many_weights_as_its_paper_says(key: str, word: str, value: str) -> None:
    body = MODULES[key].body(lesson(key, **{word: value, "initial_weights": "any.safetensors"}))
    learned = [each for layer in body.layers[1:] for each in layer.parameters()]
    assert sum(each.numel() for each in learned) == WEIGHTS[key, word, value]


@pytest.mark.parametrize("key", MODULES)
def test_every_tensor_that_learns_has_a_name_in_files_of_weights(key: str) -> None:
    deep = {"depth": "50"} if key == "resnet" else {}
    body = MODULES[key].body(lesson(key, **deep))
    held = dict(torch.nn.Sequential(*body.layers).state_dict())
    counted = {name for name in held if not name.endswith("num_batches_tracked")}
    assert set(body.names) == {name for name in counted if not name.startswith("0.")}
    theirs = [name for each in body.names.values() for name in each]
    assert len(set(theirs)) == len(theirs)


def layouts() -> dict[str, dict[str, tuple[int, ...]]]:
    """Return of each network the tensors of its files, but for those of the last layer."""
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for line in LAYOUTS.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            held = found.setdefault(line.strip("[]"), {})
        elif not line.startswith("#"):
            layer, kind, *numbers = line.split()
            shape = tuple(int(each) for each in numbers if each != "bias")
            if kind == "norm":
                parts = ("weight", "bias", "running_mean", "running_var")
                held |= {f"{layer}.{part}": shape for part in parts}
            elif kind == "conv":
                held[f"{layer}.weight"] = shape
                held |= {f"{layer}.bias": shape[:1]} if "bias" in numbers else {}
    return found


@pytest.mark.parametrize("title", layouts())
def test_the_tensors_of_published_weights_are_those_of_the_network(title: str) -> None:
    name, _, _ = title.partition(" ")
    key, said = "resnet", {"depth": name.removeprefix("resnet")}
    if name.startswith("efficientnet"):
        key, said = "efficientnet", {"size": name.removeprefix("efficientnet_")}
    body = MODULES[key].body(lesson(key, initial_weights="any.safetensors", **said))
    held, layout = dict(torch.nn.Sequential(*body.layers).state_dict()), layouts()[title]
    found = {
        theirs: tuple(held[own].shape)
        for own, known in body.names.items()
        for theirs in known
        if theirs in layout
    }
    assert found == layout
    assert len(found) == len(body.names)
    assert body.architecture == name


@pytest.mark.parametrize("frozen", [False, True])
def test_a_network_begins_with_the_weights_of_a_file(weights: Path, *, frozen: bool) -> None:
    training = replace(
        small(initial_weights="resnet.safetensors", frozen=frozen), weights=WeightsPlace(weights)
    )
    model = fit(training)
    file = safetensors.load_file(weights / "resnet.safetensors")
    own = model.network.state_dict()["1.weight"]
    assert torch.equal(own, file["conv1.weight"]) is frozen
    assert torch.allclose(own, file["conv1.weight"], atol=0.1)
    assert len(model.parameters["initial_weights_sha256"]) == 64


def test_the_last_layer_alone_learns_on_what_the_others_see(weights: Path) -> None:
    said = {
        "initial_weights": "resnet.safetensors",
        "frozen": True,
        "epochs": 30,
        "learning_rate": 0.05,
    }
    training = replace(small(**said), weights=WeightsPlace(weights))
    model = fit(training)
    scores = model.scores_seeing(training.X, training.pictures)
    assert (scores.argmax(axis=1) == training.y).mean() > 0.9
    graph = Session(model.to_onnx(), fuses=True).scores(training.X, training.pictures)
    assert np.abs(graph - scores).max() < 1e-5


def test_layers_that_stay_as_they_are_need_weights_to_begin_with() -> None:
    with pytest.raises(InvalidValue, match="needs weights to begin with"):
        fit(small(frozen=True))


def test_layers_that_stay_as_they_are_see_no_changed_pictures(weights: Path) -> None:
    said = small(initial_weights="resnet.safetensors", frozen=True, horizontal_flip=True)
    with pytest.raises(InvalidValue, match="see each picture once"):
        fit(replace(said, weights=WeightsPlace(weights)))


@pytest.mark.parametrize(
    "name", ["resnet18.pth", "resnet18.pt", "pytorch_model.bin", "timm/resnet18"]
)
def test_a_file_that_may_run_code_is_refused_with_the_way_to_convert_it(
    weights: Path, name: str
) -> None:
    (weights / "resnet18.pth").write_bytes(b"anything")
    with pytest.raises(InvalidValue, match="no file of safetensors") as told:
        fit(replace(small(initial_weights=name), weights=WeightsPlace(weights)))
    assert "weights_only=True" in told.value.fix


@pytest.mark.parametrize(
    "name", ["../resnet.safetensors", "/etc/x.safetensors", "other.safetensors"]
)
def test_no_file_outside_the_folder_of_weights_is_read(weights: Path, name: str) -> None:
    inside = weights / "inside"
    inside.mkdir()
    with pytest.raises(InvalidValue, match="There are no weights called"):
        fit(replace(small(initial_weights=name), weights=WeightsPlace(inside)))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"channels": 16}, "must have the shape"),
        ({"channels": 8, "depth": "34"}, "the weights of another network"),
    ],
    ids=["wider", "deeper"],
)
def test_weights_of_another_network_are_refused_by_the_first_tensor_that_differs(
    weights: Path, parameters: dict[str, Any], message: str
) -> None:
    given = lesson("resnet", initial_weights="resnet.safetensors", **parameters)
    with pytest.raises(InvalidValue, match=message):
        fit(replace(given, weights=WeightsPlace(weights)))


def test_a_damaged_file_of_weights_is_refused(weights: Path) -> None:
    (weights / "resnet.safetensors").write_bytes(b"\x00" * 40)
    with pytest.raises(InvalidValue, match="cannot be read as safetensors"):
        fit(replace(small(initial_weights="resnet.safetensors"), weights=WeightsPlace(weights)))
