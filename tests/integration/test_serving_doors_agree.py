"""A row gets the same answer over HTTP in every form, on the command line and in Python.

The rows hold gaps, categories that training never saw, whole numbers sent as text and beyond what
a double tells apart, truth values and dates.
"""

import csv
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from serving_servers import Running, running

import modelyard
from modelyard.bootstrap import Project, open_project
from modelyard.cli._group import run
from modelyard.settings import Settings
from modelyard.workbench.models import Model

N_TAUGHT, N_ASKED = 240, 120
# What may differ: a vector of another length may differ in the last bit of an exponential.
CLOSE = 1e-9


def _rows(n_rows: int, seed: int, *, is_odd: bool) -> list[dict[str, Any]]:
    """Return rows with gaps and, where odd, with values that training never saw."""
    drawn = random.Random(seed)  # noqa: S311 -- rows of a test
    rows: list[dict[str, Any]] = []
    for _ in range(n_rows):
        row: dict[str, Any] = {
            "size": round(drawn.gauss(50, 10), 3),
            "rooms": drawn.randint(1, 6),
            "city": drawn.choice(["Prague", "Brno", "Olomouc"]),
            "balcony": drawn.choice([True, False]),
            # Around 2 ** 53, beyond which not every whole number is a double.
            "parcel": 9_007_199_254_740_000 + drawn.randint(0, 2_000),
            "built": f"19{drawn.randint(50, 99)}-0{drawn.randint(1, 9)}-11",
        }
        if is_odd:
            row = {name: None if drawn.random() < 0.15 else row[name] for name in row}
            if drawn.random() < 0.2:
                row["city"] = "Atlantis"
            if drawn.random() < 0.3 and row["rooms"] is not None:
                row["rooms"] = str(row["rooms"])
            if drawn.random() < 0.1:
                row["parcel"] = 10 ** drawn.randint(15, 30) + 1
        rows.append(row)
    return rows


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("agree")


@pytest.fixture(scope="module")
def project(place: Path) -> Project:
    return open_project(Settings(place, f"sqlite:///{place}/m.db", place / "keys", threads=1))


def _taught(project: Project, algorithm: str, target: str) -> Model:
    rows = _rows(N_TAUGHT, 1, is_odd=False)
    for row in rows:
        price = row["size"] * row["rooms"] + 50 * (row["city"] == "Prague")
        price += 40 * row["balcony"] + 0.02 * (row["parcel"] % 10**4 - 1_000)
        row[target] = price if target == "price" else ("dear" if price > 180 else "cheap")
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return modelyard.train(
        columns, target=target, algorithm=algorithm, name=target, project=project
    )


@pytest.fixture(scope="module")
def models(project: Project) -> Mapping[str, Model]:
    return {
        "kind": _taught(project, "lightgbm", "kind"),
        "price": _taught(project, "linear-regression", "price"),
    }


@pytest.fixture(scope="module")
def server(place: Path, project: Project, models: Mapping[str, Model]) -> Iterator[Running]:
    del models
    settings = project.settings
    env = {"MODELYARD_HOME": str(settings.home), "MODELYARD_KEYS": str(settings.keys)}
    env["MODELYARD_DATABASE_URL"] = settings.database_url
    with running(place, ["kind", "price@1"], env=env) as found:
        yield found


def _scores(model: Model, rows: list[dict[str, Any]]) -> np.ndarray:
    if model.manifest.labels:
        return np.array([list(row.values()) for row in model.predict_proba(rows)])
    return np.array(model.predict(rows))[:, None]


@dataclass(frozen=True)
class Given:
    """What one door answered: labels or values, and their scores."""

    values: list[Any]
    scores: np.ndarray


def _over_http(server: Running, model: Model, rows: list[dict[str, Any]]) -> dict[str, Given]:
    name, columns = model.manifest.name, {key: [row[key] for row in rows] for key in rows[0]}
    order = [column.name for column in model.manifest.inputs]
    path = f"/models/{name}/predict"

    def of_rows() -> Given:
        answers = [server.post(path, {"row": row}).json() for row in rows]
        values = [answer["prediction"] for answer in answers]
        scores = [
            list(answer.get("probabilities", {"": answer["prediction"]}).values())
            for answer in answers
        ]
        return Given(values, np.array(scores))

    def of_batch(below: str, body: dict[str, Any]) -> Given:
        return _of_batch(server.post(f"{path}{below}", body).json())

    tensors = [
        {"name": key, "shape": [len(rows)], "datatype": "BYTES", "data": cells}
        for key, cells in columns.items()
    ]
    told = server.post(f"/v2/models/{name}/infer", {"inputs": tensors}).json()["outputs"]
    bare = [[row[key] for key in order] for row in rows]
    return {
        "row": of_rows(),
        "rows": of_batch("-batch", {"rows": rows}),
        "columns": of_batch("-batch", {"columns": columns}),
        "tabular": of_batch("/tabular", {"features": bare}),
        "protocol": Given(told[0]["data"], np.reshape(told[-1]["data"], (len(rows), -1))),
    }


