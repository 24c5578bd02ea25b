"""Clients of the Open Inference Protocol that others wrote work against the server unchanged."""

import json
import os
import subprocess
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from serving_servers import PENGUINS, SIGNER, running

pytestmark = pytest.mark.extras

CLIENTS = Path(__file__).parent / "foreign_clients"
# Numbers as numbers and as texts, texts, an unseen one, and what is missing of both.
COLUMNS: Mapping[str, list[Any]] = {
    "island": ["Biscoe", "Dream", None, "Atlantis"],
    "bill_length_mm": [46.1, 39.5, None, 50.25],
    "bill_depth_mm": [13.2, None, 18.7, 17.0],
    "flipper_length_mm": [211, 186, 190, 201],
    "body_mass_g": ["4500", "3800", "4100", "3950"],
    "sex": ["female", "male", None, "female"],
    "year": [2007, 2008, 2009, 2007],
}
# JSON has no NaN, so that Triton's client sends missing numbers in bytes alone.
WHOLE = {name: [cells[0], cells[3]] for name, cells in COLUMNS.items()}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each client found, and what the server answers to its own form of the same rows."""
    place = tmp_path_factory.mktemp("foreign")
    venv.create(place / "env", with_pip=True)
    python = place / "env" / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # What our own environment is held to does not bind theirs.
    free = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    subprocess.run([*pip, "-r", CLIENTS / "requirements.txt"], check=True, env=free)
    with running(place, [f"penguins={PENGUINS}"], "--trust", SIGNER) as server:
        question = json.dumps({"url": server.url, "columns": COLUMNS, "whole": WHOLE})
        found: dict[str, Any] = {
            name: _answer(python, CLIENTS / f"{name}_client.py", question)
            for name in ("triton", "generated")
        }
        for name, columns in (("ours", COLUMNS), ("ours of whole", WHOLE)):
            found[name] = server.post("/predict-batch", {"columns": columns}).json()
            assert found[name]["errors"] == []
    return found


def _answer(python: Path, program: Path, question: str) -> dict[str, Any]:
    done = subprocess.run(
        [python, "-W", "error::DeprecationWarning:__main__", program],
        input=question,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _same(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    assert theirs["id"] == "mine"
    assert theirs["predictions"] == ours["predictions"]
    chances = np.reshape(theirs["probabilities"], (len(ours["predictions"]), -1))
    np.testing.assert_allclose(chances, ours["probabilities"], rtol=0, atol=1e-9)


def test_triton_finds_the_server_and_the_models_that_are_there(told: dict[str, Any]) -> None:
    assert told["triton"]["states"] == [True, True, True, False]


@pytest.mark.parametrize("client", ["triton", "generated"])
def test_a_client_learns_what_the_model_takes(told: dict[str, Any], client: str) -> None:
    assert told[client]["server"] == "modelyard"
    assert told[client]["inputs"] == list(COLUMNS)


@pytest.mark.parametrize("client", ["triton", "generated"])
def test_a_client_is_answered_as_our_own_rows_are(told: dict[str, Any], client: str) -> None:
    _same(told[client]["rows"], told["ours"])


def test_tritons_json_is_answered_as_our_own_rows_are(told: dict[str, Any]) -> None:
    _same(told["triton"]["json"], told["ours of whole"])


def test_triton_gets_the_outputs_that_it_asks_for(told: dict[str, Any]) -> None:
    labels = told["triton"]["labels"]
    assert labels["predictions"] == told["ours"]["predictions"]
    assert labels["probabilities"] is None


@pytest.mark.parametrize("client", ["triton", "generated"])
def test_a_client_is_told_what_is_wrong(told: dict[str, Any], client: str) -> None:
    status, message = told[client]["refusal"]
    assert status == "422"
    assert "year" in message
