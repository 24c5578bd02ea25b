"""The page at `/docs`: what can be asked of these very models, made from the OpenAPI document.

It is written by the server and holds all that it needs, so that it can be read where no other
server can be reached. Nothing but its own style and script runs in it, which their hashes say to
the browser.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from modelyard.domain.columns import InputColumn
from modelyard.kit.version import VERSION
from modelyard.serving.describing import ADDRESS, Json, describe
from modelyard.serving.facts import column_facts
from modelyard.serving.options import ServerOptions
from modelyard.serving.shelf import Served

_FOLDER = Path(__file__).parent
# What a browser sends as Host; anything else does not come into a line that is to be copied.
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
# Categories that are shown of a column; more are counted.
_MOST_CATEGORIES = 12
# Schemas that only say "some object".
_VAGUE = frozenset({"Any", "Anything", "Cell"})


@dataclass(frozen=True)
class Page:
    """A page, and the headers that keep it to itself."""

    html: str
    headers: Mapping[str, str]


def render(models: Mapping[str, Served], options: ServerOptions, *, address: str) -> Page:
    """Return the page of these models.

    Args:
        models: that answer now.
        options: of the server.
        address: of the server as the reader reached it, e.g. `http://10.0.0.7:8000`.
    """
    document = describe(models, options)
    names = list(models)
    title = "The model" if len(names) == 1 else None
    style, script = _asset("guide.css"), _asset("guide.js")
    html = Template(_asset("guide.html")).substitute(
        title=escape(names[0] if len(names) == 1 else f"{len(names)} models"),
        version=escape(VERSION),
        lead=escape(document["info"]["description"]),
        contents="".join(_link(f"#model-{name}", title or name) for name in names),
        models="".join(_model(each, document, _safe(address)) for each in models.values()),
        paths="".join(_path(path, each, document) for path, each in _operations(document)),
        answers="".join(_schemas(document["components"]["schemas"])),
        style=style,
        script=script,
    )
    policy = (
        f"default-src 'none'; style-src '{_hash_of(style)}'; script-src '{_hash_of(script)}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Page(html, {"content-security-policy": policy, "x-content-type-options": "nosniff"})


@cache
def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash_of(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _safe(address: str) -> str:
    scheme, _, host = address.partition("://")
    return address if scheme in {"http", "https"} and _HOST.fullmatch(host) else ADDRESS


def _model(served: Served, document: Json, address: str) -> str:
    """Return the section of one model: its columns, and calls to copy."""
    paths = document["paths"]
    is_only = "/predict" in paths
    title = "The model" if is_only else served.name
    parts = [
        f'<section id="model-{escape(served.name)}"><h2>{escape(title)}</h2>',
        f'<p class="quiet">{_origin(served)}</p>',
        "<h3>Columns</h3>",
        _table(("Column", "Kind", "In training", "Example"), map(_column, served.manifest.inputs)),
    ]
    for below, wish in _CALLS.items():
        path = below if is_only else f"/models/{served.name}{below}"
        parts.append(f"<h3>{wish}</h3>")
        parts.append(_samples(paths[path]["post"]["x-codeSamples"], address))
    return "".join([*parts, "</section>"])


def _origin(served: Served) -> str:
    manifest = served.manifest
    return (
        f"Version {escape(served.version)}, {escape(manifest.algorithm)}, made from "
        f"{manifest.n_rows} rows, those that measured it among them, to predict "
        f"<bdi>{escape(manifest.target)}</bdi>."
    )


_CALLS = {"/predict": "Ask for one row", "/predict-batch": "Ask for many rows"}


def _column(column: InputColumn) -> tuple[str, ...]:
    facts = column_facts(column)
    seen = ""
    if "minimum" in facts:
        seen = f"{_number(facts['minimum'])} to {_number(facts['maximum'])}"
    if "categories" in facts:
        shown = facts["categories"][:_MOST_CATEGORIES]
        n_more = facts["n_categories"] - len(shown)
        seen = ", ".join(map(str, shown)) + (f" and {n_more} more" if n_more else "")
    example = "null" if column.example is None else json.dumps(column.example, ensure_ascii=False)
    return column.name, str(column.kind), seen, example


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _samples(samples: Iterable[Json], address: str) -> str:
    names = {"Shell": "curl", "Python": "Python"}
    shown = (
        f"<figure><figcaption>{names[each['lang']]}</figcaption>"
        f"<pre tabindex=0><code>{escape(each['source'].replace(ADDRESS, address))}</code></pre>"
        "</figure>"
        for each in samples
    )
    return f'<div class="samples">{"".join(shown)}</div>'


def _operations(document: Json) -> Iterator[tuple[str, Json]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield path, operation | {"method": method}


def _path(path: str, operation: Json, document: Json) -> str:
    """Return what one path takes and answers."""
    method = operation["method"]
    badge = f'<b class="method {method}">{method.upper()}</b>'
    title = f"<code>{escape(path)}</code> <span>{escape(operation['summary'])}</span>"
    parts = [f"<details><summary>{badge} {title}</summary>"]
    if operation.get("parameters"):
        given = map(_parameter, operation["parameters"])
        parts.append(_table(("Parameter", "In", "Type", ""), given))
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if "example" in content:
        example = json.dumps(content["example"], ensure_ascii=False, indent=2)
        caption = f"Body: {_type(_resolved(content['schema'], document))}"
        parts.append(
            f"<figure><figcaption>{escape(caption)}</figcaption>"
            f"<pre tabindex=0><code>{escape(example)}</code></pre></figure>"
        )
    rows = [
        (status, _answer_type(answer), answer["description"])
        for status, answer in sorted(operation["responses"].items())
    ]
    parts.append(_table(("Status", "Answer", ""), rows))
    return "".join([*parts, "</details>"])


def _parameter(each: Json) -> tuple[str, ...]:
    return each["name"], each["in"], _type(each["schema"]), each.get("description", "")


def _answer_type(answer: Json) -> str:
    return " or ".join(
        f"{media}" + (f": {told}" if (told := _type(each["schema"])) else "")
        for media, each in answer["content"].items()
    )


def _resolved(schema: Json, document: Json) -> Json:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Json = document["components"]["schemas"].get(name, schema)
    return found


def _schemas(schemas: Mapping[str, Json]) -> Iterator[str]:
    """Yield the fields of each form that an answer may have."""
    for name, schema in schemas.items():
        if name in _VAGUE or name.startswith("Row."):
            continue
        needed = schema.get("required", ())
        rows = [
            (field, _type(each), "" if field in needed else "optional")
            for field, each in schema["properties"].items()
        ]
        table = _table(("Field", "Type", ""), rows)
        yield f"<details><summary><code>{escape(name)}</code></summary>{table}</details>"


def _type(schema: Json) -> str:
    """Return a schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return "" if name in _VAGUE - {"Cell"} else name
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


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _cells(row: tuple[str, ...]) -> str:
    first, *others = (f"<bdi>{escape(cell)}</bdi>" for cell in row)
    return f'<th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in others)


def _link(target: str, text: str) -> str:
    return f'<li><a href="{escape(target)}">{escape(text)}</a></li>'
