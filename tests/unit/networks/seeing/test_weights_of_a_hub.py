"""Weights are fetched from a hub once, of a commit that is named, and are what the hub names."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import modelyard
from modelyard.bootstrap import open_project
from modelyard.domain.errors import InvalidValue, NotFound, Unavailable
from modelyard.domain.weights import Hub, WeightsPlace
from modelyard.networks.seeing.hubs import fetched
from modelyard.protocols.progress import Silence
from modelyard.settings import Settings

COMMIT = "ebd61f9c7420e5b5b53262b8ce6bbe311e1e872a"
REPOSITORY, FILE = "timm/resnet18.a1_in1k", "model.safetensors"
ADDRESS = f"hf://{REPOSITORY}@{COMMIT}"
CONTENT = b"safe tensors" * 1000
RESNET = {"architecture": "resnet18", "mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
CONFIG = {
    "architecture": "resnet18",
    "pretrained_cfg": {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]},
}
SHAPES = Path(__file__).parents[4] / "examples" / "data" / "shapes"


@dataclass
class Shelf:
    """What a server on this machine hands out as the hub does, and how often it was asked.

    Attributes:
        files: name to content.
        sha256: that is told of the weights; None for the true one.
        cut: bytes of the weights that do not come.
    """

    endpoint: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    sha256: str | None = None
    cut: int = 0
    asked: list[str] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    """Answers for a file of a commit: a small one at once, weights by a redirect to their store."""

    shelf: Shelf

    def do_GET(self) -> None:
        self.shelf.asked.append(self.path)
        if self.path.startswith("/store/"):
            self._send(self.shelf.files[FILE], short=self.shelf.cut)
            return
        places = [f"/{REPOSITORY}/resolve/{each}/" for each in (COMMIT, "main")]
        name = next((self.path.removeprefix(p) for p in places if self.path.startswith(p)), "")
        content = self.shelf.files.get(name)
        if content is None:
            # The hub hides whether there is such a repository.
            self.send_error(404 if name else 401)
        elif name == FILE:
            self.send_response(302)
            self.send_header("Location", f"{self.shelf.endpoint}/store/{name}?signature=1")
            self.send_header("X-Repo-Commit", COMMIT)
            sha256 = self.shelf.sha256 or hashlib.sha256(content).hexdigest()
            self.send_header("X-Linked-Etag", f'"{sha256}"')
            self.send_header("X-Linked-Size", str(len(content)))
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._send(content)

    def _send(self, content: bytes, *, short: int = 0) -> None:
        self.send_response(200)
        self.send_header("ETag", '"0123456789abcdef0123456789abcdef"')
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) - short])

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf(files={FILE: CONTENT, "config.json": json.dumps(CONFIG).encode()})
    handler = type("OfShelf", (Handler,), {"shelf": shelf})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        shelf.endpoint = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield shelf
        server.shutdown()
        thread.join()


@pytest.fixture
def place(shelf: Shelf, tmp_path: Path) -> WeightsPlace:
    return WeightsPlace(tmp_path / "weights", Hub(shelf.endpoint))


def offline(place: WeightsPlace) -> WeightsPlace:
    return WeightsPlace(place.folder, Hub(place.hub.endpoint, is_offline=True))


def fetch(place: WeightsPlace, address: str = ADDRESS, **made_for: Any) -> Path:
    return fetched(address, place, made_for=made_for or RESNET, progress=Silence())


def left_in(place: WeightsPlace) -> list[Path]:
    return [each for each in place.folder.rglob("*") if each.is_file()]


@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}/{FILE}"])
def test_weights_come_once_and_are_kept_under_their_hash(
    shelf: Shelf, place: WeightsPlace, address: str
) -> None:
    found = fetch(place, address)
    assert found.read_bytes() == CONTENT
    assert found.stem == hashlib.sha256(CONTENT).hexdigest()
    assert f"{REPOSITORY}/{COMMIT}" in found.as_posix()
    n_asked = len(shelf.asked)
    assert fetch(place, address) == found
    assert fetch(offline(place), address) == found
    assert len(shelf.asked) == n_asked


def test_a_kept_file_that_was_changed_is_fetched_anew(place: WeightsPlace) -> None:
    found = fetch(place)
    found.write_bytes(b"something else")
    with pytest.raises(InvalidValue, match="no hub may be asked"):
        fetch(offline(place))
    assert fetch(place).read_bytes() == CONTENT


@pytest.mark.parametrize("fault", ["another", "cut"])
def test_what_is_not_what_the_hub_names_is_refused_and_not_kept(
    shelf: Shelf, place: WeightsPlace, fault: str
) -> None:
    shelf.sha256 = "0" * 64 if fault == "another" else None
    shelf.cut = 5 if fault == "cut" else 0
    with pytest.raises(Unavailable, match="is not what the hub names"):
        fetch(place)
    assert left_in(place) == []


def test_a_hub_that_tells_no_hash_is_not_believed(shelf: Shelf, place: WeightsPlace) -> None:
    shelf.sha256 = "0123456789abcdef0123456789abcdef"
    with pytest.raises(Unavailable, match="does not tell the SHA-256"):
        fetch(place)


@pytest.mark.parametrize("revision", ["", "@main"])
def test_an_address_without_a_commit_is_refused_with_the_one_that_it_means_now(
    place: WeightsPlace, revision: str
) -> None:
    with pytest.raises(InvalidValue, match="other weights tomorrow") as told:
        fetch(place, f"hf://{REPOSITORY}{revision}")
    assert told.value.fix == f"Name it: {ADDRESS}."
    with pytest.raises(InvalidValue, match="other weights tomorrow"):
        fetch(offline(place), f"hf://{REPOSITORY}{revision}")


@pytest.mark.parametrize(
    "address",
    [
        "hf://resnet18",
        f"{ADDRESS}/pytorch_model.bin",
        f"{ADDRESS}/../model.safetensors",
        f"{ADDRESS}/a/../../model.safetensors",
        f"hf://../etc@{COMMIT}",
        f"hf://timm/resnet18?x=@{COMMIT}",
    ],
)
def test_an_address_of_no_file_of_safetensors_is_refused_unasked(
    shelf: Shelf, place: WeightsPlace, address: str
) -> None:
    with pytest.raises(InvalidValue, match="names no file of safetensors of a hub"):
        fetch(place, address)
    assert shelf.asked == []


def test_what_the_hub_does_not_show_is_not_found(place: WeightsPlace) -> None:
    for address in (f"{ADDRESS}/other.safetensors", f"hf://timm/other@{COMMIT}"):
        with pytest.raises(NotFound, match="must be public"):
            fetch(place, address)


def test_a_hub_that_does_not_answer_is_named(place: WeightsPlace) -> None:
    away = WeightsPlace(place.folder, Hub("http://127.0.0.1:9"))
    with pytest.raises(Unavailable, match="hands out no weights now"):
        fetch(away)


@pytest.mark.parametrize(
    "told",
    [
        {"architecture": "tf_efficientnet_b0"},
        {"architecture": "resnet18", "pretrained_cfg": {"mean": [0.5, 0.5, 0.5]}},
    ],
    ids=["network", "pictures"],
)
def test_weights_that_are_told_to_be_of_another_network_are_not_fetched(
    shelf: Shelf, place: WeightsPlace, told: dict[str, Any]
) -> None:
    shelf.files["config.json"] = json.dumps(told).encode()
    with pytest.raises(InvalidValue, match="is asked for"):
        fetch(place)
    assert not any("/store/" in each for each in shelf.asked)


def test_weights_of_which_nothing_is_told_are_judged_by_their_tensors(
    shelf: Shelf, place: WeightsPlace
) -> None:
    del shelf.files["config.json"]
    assert fetch(place).read_bytes() == CONTENT


@pytest.mark.extras
def test_a_network_learns_on_from_the_weights_of_a_hub(shelf: Shelf, tmp_path: Path) -> None:
    torch, safetensors = pytest.importorskip("torch"), pytest.importorskip("safetensors.torch")
    from modelyard.components.algorithms import resnet

    parameters = {"channels": 8, "epochs": 1, "frozen": True, "initial_weights": ADDRESS}
    sizes = {"image_height": 32, "image_width": 32}
    body = resnet.body(_lesson({**parameters, **sizes}))
    held = torch.nn.Sequential(*body.layers).state_dict()
    shelf.files[FILE] = safetensors.save(
        {theirs: held[own] for own, (theirs,) in body.names.items()}
    )
    place = tmp_path / "project"
    settings = Settings(
        place, f"sqlite:///{place}/m.db", place / "keys", threads=1, hub=Hub(shelf.endpoint)
    )
    model = modelyard.train(
        SHAPES,
        target="label",
        algorithm="resnet",
        parameters={**parameters, **sizes},
        project=open_project(settings),
    )
    told = model.manifest.parameters
    assert told["initial_weights"] == ADDRESS
    assert told["initial_weights_sha256"] == hashlib.sha256(shelf.files[FILE]).hexdigest()
    assert [each.name for each in left_in(WeightsPlace(place / "weights"))] == [
        f"{told['initial_weights_sha256']}.safetensors"
    ]


def _lesson(parameters: dict[str, Any]) -> Any:
    import numpy as np

    from modelyard.catalog import Catalog
    from modelyard.domain.tasks import Task
    from modelyard.engine.parameters import resolve_parameters
    from modelyard.protocols.algorithms import FitInput

    card = Catalog().algorithms()["resnet"].card
    return FitInput(
        X=np.empty((2, 0)),
        y=np.arange(2),
        feature_names=(),
        task=Task.BINARY,
        n_classes=2,
        parameters=resolve_parameters(card, parameters),
        rng=np.random.default_rng(0),
        pictures=(np.zeros((2, 32, 32, 3), dtype=np.uint8),),
    )
