"""The OpenAPI document: what FastAPI knows of the routes, and who may ask each of them."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from modelyard.api.problems import MEDIA_TYPE
from modelyard.api.routing import Route, every_route
from modelyard.wire.bodies import Problem

Json = dict[str, Any]

_OVERVIEW = """\
Train, compare, deploy and ask models, over HTTP.

- Errors are problem documents (RFC 9457) that say what was expected, what came, and the fix.
- Lists come in pages: send `next_cursor` as `cursor` for the next one.
- What is not there and what is another tenant's are answered alike, by 404.
- A POST that creates may carry an `Idempotency-Key`; repeated, it makes nothing twice.
- Times are ISO 8601 in UTC.
"""

# What a credential looks like; laptop mode asks for none.
_SCHEMES: Json = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "The access token that a login answers, or an API key.",
    }
}


class SelfDescribing(FastAPI):
    """An application whose document tells who may ask what."""

    def openapi(self) -> Json:
        """Return the document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = _document_of(self)
        return self.openapi_schema


def _document_of(app: FastAPI) -> Json:
    document: Json = get_openapi(
        title=app.title, version=app.version, description=_OVERVIEW, routes=app.routes
    )
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
    components["securitySchemes"] = _SCHEMES
    components["responses"] = _shared_problems(document)
    for route in every_route():
        if route.include_in_schema:
            for method in route.verbs:
                _tell_policy(document["paths"][route.path_format][method.lower()], route)
    return document


def _shared_problems(document: Json) -> Json:
    """Return the problems by status, and let every operation refer to them."""
    shared: Json = {}
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if MEDIA_TYPE in answer.get("content", {}):
                    name = f"Problem{status}"
                    shared[name] = answer
                    operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return shared


def _tell_policy(operation: Json, route: Route) -> None:
    operation["x-policy"] = route.policy.name
    operation["security"] = [] if route.policy.is_public else [{scheme: []} for scheme in _SCHEMES]
