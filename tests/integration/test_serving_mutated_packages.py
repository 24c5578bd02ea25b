"""Changed packages are refused before anything in them is parsed, and the server answers on.

Every one is opened as a server opens it; from time to time the running server is asked to take it.
Whatever a parser would say is an `UnsupportedPackage`: only the checks of hashes and the signature,
which come first, say `UntrustedPackage`.
"""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from serving_servers import PENGUINS, SIGNER, Running, running

from modelyard.bootstrap import open_project
from modelyard.domain.errors import UntrustedPackage

TOKEN = {"authorization": "Bearer hush"}
# Of so many changed packages one is offered to the server, which opens it in some milliseconds.
EACH = 100
Mutation = Callable[[bytes, random.Random], bytes]


def _flipped(content: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << dice.randrange(8)]) + content[at + 1 :]


def _cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content))]


def _grown(content: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(content) + 1)
    return content[:at] + dice.randbytes(dice.randrange(1, 64)) + content[at:]


def _gone(content: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(content))
    return content[:start] + content[start + dice.randrange(1, 64) :]


def _blank(content: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(content))
    return content[:start] + bytes(len(content) - start) + b"\0"


def _other(content: bytes, dice: random.Random) -> bytes:
    return dice.choice([b"", b"{}", b"[" * 10_000, dice.randbytes(len(content) + 1)])


MUTATIONS: tuple[Mutation, ...] = (_flipped, _cut, _grown, _gone, _blank, _other)


@pytest.mark.parametrize(
    "n_packages", [500, pytest.param(10_000, marks=pytest.mark.slow)], ids=["hundreds", "thousands"]
)
def test_no_changed_package_is_parsed_and_the_server_answers_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_packages: int
) -> None:
    monkeypatch.setenv("MODELYARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODELYARD_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("MODELYARD_SERVING_TOKEN", "hush")
    folder = Path(shutil.copytree(PENGUINS, tmp_path / "package"))
    originals = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    packages, dice = open_project().packages, random.Random(20261121)  # noqa: S311 -- reproducible, not secret
    with running(tmp_path, [f"it={folder}"], "--trust", SIGNER) as server:
        before = _answer(server)
        for at in range(n_packages):
            name = dice.choice(list(originals))
            changed = dice.choice(MUTATIONS)(originals[name], dice)
            assert changed != originals[name]
            (folder / name).write_bytes(changed)
            with pytest.raises(UntrustedPackage):
                packages.open(str(folder), trust=(SIGNER,))
            if at % EACH == 0:
                refused = server.client.post("/admin/reload", headers=TOKEN)
                assert (refused.status_code, refused.json()["code"]) == (422, "untrusted-package")
                assert _answer(server) == before
            (folder / name).write_bytes(originals[name])
        assert server.client.post("/admin/reload", headers=TOKEN).json()["renewed"] == []
        assert server.events("fault") == []
    assert packages.open(str(folder), trust=(SIGNER,)).package.signer == SIGNER


def _answer(server: Running) -> dict[str, float]:
    kept = json.loads(PENGUINS.with_suffix(".json").read_bytes())
    row = {name: cell for name, cell in kept["rows"][0].items() if name != "species"}
    answer = server.post("/predict", {"row": row})
    assert answer.status_code == 200
    probabilities: dict[str, float] = answer.json()["probabilities"]
    return probabilities
