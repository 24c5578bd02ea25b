"""Data schemas: what the cells of a row must be, written as the JSON Schema of one row.

It stands in the vocabulary, in plain Python, because training checks whole tables by it and serving
checks single requests, and both must come to the same verdict. What it supports means what JSON
Schema (draft 2020-12) says; any other keyword is refused, never passed over in silence. One thing
is added, because tables know no absent cells: a missing value (None) counts as an absent property
where the schema does not speak of null.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from operator import ge, gt, le, lt
from typing import Any, Self

from modelyard.domain.errors import InvalidValue, UnknownKey
from modelyard.kit.matching import known_names

_NOTES = frozenset({"title", "description", "examples", "default", "$schema", "$id", "$comment"})
_ROW_RULES = frozenset({"type", "properties", "required", "additionalProperties"})
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_LENGTHS = ("minLength", "maxLength")
_CELL_RULES = frozenset({"type", "enum", "const", "pattern", *_BOUNDS, *_LENGTHS})
_TYPES = ("string", "number", "integer", "boolean", "null")
_PYTHON_TYPES = {"string": str, "boolean": bool, "null": type(None)}
_TYPE_WORDS = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "empty",
}
_BOUND_RULES: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "minimum": (ge, "at least"),
    "maximum": (le, "at most"),
    "exclusiveMinimum": (gt, "above"),
    "exclusiveMaximum": (lt, "below"),
}
_N_SHOWN = 10


@dataclass(frozen=True)
class CellRule:
    """What one cell must be.

    Attributes:
        types: any of them will do; empty means any value.
        values: of `enum` or `const`, None where there is neither.
        bounds: `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum` that were given.
        lengths: `minLength` and `maxLength` that were given, in code points.
        pattern: regular expression that a string must hold somewhere.
        raw: the rule as it was written.
    """

    types: tuple[str, ...] = ()
    values: tuple[Any, ...] | None = None
    bounds: Mapping[str, float] = field(default_factory=dict)
    lengths: Mapping[str, int] = field(default_factory=dict)
    pattern: re.Pattern[str] | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def takes_null(self) -> bool:
        """Whether the schema itself allows null."""
        return self.violation(None) is None

    def violation(self, value: Any) -> str | None:
        """Return what the value must be and is not, or None where it is."""
        if self.types and not any(_is_of_type(value, name) for name in self.types):
            return f"must be {_listed(_TYPE_WORDS[name] for name in self.types)}"
        if self.values is not None and not any(_is_same(value, allowed) for allowed in self.values):
            return f"must be {_listed(_quoted(allowed) for allowed in self.values)}"
        if isinstance(value, str):
            return self._text_violation(value)
        if _is_of_type(value, "number"):
            return self._number_violation(value)
        return None

    def _text_violation(self, text: str) -> str | None:
        if len(text) < self.lengths.get("minLength", 0):
            return f"must have {self.lengths['minLength']} characters at least"
        if len(text) > self.lengths.get("maxLength", len(text)):
            return f"must have {self.lengths['maxLength']} characters at most"
        if self.pattern is not None and not self.pattern.search(text):
            return f"must match the pattern '{self.pattern.pattern}'"
        return None

    def _number_violation(self, number: float) -> str | None:
        for name, bound in self.bounds.items():
            is_kept, words = _BOUND_RULES[name]
            if not is_kept(number, bound):
                return f"must be {words} {bound}"
        return None


@dataclass(frozen=True)
class DataSchema:
    """What each cell of a row must be.

    Attributes:
        rules: column to its rule, in the order of the schema.
        required: columns that must be there and filled in.
        allows_others: whether columns without a rule may be there.
        notes: title, description and the like, which demand nothing.
    """

    rules: Mapping[str, CellRule]
    required: tuple[str, ...] = ()
    allows_others: bool = True
    notes: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read a JSON Schema of one row.

        Raises:
            UnknownKey: if it uses a keyword that is not supported, with those that are.
            InvalidValue: if a keyword has a value that it cannot have.
        """
        _require_keywords(raw, _ROW_RULES, "the schema")
        if raw.get("type", "object") != "object":
            raise _invalid("type", raw["type"], "of a row must be 'object'")
        properties = raw.get("properties", {})
        if not isinstance(properties, Mapping):
            raise _invalid("properties", properties, "must map columns to rules")
        others = raw.get("additionalProperties", True)
        if not isinstance(others, bool):
            raise _invalid("additionalProperties", others, "must be true or false")
        return cls(
            rules={name: _read_rule(name, rule) for name, rule in properties.items()},
            required=_read_required(raw.get("required", [])),
            allows_others=others,
            notes={name: value for name, value in raw.items() if name in _NOTES},
        )

    def to_json(self) -> dict[str, Any]:
        """Return the schema as plain JSON values, equal in meaning to what was read."""
        written: dict[str, Any] = {
            **self.notes,
            "type": "object",
            "properties": {name: dict(rule.raw) for name, rule in self.rules.items()},
        }
        if self.required:
            written["required"] = list(self.required)
        if not self.allows_others:
            written["additionalProperties"] = False
        return written

    def only(self, columns: Iterable[str]) -> Self:
        """Return the schema for these columns alone, e.g. for requests, which hold no target."""
        kept = set(columns)
        return replace(
            self,
            rules={name: rule for name, rule in self.rules.items() if name in kept},
            required=tuple(name for name in self.required if name in kept),
        )

    def violations(self, column: str, value: Any) -> str | None:
        """Return what the cell must be and is not, or None where all is well.

        Args:
            column: name of the column.
            value: str, int, float, bool, or None for a missing cell.
        """
        rule = self.rules.get(column)
        if rule is None:
            return None
        if value is None:
            is_open = column not in self.required or rule.takes_null
            return None if is_open else "must be filled in"
        return rule.violation(value)

    def check_row(self, row: Mapping[str, Any]) -> list[str]:
        """Return every rule that the row breaks, each as a sentence; empty where all is well."""
        told = [f"Column '{name}' is missing." for name in self.required if name not in row]
        for name, value in row.items():
            if name not in self.rules and not self.allows_others:
                told.append(f"Column '{name}' is not in the schema.")
                continue
            broken = self.violations(name, value)
            if broken is not None:
                came = "" if value is None else f", but {_quoted(value)} came"
                told.append(f"Column '{name}' {broken}{came}.")
        return told


