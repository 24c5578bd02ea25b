"""Files that arrive in parts: tus 1.0.0 with its extensions creation, termination and expiration.

Source: https://tus.io/protocols/resumable-upload. What tus puts into `Upload-Metadata` are ordinary
parameters here; `X-HTTP-Method-Override` is not heard, for it would go around the policies of the
routes; a request without `Tus-Resumable` is taken for one of this version.
"""

from email.utils import format_datetime
from typing import Annotated, Any

from fastapi import Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from modelyard.api.access import NOTHING
from modelyard.api.callers import CallerOf, ProjectOf
from modelyard.api.policies import needs, needs_every_model, public
from modelyard.api.problems import problems
from modelyard.api.routing import PREFIX, router
from modelyard.api.streaming import in_thread, write_body
from modelyard.bootstrap import Project
from modelyard.domain.datasets import Upload, UploadState
from modelyard.domain.errors import (
    BodyTooLarge,
    Conflict,
    NotFound,
    UnsupportedMedia,
    WrongProtocol,
)
from modelyard.domain.identities import Role
from modelyard.services.uploads import UploadRequest
from modelyard.wire.bodies import LARGEST, PageOf
from modelyard.wire.datasets import IncomingFile, UploadAnswer

ROUTER = router("Uploads")

_TUS = "1.0.0"
_EXTENSIONS = "creation,termination,expiration"
_MEDIA_TYPE = "application/offset+octet-stream"
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}
Bytes = Annotated[int, Header(ge=0, le=LARGEST)]
TusVersion = Annotated[str | None, Header(description=f"{_TUS}, where it is sent.")]


@ROUTER.options("/uploads", status_code=204, dependencies=[public()])
async def tell_protocol(request: Request) -> Response:
    """Say which protocol is spoken here."""
    limit = request.app.state.project.settings.upload_bytes
    told = {"tus-version": _TUS, "tus-extension": _EXTENSIONS, "tus-max-size": str(limit)}
    return Response(status_code=204, headers=_tus(told))


@ROUTER.post(
    "/uploads",
    status_code=201,
    dependencies=[needs(Role.EDITOR)],
    responses=problems(412, 413),
)
def begin_upload(
    caller: CallerOf,
    project: ProjectOf,
    response: Response,
    file: Annotated[IncomingFile, Query()],
    upload_length: Annotated[int, Header(ge=1, le=LARGEST, description="Bytes of the file.")],
    tus_resumable: TusVersion = None,
) -> UploadAnswer:
    """Begin an upload; its bytes are sent to the address in `Location`."""
    _require_version(tus_resumable)
    upload = project.uploads.begin(
        UploadRequest(
            name=file.name,
            size_bytes=upload_length,
            created_by=caller.subject,
            filename=file.filename,
            sha256=file.sha256,
        )
    )
    response.headers.update(_expiring(project, upload) | {"location": _place(upload)})
    return _answer(upload, 0)


@ROUTER.get("/uploads", dependencies=[needs(Role.VIEWER)])
def list_uploads(caller: CallerOf, project: ProjectOf) -> PageOf[UploadAnswer]:
    """List the uploads on their way, the newest first; none for a viewer of single models."""
    if not caller.access.is_full:
        return NOTHING
    uploads = project.uploads.receiving()
    answers = [_answer(each, project.uploads.offset_or_none(each)) for each in uploads]
    return PageOf(items=answers, next_cursor=None)


@ROUTER.get("/uploads/{upload}", dependencies=[needs_every_model()])
def show_upload(upload: str, project: ProjectOf) -> UploadAnswer:
    """Show an upload, and what came of it."""
    found = project.uploads.get(upload)
    return _answer(found, project.uploads.offset_or_none(found))


