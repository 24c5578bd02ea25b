"""The page at `/docs`: what can be asked of these very models, made from the OpenAPI document.

It is written by the server and holds all that it needs, so that it can be read where no other
server can be reached. Nothing but its own style and script runs in it, which their hashes say to
the browser.
"""

import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from modelyard.domain.columns import InputColumn
from modelyard.kit.openapi_pages import (
    Page,
    operations_of,
    path_section,
    schema_sections,
    script,
    sealed_page,
    style,
    table,
)
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
    html = Template(_asset("guide.html")).substitute(
        title=escape(names[0] if len(names) == 1 else f"{len(names)} models"),
        version=escape(VERSION),
        lead=escape(document["info"]["description"]),
        contents="".join(_link(f"#model-{name}", title or name) for name in names),
        models="".join(_model(each, document, _safe(address)) for each in models.values()),
        paths="".join(path_section(*each, document=document) for each in operations_of(document)),
        answers="".join(schema_sections(_told(document["components"]["schemas"]))),
        style=style(),
        script=script(),
    )
    return sealed_page(html)


def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


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
        table(("Column", "Kind", "In training", "Example"), map(_column, served.manifest.inputs)),
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


def _told(schemas: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return the forms that an answer may have, without those that only say "some object"."""
    return {
        name: schema
        for name, schema in schemas.items()
        if name not in _VAGUE and not name.startswith("Row.")
    }


def _link(target: str, text: str) -> str:
    return f'<li><a href="{escape(target)}">{escape(text)}</a></li>'
