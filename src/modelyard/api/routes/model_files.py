"""What lies in the packages of the registry: card, report, results, files, the package itself."""

import shutil
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from modelyard.api.access import model_for
from modelyard.api.callers import CallerOf, ProjectOf
from modelyard.api.graph_exports import export_graph
from modelyard.api.policies import needs
from modelyard.api.routing import router
from modelyard.domain.identities import Role
from modelyard.wire.models import MetricsForm, MetricsQuery
from modelyard.wire.results import ResultsAnswer

ROUTER = router("Models")
READS = [needs(Role.VIEWER)]

# As the page says itself: nothing runs in it, and it asks no other server.
_ALONE = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_TEXT = {"schema": {"type": "string"}}
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_METRICS: Mapping[MetricsForm, str] = MappingProxyType(
    {MetricsForm.JSON: "application/json", MetricsForm.CSV: "text/csv; charset=utf-8"}
)


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
    headers |= _attached(f"{found.name}-{found.version}.zip")
    pieces = project.registry.files.archive(found)
    return StreamingResponse(pieces, headers=headers, media_type="application/zip")


@ROUTER.get("/models/{model}/results", dependencies=READS)
def show_results(caller: CallerOf, project: ProjectOf, model: str) -> ResultsAnswer:
    """Tell what came of the training: figures, charts, and what they mean in words."""
    found = model_for(caller, project, reference=model)
    results = project.registry.files.results(found)
    return ResultsAnswer.model_validate(vars(results) | {"model": found.reference})


@ROUTER.get(
    "/models/{model}/metrics",
    dependencies=READS,
    response_class=Response,
    responses={200: {"content": {"application/json": {}, "text/csv": _TEXT}}},
)
def download_metrics(
    caller: CallerOf, project: ProjectOf, model: str, query: Annotated[MetricsQuery, Query()]
) -> Response:
    """Return the metrics of the training with intervals and baseline, as a file."""
    found = model_for(caller, project, reference=model)
    written = project.registry.files.metrics(found, form=query.form)
    name = f"{found.name}-{found.version}-metrics.{query.form}"
    return Response(written, headers=_attached(name), media_type=_METRICS[query.form])


@ROUTER.get(
    "/models/{model}/charts",
    dependencies=READS,
    response_class=Response,
    responses={200: {"content": {"application/zip": _BYTES}}},
)
def download_charts(caller: CallerOf, project: ProjectOf, model: str) -> Response:
    """Return every chart of the report as an SVG file, in a zip file."""
    found = model_for(caller, project, reference=model)
    archive = project.registry.files.charts(found)
    headers = _attached(f"{found.name}-{found.version}-charts.zip")
    return Response(archive, headers=headers, media_type="application/zip")


@ROUTER.get(
    "/models/{model}/onnx",
    dependencies=READS,
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": _BYTES}}},
)
async def download_onnx(
    caller: CallerOf, project: ProjectOf, model: str, request: Request
) -> Response:
    """Return the model as one ONNX graph, recipe and decision included.

    It is made by a process of its own, and held to the answers of the package before it is sent.
    """
    found = await run_in_threadpool(partial(model_for, caller, project, reference=model))
    graph = await export_graph(request.app.state.apart, project, reference=found.reference)
    return FileResponse(
        graph,
        headers=_attached(f"{found.name}-{found.version}.onnx"),
        media_type="application/octet-stream",
        background=BackgroundTask(shutil.rmtree, graph.parent, ignore_errors=True),
    )


def _attached(name: str) -> dict[str, str]:
    # The names of models are safe in a header: `domain.names` allows no others.
    return {
        "content-disposition": f'attachment; filename="{name}"',
        "x-content-type-options": "nosniff",
    }
