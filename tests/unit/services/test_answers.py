"""Predictions as CSV: equal to their labels, and harmless to spreadsheets where that is asked."""

import csv
import io

import numpy as np
import pytest

from modelyard.domain.errors import InvalidValue
from modelyard.domain.predictions import Predictions
from modelyard.services.answering import Answer
from modelyard.services.answers import answer_csv

HOSTILE = "=1+1"


def answer(values: list[object], labels: tuple[str, ...]) -> Answer:
    """Return an answer with even probabilities."""
    n_rows = len(values)
    shares = np.full((n_rows, len(labels)), 1 / len(labels)) if labels else None
    predictions = Predictions(np.array(values, dtype=object), labels, shares)
    return Answer(predictions, flags=(), ignored_columns=(), n_rows=n_rows)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_an_answer_equals_its_label_whatever_that_holds() -> None:
    labels = (HOSTILE, 'a "quoted", word', "two\nlines", " ")
    rows = read(answer_csv(answer(list(labels), labels), with_probabilities=True))
    assert [row["prediction"] for row in rows] == list(labels)
    assert list(rows[0]) == ["prediction", *(f"probability_{label}" for label in labels)]


def test_a_spreadsheet_runs_nothing_where_it_is_asked_to() -> None:
    answers = answer([HOSTILE, "no"], (HOSTILE, "no"))
    rows = read(answer_csv(answers, with_probabilities=False, is_for_spreadsheets=True))
    assert [row["prediction"] for row in rows] == [f"'{HOSTILE}", "no"]


def test_numbers_are_written_in_full_and_never_taken_for_formulas() -> None:
    values = [-0.1, 1e-9, 2 / 3]
    text = answer_csv(answer(values, ()), with_probabilities=False, is_for_spreadsheets=True)
    assert [float(row["prediction"]) for row in read(text)] == values


def test_a_number_has_no_probabilities() -> None:
    with pytest.raises(InvalidValue, match="no probabilities"):
        answer_csv(answer([1.0], ()), with_probabilities=True)
