"""Reads the JSON Schema that says what one row of a table may hold."""

import json
from pathlib import Path
from typing import Any

from modelyard.domain.errors import InvalidValue, NotFound, UsageError


def read_data_schema(path: Path) -> dict[str, Any]:
    """Return a JSON Schema file as plain values; its rules are checked where they are applied.

    Raises:
        NotFound: if there is no such file.
        UsageError: if it cannot be read or is no JSON.
        InvalidValue: if it is no JSON object.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_refuse_constant)
    except FileNotFoundError as error:
        raise NotFound(f"There is no schema {path}.", fix="Check the path.") from error
    except OSError as error:
        raise UsageError(
            f"The schema {path} cannot be read: {error.strerror}.", fix="Name a JSON file."
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"The schema {path} is not JSON: {error}.", fix="Correct it and try again."
        ) from error
    if not isinstance(raw, dict):
        raise InvalidValue(
            f"The schema {path} must be a JSON object; a {type(raw).__name__} came.",
            fix='Begin with {"type": "object", "properties": {…}}.',
        )
    return raw


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON value")
