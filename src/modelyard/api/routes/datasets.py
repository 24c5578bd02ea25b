"""Datasets: upload in one piece, list, look at, mend, hand out, delete."""

import base64
import re
from dataclasses import asdict
from typing import Annotated, Any

from anyio import CancelScope
from fastapi import Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse

from modelyard.api.callers import CallerOf, ProjectOf
from modelyard.api.policies import needs
from modelyard.api.problems import problems
from modelyard.api.routing import PREFIX, router
from modelyard.api.small_reads import ask_for_reading
from modelyard.api.streaming import in_thread, write_body
from modelyard.bootstrap import Project
from modelyard.domain.datasets import DatasetState, DatasetVersion, NamedDataset, Upload
from modelyard.domain.errors import InvalidValue, RequestTimedOut, UnsupportedMedia
from modelyard.domain.identities import Role
from modelyard.kit.inert_json import inert_json
from modelyard.services.named_datasets import Reading
from modelyard.services.uploads import UploadRequest
from modelyard.wire.bodies import PageOf, PageQuery
from modelyard.wire.datasets import (
    DatasetAnswer,
    DatasetVersionAnswer,
    DeletedVersions,
    IncomingFile,
    LineageAnswer,
    LineageRun,
    NewVersionRequest,
    PreviewAnswer,
    PreviewQuery,
    RowAnswer,
)

ROUTER = router("Datasets")

Version = Annotated[
    str, Path(pattern=r"^(latest|[1-9][0-9]{0,17})$", description="A number, or `latest`.")
]
Name = Annotated[str, Path(max_length=200, description="Of the dataset.")]
_FILE = {
    "requestBody": {
        "required": True,
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}
# The page needs its own styles and nothing else; a script in it, if there were one, does nothing.
_OF_A_PAGE = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "x-content-type-options": "nosniff",
}
_DIGEST = re.compile(r"(?:^|[ ,])sha-256=:([A-Za-z0-9+/]{43}=):")
_OF_JSON = {"x-content-type-options": "nosniff"}


@ROUTER.get("/datasets", dependencies=[needs(Role.VIEWER)])
def list_datasets(
    project: ProjectOf, query: Annotated[PageQuery, Query()]
) -> PageOf[DatasetAnswer]:
    """List the datasets in the order of their names."""
    page = project.named_datasets.find(limit=query.limit, cursor=query.cursor)
    items = [_dataset(each) for each in page.items]
    return PageOf(items=items, next_cursor=page.next_cursor)


@ROUTER.post(
    "/datasets",
    status_code=201,
    dependencies=[needs(Role.EDITOR)],
    openapi_extra=_FILE,
    responses=problems(408, 413, 415),
)
async def upload_dataset(
    request: Request,
    response: Response,
    caller: CallerOf,
    project: ProjectOf,
    file: Annotated[IncomingFile, Query()],
) -> DatasetVersionAnswer:
    """Upload a file in one piece, as the body of the request; it becomes the next version.

    What is cut on the way is lost: files of many megabytes are better uploaded in parts, see
    `/uploads`. `Repr-Digest` (RFC 9530) or `sha256` lets the file be compared with what was sent.
    """
    incoming = UploadRequest(
        name=file.name,
        size_bytes=_declared_size(request),
        created_by=caller.subject,
        filename=file.filename,
        sha256=file.sha256 or _declared_digest(request),
    )
    upload = await run_in_threadpool(project.uploads.begin, incoming)
    try:
        version = await _received(request, project, upload)
    except BaseException:
        with CancelScope(shield=True):
            await run_in_threadpool(project.uploads.give_up, upload.id)
        raise
    known = await request.app.state.small_reads.read(project, version)
    response.headers["location"] = _place(known)
    return _version(known)


@ROUTER.get("/datasets/{name}", dependencies=[needs(Role.VIEWER)])
def show_dataset(name: Name, project: ProjectOf) -> DatasetVersionAnswer:
    """Show the latest version of a dataset."""
    return _version(project.named_datasets.get(name))


