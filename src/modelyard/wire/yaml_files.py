"""Reads a YAML file into plain values, and refuses what YAML would silently get wrong.

Duplicate keys, keys that are not text, aliases (they can blow up a small file), tags that make
objects and breaks of lines that nobody sees are errors with their line. A number like `1e-3` is a
number, as in YAML 1.2.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.error import Mark
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from modelyard.domain.errors import NotFound, UsageError

MAX_SIZE_BYTES = 1 << 20
MAX_DEPTH = 32

_TEXT = "tag:yaml.org,2002:str"
_FLOAT = "tag:yaml.org,2002:float"

# Letters in YAML 1.2 and in JSON; YAML 1.1, which the library follows, ends a line with them and
# takes the blanks around them away, in quotes too.
_UNSEEN_BREAK = re.compile("[\x85\u2028\u2029]")


@dataclass(frozen=True)
class YamlDocument:
    """A mapping read from a file.

    Attributes:
        values: plain values.
        lines: dotted path of each key to the line that it stands in, from 1.
        texts: dotted path of each single value to its text, as the file has it without quotes.
    """

    values: dict[str, Any]
    lines: dict[str, int]
    texts: dict[str, str]


def read_yaml(path: Path) -> YamlDocument:
    """Read a file that holds one mapping.

    Raises:
        NotFound: if there is no such file.
        UsageError: if it cannot be read, is no YAML, or holds something else than one mapping.
    """
    text = _read_text(path)
    _refuse_unseen_breaks(path, text)
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        values = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        raise _refusal(path, error) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(
            f"{path} is not YAML that can be used: {reason}.", fix="Correct it and try again."
        ) from error
    if not isinstance(values, dict):
        came = "nothing" if values is None else f"a {type(values).__name__}"
        raise UsageError(
            f"{path} must hold a mapping of keys to values; it holds {came}.",
            fix="Start from one of the example configurations.",
        )
    found = list(_nodes(node, ""))
    lines = {path: at.line + 1 for path, at, _ in found}
    texts = {path: each.value for path, _, each in found if isinstance(each, ScalarNode)}
    return YamlDocument(values, lines, texts)


def write_yaml(values: Mapping[str, Any]) -> str:
    """Return a mapping of plain values as YAML, in the order that it has."""
    text: str = yaml.dump(
        dict(values), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100
    )
    return text


class _Dumper(yaml.SafeDumper):
    """Writes out what cannot be seen."""

    def analyze_scalar(self, scalar: str) -> Any:
        """Allow nothing but double quotes for a text with breaks of lines that nobody sees."""
        analysis = super().analyze_scalar(scalar)
        if _UNSEEN_BREAK.search(scalar):
            analysis.allow_single_quoted = analysis.allow_block = False
        return analysis


class _Loader(yaml.SafeLoader):
    """Knows plain values alone."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """Refuse aliases and depths that no configuration has."""
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # stubs lack it
        if self.check_event(yaml.AliasEvent):
            raise _error("aliases (*name) are not supported; write the value out", mark)
        if self._depth >= MAX_DEPTH:
            raise _error(f"values are nested deeper than {MAX_DEPTH} levels", mark)
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse keys that are not text, and keys that come twice."""
        first_lines: dict[str, int] = {}
        for key, _ in node.value:
            if key.tag != _TEXT:
                shown = key.value if isinstance(key, ScalarNode) else "a list or a mapping"
                raise _error(
                    f"a key must be text, which {shown} is not; put it in quotes", key.start_mark
                )
            if key.value in first_lines:
                first = first_lines[key.value]
                raise _error(f"the key '{key.value}' stands in line {first} too", key.start_mark)
            first_lines[key.value] = key.start_mark.line + 1
        return super().construct_mapping(node, deep)


# YAML 1.1, which the library follows, takes a number without a point, like 1e-3, for text.
_Loader.add_implicit_resolver(
    _FLOAT, re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)[eE][-+]?[0-9]+\Z"), list("-+.0123456789")
)


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_SIZE_BYTES + 1)
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {path}.", fix="Check the path.") from error
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", fix="Name a YAML file."
        ) from error
    if len(content) > MAX_SIZE_BYTES:
        raise UsageError(
            f"{path} is larger than {MAX_SIZE_BYTES >> 10} KiB.", fix="Name a configuration file."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is not UTF-8 text: the byte at {error.start} does not belong.",
            fix="Save it as UTF-8.",
        ) from error


def _refuse_unseen_breaks(path: Path, text: str) -> None:
    if (found := _UNSEEN_BREAK.search(text)) is None:
        return
    line = text.count("\n", 0, found.start()) + 1
    code = f"{ord(found.group()):04X}"
    raise UsageError(
        f"{path}, line {line}: the character U+{code} cannot be seen, and ends a line for some "
        "readers of YAML.",
        fix=f"Take it out, or write it as \\u{code.lower()} in double quotes.",
    )


def _error(problem: str, mark: Mark) -> yaml.MarkedYAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, mark)


def _refusal(path: Path, error: yaml.MarkedYAMLError) -> UsageError:
    mark = error.problem_mark or error.context_mark
    line = f", line {mark.line + 1}" if mark else ""
    problem = error.problem or "it is not YAML"
    if "\\t" in problem:
        return UsageError(f"{path}{line}: a tab stands where YAML wants spaces.", fix="Use spaces.")
    return UsageError(f"{path}{line}: {problem}.", fix="Correct the line and try again.")


def _nodes(node: Node | None, prefix: str) -> Iterator[tuple[str, Mark, Node]]:
    """Yield the path of each value, where it, or the key in front of it, begins, and its node."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield f"{prefix}{key.value}", key.start_mark, value
            yield from _nodes(value, f"{prefix}{key.value}.")
    if isinstance(node, SequenceNode):
        for place, item in enumerate(node.value):
            yield f"{prefix}{place}", item.start_mark, item
            yield from _nodes(item, f"{prefix}{place}.")
