"""Scores the rows of a CSV or JSON file with model.onnx: `python score.py rows.csv`.

It needs numpy and onnxruntime alone. What the columns are called, how their cells are read and what
is answered stands in the graph's own metadata.
"""

import csv
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def load(path: Path) -> Any:
    """Return the model; optimised no further than its numbers stay double."""
    # Before it is loaded: ONNX Runtime would tell its makers of the graph.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a .json file (a list of objects) or of a .csv file with a header."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        if path.suffix == ".json":
            rows: list[dict[str, Any]] = json.load(stream)
            return rows
        return list(csv.DictReader(stream))


def word(value: Any, column: Mapping[str, Any]) -> str:
    """Return the text of a cell, an empty one where it is missing."""
    if isinstance(value, bool):
        value = str(value).lower()
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, list):
        return " ".join(repr(float(item)) for item in value)
    text = "" if value is None else str(value).strip()
    if text in column["missing"]:
        return ""
    if column["kind"] == "sequence":
        return " ".join(repr(float(item)) for item in items_of(text, column))
    return " ".join(re.findall(column["words"], text.lower())) if "words" in column else text


def items_of(text: str, column: Mapping[str, Any]) -> list[str]:
    """Return the numbers of a sequence, between which are spaces, semicolons or commas."""
    for mark in {",", ";"} - {column["decimal"]}:
        text = text.replace(mark, " ")
    return text.strip("[]").replace(column["decimal"], ".").split()


def number(value: Any, column: Mapping[str, Any]) -> float:
    """Return the number that a cell stands for, NaN where it is missing."""
    text = word(value, column)
    if not text:
        return np.nan
    if column["kind"] == "boolean":
        if text.lower() in (*column["true_words"], *column["false_words"]):
            return float(text.lower() in column["true_words"])
        raise ValueError(f"column {column['name']!r} holds {text!r}, which is no truth value")
    if column["kind"] == "datetime":
        form = column["datetime_format"]
        moment = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007 -- a column without a zone is read as UTC
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        # In whole microseconds, as the model was taught.
        since = moment - EPOCH
        return float((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)
    try:
        # A column that separates thousands has no mark here: its numbers come as plain decimals.
        return float(text.replace(column.get("decimal", "."), "."))
    except ValueError as error:
        told = f"column {column['name']!r} holds {text!r}; write numbers as 1234.5, without more"
        raise ValueError(told) from error


def inputs_of(rows: Sequence[Mapping[str, Any]], facts: Mapping[str, str]) -> dict[str, Any]:
    """Return the arrays that the model takes."""
    columns = {column["name"]: column for column in json.loads(facts["columns"])}
    given: dict[str, Any] = {}
    for name, read, kind in (("number", number, np.float64), ("word", word, object)):
        taken = json.loads(facts[f"{name}_columns"])
        cells = [[read(row[each], columns[each]) for each in taken] for row in rows]
        if taken:
            given[f"{name}s"] = np.array(cells, dtype=kind).reshape(len(rows), len(taken))
    return given


def main(path: Path) -> None:
    """Write an answer for each row to standard output."""
    model = load(Path(__file__).with_name("model.onnx"))
    facts = model.get_modelmeta().custom_metadata_map
    answers = model.run(None, inputs_of(read_rows(path), facts))
    labels = [f"probability_{label}" for label in json.loads(facts["labels"])]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["prediction", *labels])
    for first, *others in zip(*(each.tolist() for each in answers), strict=True):
        writer.writerow([first, *(value for row in others for value in row)])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
