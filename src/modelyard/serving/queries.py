"""Reads what an address asks for beside the answer: intervals, sets, reasons, strictness."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from modelyard.domain.errors import InvalidValue, UnknownKey
from modelyard.domain.levels import LEAST_LEVEL, is_level, level_meant
from modelyard.kit.matching import known_names

# Options by name, with what each is for; the OpenAPI document tells them.
OPTIONS = {
    "interval": "Of a number: the ends between which the truth lies this many times in a hundred.",
    "sets": "Of a label: the labels among which the truth is this many times in a hundred.",
    "explain": "So many of the strongest reasons for each answer.",
    "strict": "Refuse the whole batch for one bad row; true or false.",
}
# A reason is told for each column; more columns than this are not read by anybody.
MOST_REASONS = 1_000


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for beside the answer.

    Attributes:
        interval, sets: level between 0 and 1.
        explain: number of reasons.
        is_strict: whether one bad row refuses the batch.
    """

    interval: float | None = None
    sets: float | None = None
    explain: int | None = None
    is_strict: bool = False

    @property
    def has_wishes(self) -> bool:
        """Whether anything is to be computed beside the answer."""
        return (self.interval, self.sets, self.explain) != (None, None, None)


# Nothing beside the answer.
NOTHING = Query()


def read_query(query: bytes) -> Query:
    """Read the part of an address behind the question mark.

    Raises:
        UnknownKey: if it names an option that does not exist.
        InvalidValue: if an option has a value that is not allowed.
    """
    return _read(query) if query else NOTHING


@lru_cache(maxsize=256)
def _read(query: bytes) -> Query:
    text = query.decode("ascii", errors="replace")
    pairs = parse_qsl(text, keep_blank_values=True, errors="replace")
    given = dict(pairs)
    if len(given) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise InvalidValue(f"The option '{twice[:60]}' came twice.", fix="Send each option once.")
    for name in given:
        if name not in OPTIONS:
            raise UnknownKey(
                f"There is no option '{name[:60]}'.", fix=known_names(name, list(OPTIONS))
            )
    return Query(
        interval=_level("interval", given),
        sets=_level("sets", given),
        explain=_count("explain", given),
        is_strict=_truth("strict", given),
    )


def _level(name: str, given: dict[str, str]) -> float | None:
    if name not in given:
        return None
    try:
        percent = float(given[name])
    except ValueError:
        percent = 0.0
    if not is_level(percent):
        raise InvalidValue(
            f"{name} is a level in percent, above {LEAST_LEVEL:g} and below 100; "
            f"'{given[name][:60]}' came.",
            fix=f"For example: ?{name}={level_meant(percent)}.",
            sample=given[name][:60],
        )
    return percent / 100


def _count(name: str, given: dict[str, str]) -> int | None:
    if name not in given:
        return None
    text = given[name]
    if text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MOST_REASONS:
        return int(text)
    raise InvalidValue(
        f"{name} is a whole number from 1 to {MOST_REASONS}; '{text[:60]}' came.",
        fix=f"For example: ?{name}=3.",
        sample=text[:60],
    )


def _truth(name: str, given: dict[str, str]) -> bool:
    text = given.get(name, "false").lower()
    if text in {"true", "1", ""}:
        return True
    if text in {"false", "0"}:
        return False
    raise InvalidValue(
        f"{name} is true or false; '{text[:60]}' came.", fix=f"For example: ?{name}=true."
    )
