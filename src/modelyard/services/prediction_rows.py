"""Takes a record of a prediction log apart: one prediction for each row that was answered."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from modelyard.domain.logged_predictions import LoggedPrediction
from modelyard.serving.records import Record

# What an answer tells beside the prediction: of one row, and of many, in whose lists row n is told.
_BESIDE = ("flags", "interval", "prediction_set", "explanation")
_BESIDE_OF_MANY = {
    "intervals": "interval",
    "sets": "prediction_set",
    "explanations": "explanation",
}


def predictions_of(record: Record, deployment: str) -> Iterator[LoggedPrediction]:
    """Yield the rows that were answered, in their order; those that were refused have no answer."""
    rows, answer = json.loads(bytes(record.rows)), json.loads(bytes(record.answer))
    told = _predictions(record, deployment, rows=rows, answer=answer)
    # How long it took is of the request, so it stands on one of its rows.
    first = next(told, None)
    if first is not None:
        yield replace(first, request_ms=answer.get("inference_time_ms"))
        yield from told


def _predictions(
    record: Record, deployment: str, *, rows: Mapping[str, Any], answer: Mapping[str, Any]
) -> Iterator[LoggedPrediction]:
    if "row" in rows:
        details = {name: answer[name] for name in _BESIDE if answer.get(name)}
        yield _logged(
            record,
            deployment,
            id_=record.id,
            features=rows["row"],
            told=(answer["prediction"], answer.get("probabilities"), details),
        )
        return
    for at, features in enumerate(_each(rows)):
        if answer["predictions"][at] is not None:
            yield _logged(
                record,
                deployment,
                id_=f"{record.id}-{at + 1}",
                features=features,
                told=(answer["predictions"][at], _chances(answer, at), _details(answer, at)),
            )


def _logged(
    record: Record,
    deployment: str,
    *,
    id_: str,
    features: Mapping[str, Any],
    told: tuple[Any, Mapping[str, float] | None, Mapping[str, Any]],
) -> LoggedPrediction:
    prediction, probabilities, details = told
    return LoggedPrediction(
        id=id_,
        deployment=deployment,
        model=record.reference,
        package_sha256=record.sha256,
        at=record.at,
        subject=record.subject,
        request_id=record.request_id,
        features=features,
        prediction=prediction,
        confidence=None if probabilities is None else probabilities[str(prediction)],
        probabilities=probabilities,
        details=details,
    )


def _each(rows: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "rows" in rows:
        yield from rows["rows"]
        return
    columns: Mapping[str, Sequence[Any]] = rows["columns"]
    for cells in zip(*columns.values(), strict=True):
        yield dict(zip(columns, cells, strict=True))


def _chances(answer: Mapping[str, Any], at: int) -> Mapping[str, float] | None:
    if answer.get("probabilities") is None:
        return None
    names = (str(label) for label in answer["labels"])
    return dict(zip(names, answer["probabilities"][at], strict=True))


def _details(answer: Mapping[str, Any], at: int) -> Mapping[str, Any]:
    return {own: answer[name][at] for name, own in _BESIDE_OF_MANY.items() if answer.get(name)}
