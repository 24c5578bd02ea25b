"""Finds the place in a JSON text at which it stops to be valid, or a key stands a second time.

It is asked only after a quick decoder has refused the text, so it is plain and not fast.
"""

import json
import re

# The walk is in pure Python: in a longer body a place is not worth the time (0.2 s a megabyte).
_MOST_BYTES = 1 << 20
_MOST_DEPTH = 200
_SHOWN_DEPTH = 5

_SPACE = re.compile(r"[ \t\n\r]*")
_TEXT = re.compile(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"')
_SCALAR = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null")
_HALF = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_MOST_DIGITS = 4_300


class _FoundError(Exception):
    """The walk has come to the place."""


def place_of(body: bytes, *, repeated_key: str | None = None) -> str | None:
    """Return the JSONPath of the first fault, or of a key that its object holds already.

    Args:
        body: of a request.
        repeated_key: key to look for; None looks for what is no JSON.

    Returns:
        The path, `$` for the whole, of a fault that is too deep to look for that of a value around
        it; None if the body is too long to look for it.
    """
    if len(body) > _MOST_BYTES:
        return None
    walk = _Walk(body.decode("utf-8", errors="surrogateescape"), repeated_key)
    try:
        walk.value(0, 0)
    except _FoundError:
        # Of a fault that is deeper than anybody reads, what is around it is told.
        is_deep = len(walk.path) >= _MOST_DEPTH
        return "$" + "".join(walk.path[:_SHOWN_DEPTH] if is_deep else walk.path)
    return "$" if repeated_key is None else None


class _Walk:
    """One walk through a text; `path` is where it stands."""

    def __init__(self, text: str, repeated_key: str | None) -> None:
        self._text = text
        self._repeated_key = repeated_key
        self.path: list[str] = []

    def value(self, at: int, depth: int) -> int:
        """Return where the value that begins at `at` ends."""
        if depth >= _MOST_DEPTH:
            raise _FoundError
        at = self._skip(at)
        if self._text.startswith("{", at):
            return self._object(at + 1, depth)
        if self._text.startswith("[", at):
            return self._list(at + 1, depth)
        if self._text.startswith('"', at):
            return self._string(at)[1]
        found = _SCALAR.match(self._text, at)
        if found is None or found.end() - at > _MOST_DIGITS or _is_endless(found.group()):
            raise _FoundError
        return found.end()

    def _object(self, at: int, depth: int) -> int:
        names: set[str] = set()
        at = self._skip(at)
        if self._text.startswith("}", at):
            return at + 1
        while True:
            name, at = self._string(self._skip(at))
            self.path.append(f".{name}")
            if name == self._repeated_key and name in names:
                raise _FoundError
            names.add(name)
            at = self.value(self._sign(at, ":"), depth + 1)
            self.path.pop()
            at = self._skip(at)
            if self._text.startswith("}", at):
                return at + 1
            at = self._sign(at, ",")

    def _list(self, at: int, depth: int) -> int:
        at = self._skip(at)
        if self._text.startswith("]", at):
            return at + 1
        index = 0
        while True:
            self.path.append(f"[{index}]")
            at = self._skip(self.value(at, depth + 1))
            if self._text.startswith("]", at):
                self.path.pop()
                return at + 1
            at = self._sign(at, ",")
            self.path.pop()
            index += 1

    def _string(self, at: int) -> tuple[str, int]:
        found = _TEXT.match(self._text, at)
        if found is None or _SURROGATE.search(_HALF.sub("", found.group(1))):
            raise _FoundError
        if any("\udc80" <= sign <= "\udcff" for sign in found.group(1)):
            raise _FoundError
        text = found.group(1)
        # Two keys may be one though they are written in two ways.
        return json.loads(f'"{text}"') if "\\" in text else text, found.end()

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def _sign(self, at: int, sign: str) -> int:
        at = self._skip(at)
        if not self._text.startswith(sign, at):
            raise _FoundError
        return at + 1


def _is_endless(number: str) -> bool:
    return number not in {"true", "false", "null"} and abs(float(number)) == float("inf")
