"""Reads JSON strictly: what two readers could understand differently is refused, with its place.

Refused are a key that an object holds twice, NaN and infinity, numbers that no double holds, halves
of surrogate pairs, and nesting without end. The quick decoder keeps the last of two equal keys in
silence, but every text stands between two quotation marks: where twice the texts that it returned
are all the marks that came, none was lost. Only otherwise each object is looked at (RFC 8259, 4).
"""

import json
from collections.abc import Sequence
from typing import Any, NoReturn

import msgspec

from modelyard.domain.errors import MalformedBody
from modelyard.wire.places import place_of

_FIX = "Send JSON (RFC 8259) in UTF-8; a missing value is null."


def read_json(body: bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        MalformedBody: if it is none, or could be read in two ways; the message names the place.
    """
    try:
        value = _DECODER.decode(body)
    except RecursionError as error:
        where = place_of(body)
        at = f" at {where}" if where else ""
        raise MalformedBody(
            f"The body is nested too deeply{at}.", fix="Send plain cells.", path=where
        ) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _malformed(body, str(error)) from error
    if body.count(b'"') != 2 * _n_texts(value):
        _require_unique_keys(body)
    return value


def _n_texts(value: Any) -> int:
    """Return how many texts a value holds, the keys of objects among them."""
    kind = type(value)
    if kind is dict:
        n_texts, values = len(value), value.values()
    elif kind is list:
        n_texts, values = 0, value
    else:
        return int(kind is str)
    kinds = list(map(type, values))
    n_texts += kinds.count(str)
    if dict in kinds or list in kinds:
        for each, its_kind in zip(values, kinds, strict=True):
            if its_kind is dict or its_kind is list:
                n_texts += _n_texts(each)
    return n_texts


def _require_unique_keys(body: bytes) -> None:
    json.loads(body, object_pairs_hook=lambda pairs: _unique(pairs, body))


def _unique(pairs: Sequence[tuple[str, Any]], body: bytes) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        where = place_of(body, repeated_key=twice)
        raise MalformedBody(
            f"The key '{twice[:60]}' stands twice in one object{f' at {where}' if where else ''}.",
            fix="Send each key once.",
            path=where,
        )
    return held


def _malformed(body: bytes, told: str) -> MalformedBody:
    """Return the error for a body that the decoder did not take, with its place in the body."""
    where = place_of(body)
    at = f" at {where}" if where else ""
    reason = told.partition(" - at ")[0].removeprefix("JSON is malformed: ")
    if not body:
        reason = "it is empty"
    return MalformedBody(f"The body is no JSON{at}: {reason}.", fix=_FIX, path=where)


def refuse(path: str, *, expected: str, came: object, fix: str) -> NoReturn:
    """Refuse a body whose value at a path is of another form than is asked for."""
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "a truth value"}
    kind = "null" if came is None else kinds.get(type(came), "a number")
    raise MalformedBody(f"{path} must be {expected}; {kind} came.", fix=fix, path=path)


_DECODER = msgspec.json.Decoder()
