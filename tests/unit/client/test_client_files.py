"""Files reach the platform and come back whole, whatever is cut on the way; both clients alike."""

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modelyard.api.app import make_app
from modelyard.bootstrap import Project
from modelyard.client.clients import AsyncClient, Client
from modelyard.client.patience import Patience
from modelyard.domain.datasets import DatasetState
from modelyard.domain.errors import DamagedFile, DataError
from modelyard.services.uploads import UploadRequest

EAGER = Patience(retries=4, first_s=0.01)
# More than a connection takes at once, so that there is a middle to cut in; and more than the
# platform reads while the client waits.
N_ROWS = 60_000


class Cutting:
    """A network before a platform, that cuts the first so many requests of a method in the middle.

    What is cut of a PATCH is what the platform hears; of a GET of data, what the client hears.
    """

    def __init__(self, app: ASGIApp, *, method: str, path: str, n_times: int = 1) -> None:
        self._app, self._method, self._path = app, method, path
        self._n_left = n_times
        self.seen: list[tuple[str, dict[str, str]]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.seen.append((scope["method"], headers))
        is_meant = scope["method"] == self._method and self._path in scope["path"]
        if not is_meant or self._n_left == 0:
            await self._app(scope, receive, send)
            return
        self._n_left -= 1
        if self._method == "PATCH":
            await self._app(scope, _deaf_after(receive, 3), send)
        else:
            await self._app(scope, receive, _mute_after(send, 3))


def _deaf_after(receive: Receive, n_pieces: int) -> Receive:
    heard = iter(range(n_pieces))

    async def hear() -> Message:
        return await receive() if next(heard, None) is not None else {"type": "http.disconnect"}

    return hear


def _mute_after(send: Send, n_messages: int) -> Send:
    told = iter(range(n_messages))

    async def tell(message: Message) -> None:
        if next(told, None) is None:
            raise ConnectionResetError
        await send(message)

    return tell


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    rows = "".join(
        f"{at},{hashlib.sha256(b'%d' % at).hexdigest()},{at % 2}\n" for at in range(N_ROWS)
    )
    path.write_text(f"id,name,y\n{rows}")
    return path


@pytest.fixture(params=["waiting", "asyncio"])
def ask(request: pytest.FixtureRequest, serve: Callable[[ASGIApp], str]) -> Callable[..., Any]:
    """Return a function that asks an application by one of the clients."""

    def waiting(app: ASGIApp, what: Callable[[Client], Any]) -> Any:
        with Client(serve(app), patience=EAGER) as client:
            return what(client)

    def in_a_loop(app: ASGIApp, what: Callable[[AsyncClient], Any]) -> Any:
        async def main() -> Any:
            async with AsyncClient(serve(app), patience=EAGER) as client:
                return await what(client)

        return asyncio.run(main())

    return waiting if request.param == "waiting" else in_a_loop


def test_an_upload_goes_on_where_it_was_cut(ask: Any, project: Project, file: Path) -> None:
    told: list[int] = []
    app = Cutting(make_app(project), method="PATCH", path="/uploads/", n_times=2)
    version = ask(
        app,
        lambda client: client.datasets.upload(
            file, name="people", on_progress=lambda done, _: told.append(done)
        ),
    )
    assert (version.reference, version.filename) == ("people@1", "people.csv")
    assert version.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    offsets = [int(headers["upload-offset"]) for method, headers in app.seen if method == "PATCH"]
    assert offsets == sorted(set(offsets))
    assert offsets[0] == 0 < offsets[1]
    assert told == [*offsets, file.stat().st_size]


def test_an_upload_that_another_process_began_is_continued(
    ask: Any, project: Project, file: Path
) -> None:
    content = file.read_bytes()
    request = UploadRequest(
        name="people",
        size_bytes=len(content),
        created_by="local",
        filename="people.csv",
        sha256=hashlib.sha256(content).hexdigest(),
    )
    begun = project.uploads.begin(request)
    with project.uploads.appending(begun, offset=0) as writer:
        writer.write(bytearray(content[:1000]))
    app = Cutting(make_app(project), method="NONE", path="")
    ask(app, lambda client: client.datasets.upload(file, name="people"))
    offsets = [headers["upload-offset"] for method, headers in app.seen if method == "PATCH"]
    assert offsets == ["1000"]


def test_a_file_that_cannot_be_read_is_refused_in_the_platform_s_words(
    ask: Any, project: Project
) -> None:
    content = b"a,b\n1,2\n3\n"
    request = UploadRequest(name="broken", size_bytes=len(content), created_by="local")
    project.ingesting.ingest(project.uploads.take(request, [content]).reference)
    with pytest.raises(DataError, match="row 2") as caught:
        ask(make_app(project), lambda client: client.datasets.read("broken@1"))
    assert caught.value.row == 2


def test_a_download_goes_on_where_it_was_cut(
    ask: Any, project: Project, file: Path, tmp_path: Path
) -> None:
    app = Cutting(make_app(project), method="GET", path="/latest/data", n_times=2)
    place = tmp_path / "back.csv"
    ask(app, lambda client: client.datasets.upload(file, name="people"))
    ask(app, lambda client: client.datasets.download("people", place))
    assert place.read_bytes() == file.read_bytes()
    ranges = [headers.get("range") for method, headers in app.seen if headers.get("if-range")]
    assert len(ranges) == 2
    assert sorted(path.name for path in tmp_path.glob("back*")) == ["back.csv"]


def test_a_download_that_is_not_what_the_platform_has_is_not_kept(
    ask: Any, project: Project, file: Path, tmp_path: Path
) -> None:
    inner = make_app(project)

    async def altering(scope: Scope, receive: Receive, send: Send) -> None:
        async def alter(message: Message) -> None:
            body = message.get("body", b"")
            is_data = scope["path"].endswith("/data")
            await send(message | {"body": body.upper()} if is_data and body else message)

        await inner(scope, receive, alter)

    place = tmp_path / "back.csv"
    place.write_text("what was there")
    ask(altering, lambda client: client.datasets.upload(file, name="people"))
    with pytest.raises(DamagedFile):
        ask(altering, lambda client: client.datasets.download("people", place))
    assert place.read_text() == "what was there"


def test_datasets_are_listed_shown_and_deleted(client: Client, file: Path) -> None:
    version = client.datasets.upload(file, name="people")
    # It is large, so that a job reads it.
    assert version.state is DatasetState.UNREAD
    assert [each.name for each in client.datasets.each()] == ["people"]
    assert [each.version for each in client.datasets.versions("people")] == [1]
    assert client.datasets.show("people@1") == client.datasets.show("people")
    for job in client.jobs.each():
        client.jobs.cancel(job.id)
    assert client.datasets.delete("people").deleted == ["people@1"]
