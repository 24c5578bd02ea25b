"""Explanations as the doors hand them out: rows in any form in, plain values out."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from modelyard.domain.errors import NotFound, UsageError
from modelyard.domain.explanations import Explanation, Overall, Saliency
from modelyard.domain.pictures import Picture
from modelyard.domain.tasks import Label
from modelyard.runtime.explaining.occlusion import saliency_of
from modelyard.runtime.pictures.places import Folder
from modelyard.runtime.pictures.thumbnails import small_copy
from modelyard.runtime.predictor import Predictor
from modelyard.store.files import write_whole

# The longer side of a copy that is written, in pixels.
_COPY_SIDE = 512
_ROWS, _COLUMNS = ("upper", "middle", "lower"), ("left", "middle", "right")


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


def explain_picture(
    predictor: Predictor, picture: Path | bytes, *, label: Label | None, out: Path | None
) -> Saliency:
    """Say where a model looks in a picture.

    Args:
        predictor: of a model that takes one picture and nothing else.
        picture: a file, or its bytes.
        label: class whose probability is explained; None for the one that is answered.
        out: JPEG file for a grey copy of the picture, red where the model looks; None for none.

    Raises:
        UsageError: if the model takes something else, or has no such label.
        NotFound: if there is no such file.
        UnreadablePicture: if it is no picture that can be read.
        StoreError: if the copy cannot be written.
    """
    name = "the picture" if isinstance(picture, bytes) else picture.name
    content = picture if isinstance(picture, bytes) else _content_of(picture)
    found = saliency_of(predictor, Picture.of(content, name), label=label)
    if out is not None:
        write_whole(out, small_copy(content, name, heat=found.heat, side=_COPY_SIDE))
    return found


def most_telling_part(found: Saliency) -> tuple[str, float]:
    """Return where in the picture covering moves the answer most, in words, and how far."""
    heat = np.array(found.heat)
    row, column = (
        (2 * at + 1) * 3 // (2 * n)
        for at, n in zip(np.unravel_index(heat.argmax(), heat.shape), heat.shape, strict=True)
    )
    place = f"{_ROWS[int(row)]} {_COLUMNS[int(column)]}".replace("middle middle", "middle")
    return place, float(heat.max())


def _content_of(path: Path) -> bytes:
    if not path.is_file():
        raise NotFound(f"There is no picture '{path}'.", fix="Check the path.", sample=str(path))
    return Folder(path.parent).read(path.name)


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
