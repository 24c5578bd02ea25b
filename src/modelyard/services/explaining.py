"""Explanations as the doors hand them out: rows in any form in, plain values out."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from modelyard.domain.errors import UsageError
from modelyard.domain.explanations import Explanation, Overall


def rows_of(data: object) -> object:
    """Return data as a table; one row, a dict of single cells, is a table of one row."""
    if isinstance(data, Mapping) and data and all(map(_is_cell, data.values())):
        return [dict(data)]
    return data


def row_of_json(text: str) -> dict[str, Any]:
    """Read one row from a JSON object.

    Raises:
        UsageError: if the text is no JSON object of single cells.
    """
    try:
        row = json.loads(text)
    except ValueError as error:
        raise UsageError(
            f"The row is not JSON: {error}.", fix='For example: \'{"age": 39, "city": null}\'.'
        ) from error
    if not isinstance(row, dict) or not all(map(_is_cell, row.values())):
        raise UsageError(
            "The row must be one JSON object, column to cell.",
            fix='For example: \'{"age": 39, "city": null}\'.',
        )
    return row


def plain_explanation(explanation: Explanation, *, n_shown: int) -> dict[str, Any]:
    """Return an explanation as plain JSON values.

    Args:
        explanation: of one row.
        n_shown: strongest columns to tell one by one; the others are summed up.
    """
    found = asdict(explanation) | {"is_exact": explanation.method.is_exact}
    amounts, error = others_of(explanation, n_shown=n_shown)
    found["contributions"] = found["contributions"][:n_shown]
    n_others = len(explanation.contributions) - len(found["contributions"])
    return found | {"others": {"n_columns": n_others, "amount": amounts, "error": error}}


def others_of(explanation: Explanation, *, n_shown: int) -> tuple[float, float]:
    """Return what the columns beyond the strongest add up to, and at most the error of that."""
    rest = explanation.contributions[n_shown:]
    # Errors of columns go together; their sum is the most that they can come to.
    return math.fsum(each.amount for each in rest), math.fsum(each.error for each in rest)


def plain_overall(overall: Overall, *, n_shown: int) -> dict[str, Any]:
    """Return what moves answers overall as plain JSON values."""
    found = asdict(overall) | {"is_exact": overall.method.is_exact}
    return found | {"weights": found["weights"][:n_shown]}


def _is_cell(value: object) -> bool:
    """Return whether a value is a single cell rather than a column of them."""
    return isinstance(value, str) or not hasattr(value, "__len__")
