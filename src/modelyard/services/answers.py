"""Writes predictions as CSV: one row a row of the input, in its order."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from modelyard.domain.errors import InvalidValue
from modelyard.domain.tasks import Label
from modelyard.kit.spreadsheets import csv_text
from modelyard.services.answering import Answer
from modelyard.services.predicting import OpenModel


def answer_columns(answer: Answer, *, with_probabilities: bool) -> Mapping[str, list[Any]]:
    """Return the columns `prediction` and, where asked for, `probability_<label>`.

    A row that has no answer holds None in each. Columns of the input that were to be kept come
    first.

    Raises:
        InvalidValue: if probabilities are asked of a regression model, or a column that was kept
            has the name of another.
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
    told = {name: answer.spread(values) for name, values in {**columns, **answer.beside}.items()}
    for name in answer.kept:
        if name in told:
            raise InvalidValue(
                f"The column '{name}' cannot be kept: the answers have one of this name.",
                fix="Leave it out, or rename it in the data.",
                column=name,
            )
    return {**{name: kept.to_list() for name, kept in answer.kept.items()}, **told}


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
