"""Frozen dataclasses as plain JSON values, and back by the types of their fields."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Record = TypeVar("Record")


def to_plain(value: Any) -> Any:  # noqa: PLR0911 -- one return for each kind of value
    """Return a value as JSON can hold it: what is no number is None, infinity a text.

    >>> to_plain((1.5, float("nan"), float("inf")))
    [1.5, None, 'inf']
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: to_plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value


def from_plain(kind: type[Record], raw: Any) -> Record:
    """Return a dataclass from what `to_plain` made of it; fields that lack keep their default.

    Raises:
        KeyError, TypeError, ValueError: if the values are not those of the dataclass.
    """
    record: Record = _read(kind, raw)
    return record


def _read(kind: Any, raw: Any) -> Any:  # noqa: PLR0911 -- one return for each kind of type
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return _read_union(inner, raw)
    if origin is tuple:
        kinds = inner[:1] * len(raw) if inner[-1] is Ellipsis else inner
        return tuple(_read(each, item) for each, item in zip(kinds, raw, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _read(inner[1], item) for key, item in raw.items()}
    if kind is float:
        return math.nan if raw is None else float(raw)
    if kind is datetime:
        return datetime.fromisoformat(raw)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(raw)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        known = (each.name for each in fields(kind) if each.init and each.name in raw)
        return kind(**{name: _read(hints[name], raw[name]) for name in known})  # type: ignore[operator]  # a class, as is_dataclass cannot tell mypy
    return raw


def _read_union(kinds: tuple[Any, ...], raw: Any) -> Any:
    if raw is None and NoneType in kinds:
        return None
    structured = [each for each in kinds if get_origin(each) is not None or is_dataclass(each)]
    return _read(structured[0], raw) if structured else raw
