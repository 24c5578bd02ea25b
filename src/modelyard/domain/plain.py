"""Plain JSON values: what may stand in a stored configuration, a manifest or an answer."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

from modelyard.domain.errors import InvalidValue


def to_plain(value: Any, path: str) -> Any:
    """Return `value` as plain JSON values.

    Tuples become lists, dataclasses mappings, enumeration members and numpy scalars Python's own.

    Args:
        value: anything.
        path: where it stands, for the message, e.g. `parameters.depth`.

    Raises:
        InvalidValue: if JSON has no word for it: NaN, infinities, objects, keys that are not text.
    """
    value = _unwrapped(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, list | tuple):
        return [to_plain(item, f"{path}[{place}]") for place, item in enumerate(value)]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: to_plain(item, f"{path}.{key}") for key, item in value.items()}
    raise InvalidValue(
        f"{path} must be made of text, finite numbers, true, false, null, lists and mappings with "
        f"text as keys; {value!r} ({type(value).__name__}) came.",
        fix="Write it as one of these.",
        sample=repr(value),
    )


def _unwrapped(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    return value
