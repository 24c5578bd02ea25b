"""Which hyperparameters are searched, and where: the card's ranges, or what the user names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from modelyard.domain.errors import InvalidValue, UnknownKey, UsageError
from modelyard.domain.trials import Dimension, Value
from modelyard.engine.parameters import resolve_parameters
from modelyard.kit.matching import known_names
from modelyard.protocols.algorithms import AlgorithmCard, Parameter

AUTO = "auto"
# `8..64`, or `0.001..10 log`.
_RANGE = re.compile(r"\s*(?P<low>[^\s.]\S*?)\s*\.\.\s*(?P<high>\S+?)\s*(?P<log>\slog\s*)?")


def space_of(
    card: AlgorithmCard, *, wanted: Mapping[str, Any], fixed: Mapping[str, Any]
) -> tuple[Dimension, ...]:
    """Return what is searched, in the order of the card.

    Args:
        card: of the algorithm.
        wanted: hyperparameter to "auto", a text "8..64" or "0.001..10 log", choices with commas
            between, or a list of choices; if it is empty, all that the card gives a place for.
        fixed: hyperparameters that the user has set, which are not searched.

    Raises:
        UnknownKey: if the algorithm has no such hyperparameter, with the nearest.
        InvalidValue: if a range or a choice cannot be, or there is nothing to search.
        UsageError: if a hyperparameter is both set and searched.
    """
    known = {each.name: each for each in card.parameters}
    for name in wanted:
        if name not in known:
            raise UnknownKey(
                f"The algorithm '{card.key}' has no parameter '{name}' to search.",
                fix=known_names(name, sorted(known), title="Its parameters"),
                sample=name,
            )
        if name in fixed:
            raise UsageError(
                f"The parameter '{name}' is set to {fixed[name]!r} and is to be searched as well.",
                fix="Take it out of the parameters, or out of the space.",
            )
    if wanted:
        return tuple(
            _dimension(card, known[name], wanted[name]) for name in known if name in wanted
        )
    usual = [_usual(each) for each in card.parameters if each.name not in fixed]
    space = tuple(each for each in usual if each is not None)
    if not space:
        raise InvalidValue(
            f"'{card.key}' has no parameter left to search.",
            fix="Leave the search out, or name what to search with --space NAME=VALUE,VALUE."
            if known
            else "Leave the search out.",
        )
    return space


def _usual(parameter: Parameter) -> Dimension | None:
    """Return where the card says that a search looks: its range, else its words or truth values."""
    if parameter.search_low is not None and parameter.search_high is not None:
        return Dimension(
            parameter.name,
            parameter.search_low,
            parameter.search_high,
            is_log=parameter.is_log,
            is_whole=type(parameter.default) is int,
        )
    if not parameter.is_tuned:
        return None
    if isinstance(parameter.default, bool):
        return Dimension(parameter.name, choices=(False, True))
    takes_number = parameter.minimum is not None or parameter.maximum is not None
    if isinstance(parameter.default, str) and len(parameter.choices) > 1 and not takes_number:
        return Dimension(parameter.name, choices=parameter.choices)
    return None


def _dimension(card: AlgorithmCard, parameter: Parameter, wanted: Any) -> Dimension:
    if wanted == AUTO:
        usual = _usual(parameter)
        if usual is None:
            raise InvalidValue(
                f"'{card.key}' gives no range to search '{parameter.name}' in.",
                fix=f"Give one, for example --space {parameter.name}=LOW..HIGH.",
                sample=parameter.name,
            )
        return usual
    found = _RANGE.fullmatch(wanted) if isinstance(wanted, str) else None
    if found is not None:
        low, high = (_value(card, parameter, found[end]) for end in ("low", "high"))
        return _range(parameter, low, high, is_log=parameter.is_log or found["log"] is not None)
    given = wanted.split(",") if isinstance(wanted, str) else wanted
    if not isinstance(given, Sequence) or not given:
        raise InvalidValue(
            f"Where to search '{parameter.name}' must be a range such as 8..64, values, or auto; "
            f"{wanted!r} came.",
            fix=f"For example: --space {parameter.name}=LOW..HIGH",
            sample=repr(wanted),
        )
    values = (each.strip() if isinstance(each, str) else each for each in given)
    choices = dict.fromkeys(_value(card, parameter, each) for each in values)
    return Dimension(parameter.name, choices=tuple(choices))


def _range(parameter: Parameter, low: Value, high: Value, *, is_log: bool) -> Dimension:
    are_numbers = all(
        isinstance(end, int | float) and not isinstance(end, bool) for end in (low, high)
    )
    if not are_numbers or not low < high:  # type: ignore[operator] # both are numbers here
        raise InvalidValue(
            f"A range of '{parameter.name}' must go from a smaller number to a larger one; "
            f"{low!r}..{high!r} came.",
            fix="Turn it round, or name the values with commas between.",
            sample=f"{low!r}..{high!r}",
        )
    whole = type(parameter.default) is int
    dimension = Dimension(parameter.name, float(low), float(high), is_whole=whole)  # type: ignore[arg-type] # numbers
    # A scale of factors has no place for zero: a range that begins there has equal steps.
    return replace(dimension, is_log=is_log and dimension.low > 0)


def _value(card: AlgorithmCard, parameter: Parameter, given: Any) -> Value:
    """Read one value as the parameter takes it.

    Raises:
        InvalidValue: if it is outside what the card allows.
    """
    value: Value = resolve_parameters(card, {parameter.name: given})[parameter.name]
    return value
