"""Two kept packages as a server holds them: flowers of three kinds, and penguins with words."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from modelyard.runtime.packages import open_package
from modelyard.serving.exchanges import Reply, Request
from modelyard.serving.routes import routes_of
from modelyard.serving.shelf import Found, Served, Shelf

PACKAGES = Path(__file__).parents[2] / "golden" / "packages"
SIGNER = "8095fe45649ad84619f7aab489bf5bef1f5f406ea865ec21aa0e677f5ed0f665"
PENGUINS = "v1-penguins-lightgbm"
IRIS = "v1-iris-logistic-regression"


def open_kept(reference: str) -> Found:
    return Found(open_package(PACKAGES / reference, {SIGNER}), None)


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    """One model: penguins."""
    return Shelf([f"penguins={PENGUINS}"], open_kept)


@pytest.fixture(scope="session")
def two() -> Mapping[str, Served]:
    """Two models: penguins and iris."""
    return Shelf([f"penguins={PENGUINS}", f"iris={IRIS}"], open_kept).models


@pytest.fixture(scope="session")
def recorded() -> Mapping[str, Any]:
    """Rows of penguins, and what they were answered when the package was made."""
    kept: dict[str, Any] = json.loads((PACKAGES / f"{PENGUINS}.json").read_bytes())
    rows = [{name: row[name] for name in row if name != "species"} for row in kept["rows"]]
    return kept | {"rows": rows}


@pytest.fixture(scope="session")
def rows(recorded: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows alone."""
    found: list[dict[str, Any]] = recorded["rows"]
    return found


Post = Callable[..., Any]


@pytest.fixture
def post(shelf: Shelf) -> Post:
    """Return a function that asks one path, and returns the document that it answers."""
    routes = routes_of(shelf.models)

    def ask(path: str, body: Any, query: str = "", **headers: str) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {name.replace("_", "-").encode(): text.encode() for name, text in headers.items()}
        reply: Reply = routes[path].answer(Request(query.encode(), given, content))
        return json.loads(reply.body)

    return ask
