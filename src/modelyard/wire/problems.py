"""Says what is wrong with a document in the product's own words: path, what came, what is allowed.

A misspelt key is answered with the nearest right one, wherever in the document that stands.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from modelyard.domain.errors import InvalidValue, UnknownKey, UsageError
from modelyard.kit.matching import nearest
from modelyard.wire.yaml_files import YamlDocument

_MAX_SHOWN = 80

# How pydantic begins its sentences; ours begin with the path of the value.
_SUBJECT = re.compile(r"^(Value error,|Input|String|List|Dictionary) |^input (?=was)")

# Where its sentence names what no document does.
_RULES = MappingProxyType(
    {
        "model_type": "should be a mapping of keys to values",
        "dict_type": "should be a mapping of keys to values",
    }
)


def explain(
    error: ValidationError,
    model: type[BaseModel],
    *,
    path: Path,
    document: YamlDocument,
) -> UsageError:
    """Return the first of the problems as an error of ours; unknown keys come before values.

    Args:
        error: as pydantic raised it.
        model: that the document was read as.
        path: of the document.
        document: as it was read.
    """
    found = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    parts = [str(part) for part in found["loc"]]
    dotted = ".".join(parts)
    lines = document.lines
    line = next((lines[key] for key in _prefixes(parts) if key in lines), None)
    where = f"{path}, line {line}" if line else str(path)
    if found["type"] == "extra_forbidden":
        return _unknown_key(where, parts, model)
    if found["type"] == "missing":
        return InvalidValue(f"{where}: {dotted} is required.", fix=f"Add {dotted}.", sample=dotted)
    return _invalid_value(where, dotted, found, text=document.texts.get(dotted, ""))


def dotted_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    """Return the dotted path of every key that a document may hold."""
    keys = []
    for name, field in model.model_fields.items():
        dotted = f"{prefix}{field.alias or name}"
        keys.append(dotted)
        for section in _sections(field.annotation):
            keys += dotted_keys(section, f"{dotted}.")
    return keys


def rule_of(found: Mapping[str, Any]) -> str:
    """Return what one of pydantic's errors asks for, to be put behind the path of the value."""
    return _RULES.get(found["type"]) or _SUBJECT.sub("", found["msg"])


def _sections(annotation: Any) -> list[type[BaseModel]]:
    """Return the section that a key holds, also where it may be left out."""
    kinds = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]


def _prefixes(parts: list[str]) -> list[str]:
    """Return the paths that lead to a value, the longest first: a missing key has no line."""
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _unknown_key(where: str, parts: list[str], model: type[BaseModel]) -> UnknownKey:
    dotted, wrong = ".".join(parts), parts[-1]
    known = dotted_keys(model)
    section = ".".join(parts[:-1])
    siblings = [key for key in known if key.rpartition(".")[0] == section]
    # A name that stands in several sections means the one in the section at hand, or the first.
    by_name = {key.rpartition(".")[2]: key for key in [*reversed(known), *siblings]}
    close = nearest(wrong, by_name)
    hint = f"Did you mean {by_name[close]}? " if close else ""
    names = ", ".join(key.rpartition(".")[2] for key in siblings)
    return UnknownKey(
        f"{where}: there is no key {dotted}.",
        fix=f"{hint}Known {f'in {section}' if section else 'here'}: {names}.",
        sample=dotted,
    )


def _invalid_value(where: str, dotted: str, found: Mapping[str, Any], *, text: str) -> InvalidValue:
    came = repr(found["input"])
    shown = came if len(came) <= _MAX_SHOWN else f"{came[:_MAX_SHOWN]}…"
    kind = type(found["input"]).__name__
    rule = rule_of(found)
    if found["type"] == "value_error" and isinstance(found["input"], Mapping):
        return InvalidValue(f"{where}: {dotted} {rule}.", fix=f"Correct {dotted}.", sample=dotted)
    # A word that YAML reads as another type, like no, 007 or 2026-01-01, is a frequent surprise.
    is_unquoted = found["type"] == "string_type" and not isinstance(found["input"], list | dict)
    fix = f'Put it in quotes: "{text or found["input"]}".' if is_unquoted else f"Correct {dotted}."
    return InvalidValue(f"{where}: {dotted} {rule}; {shown} ({kind}) came.", fix=fix, sample=shown)