def _of_batch(answer: dict[str, Any]) -> Given:
    values = answer["predictions"]
    assert answer["errors"] == []
    return Given(values, np.array(answer.get("probabilities") or [[each] for each in values]))


def _by_command(model: Model, rows: list[dict[str, Any]], place: Path) -> Given:
    data, out = place / "rows.csv", place / f"{model.manifest.name}.csv"
    with data.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    wanted = ["--proba"] if model.manifest.labels else []
    trust = ["--trust", model.opened.package.signer]
    assert run(["predict", str(model.path), str(data), "--out", str(out), *trust, *wanted]) == 0
    with out.open(encoding="utf-8") as stream:
        answers = list(csv.DictReader(stream))
    names = [f"probability_{label}" for label in model.manifest.labels] or ["prediction"]
    scores = np.array([[float(row[name]) for name in names] for row in answers])
    values = [row["prediction"] for row in answers]
    return Given(values if model.manifest.labels else scores[:, 0].tolist(), scores)


@pytest.mark.parametrize("name", ["kind", "price"])
def test_a_row_gets_one_answer_at_every_door(
    server: Running, models: Mapping[str, Model], place: Path, name: str
) -> None:
    model, rows = models[name], _rows(N_ASKED, 2, is_odd=True)
    assert {column.name for column in model.manifest.inputs} == set(rows[0])
    given = _over_http(server, model, rows) | {"command": _by_command(model, rows, place)}
    for door, answers in given.items():
        _require_same(model, rows, answers, door=door)


def _require_same(model: Model, rows: list[dict[str, Any]], given: Given, *, door: str) -> None:
    wanted = _scores(model, rows)
    scale = np.maximum(1, np.abs(wanted))
    assert (np.abs(given.scores - wanted) / scale).max() < CLOSE, door
    if model.manifest.labels:
        assert given.values == model.predict(rows), door
    singles = np.concatenate([_scores(model, [row]) for row in rows])
    assert (np.abs(singles - wanted) / scale).max() < CLOSE, "python"


def test_the_rows_that_are_asked_hold_every_kind_of_cell() -> None:
    cells = [cell for row in _rows(N_ASKED, 2, is_odd=True) for cell in row.items()]
    assert any(cell is None for _, cell in cells)
    assert ("city", "Atlantis") in cells
    assert any(name == "rooms" and isinstance(cell, str) for name, cell in cells)
    assert any(name == "parcel" and cell and cell > 2**53 and cell % 2 for name, cell in cells)


def test_a_number_is_answered_with_its_interval(
    server: Running, models: Mapping[str, Model]
) -> None:
    rows = _rows(5, 3, is_odd=False)
    wanted = models["price"].predict_interval(rows, level=0.8)
    answer = server.post("/models/price/predict-batch?interval=80", {"rows": rows}).json()
    ends = [[row["interval_low"], row["interval_high"]] for row in wanted]
    assert np.allclose(answer["intervals"], ends, rtol=1e-9)
    single = server.post("/models/price/predict?interval=80", {"row": rows[0]}).json()["interval"]
    assert [single["low"], single["high"]] == pytest.approx(ends[0])
    assert single["level"] == 80


def test_a_label_is_answered_with_its_set(server: Running, models: Mapping[str, Model]) -> None:
    rows = _rows(5, 3, is_odd=False)
    wanted = models["kind"].predict_set(rows, level=0.8)
    answer = server.post("/models/kind/predict-batch?sets=80", {"rows": rows}).json()
    assert answer["sets"] == wanted
    single = server.post("/models/kind/predict?sets=80", {"row": rows[0]}).json()
    assert single["prediction_set"] == wanted[0]


def test_a_server_by_name_tells_the_version_of_the_registry(server: Running) -> None:
    assert server.client.get("/models/price").json()["version"] == "1"


@pytest.mark.extras
@pytest.mark.parametrize("name", ["kind", "price"])
def test_rows_in_arrow_are_answered_as_rows_in_json(
    server: Running, models: Mapping[str, Model], name: str
) -> None:
    import pyarrow as pa

    model = models[name]
    # A column of Arrow has one type: numbers are numbers, and at most of 64 bits.
    rows = [
        row | {"rooms": row["rooms"] and int(row["rooms"])} | {"parcel": _in_64_bits(row["parcel"])}
        for row in _rows(N_ASKED, 4, is_odd=True)
    ]
    table = pa.Table.from_pylist(rows)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    answer = server.client.post(
        f"/models/{name}/predict-batch",
        content=sink.getvalue().to_pybytes(),
        headers={"content-type": "application/vnd.apache.arrow.stream"},
    ).json()
    _require_same(model, rows, _of_batch(answer), door="arrow")
    broken = server.client.post(
        f"/models/{name}/predict-batch",
        content=b"no stream",
        headers={"content-type": "application/vnd.apache.arrow.stream"},
    )
    assert (broken.status_code, json.loads(broken.content)["code"]) == (422, "malformed-body")


def _in_64_bits(number: int | None) -> int | None:
    return number if number is None or number < 2**63 else 2**62 + 1
