"""The server answers nothing that its OpenAPI document does not tell, whatever it is sent."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serving_servers import PENGUINS, SIGNER, Running, running

import modelyard
from modelyard.services.samples import write_samples

ROOT = Path(__file__).parents[2]
PAGE, README = ROOT / "docs" / "serving.md", ROOT / "README.md"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("documented")
    env = {"MODELYARD_SERVING_TOKEN": "hush"}
    with running(folder, [f"penguins={PENGUINS}"], "--trust", SIGNER, env=env) as found:
        yield found


def test_what_is_answered_is_documented(server: Running) -> None:
    document = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    n_operations = 0
    for result in document.get_all_operations():
        operation = result.ok()
        n_operations += 1

        @given(case=operation.as_strategy() | operation.as_strategy(GenerationMode.NEGATIVE))
        @settings(max_examples=30, derandomize=True, suppress_health_check=list(HealthCheck))
        def holds(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=CHECKS)

        holds()
    assert n_operations == 24


def test_nothing_of_it_was_a_fault(server: Running) -> None:
    assert server.events("fault") == []


def _curl_lines(page: Path) -> list[str]:
    return re.findall(r"^curl .*$", page.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("line", _curl_lines(PAGE))
def test_the_calls_of_the_page_are_answered(server: Running, line: str) -> None:
    _call(server, line)


def test_the_calls_of_the_readme_are_answered(tmp_path: Path) -> None:
    # Those of the platform ask another server: a test of their own runs them.
    lines = [each for each in _curl_lines(README) if "/api/v1/" not in each]
    assert lines
    write_samples(tmp_path)
    model = modelyard.train(tmp_path / "penguins.csv", target="sex", algorithm="dummy")
    with running(tmp_path, [model.path]) as server:
        for line in lines:
            _call(server, line)


def _call(server: Running, line: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    words = shlex.split(line.replace("http://127.0.0.1:8000", server.url))
    done = subprocess.run(
        [*words, "--silent", "--fail-with-body", "--max-time", "60"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("{")


def test_the_examples_of_the_document_are_answered(server: Running) -> None:
    paths = server.client.get("/openapi.json").json()["paths"]
    n_asked = 0
    for path, operations in paths.items():
        body = operations.get("post", {}).get("requestBody", {}).get("content", {})
        example = body.get("application/json", {}).get("example")
        if example is not None:
            answer = server.post(path, example)
            assert answer.status_code == 200, (path, answer.text)
            n_asked += 1
    assert n_asked == 8