def _read_rule(column: str, raw: Any) -> CellRule:
    if not isinstance(raw, Mapping):
        raise _invalid(column, raw, "must be an object with rules for the column")
    _require_keywords(raw, _CELL_RULES, f"column '{column}'")
    return CellRule(
        types=_read_types(column, raw.get("type", [])),
        values=_read_values(column, raw),
        bounds=_read_bounds(column, raw),
        lengths=_read_lengths(column, raw),
        pattern=_read_pattern(column, raw.get("pattern")),
        raw=dict(raw),
    )


def _read_types(column: str, raw: Any) -> tuple[str, ...]:
    types = (raw,) if isinstance(raw, str) else raw
    if not isinstance(types, list | tuple) or any(name not in _TYPES for name in types):
        raise _invalid(f"type of '{column}'", raw, f"must be one of {', '.join(_TYPES)}, or a list")
    return tuple(types)


def _read_values(column: str, raw: Mapping[str, Any]) -> tuple[Any, ...] | None:
    if "enum" not in raw:
        return (raw["const"],) if "const" in raw else None
    values = raw["enum"]
    if not isinstance(values, list | tuple):
        raise _invalid(f"enum of '{column}'", values, "must be a list of values")
    if "const" in raw:
        return tuple(value for value in values if _is_same(value, raw["const"]))
    return tuple(values)


def _read_bounds(column: str, raw: Mapping[str, Any]) -> dict[str, float]:
    bounds = {name: raw[name] for name in _BOUNDS if name in raw}
    for name, bound in bounds.items():
        if not _is_of_type(bound, "number"):
            raise _invalid(f"{name} of '{column}'", bound, "must be a number")
    return bounds


def _read_lengths(column: str, raw: Mapping[str, Any]) -> dict[str, int]:
    lengths = {name: raw[name] for name in _LENGTHS if name in raw}
    for name, length in lengths.items():
        if not _is_of_type(length, "integer") or length < 0:
            raise _invalid(f"{name} of '{column}'", length, "must be a whole number, 0 or more")
    return {name: int(length) for name, length in lengths.items()}


def _read_pattern(column: str, raw: Any) -> re.Pattern[str] | None:
    if raw is None:
        return None
    try:
        return re.compile(raw)
    except (TypeError, re.error) as error:
        problem = _invalid(f"pattern of '{column}'", raw, "must be a regular expression")
        raise problem from error


def _read_required(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple) or not all(isinstance(name, str) for name in raw):
        raise _invalid("required", raw, "must be a list of column names")
    return tuple(dict.fromkeys(raw))


def _require_keywords(raw: Mapping[str, Any], rules: frozenset[str], where: str) -> None:
    for name in raw:
        if name not in rules and name not in _NOTES:
            raise UnknownKey(
                f"The keyword '{name}' in {where} is not supported.",
                fix=known_names(str(name), sorted(rules | _NOTES), title="Supported"),
                sample=str(name),
            )


def _is_of_type(value: Any, name: str) -> bool:
    if name in {"number", "integer"}:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and (name == "number" or value == value // 1)
    return isinstance(value, _PYTHON_TYPES[name])


def _is_same(value: Any, allowed: Any) -> bool:
    """Return whether two JSON values are equal: 1 is 1.0, and neither of them is true."""
    return isinstance(value, bool) is isinstance(allowed, bool) and bool(value == allowed)


def _invalid(what: str, came: Any, demand: str) -> InvalidValue:
    return InvalidValue(
        f"In the data schema, {what} {demand}; {came!r} came.",
        fix="Write the schema as the JSON Schema of one row: an object with 'properties'.",
        sample=str(came),
    )


def _quoted(value: Any) -> str:
    words = {None: "null", True: "true", False: "false"}
    is_word = value is None or isinstance(value, bool)
    return words[value] if is_word else f"'{value}'" if isinstance(value, str) else str(value)


def _listed(words: Iterable[str]) -> str:
    listed = list(words) or ["one of no values: the schema excludes them all"]
    shown = listed[:_N_SHOWN] if len(listed) > _N_SHOWN + 1 else listed
    more = [f"{len(listed) - len(shown)} more"] if len(shown) < len(listed) else []
    parts = [*shown, *more]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"