@ROUTER.head("/uploads/{upload}", dependencies=[needs(Role.EDITOR)], responses=problems(412))
async def tell_offset(
    upload: str, request: Request, project: ProjectOf, tus_resumable: TusVersion = None
) -> Response:
    """Say from which byte on the upload is to be continued."""
    _require_version(tus_resumable)
    found = await run_in_threadpool(project.uploads.get, upload)
    offset = await run_in_threadpool(project.uploads.offset, found)
    if found.state is UploadState.RECEIVING and offset == found.size_bytes:
        # The process that took the last byte did not live to finish it.
        await _finish(request, project, found)
    headers = await run_in_threadpool(_expiring, project, found)
    headers |= {
        "upload-offset": str(offset),
        "upload-length": str(found.size_bytes),
        "cache-control": "no-store",
    }
    return Response(status_code=200, headers=headers)


@ROUTER.patch(
    "/uploads/{upload}",
    status_code=204,
    dependencies=[needs(Role.EDITOR)],
    openapi_extra=_BODY,
    responses=problems(408, 412, 413, 415),
)
async def append_bytes(
    upload: str,
    request: Request,
    project: ProjectOf,
    upload_offset: Bytes,
    tus_resumable: TusVersion = None,
) -> Response:
    """Append bytes; with the last ones the file becomes a version of its dataset."""
    _require_version(tus_resumable)
    _require_bytes(request)
    found = await run_in_threadpool(project.uploads.get, upload)
    _require_length(request, found, upload_offset)
    async with in_thread(project.uploads.appending(found, offset=upload_offset)) as writer:
        await write_body(request, writer.write)
    if writer.offset == found.size_bytes:
        await _finish(request, project, found)
    headers = await run_in_threadpool(_expiring, project, found)
    return Response(status_code=204, headers=headers | {"upload-offset": str(writer.offset)})


@ROUTER.delete("/uploads/{upload}", status_code=204, dependencies=[needs(Role.EDITOR)])
def give_up_upload(upload: str, project: ProjectOf) -> Response:
    """Give an upload up; a dataset that came of it stays."""
    project.uploads.give_up(upload)
    return Response(status_code=204, headers=_tus({}))


async def _finish(request: Request, project: Project, upload: Upload) -> None:
    try:
        version = await run_in_threadpool(project.uploads.finish, upload)
    except (Conflict, NotFound):
        # Another request finishes it at this moment, or just has: its bytes are all here.
        return
    if version is not None:
        await request.app.state.small_reads.read(project, version)


def _answer(upload: Upload, offset: int | None) -> UploadAnswer:
    told = {name: getattr(upload, name) for name in UploadAnswer.model_fields if name != "offset"}
    return UploadAnswer.model_validate(told | {"offset": offset})


def _place(upload: Upload) -> str:
    return f"{PREFIX}/uploads/{upload.id}"


def _expiring(project: Project, upload: Upload) -> dict[str, str]:
    expires_at = project.uploads.expires_at(upload)
    told = (
        {} if expires_at is None else {"upload-expires": format_datetime(expires_at, usegmt=True)}
    )
    return _tus(told)


def _tus(headers: dict[str, str]) -> dict[str, str]:
    return {"tus-resumable": _TUS, **headers}


def _require_version(version: str | None) -> None:
    if version not in {None, _TUS}:
        raise WrongProtocol(
            f"Uploads speak tus {_TUS}; {version[:60]} came.", fix=f"Send Tus-Resumable: {_TUS}."
        )


def _require_bytes(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _MEDIA_TYPE:
        raise UnsupportedMedia(
            f"The bytes of an upload come as {_MEDIA_TYPE}; {kind[:60]!r} came.",
            fix=f"Send the header Content-Type: {_MEDIA_TYPE}.",
        )


def _require_length(request: Request, upload: Upload, offset: int) -> None:
    declared = request.headers.get("content-length", "")
    n_bytes = int(declared) if declared.isascii() and declared.isdigit() else 0
    if offset + n_bytes > upload.size_bytes:
        raise BodyTooLarge(
            f"The upload was declared with {upload.size_bytes:,} bytes; with these it would have "
            f"{offset + n_bytes:,}.",
            fix="Declare the size that the file has, and begin again.",
        )
