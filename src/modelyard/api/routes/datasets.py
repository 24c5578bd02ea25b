"""Datasets and their versions: upload in one piece, list, mend, delete."""

import base64
import re
from typing import Annotated

from anyio import CancelScope
from fastapi import Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from modelyard.api.access import NOTHING
from modelyard.api.callers import CallerOf, ProjectOf
from modelyard.api.dataset_paths import Name, Version, reference_of
from modelyard.api.policies import needs, needs_every_model
from modelyard.api.problems import problems
from modelyard.api.routing import PREFIX, router
from modelyard.api.small_reads import ask_for_reading
from modelyard.api.streaming import in_thread, write_body
from modelyard.bootstrap import Project
from modelyard.domain.datasets import DatasetState, DatasetVersion, NamedDataset, Upload
from modelyard.domain.errors import InvalidValue, RequestTimedOut, UnsupportedMedia
from modelyard.domain.identities import Role
from modelyard.services.named_datasets import Reading
from modelyard.services.uploads import UploadRequest
from modelyard.wire.bodies import PageOf, PageQuery
from modelyard.wire.datasets import (
    DatasetAnswer,
    DatasetVersionAnswer,
    DeletedVersions,
    IncomingFile,
    NewVersionRequest,
)

ROUTER = router("Datasets")
READS = [needs_every_model()]

_FILE = {
    "requestBody": {
        "required": True,
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_DIGEST = re.compile(r"(?:^|[ ,])sha-256=:([A-Za-z0-9+/]{43}=):")


@ROUTER.get("/datasets", dependencies=[needs(Role.VIEWER)])
def list_datasets(
    caller: CallerOf, project: ProjectOf, query: Annotated[PageQuery, Query()]
) -> PageOf[DatasetAnswer]:
    """List the datasets in the order of their names; none for a viewer of single models."""
    if not caller.access.is_full:
        return NOTHING
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


@ROUTER.get("/datasets/{name}", dependencies=READS)
def show_dataset(name: Name, project: ProjectOf) -> DatasetVersionAnswer:
    """Show the latest version of a dataset."""
    return _version(project.named_datasets.get(name))


@ROUTER.delete("/datasets/{name}", dependencies=[needs(Role.EDITOR)])
def delete_dataset(name: Name, caller: CallerOf, project: ProjectOf) -> DeletedVersions:
    """Delete every version of a dataset, unless a job or a training needs one of them now."""
    deleted = project.named_datasets.delete_all(name, caller=caller)
    return DeletedVersions(deleted=[each.reference for each in deleted])


@ROUTER.get("/datasets/{name}/versions", dependencies=READS)
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


@ROUTER.get("/datasets/{name}/versions/{version}", dependencies=READS)
def show_version(name: Name, version: Version, project: ProjectOf) -> DatasetVersionAnswer:
    """Show one version."""
    return _version(project.named_datasets.get(reference_of(name, version)))


@ROUTER.delete("/datasets/{name}/versions/{version}", dependencies=[needs(Role.EDITOR)])
def delete_version(
    name: Name, version: Version, caller: CallerOf, project: ProjectOf
) -> DeletedVersions:
    """Delete one version, unless a job or a training needs it now."""
    deleted = project.named_datasets.delete(reference_of(name, version), caller=caller)
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
    found = project.named_datasets.get(reference_of(name, version))
    if found.state is DatasetState.UNREAD:
        ask_for_reading(project, found, created_by=caller.subject)
    return _version(found)


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


def _place(version: DatasetVersion) -> str:
    return f"{PREFIX}/datasets/{version.name}/versions/{version.version}"


def _version(version: DatasetVersion) -> DatasetVersionAnswer:
    return DatasetVersionAnswer.model_validate(version)


def _dataset(dataset: NamedDataset) -> DatasetAnswer:
    return DatasetAnswer.model_validate(dataset)
