"""Bad bodies and odd rows over HTTP: each is refused or answered as the other doors do, by name."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from serving_servers import PENGUINS, SIGNER, Running, running

Row = dict[str, Any]
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("battery")
    with running(folder, [f"penguins={PENGUINS}"], "--trust", SIGNER) as found:
        yield found


@pytest.fixture(scope="module")
def row() -> Row:
    kept: dict[str, Any] = json.loads(PENGUINS.with_suffix(".json").read_bytes())
    return {name: cell for name, cell in kept["rows"][0].items() if name != "species"}


def _answer(server: Running, row: Row) -> dict[str, Any]:
    """Return the answer to one row without what differs from request to request."""
    answer = server.post("/predict", {"row": row})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    del told["inference_time_ms"]
    return told


@pytest.mark.parametrize("path", ["/predict", "/predict-batch", "/predict/tabular"])
@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b'{"row":{"year":NaN}}', "$.row.year"),
        (b'{"row":{"year":-Infinity}}', "$.row.year"),
        (b'{"row":{"year":1e400}}', "$.row.year"),
        (b'{"row":{"year":2007,"year":2008}}', "$.row.year"),
        (b'{"row":{"year":' + b"7" * 5_000 + b"}}", "$.row.year"),
        (rb'{"row":{"sex":"\ud800"}}', "$.row.sex"),
        (b'{"row":{"sex":"\xed\xa0\x80"}}', "$.row.sex"),
        (b'{"row":', "$.row"),
        (b"", "$"),
    ],
    ids=["nan", "infinity", "overflow", "twice", "digits", "half", "bytes", "cut", "empty"],
)
def test_a_body_that_is_no_json_is_refused_with_its_place(
    server: Running, path: str, body: bytes, where: str
) -> None:
    answer = server.client.post(path, content=body, headers=JSON)
    told = answer.json()
    assert (answer.status_code, told["code"], told["path"]) == (422, "malformed-body", where)
    assert told["fix"]


@pytest.mark.parametrize("sign", [b"[", b'{"row":'])
def test_a_body_that_is_nested_without_end_is_refused(server: Running, sign: bytes) -> None:
    answer = server.client.post("/predict", content=sign * 100_000, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed-body")
    assert server.client.get("/health").json()["status"] == "ok"


def test_a_missing_column_is_named(server: Running, row: Row) -> None:
    for column in row:
        short = {name: cell for name, cell in row.items() if name != column}
        for path, body in (("/predict", {"row": short}), ("/predict-batch", {"rows": [short]})):
            answer = server.post(path, body)
            told = answer.json()
            assert (answer.status_code, told["code"]) == (422, "missing-columns")
            assert told["column"] == column
            assert f"'{column}'" in told["detail"]


def test_a_column_too_many_is_ignored_and_told_beside(server: Running, row: Row) -> None:
    plain = _answer(server, row)
    answer = server.post("/predict", {"row": row | {"note": "x", "na\u00efve\r\n": 1}})
    assert answer.headers["x-ignored-columns"] == "note, na\\xef" + "ve??"
    assert answer.json()["ignored_columns"] == ["note", "na\u00efve\r\n"]
    assert answer.json()["probabilities"] == plain["probabilities"]


def test_the_order_of_columns_does_not_matter(server: Running, row: Row) -> None:
    assert _answer(server, dict(reversed(row.items()))) == _answer(server, row)


def test_an_unseen_category_is_answered_and_flagged(server: Running, row: Row) -> None:
    flags = _answer(server, row | {"island": "Atlantis"})["flags"]
    assert [(each["column"], each["kind"], each["sample"]) for each in flags] == [
        ("island", "unseen-category", ["Atlantis"])
    ]


@pytest.mark.parametrize("cell", ["abc", "1,5", [1], {"a": 1}, "12 g"])
def test_a_cell_that_is_no_number_is_named_with_its_row(
    server: Running, row: Row, cell: object
) -> None:
    rows = [row, row, row | {"body_mass_g": cell}]
    answer = server.post("/predict-batch?strict=true", {"rows": rows})
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "unparseable-value")
    assert (told["row"], told["column"]) == (3, "body_mass_g")


def test_a_null_is_filled_as_in_training_and_flagged(server: Running, row: Row) -> None:
    for column in row:
        told = _answer(server, row | {column: None})
        assert [(flag["column"], flag["kind"]) for flag in told["flags"]] == [
            (column, "missing-value")
        ]
        # An empty text and NA mean the same as null.
        assert _answer(server, row | {column: ""}) == told
        assert _answer(server, row | {column: "NA"}) == told


def test_one_bad_row_of_many_fails_alone(server: Running, row: Row) -> None:
    rows = [row for _ in range(1_000)]
    whole = server.post("/predict-batch", {"rows": rows}).json()
    rows[776] = row | {"body_mass_g": "heavy"}
    told = server.post("/predict-batch", {"rows": rows}).json()
    assert [(each["row"], each["column"]) for each in told["errors"]] == [(777, "body_mass_g")]
    assert told["predictions"][776] is told["probabilities"][776] is None
    del told["predictions"][776], whole["predictions"][776]
    del told["probabilities"][776], whole["probabilities"][776]
    assert told["predictions"] == whole["predictions"]
    assert told["probabilities"] == whole["probabilities"]
    strict = server.post("/predict-batch?strict=true", {"rows": rows})
    assert (strict.status_code, strict.json()["row"]) == (422, 777)


def test_nothing_of_all_this_was_a_fault(server: Running) -> None:
    server.client.get("/health")
    assert server.events("fault") == []
