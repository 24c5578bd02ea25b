"""What lies in the packages of the registry: card, report, and the package itself."""

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from modelyard.api.access import model_for
from modelyard.api.callers import CallerOf, ProjectOf
from modelyard.api.policies import needs
from modelyard.api.routing import router
from modelyard.domain.identities import Role
from modelyard.domain.runs import Model

ROUTER = router("Models")
READS = [needs(Role.VIEWER)]

# As the page says itself: nothing runs in it, and it asks no other server.
_ALONE = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
_TEXT = {"schema": {"type": "string"}}
_BYTES = {"schema": {"type": "string", "format": "binary"}}


@ROUTER.get(
    "/models/{model}/card",
    dependencies=READS,
    response_class=Response,
    responses={200: {"content": {"text/markdown": _TEXT}}},
)
def show_card(caller: CallerOf, project: ProjectOf, model: str) -> Response:
    """Return the model card, as Markdown."""
    found = model_for(caller, project, reference=model)
    card = project.registry.files.card(found)
    return Response(card, media_type="text/markdown; charset=utf-8")


@ROUTER.get(
    "/models/{model}/report",
    dependencies=READS,
    response_class=Response,
    responses={200: {"content": {"text/html": _TEXT}}},
)
def show_report(caller: CallerOf, project: ProjectOf, model: str) -> Response:
    """Return the report of the training, as one page that opens offline."""
    found = model_for(caller, project, reference=model)
    page = project.registry.files.report(found)
    headers = {"content-security-policy": _ALONE, "x-content-type-options": "nosniff"}
    return Response(page, headers=headers, media_type="text/html; charset=utf-8")


@ROUTER.get(
    "/models/{model}/package",
    dependencies=READS,
    response_class=Response,
    responses={
        200: {"content": {"application/zip": _BYTES}},
        304: {"description": "It is the one whose ETag came as If-None-Match."},
    },
)
def download_package(
    caller: CallerOf, project: ProjectOf, model: str, request: Request
) -> Response:
    """Return the package, as a zip file whose bytes are the same at every download."""
    found = model_for(caller, project, reference=model)
    headers = {"etag": f'"{found.sha256}"'}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    headers["content-disposition"] = f'attachment; filename="{_file_name(found)}"'
    pieces = project.registry.files.archive(found)
    return StreamingResponse(pieces, headers=headers, media_type="application/zip")


def _file_name(model: Model) -> str:
    return f"{model.name}-{model.version}.zip"
