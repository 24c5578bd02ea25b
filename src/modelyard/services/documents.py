"""Reads documents that a user keeps beside the data: the JSON Schema of a row."""

import json
from pathlib import Path
from typing import Any

from modelyard.domain.errors import InvalidValue, NotFound


def read_schema(path: Path) -> dict[str, Any]:
    """Return a JSON Schema file as plain values; what it may hold is checked where it is used.

    Raises:
        NotFound: if there is no such file.
        InvalidValue: if it is not a JSON object.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotFound(
            f"The schema '{path}' cannot be read: {error.strerror}.", fix="Check the path."
        ) from error
    except ValueError as error:
        raise InvalidValue(
            f"The schema '{path}' is not JSON: {error}.", fix="Write it as a JSON object."
        ) from error
    if not isinstance(raw, dict):
        raise InvalidValue(
            f"The schema '{path}' must be a JSON object; it is a {type(raw).__name__}.",
            fix='Begin with {"type": "object", "properties": {…}}.',
        )
    return raw
