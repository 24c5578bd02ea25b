"""Draws an OpenAPI document as parts of a page: paths, parameters, answers and schemas.

The page holds all that it needs, so that it can be read where no other server can be reached.
Nothing but its own style and script runs in it, which their hashes say to the browser.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_FOLDER = Path(__file__).parent
# Schemas that only say "some object".
_VAGUE = frozenset({"Any", "Anything"})


@dataclass(frozen=True)
class Page:
    """A page, and the headers that keep it to itself."""

    html: str
    headers: Mapping[str, str]


@cache
def style() -> str:
    """Return the look of a page."""
    return (_FOLDER / "guide.css").read_text(encoding="utf-8")


@cache
def script() -> str:
    """Return what lets samples be copied; a page is whole without."""
    return (_FOLDER / "guide.js").read_text(encoding="utf-8")


def sealed_page(html: str) -> Page:
    """Return a page that holds `style` and `script`, and may load and run nothing else."""
    policy = (
        f"default-src 'none'; style-src '{_hash_of(style())}'; script-src '{_hash_of(script())}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Page(html, {"content-security-policy": policy, "x-content-type-options": "nosniff"})


@cache
def _hash_of(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def operations_of(document: Json) -> Iterator[tuple[str, Json]]:
    """Yield every path with one of its operations, which tells its method."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield path, operation | {"method": method}


def path_section(path: str, operation: Json, *, document: Json) -> str:
    """Return what one path takes and answers."""
    method = operation["method"]
    badge = f'<b class="method {method}">{method.upper()}</b>'
    title = f"<code>{escape(path)}</code> <span>{escape(operation['summary'])}</span>"
    parts = [f"<details><summary>{badge} {title}</summary>"]
    if operation.get("parameters"):
        given = map(_parameter, operation["parameters"])
        parts.append(table(("Parameter", "In", "Type", ""), given))
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if "example" in content:
        example = json.dumps(content["example"], ensure_ascii=False, indent=2)
        caption = f"Body: {_type(_resolved(content['schema'], document))}"
        parts.append(
            f"<figure><figcaption>{escape(caption)}</figcaption>"
            f"<pre tabindex=0><code>{escape(example)}</code></pre></figure>"
        )
    elif content:
        told = _type(content["schema"])
        parts.append(f'<p class="quiet">Body: <code>{escape(told)}</code></p>')
    rows = [
        (status, _answer_type(answer), answer["description"])
        for status, given in sorted(operation["responses"].items())
        for answer in (_resolved(given, document, kind="responses"),)
    ]
    parts.append(table(("Status", "Answer", ""), rows))
    return "".join([*parts, "</details>"])


def _parameter(each: Json) -> tuple[str, ...]:
    return each["name"], each["in"], _type(each["schema"]), each.get("description", "")


def _answer_type(answer: Json) -> str:
    return " or ".join(
        f"{media}" + (f": {told}" if "schema" in each and (told := _type(each["schema"])) else "")
        for media, each in answer.get("content", {}).items()
    )


def _resolved(given: Json, document: Json, *, kind: str = "schemas") -> Json:
    name = given.get("$ref", "").rpartition("/")[2]
    found: Json = document["components"].get(kind, {}).get(name, given)
    return found


def schema_sections(schemas: Mapping[str, Json]) -> Iterator[str]:
    """Yield the fields of each form that an answer may have."""
    for name, schema in schemas.items():
        needed = schema.get("required", ())
        rows = [
            (field, _type(each), "" if field in needed else "optional")
            for field, each in schema.get("properties", {}).items()
        ]
        fields = table(("Field", "Type", ""), rows)
        yield f"<details><summary><code>{escape(name)}</code></summary>{fields}</details>"


def _type(schema: Json) -> str:
    """Return a schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return "" if name in _VAGUE else name
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " or ".join(map(_type, schema[union]))
    kinds = schema.get("type", "anything")
    told = " or ".join(kinds) if isinstance(kinds, list) else kinds
    if told == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if told == "object" and "properties" in schema:
        inner = ", ".join(f"{name}: {_type(each)}" for name, each in schema["properties"].items())
        return f"{{{inner}}}"
    return str(told)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table whose first column names its rows."""
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _cells(row: tuple[str, ...]) -> str:
    first, *others = (f"<bdi>{escape(cell)}</bdi>" for cell in row)
    return f'<th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in others)
