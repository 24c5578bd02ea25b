"""Settles the hyperparameters of an algorithm: the user's over the card's defaults, validated."""

import math
from collections.abc import Mapping
from typing import Any

from modelyard.domain.errors import InvalidValue, UnknownKey
from modelyard.engine.membership import MEMBERS, read_entries
from modelyard.kit.matching import known_names
from modelyard.protocols.algorithms import AlgorithmCard, Parameter

_WORDS: dict[str, bool | None] = {"true": True, "false": False, "none": None, "null": None}
_NONE = "none"


def resolve_parameters(card: AlgorithmCard, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return every parameter of the card with its value; of an ensemble its members as well.

    Args:
        card: of the algorithm.
        given: the user's values; texts are read as the type that the parameter has.

    Raises:
        UnknownKey: if a name is not on the card.
        InvalidValue: if a value is outside what the card allows.
    """
    known = {parameter.name: parameter for parameter in card.parameters}
    names = sorted(known) if card.members is None else sorted([*known, MEMBERS])
    for name in given:
        if name not in names:
            raise UnknownKey(
                f"The algorithm '{card.key}' has no parameter '{name}'.",
                fix=known_names(name, names, title="Its parameters"),
                sample=name,
            )
    resolved = {
        name: _checked(card, parameter, given[name]) if name in given else parameter.default
        for name, parameter in known.items()
    }
    if card.members is not None:
        resolved[MEMBERS] = read_entries(card, card.members, given=given.get(MEMBERS))
    return resolved


def _checked(card: AlgorithmCard, parameter: Parameter, raw: Any) -> Any:
    value = _typed(parameter, raw)
    if value is _UNFIT or not _is_allowed(parameter, value):
        raise InvalidValue(
            f"Parameter '{parameter.name}' of '{card.key}' must be {_allowed(parameter)}; "
            f"it is {raw!r}.",
            fix=f"The default is {parameter.default!r}.",
            sample=str(raw),
        )
    return value


_UNFIT = object()


def _typed(parameter: Parameter, raw: Any) -> Any:
    value = _WORDS.get(raw.casefold(), raw) if isinstance(raw, str) else raw
    if value is None:
        return _nothing(parameter)
    if isinstance(parameter.default, bool):
        return value if isinstance(value, bool) else _UNFIT
    if value in parameter.choices:
        return value
    if parameter.choices and not _takes_number(parameter):
        return _word(parameter, value)
    if isinstance(parameter.default, str) and not parameter.choices:
        return value if isinstance(value, str) else _UNFIT
    return _number(parameter, value)


def _nothing(parameter: Parameter) -> Any:
    """Return what stands for no value: none, the word for it, or that there must be one."""
    if parameter.default == _NONE:
        return _NONE
    return None if parameter.default is None or _NONE in parameter.choices else _UNFIT


def _takes_number(parameter: Parameter) -> bool:
    """Return whether a number may stand where a word may."""
    has_ends = parameter.minimum is not None or parameter.maximum is not None
    return has_ends or not isinstance(parameter.default, str)


def _word(parameter: Parameter, value: Any) -> Any:
    """Return the word that a number writes, such as a depth of 18."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if str(value) in parameter.choices else _UNFIT


def _number(parameter: Parameter, value: Any) -> Any:
    is_whole = type(parameter.default) is int
    if isinstance(value, bool):
        return _UNFIT
    try:
        number = float(value)
    except (TypeError, ValueError):
        return _UNFIT
    if not isinstance(parameter.default, float) and number.is_integer():
        return int(number)
    return _UNFIT if is_whole else number


def _is_allowed(parameter: Parameter, value: Any) -> bool:
    if value is None or isinstance(value, bool | str):
        return True
    low = -math.inf if parameter.minimum is None else parameter.minimum
    high = math.inf if parameter.maximum is None else parameter.maximum
    return math.isfinite(value) and low <= value <= high


def _allowed(parameter: Parameter) -> str:
    if isinstance(parameter.default, bool):
        return "true or false"
    words = f"one of {', '.join(parameter.choices)}" if parameter.choices else ""
    if not _takes_number(parameter):
        return words or "a word"
    kind = "a whole number" if type(parameter.default) is int else "a number"
    if parameter.minimum is not None:
        kind += f" from {parameter.minimum:g}"
    if parameter.maximum is not None:
        kind += f" up to {parameter.maximum:g}"
    return f"{words} or {kind}" if words else kind
