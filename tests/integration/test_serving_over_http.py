"""A server over real HTTP: what it answers, what it refuses, and what it tells of itself."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import pytest
from serving_servers import PENGUINS, SIGNER, Running, running

from modelyard.serving.schemas import SCHEMAS


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("server")
    options = ("--trust", SIGNER, "--cors", "https://page.example", "--max-body-mb", "0.1")
    with running(folder, [f"penguins={PENGUINS}"], *options, "--timeout", "2") as found:
        yield found


@pytest.fixture(scope="module")
def row() -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(PENGUINS.with_suffix(".json").read_bytes())
    return {name: cell for name, cell in kept["rows"][0].items() if name != "species"}


def _raw(server: Running, content: bytes) -> bytes:
    """Send bytes as they are, and return all that comes until the server closes."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as link:
        link.sendall(content)
        answer = b""
        while part := link.recv(65_536):
            answer += part
    return answer


def test_the_server_tells_of_itself(server: Running) -> None:
    assert server.client.get("/").json()["models"] == ["penguins"]
    health = server.client.get("/health").json()
    assert health["status"] == "ok"
    assert health["model_loaded"] is True
    assert health["memory_bytes"] > 0
    assert set(health) == set(SCHEMAS["Health"]["properties"])
    info = server.client.get("/info").json()
    assert (info["target"], info["task"]) == ("species", "multiclass")
    assert {"name": "island", "kind": "category"}.items() <= info["columns"][0].items()
    guide = server.client.get("/docs")
    assert guide.headers["content-type"] == "text/html; charset=utf-8"
    assert f"{server.url}/predict" in guide.text
    for path in ("/v2", "/v2/health/live", "/v2/health/ready", "/v2/models/penguins/ready"):
        assert server.client.get(path).status_code == 200, path


def test_an_id_is_given_to_each_request_and_one_that_came_is_kept(
    server: Running, row: dict[str, Any]
) -> None:
    first = server.post("/predict", {"row": row}).headers["x-request-id"]
    second = server.client.get("/health").headers["x-request-id"]
    assert first != second
    kept = server.post("/predict", {"row": row}, headers={"x-request-id": "mine-7"})
    assert kept.headers["x-request-id"] == "mine-7"
    odd = server.post("/predict", {"row": row}, headers={"x-request-id": "a b\tc"})
    assert odd.headers["x-request-id"] != "a b\tc"


def test_a_problem_names_row_column_and_fix(server: Running, row: dict[str, Any]) -> None:
    answer = server.post("/predict", {"row": row | {"body_mass_g": "heavy"}})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["type"] == "urn:modelyard:problem:unparseable-value"
    assert (told["row"], told["column"], told["sample"]) == (1, "body_mass_g", "heavy")
    assert told["fix"]
    assert told["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("POST", "/models/penguin/predict", 404, "not-found"),
        ("GET", "/models/penguin", 404, "not-found"),
        ("GET", "/v2/models/penguins/versions/9", 404, "not-found"),
        ("POST", "/admin/reload", 404, "not-found"),
        ("GET", "/predict", 405, "wrong-method"),
        ("DELETE", "/health", 405, "wrong-method"),
        ("POST", "/predict", 422, "malformed-body"),
        ("POST", "/predict/image", 404, "not-found"),
    ],
)
def test_what_is_not_there_is_a_problem_too(
    server: Running, method: str, path: str, status: int, code: str
) -> None:
    answer = server.client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    if status == 405:
        assert answer.headers["allow"]


