"""The API describes itself, and is what it was described as before."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from modelyard.api.describing import SelfDescribing
from modelyard.api.routing import every_route

Ask = Callable[..., TestClient]

KEPT = Path(__file__).parents[2] / "golden" / "api.json"
REFRESH = "python tests/golden/refresh_api.py"


def test_the_document_is_the_one_that_clients_know(app: SelfDescribing) -> None:
    now = json.loads(json.dumps(app.openapi()))
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    changed = sorted(
        f"{part}/{name}"
        for part, of_now, of_kept in (
            ("paths", now["paths"], kept["paths"]),
            ("schemas", now["components"]["schemas"], kept["components"]["schemas"]),
        )
        for name in {*of_now, *of_kept}
        if of_now.get(name) != of_kept.get(name)
    )
    assert changed == [], f"If clients bear it: {REFRESH}"


def test_every_operation_tells_who_may_ask_and_that_it_may_fail(app: SelfDescribing) -> None:
    paths = app.openapi()["paths"]
    for route in every_route():
        for verb in route.verbs if route.include_in_schema else ():
            operation = paths[route.path_format][verb.lower()]
            assert operation["x-policy"] == route.policy.name
            assert bool(operation["security"]) is not route.policy.is_public
            assert {"500", "503"} <= set(operation["responses"])
            assert operation["summary"]
            assert not operation["summary"].endswith(".")


def test_every_problem_is_documented_as_a_problem(app: SelfDescribing) -> None:
    document = app.openapi()
    shared = document["components"]["responses"]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for status in {"401", "403", "404", "422", "500"} & set(operation["responses"]):
                reference = operation["responses"][status]["$ref"]
                answer = shared[reference.rpartition("/")[2]]
                assert list(answer["content"]) == ["application/problem+json"], path


class _Loads(HTMLParser):
    """Collects what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        names = {"src"} if tag != "link" else {"href"}
        self.fetched += [value for name, value in attrs if name in names]


def test_the_page_of_the_routes_shows_each_and_fetches_nothing(ask: Ask) -> None:
    page = ask(None).get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha")
    for route in every_route():
        if route.include_in_schema:
            assert f"<code>{route.path}</code>" in page.text
    seen = _Loads()
    seen.feed(page.text)
    assert seen.fetched == []
