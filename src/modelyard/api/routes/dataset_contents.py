"""What is in a version of a dataset: rows, preview, profile, findings, lineage, the file itself."""

import base64
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Query, Response
from fastapi.responses import FileResponse, HTMLResponse

from modelyard.api.callers import CallerOf, ProjectOf
from modelyard.api.dataset_paths import Name, Version, reference_of
from modelyard.api.policies import needs, needs_every_model
from modelyard.api.routing import router
from modelyard.api.small_reads import ask_for_reading
from modelyard.domain.identities import Role
from modelyard.kit.inert_json import inert_json
from modelyard.wire.bodies import PageOf, PageQuery
from modelyard.wire.datasets import (
    DatasetVersionAnswer,
    LineageAnswer,
    LineageRun,
    PreviewAnswer,
    PreviewQuery,
    RowAnswer,
)

ROUTER = router("Datasets")
READS = [needs_every_model()]

# The page needs its own styles and nothing else; a script in it, if there were one, does nothing.
_OF_A_PAGE = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "x-content-type-options": "nosniff",
}
_OF_JSON = {"x-content-type-options": "nosniff"}


@ROUTER.post(
    "/datasets/{name}/versions/{version}/rows",
    status_code=202,
    dependencies=[needs(Role.EDITOR)],
)
def load_rows(
    name: Name, version: Version, caller: CallerOf, project: ProjectOf
) -> DatasetVersionAnswer:
    """Have the rows of a version loaded into the table `training_data` of the database."""
    found = project.named_datasets.get(reference_of(name, version))
    ask_for_reading(project, found, created_by=caller.subject, loads_rows=True)
    return DatasetVersionAnswer.model_validate(found)


@ROUTER.get("/datasets/{name}/versions/{version}/rows", dependencies=READS)
def list_rows(
    name: Name, version: Version, project: ProjectOf, query: Annotated[PageQuery, Query()]
) -> PageOf[RowAnswer]:
    """List the rows that were loaded into the database, in their order."""
    reference = reference_of(name, version)
    page = project.named_datasets.loaded_rows(reference, limit=query.limit, cursor=query.cursor)
    items = [RowAnswer.model_validate(each) for each in page.items]
    return PageOf(items=items, next_cursor=page.next_cursor)


@ROUTER.get(
    "/datasets/{name}/versions/{version}/preview",
    dependencies=READS,
    response_model=PreviewAnswer,
)
def preview_version(
    name: Name, version: Version, project: ProjectOf, query: Annotated[PreviewQuery, Query()]
) -> Response:
    """Show the first rows, as typed values."""
    found = project.named_datasets.preview(reference_of(name, version), n_rows=query.rows)
    return _json(inert_json(asdict(found)))


@ROUTER.get(
    "/datasets/{name}/versions/{version}/profile",
    dependencies=READS,
    response_model=dict[str, Any],
)
def profile_version(name: Name, version: Version, project: ProjectOf) -> Response:
    """Show what each column holds, what goes together, and what the checks found."""
    return _json(project.named_datasets.profile(reference_of(name, version)))


@ROUTER.get(
    "/datasets/{name}/versions/{version}/profile.html",
    dependencies=READS,
    response_class=HTMLResponse,
)
def show_profile_page(name: Name, version: Version, project: ProjectOf) -> HTMLResponse:
    """Show the profile as a page."""
    page = project.named_datasets.profile_page(reference_of(name, version))
    return HTMLResponse(page, headers=_OF_A_PAGE)


@ROUTER.get(
    "/datasets/{name}/versions/{version}/findings",
    dependencies=READS,
    response_model=list[dict[str, Any]],
)
def show_findings(name: Name, version: Version, project: ProjectOf) -> Response:
    """Show what the checks found, and the fixes that there are."""
    return _json(project.named_datasets.findings(reference_of(name, version)))


@ROUTER.get("/datasets/{name}/versions/{version}/lineage", dependencies=READS)
def show_lineage(name: Name, version: Version, project: ProjectOf) -> LineageAnswer:
    """Show the trainings on a version, and the models that they made."""
    reference = reference_of(name, version)
    found = project.named_datasets.get(reference)
    offspring = project.named_datasets.lineage(reference)
    return LineageAnswer(
        dataset=found.reference,
        data_sha256=found.data_sha256,
        runs=[LineageRun.model_validate(run) for run in offspring.runs] if offspring else [],
        models=[model.reference for model in offspring.models] if offspring else [],
    )


@ROUTER.get(
    "/datasets/{name}/versions/{version}/data",
    dependencies=READS,
    response_class=FileResponse,
    responses={
        206: {"description": "The ranges that `Range` asks for."},
        416: {"description": "The file has no such range."},
    },
)
def download_version(name: Name, version: Version, project: ProjectOf) -> FileResponse:
    """Hand out the file as it was uploaded, or the ranges that are asked for, with its hash."""
    found = project.named_datasets.download(reference_of(name, version))
    digest = base64.b64encode(bytes.fromhex(found.sha256)).decode()
    return FileResponse(
        found.path,
        media_type="application/octet-stream",
        filename=found.version.filename,
        headers={
            "etag": f'"{found.sha256}"',
            "repr-digest": f"sha-256=:{digest}:",
            "x-content-type-options": "nosniff",
        },
    )


def _json(content: bytes) -> Response:
    return Response(content, media_type="application/json", headers=_OF_JSON)