@ROUTER.delete("/datasets/{name}", dependencies=[needs(Role.EDITOR)])
def delete_dataset(name: Name, caller: CallerOf, project: ProjectOf) -> DeletedVersions:
    """Delete every version of a dataset, unless a job or a training needs one of them now."""
    deleted = project.named_datasets.delete_all(name, caller=caller)
    return DeletedVersions(deleted=[each.reference for each in deleted])


@ROUTER.get("/datasets/{name}/versions", dependencies=[needs(Role.VIEWER)])
def list_versions(
    name: Name, project: ProjectOf, query: Annotated[PageQuery, Query()]
) -> PageOf[DatasetVersionAnswer]:
    """List the versions of a dataset, the newest first."""
    page = project.named_datasets.versions(name, limit=query.limit, cursor=query.cursor)
    items = [_version(each) for each in page.items]
    return PageOf(items=items, next_cursor=page.next_cursor)


@ROUTER.post("/datasets/{name}/versions", status_code=201, dependencies=[needs(Role.EDITOR)])
async def derive_version(
    name: Name,
    body: NewVersionRequest,
    request: Request,
    response: Response,
    caller: CallerOf,
    project: ProjectOf,
) -> DatasetVersionAnswer:
    """Make a version of the same content that is read otherwise, or mended.

    Its bytes are the same: trainings on it, and the models that they make, read and mend alike.
    """
    reference = name if body.of is None else f"{name}@{body.of}"
    read = {} if body.read is None else body.read.model_dump(exclude_unset=True)
    derived = await run_in_threadpool(
        project.named_datasets.derive,
        reference,
        Reading(read=read, fixes=body.fixes),
        caller=caller,
    )
    known = await request.app.state.small_reads.read(project, derived)
    response.headers["location"] = _place(known)
    return _version(known)


@ROUTER.get("/datasets/{name}/versions/{version}", dependencies=[needs(Role.VIEWER)])
def show_version(name: Name, version: Version, project: ProjectOf) -> DatasetVersionAnswer:
    """Show one version."""
    return _version(project.named_datasets.get(_reference(name, version)))


@ROUTER.delete("/datasets/{name}/versions/{version}", dependencies=[needs(Role.EDITOR)])
def delete_version(
    name: Name, version: Version, caller: CallerOf, project: ProjectOf
) -> DeletedVersions:
    """Delete one version, unless a job or a training needs it now."""
    deleted = project.named_datasets.delete(_reference(name, version), caller=caller)
    return DeletedVersions(deleted=[deleted.reference])


@ROUTER.post(
    "/datasets/{name}/versions/{version}/read",
    status_code=202,
    dependencies=[needs(Role.EDITOR)],
)
def read_version(
    name: Name, version: Version, caller: CallerOf, project: ProjectOf
) -> DatasetVersionAnswer:
    """Ask once more for a version to be read, where the first attempt found no place or ended."""
    found = project.named_datasets.get(_reference(name, version))
    if found.state is DatasetState.UNREAD:
        ask_for_reading(project, found, created_by=caller.subject)
    return _version(found)


@ROUTER.post(
    "/datasets/{name}/versions/{version}/rows",
    status_code=202,
    dependencies=[needs(Role.EDITOR)],
)
def load_rows(
    name: Name, version: Version, caller: CallerOf, project: ProjectOf
) -> DatasetVersionAnswer:
    """Have the rows of a version loaded into the table `training_data` of the database."""
    found = project.named_datasets.get(_reference(name, version))
    ask_for_reading(project, found, created_by=caller.subject, loads_rows=True)
    return _version(found)


@ROUTER.get("/datasets/{name}/versions/{version}/rows", dependencies=[needs(Role.VIEWER)])
def list_rows(
    name: Name, version: Version, project: ProjectOf, query: Annotated[PageQuery, Query()]
) -> PageOf[RowAnswer]:
    """List the rows that were loaded into the database, in their order."""
    reference = _reference(name, version)
    page = project.named_datasets.loaded_rows(reference, limit=query.limit, cursor=query.cursor)
    items = [RowAnswer.model_validate(each) for each in page.items]
    return PageOf(items=items, next_cursor=page.next_cursor)


