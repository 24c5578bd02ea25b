"""Writes values and calls as Python source that a person wants to read."""

from collections.abc import Iterable, Mapping
from textwrap import indent

# The default of Black and of ruff's formatter is 88; four columns are for the function around it.
_WIDTH = 84


def literal(value: object) -> str:
    """Return a value as formatters write it: text in double quotes where it holds none.

    >>> print(literal(["it's", 'a "word"', 0.5]))
    ["it's", 'a "word"', 0.5]
    """
    if isinstance(value, str):
        written = repr(value)
        return f'"{written[1:-1]}"' if written[0] == "'" and '"' not in written else written
    if isinstance(value, list | tuple):
        items = ", ".join(map(literal, value))
        return f"[{items}]" if isinstance(value, list) else f"({items}{',' * (len(value) == 1)})"
    return repr(value)


def call(function: str, arguments: Mapping[str, object], *, given: Iterable[str] = ()) -> str:
    """Return a call, on one line where it fits.

    >>> print(call("Ridge", {"alpha": 0.5}))
    Ridge(alpha=0.5)

    Args:
        function: what is called.
        arguments: by keyword.
        given: expressions that come before them.
    """
    parts = [*given, *(f"{name}={literal(value)}" for name, value in arguments.items())]
    return _bracketed(f"{function}(", parts, ")")


def mapping(values: Mapping[str, object]) -> str:
    """Return a dict by its text keys, on one line where it fits."""
    return _bracketed(
        "{", [f"{literal(key)}: {literal(value)}" for key, value in values.items()], "}"
    )


def listing(values: Iterable[object]) -> str:
    """Return a list, its items side by side in lines that fit."""
    parts = [literal(value) for value in values]
    line = f"[{', '.join(parts)}]"
    if len(line) <= _WIDTH:
        return line
    return f"[\n{indent(_filled(parts), '    ')}\n]"


def _bracketed(start: str, parts: list[str], end: str) -> str:
    line = f"{start}{', '.join(parts)}{end}"
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    return f"{start}\n{indent(''.join(f'{part},' + chr(10) for part in parts), '    ')}{end}"


def _filled(parts: list[str]) -> str:
    """Return items with commas in lines; a text may hold spaces, so that no wrapper does it."""
    lines = [""]
    for part in parts:
        if lines[-1] and len(lines[-1]) + len(part) + 2 > _WIDTH:
            lines.append("")
        lines[-1] += f"{' ' if lines[-1] else ''}{part},"
    return "\n".join(lines)
