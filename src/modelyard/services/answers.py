"""Writes predictions as CSV: one row a row of the input, in its order."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from modelyard.domain.errors import InvalidValue
from modelyard.domain.tasks import Label
from modelyard.reporting.exports import csv_text
from modelyard.services.answering import Answer
from modelyard.services.predicting import OpenModel
from modelyard.store.files import write_whole


def answer_columns(answer: Answer, *, with_probabilities: bool) -> Mapping[str, list[Any]]:
    """Return the columns `prediction` and, where asked for, `probability_<label>`.

    A row that has no answer holds None in each.

    Raises:
        InvalidValue: if probabilities are asked of a regression model.
    """
    predictions = answer.predictions
    columns: dict[str, list[Any]] = {"prediction": predictions.values.tolist()}
    if with_probabilities:
        if predictions.probabilities is None:
            raise InvalidValue(
                "This model predicts a number, which has no probabilities.",
                fix="Leave out --proba.",
            )
        for at, label in enumerate(predictions.labels):
            columns[f"probability_{label}"] = predictions.probabilities[:, at].tolist()
    return {name: answer.spread(values) for name, values in {**columns, **answer.beside}.items()}


def with_certainty(
    model: OpenModel, answer: Answer, *, interval: float | None, sets: float | None
) -> Answer:
    """Return the answer with the ends of intervals, or a JSON list of labels, beside each row.

    Args:
        model: that answered.
        answer: of it.
        interval: level in percent, None for no intervals.
        sets: level in percent, None for no sets.
    """
    beside: dict[str, list[Any]] = {}
    if interval is not None:
        ends = interval_columns(model, answer, level=interval / 100)
        beside |= {name: values.tolist() for name, values in ends.items()}
    if sets is not None:
        found = label_sets(model, answer, level=sets / 100)
        beside["prediction_set"] = [json.dumps([str(label) for label in row]) for row in found]
    return replace(answer, beside=beside)


def answer_csv(
    answer: Answer, *, with_probabilities: bool, is_for_spreadsheets: bool = False
) -> str:
    """Return the answers as CSV text.

    Args:
        answer: to a table.
        with_probabilities: whether to write these as well.
        is_for_spreadsheets: put an apostrophe before text that a spreadsheet would take for a
            formula. An answer then need not equal its label.
    """
    columns = dict(answer_columns(answer, with_probabilities=with_probabilities))
    if answer.predictions.labels:
        # As the columns of the probabilities name them.
        told = columns["prediction"]
        columns["prediction"] = [None if label is None else str(label) for label in told]
    rows = zip(*columns.values(), strict=True)
    return csv_text(list(columns), rows, is_for_spreadsheets=is_for_spreadsheets)


def write_answers(
    answer: Answer, path: Path, *, with_probabilities: bool, is_for_spreadsheets: bool = False
) -> None:
    """Write the answers as a CSV file that appears whole or not at all.

    Raises:
        StoreError: if the file cannot be written.
    """
    text = answer_csv(
        answer, with_probabilities=with_probabilities, is_for_spreadsheets=is_for_spreadsheets
    )
    write_whole(path, text.encode())


def interval_columns(model: OpenModel, answer: Answer, *, level: float) -> dict[str, Any]:
    """Return the columns `interval_low` and `interval_high` beside an answer.

    Raises:
        InvalidValue: if the model answers labels.
        TooFewRows: if it was measured on too few rows for the level.
    """
    if answer.predictions.probabilities is not None:
        raise InvalidValue(
            f"'{model.manifest.name}' predicts labels, which have no intervals.",
            fix="Ask for sets: --sets, or predict_set.",
        )
    values = np.asarray(answer.predictions.values, dtype=np.float64)
    ends = model.conformal.intervals(values, level)
    return {"interval_low": ends[:, 0], "interval_high": ends[:, 1]}


def label_sets(model: OpenModel, answer: Answer, *, level: float) -> list[list[Label]]:
    """Return for every row the labels that may be true, the most probable first.

    Raises:
        InvalidValue: if the model answers numbers.
        TooFewRows: if it was measured on too few rows for the level.
    """
    probabilities = answer.predictions.probabilities
    if probabilities is None:
        raise InvalidValue(
            f"'{model.manifest.name}' predicts a number, which has no set of labels.",
            fix="Ask for intervals: --interval, or predict_interval.",
        )
    held = model.conformal.sets(probabilities, level)
    order = np.argsort(-probabilities, axis=1, kind="stable")
    labels = answer.predictions.labels
    return [
        [labels[code] for code in codes if is_held[code]]
        for codes, is_held in zip(order.tolist(), held.tolist(), strict=True)
    ]
