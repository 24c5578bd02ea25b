"""Writes predictions as CSV: one row a row of the input, in its order."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl

from modelyard.domain.errors import InvalidValue, StoreError
from modelyard.services.predicting import Answer


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


def answer_csv(answer: Answer, *, with_probabilities: bool) -> str:
    """Return the answers as CSV text."""
    columns = dict(answer_columns(answer, with_probabilities=with_probabilities))
    if answer.predictions.labels:
        # As the columns of the probabilities name them.
        columns["prediction"] = [str(label) for label in columns["prediction"]]
    return pl.DataFrame(columns, strict=False).write_csv()


def write_answers(answer: Answer, path: Path, *, with_probabilities: bool) -> None:
    """Write the answers as a CSV file that appears whole or not at all.

    Raises:
        StoreError: if the file cannot be written.
    """
    text = answer_csv(answer, with_probabilities=with_probabilities)
    write_whole(path, text.encode())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all.

    Raises:
        StoreError: if it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise StoreError(
            f"'{path}' cannot be written: {error.strerror}.",
            fix="Choose a file in a folder that exists and that you can write.",
            sample=str(path),
        ) from error
