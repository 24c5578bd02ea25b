"""Reads which members an ensemble is to have, from the forms in which the doors deliver them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from modelyard.domain.errors import InvalidValue, UnknownKey
from modelyard.kit.matching import known_names
from modelyard.protocols.algorithms import AlgorithmCard, Members

MEMBERS = "members"
_KEYS = ("name", "parameters", "weight")


def read_entries(
    card: AlgorithmCard, members: Members, *, given: Any
) -> tuple[dict[str, Any], ...]:
    """Return for each member its `name`, `parameters` and `weight`.

    Args:
        card: of the ensemble.
        members: from the card.
        given: None for those of the card; a text of keys with commas between; or a list of keys
            and of mappings with a `name`.

    Raises:
        InvalidValue: if it is neither, names nobody, or gives a weight that is not one or that
            the ensemble does not take.
        UnknownKey: if a mapping has a key that is not known, with the nearest.
    """
    entries: Any = members.keys if given is None else given
    if isinstance(entries, str):
        entries = [part for part in entries.split(",") if part.strip()]
    if not isinstance(entries, Sequence) or not entries:
        raise _refused(card, given)
    return tuple(_entry(card, members, each) for each in entries)


def _entry(card: AlgorithmCard, members: Members, given: Any) -> dict[str, Any]:
    entry = {"name": given} if isinstance(given, str) else given
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
        raise _refused(card, given)
    for key in entry:
        if key not in _KEYS:
            raise UnknownKey(
                f"A member of '{card.key}' has no '{key}'.",
                fix=known_names(str(key), sorted(_KEYS)),
                sample=str(key),
            )
    parameters = entry.get("parameters") or {}
    if not isinstance(parameters, Mapping):
        raise _refused(card, given)
    name = entry["name"].strip().lower().replace("_", "-")
    weight = _weight(card, members, entry)
    return {"name": name, "parameters": dict(parameters), "weight": weight}


def _weight(card: AlgorithmCard, members: Members, entry: Mapping[str, Any]) -> float:
    weight = entry.get("weight")
    if weight is None:
        return 1.0
    # Weights that are all alike ask for nothing: so is what was written back read again.
    if not members.takes_weights and weight != 1:
        raise InvalidValue(
            f"'{card.key}' finds the weights of its members itself.",
            fix="Leave the weight out, or use an ensemble that takes weights.",
            sample=repr(weight),
        )
    is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
    if not is_number or not math.isfinite(weight) or weight <= 0:
        raise InvalidValue(
            f"The weight of a member must be a number above 0; {weight!r} came for "
            f"'{entry['name']}'.",
            fix="Leave the weight out for 1, or leave out the member.",
            sample=repr(weight),
        )
    return float(weight)


def _refused(card: AlgorithmCard, given: Any) -> InvalidValue:
    return InvalidValue(
        f"The members of '{card.key}' must be keys of algorithms, or mappings with a name and "
        f"parameters; {given!r} came.",
        fix="For example: members=lightgbm,random-forest",
        sample=repr(given),
    )
