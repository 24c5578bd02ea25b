"""What two or more records of the same form do not have in common."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same in all.

    Attributes:
        key: dotted, e.g. `preparation.scale`.
        values: of each record in their order, None where it has none.
    """

    key: str
    values: tuple[Any, ...]


def differences(records: Sequence[Mapping[str, Any]]) -> tuple[Difference, ...]:
    """Return where plain records differ, in the order in which their keys are met.

    >>> differences([{"seed": 1, "split": {"test": 0.2}}, {"seed": 1, "split": {"test": 0.3}}])
    (Difference(key='split.test', values=(0.2, 0.3)),)
    """
    flat = [dict(_leaves(record, "")) for record in records]
    keys = dict.fromkeys(key for record in flat for key in record)
    compared = (Difference(key, tuple(each.get(key) for each in flat)) for key in keys)
    return tuple(each for each in compared if any(v != each.values[0] for v in each.values))


def _leaves(record: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in record.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