def test_only_forms_that_are_read_are_taken(server: Running) -> None:
    for headers in ({"content-type": "text/csv"}, {"content-encoding": "gzip"}):
        answer = server.client.post("/predict", content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media")


def test_a_problem_of_the_protocol_is_told_in_its_words(server: Running) -> None:
    told = server.post("/v2/models/penguins/infer", {"inputs": []}).json()
    assert told["error"] == told["detail"]


def test_a_body_beyond_the_limit_is_refused_and_the_server_goes_on(
    server: Running, row: dict[str, Any]
) -> None:
    long = b'{"rows":[' + b" " * 200_000 + b"]}"
    assert server.client.post("/predict-batch", content=long).status_code == 413
    pieces = (long[at : at + 1000] for at in range(0, len(long), 1000))
    assert server.client.post("/predict-batch", content=pieces).status_code == 413
    assert server.post("/predict", {"row": row}).status_code == 200


def test_a_body_that_lies_about_its_length_does_not_hold_the_server(server: Running) -> None:
    head = b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n"
    answer = _raw(server, head + b'{"row"')
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in answer
    chunked = b"POST /predict HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    assert _raw(server, chunked + b"5\r\n{}").startswith(b"HTTP/1.1 408 ")
    assert b" 400 " in _raw(server, chunked + b"zz\r\n{}\r\n").split(b"\r\n")[0]


def test_headers_that_do_not_end_are_cut_off(server: Running) -> None:
    assert _raw(server, b"POST /predict HTTP/1.1\r\nhost:").startswith(b"HTTP/1.1 408 ")
    endless = b"GET / HTTP/1.1\r\n" + b"x-a: " + b"b" * 100_000
    assert _raw(server, endless).startswith(b"HTTP/1.1 431 ")


def _post(path: str, body: bytes, *headers: bytes) -> bytes:
    length = b"content-length: %d" % len(body)
    lines = (b"POST %s HTTP/1.1" % path.encode(), b"host: x", length, *headers)
    return b"\r\n".join((*lines, b"", body))


def test_long_bodies_one_after_the_other_are_not_taken_for_headers(
    server: Running, row: dict[str, Any]
) -> None:
    body = json.dumps({"rows": [row]}).encode() + b" " * 70_000
    asked = _post("/predict-batch", body) * 3 + _post("/predict-batch", body, b"connection: close")
    answer = _raw(server, asked)
    assert answer.count(b"HTTP/1.1 200 ") == answer.count(b"HTTP/1.1 ") == 4


def test_a_kept_connection_may_rest_but_not_dribble(server: Running, row: dict[str, Any]) -> None:
    body = json.dumps({"row": row}).encode()
    with closing(HTTPConnection(server.url.removeprefix("http://"), timeout=60)) as connection:
        for _ in range(2):
            connection.request("POST", "/predict", body)
            assert json.loads(connection.getresponse().read())["prediction"] == "Adelie"
            # Longer than the two seconds within which a request must have come.
            time.sleep(2.5)
        connection.sock.sendall(_post("/predict", body)[:40])
        assert connection.sock.recv(65_536).startswith(b"HTTP/1.1 408 ")
        assert connection.sock.recv(65_536) == b""


def test_metrics_count_what_was_answered(server: Running, row: dict[str, Any]) -> None:
    def counted() -> dict[str, float]:
        told = server.client.get("/metrics", headers={"accept": "application/json"}).json()
        return {
            json.dumps([name, sample["labels"]], sort_keys=True): sample["value"]
            for name, samples in told.items()
            for sample in samples
        }

    before = counted()
    label = server.post("/predict-batch", {"rows": [row] * 3}).json()["predictions"][0]
    after = counted()
    predictions = json.dumps(["predictions_total", {"class": label, "model": "penguins"}])
    assert after[predictions] - before.get(predictions, 0) == 3
    requests = json.dumps(
        ["requests_total", {"endpoint": "/predict-batch", "status": "200"}], sort_keys=True
    )
    assert after[requests] - before.get(requests, 0) == 1
    text = server.client.get("/metrics").text
    for line in (
        'model_accuracy{model="penguins"} 1.0',
        'prediction_latency_seconds_count{model="penguins",stage="predict"}',
        "requests_in_flight 0.0",
    ):
        assert line in text


def test_a_page_from_elsewhere_may_ask_where_it_is_let(
    server: Running, row: dict[str, Any]
) -> None:
    allowed = "access-control-allow-origin"
    let = server.post("/predict", {"row": row}, headers={"origin": "https://page.example"})
    assert let.headers[allowed] == "https://page.example"
    other = server.post("/predict", {"row": row}, headers={"origin": "https://other.example"})
    assert allowed not in other.headers


def test_the_document_names_the_columns_and_labels_of_the_model(server: Running) -> None:
    document = server.client.get("/openapi.json").json()
    schema = document["components"]["schemas"]["Row.penguins"]
    assert "Torgersen" in schema["properties"]["island"]["description"]
    assert "from " in schema["properties"]["body_mass_g"]["description"]
    assert "Adelie" in document["info"]["description"]
    samples = document["paths"]["/predict"]["post"]["x-codeSamples"]
    assert [each["lang"] for each in samples] == ["Shell", "Python"]
    assert "/predict" in samples[0]["source"]