@ROUTER.get(
    "/datasets/{name}/versions/{version}/preview",
    dependencies=[needs(Role.VIEWER)],
    response_model=PreviewAnswer,
)
def preview_version(
    name: Name, version: Version, project: ProjectOf, query: Annotated[PreviewQuery, Query()]
) -> Response:
    """Show the first rows, as typed values."""
    found = project.named_datasets.preview(_reference(name, version), n_rows=query.rows)
    return _json(inert_json(asdict(found)))


@ROUTER.get(
    "/datasets/{name}/versions/{version}/profile",
    dependencies=[needs(Role.VIEWER)],
    response_model=dict[str, Any],
)
def profile_version(name: Name, version: Version, project: ProjectOf) -> Response:
    """Show what each column holds, what goes together, and what the checks found."""
    return _json(project.named_datasets.profile(_reference(name, version)))


@ROUTER.get(
    "/datasets/{name}/versions/{version}/profile.html",
    dependencies=[needs(Role.VIEWER)],
    response_class=HTMLResponse,
)
def show_profile_page(name: Name, version: Version, project: ProjectOf) -> HTMLResponse:
    """Show the profile as a page."""
    page = project.named_datasets.profile_page(_reference(name, version))
    return HTMLResponse(page, headers=_OF_A_PAGE)


@ROUTER.get(
    "/datasets/{name}/versions/{version}/findings",
    dependencies=[needs(Role.VIEWER)],
    response_model=list[dict[str, Any]],
)
def show_findings(name: Name, version: Version, project: ProjectOf) -> Response:
    """Show what the checks found, and the fixes that there are."""
    return _json(project.named_datasets.findings(_reference(name, version)))


@ROUTER.get("/datasets/{name}/versions/{version}/lineage", dependencies=[needs(Role.VIEWER)])
def show_lineage(name: Name, version: Version, project: ProjectOf) -> LineageAnswer:
    """Show the trainings on a version, and the models that they made."""
    reference = _reference(name, version)
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
    dependencies=[needs(Role.VIEWER)],
    response_class=FileResponse,
)
def download_version(name: Name, version: Version, project: ProjectOf) -> FileResponse:
    """Hand out the file as it was uploaded, or the ranges that are asked for, with its hash."""
    found = project.named_datasets.download(_reference(name, version))
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


async def _received(request: Request, project: Project, upload: Upload) -> DatasetVersion:
    async with in_thread(project.uploads.appending(upload, offset=0)) as writer:
        await write_body(request, writer.write)
    version = await run_in_threadpool(project.uploads.finish, upload)
    if version is None:
        raise RequestTimedOut(
            f"{upload.size_bytes:,} bytes were declared, and {writer.offset:,} came.",
            fix="Send the file again.",
        )
    return version


def _declared_size(request: Request) -> int:
    declared = request.headers.get("content-length", "")
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise UnsupportedMedia(
            "The file is the body itself; a form with parts came.",
            fix="Send it as it is, e.g. curl --data-binary @FILE, or in parts to /uploads.",
        )
    if declared.isascii() and declared.isdigit():
        return int(declared)
    raise InvalidValue(
        "The header Content-Length must say how many bytes the file has.",
        fix="Send it, or upload in parts, see /uploads.",
    )


def _declared_digest(request: Request) -> str:
    """Return the SHA-256 that `Repr-Digest` declares in hexadecimal digits, else nothing."""
    found = _DIGEST.search(request.headers.get("repr-digest", ""))
    return base64.b64decode(found[1]).hex() if found else ""


def _reference(name: str, version: str) -> str:
    return name if version == "latest" else f"{name}@{version}"


def _place(version: DatasetVersion) -> str:
    return f"{PREFIX}/datasets/{version.name}/versions/{version.version}"


def _version(version: DatasetVersion) -> DatasetVersionAnswer:
    return DatasetVersionAnswer.model_validate(version)


def _dataset(dataset: NamedDataset) -> DatasetAnswer:
    return DatasetAnswer.model_validate(dataset)


def _json(content: bytes) -> Response:
    return Response(content, media_type="application/json", headers=_OF_JSON)
