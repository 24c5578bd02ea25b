"""The OpenAPI document of a server: it names the columns, ranges and labels of its very models."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.levels import LEAST_LEVEL
from modelyard.kit.version import VERSION
from modelyard.serving.facts import column_facts
from modelyard.serving.form_files import FORM_TYPE, MOST_FILES
from modelyard.serving.keys import OPEN_PATHS
from modelyard.serving.options import ServerOptions
from modelyard.serving.pictures import takes_one_picture
from modelyard.serving.queries import MOST_REASONS, OPTIONS
from modelyard.serving.schemas import SCHEMAS
from modelyard.serving.shelf import Served, example_row
from modelyard.serving.tensors import datatype_of

Json = dict[str, Any]
# Where a server listens by default; the examples ask there.
ADDRESS = "http://127.0.0.1:8000"

_PROBLEMS = {
    "400": "What came is no HTTP/1.1.",
    "401": "The call lacks the key, or the token, that the server asks for.",
    "403": "The key is for other models.",
    "404": "There is no such path, or no such model.",
    "405": "The path answers another method.",
    "408": "The request did not come whole in time.",
    "413": "The body is too long.",
    "415": "The body is not in a form that is read.",
    "422": "The body, an option or a cell cannot be used; the answer names the place.",
    "431": "The headers are too long.",
    "500": "A fault of the server.",
    "503": "Overloaded, or its keys cannot be read; Retry-After says when to ask again.",
}
_LEVEL = {"type": "number", "exclusiveMinimum": LEAST_LEVEL, "exclusiveMaximum": 100}
_FILE: Json = {"type": "string", "format": "binary"}
# The fields of a form may have other names.
_FILES: Json = {
    "type": "object",
    "properties": {"file": {"type": "array", "items": _FILE, "maxItems": MOST_FILES}},
}
_OPTION_SCHEMAS: Mapping[str, Json] = {
    "interval": _LEVEL,
    "sets": _LEVEL,
    "explain": {"type": "integer", "minimum": 1, "maximum": MOST_REASONS},
    "strict": {"type": "boolean"},
}


def describe(models: Mapping[str, Served], options: ServerOptions) -> Json:
    """Return the document for the models that answer now."""
    paths: Json = {}
    schemas: Json = dict(SCHEMAS)
    for served in models.values():
        schemas[_row_name(served)] = _row_schema(served)
        for path, operation in _operations(served, is_only=len(models) == 1):
            paths[path] = {"post": operation}
    paths |= _pages(has_admin=options.token is not None)
    schemes: Json = {}
    if options.token is not None:
        schemes["token"] = {"type": "http", "scheme": "bearer"}
    if options.keys is not None:
        schemes["key"] = {"type": "http", "scheme": "bearer", "description": "An API key."}
        _ask_for_keys(paths)
    document: Json = {
        "openapi": "3.1.0",
        "info": {"title": "Modelyard", "version": VERSION, "description": _overview(models)},
        "paths": paths,
        "components": {"schemas": schemas},
    }
    if schemes:
        document["components"]["securitySchemes"] = schemes
    return document


def _ask_for_keys(paths: Json) -> None:
    for operations in (told for path, told in paths.items() if path not in OPEN_PATHS):
        for operation in operations.values():
            operation["security"] = [{"key": []}]
            operation["responses"] |= _problems("401", "403", "503")


def _operations(served: Served, *, is_only: bool) -> Iterator[tuple[str, Json]]:
    """Yield path and description of everything that answers predictions of a model."""
    row, ref = example_row(served.manifest), {"$ref": f"#/components/schemas/{_row_name(served)}"}
    rows, columns = {"type": "array", "items": ref}, _lists()
    bare = {"type": "array", "items": {"type": "array", "items": {"$ref": _ref("Cell")}}}
    many = {"oneOf": [_object(rows=rows), _object(columns=columns)]}
    forms: list[tuple[str, str, Json, Json, str, tuple[str, ...]]] = [
        ("/predict", "Answer for one row", _object(row=ref), {"row": row}, "RowAnswer", _ONE_ROW),
        ("/predict-batch", "Answer for many rows", many, {"rows": [row]}, "BatchAnswer", _ALL),
        (
            "/predict/tabular",
            "Answer for cells in the order of /info",
            _object(features=bare),
            {"features": [list(row.values())]},
            "BatchAnswer",
            _ALL,
        ),
    ]
    for below, title, body, example, answer, options in forms:
        path = f"/models/{served.name}{below}"
        operation = _operation(f"{title} with {served.name}", body, example, answer=answer)
        operation["parameters"] = [_parameter(name) for name in options]
        if below == "/predict-batch" and takes_one_picture(served):
            operation["requestBody"]["content"][FORM_TYPE.decode()] = {"schema": _FILES}
        for each in (path, below) if is_only else (path,):
            yield each, operation | {"x-codeSamples": _samples(each, example)}
    image = _of_pictures(served)
    for each in (f"/models/{served.name}/predict/image", "/predict/image")[: 1 + is_only]:
        yield each, image
    infer = _operation(
        f"Open Inference Protocol for {served.name}",
        {"$ref": _ref("Tensors")},
        {"inputs": [_tensor(column, row[column.name]) for column in served.manifest.inputs]},
        answer="TensorAnswer",
    )
    yield f"/v2/models/{served.name}/infer", infer
    yield f"/v2/models/{served.name}/versions/{served.version}/infer", infer


def _of_pictures(served: Served) -> Json:
    """Describe the path for one picture, which most models do not take."""
    if not takes_one_picture(served):
        return _operation(f"Pictures are not read by {served.name}", {}, None, answer=None)
    operation = _operation(
        f"Answer for one picture with {served.name}", {}, None, answer="RowAnswer"
    )
    operation["requestBody"]["content"] = {
        "image/*": {"schema": _FILE},
        FORM_TYPE.decode(): {"schema": _object(file=_FILE)},
    }
    return operation


def _lists() -> Json:
    column = {"type": "array", "items": {"$ref": _ref("Cell")}}
    return {"type": "object", "additionalProperties": column}


_ALL = tuple(OPTIONS)
# One row is refused in any case.
_ONE_ROW = tuple(name for name in OPTIONS if name != "strict")


def _operation(title: str, body: Json, example: Any, *, answer: str | None) -> Json:
    content: Json = {"schema": body}
    if example is not None:
        content["example"] = example
    told: Json = {
        "summary": title,
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": _problems(
            "400", "404", "405", "408", "413", "415", "422", "431", "500", "503"
        ),
    }
    if answer is not None:
        told["responses"]["200"] = _answer(answer)
    return told


def _pages(*, has_admin: bool) -> Json:
    """Return what the server tells of itself."""
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    version = name | {"name": "version"}
    found: Json = {}
    for path, title, answer, parameters in (
        ("/", "What is here", "Any", []),
        ("/health", "Whether the server can answer, and what it uses", "Health", []),
        ("/info", "The model and its columns", "Any", []),
        ("/models", "The models", "Anything", []),
        ("/models/{name}", "One model and its columns", "Any", [name]),
        ("/v2", "The server, in the Open Inference Protocol", "Any", []),
        ("/v2/health/live", "Whether the server runs", "Any", []),
        ("/v2/health/ready", "Whether the models are loaded", "Any", []),
        ("/v2/models/{name}", "The tensors of a model", "Any", [name]),
        ("/v2/models/{name}/versions/{version}", "The same", "Any", [name, version]),
        ("/v2/models/{name}/ready", "Whether a model is loaded", "Any", [name]),
        ("/v2/models/{name}/versions/{version}/ready", "The same", "Any", [name, version]),
    ):
        operation: Json = {"summary": title, "responses": {"200": _answer(answer)}}
        operation["responses"] |= _problems("400", "405", "408", "431", "500")
        if parameters:
            operation["parameters"] = parameters
            operation["responses"] |= _problems("404")
        found[path] = {"get": operation}
    found["/metrics"] = {"get": _metrics()}
    if has_admin:
        found["/admin/reload"] = {"post": _reload()}
    return found


def _metrics() -> Json:
    text = {"text/plain": {"schema": {"type": "string"}}}
    answer = _answer("Any")
    answer["content"] |= text
    responses = {"200": answer} | _problems("400", "405", "408", "431", "500")
    return {"summary": "Counters, for Prometheus or as JSON by Accept", "responses": responses}


def _reload() -> Json:
    responses = {"200": _answer("Any")}
    responses |= _problems("400", "401", "404", "405", "408", "422", "431", "500")
    title = "Open the models again, and put new versions in place"
    return {"summary": title, "security": [{"token": []}], "responses": responses}


def _problems(*statuses: str) -> Json:
    content = {"application/problem+json": {"schema": {"$ref": _ref("Problem")}}}
    return {each: {"description": _PROBLEMS[each], "content": content} for each in statuses}


def _answer(schema: str) -> Json:
    content = {"application/json": {"schema": {"$ref": _ref(schema)}}}
    return {"description": "The answer.", "content": content}


def _parameter(name: str) -> Json:
    schema = _OPTION_SCHEMAS[name]
    return {"name": name, "in": "query", "description": OPTIONS[name], "schema": schema}


def _row_schema(served: Served) -> Json:
    """Return the schema of a row: a column more is ignored, a column less is refused."""
    columns = {column.name: _cell_schema(column) for column in served.manifest.inputs}
    return {
        "type": "object",
        "description": f"One row as {served.name} takes it; null where a value is missing.",
        "properties": columns,
        "required": list(columns),
        "example": example_row(served.manifest),
    }


def _cell_schema(column: InputColumn) -> Json:
    facts = column_facts(column)
    kinds = ["number", "string", "boolean", "null"]
    told = f"{column.kind}."
    if "minimum" in facts:
        told += f" In training from {facts['minimum']} to {facts['maximum']}."
    if "categories" in facts:
        shown = ", ".join(facts["categories"][:20])
        told += f" In training one of {facts['n_categories']}: {shown}."
    if column.kind is ColumnKind.SEQUENCE:
        kinds = ["array", "string", "null"]
        told += " A list of numbers, or a text of them."
    if column.kind is ColumnKind.DATETIME:
        kinds = ["string", "null"]
        told += f" As {column.datetime_format or 'ISO 8601'}."
    examples = [] if column.example is None else [column.example]
    return {"type": kinds, "description": told, "examples": examples}


def _samples(path: str, example: Any) -> list[Json]:
    """Return the call to copy, for the command line and for Python."""
    body = json.dumps(example, ensure_ascii=False)
    quoted = body.replace("'", "'\\''")
    curl = f"curl -H 'Content-Type: application/json' -d '{quoted}' {ADDRESS}{path}"
    python = (
        "import json\n"
        "import urllib.request\n\n"
        f"body = json.loads({body!r})\n"
        "request = urllib.request.Request(\n"
        f"    {f'{ADDRESS}{path}'!r},\n"
        "    json.dumps(body).encode(),\n"
        "    {'Content-Type': 'application/json'},\n"
        ")\n"
        "print(json.load(urllib.request.urlopen(request)))\n"
    )
    return [{"lang": "Shell", "source": curl}, {"lang": "Python", "source": python}]


def _tensor(column: InputColumn, example: Any) -> Json:
    datatype = "BYTES" if isinstance(example, str) else datatype_of(column)
    return {"name": column.name, "shape": [1], "datatype": datatype, "data": [example]}


def _overview(models: Mapping[str, Served]) -> str:
    told = [
        f"{each.name}, version {each.version}, predicts {each.manifest.target} "
        f"({each.manifest.task})"
        + (f": {', '.join(each.label_names[:20])}" if each.label_names else "")
        for each in models.values()
    ]
    return "; ".join(told) + "."


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)} | {
        "additionalProperties": False
    }


def _row_name(served: Served) -> str:
    # Names of components hold these signs alone; those of models hold the same.
    return f"Row.{served.name}"


def _ref(name: str) -> str:
    return f"#/components/schemas/{name}"
