"""The page at `/docs`: every route, by resource, made from the OpenAPI document."""

from collections import defaultdict
from html import escape
from pathlib import Path
from string import Template

from modelyard.kit.openapi_pages import (
    Json,
    Page,
    operations_of,
    path_section,
    schema_sections,
    script,
    sealed_page,
    style,
)

_TEMPLATE = Path(__file__).with_name("guide.html")
_LEAD = "Open a path for what it takes and answers. In brackets stands who may ask it."


def guide_of(document: Json) -> Page:
    """Return the page of an OpenAPI document."""
    by_tag: dict[str, list[str]] = defaultdict(list)
    for path, operation in operations_of(document):
        told = f"{operation.get('summary', '')} [{operation.get('x-policy', '')}]"
        section = path_section(path, operation | {"summary": told}, document=document)
        by_tag[operation.get("tags", ["Others"])[0]].append(section)
    tags = sorted(by_tag)
    html = Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        version=escape(document["info"]["version"]),
        lead=escape(_LEAD),
        contents="".join(f'<li><a href="#{_id(tag)}">{escape(tag)}</a></li>' for tag in tags),
        resources="".join(_resource(tag, by_tag[tag]) for tag in tags),
        answers="".join(schema_sections(document["components"]["schemas"])),
        style=style(),
        script=script(),
    )
    return sealed_page(html)


def _resource(tag: str, sections: list[str]) -> str:
    return f'<section id="{_id(tag)}"><h2>{escape(tag)}</h2>{"".join(sections)}</section>'


def _id(tag: str) -> str:
    return escape(tag.lower().replace(" ", "-"))
