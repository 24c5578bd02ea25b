"""Writes predictions as CSV: one row a row of the input, in its order."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modelyard.domain.errors import InvalidValue
from modelyard.reporting.exports import csv_text
from modelyard.services.predicting import Answer
from modelyard.store.files import write_whole


def answer_columns(answer: Answer, *, with_probabilities: bool) -> Mapping[str, list[Any]]:
    """Return the columns `prediction` and, where asked for, `probability_<label>`.

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
    return columns


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
        columns["prediction"] = [str(label) for label in columns["prediction"]]
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
