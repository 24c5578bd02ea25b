"""Lists are walked page by page, and jobs followed to their end, over cuts."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from modelyard.bootstrap import Project
from modelyard.client.clients import AsyncClient, Client
from modelyard.client.events import Event, EventReader
from modelyard.client.patience import Patience
from modelyard.domain.errors import InvalidValue
from modelyard.domain.jobs import JobKind, JobState
from modelyard.services.uploads import UploadRequest
from modelyard.wire.jobs import JobAnswer, JobListQuery, LineAnswer, TrainingRequest

EAGER = Patience(retries=2, first_s=0.01)
TABLE = b"x,y\n1,2\n3,4\n"
TRAINING = TrainingRequest.model_validate(
    {"dataset": "d", "configuration": {"data": {"tabular": {"target_column": "y"}}}}
)


@pytest.fixture
def jobs(project: Project) -> list[str]:
    """The ids of three jobs that wait, the newest first."""
    submitted = [
        project.jobs.submit(JobKind.EVALUATION, {"number": at}, created_by="local")
        for at in range(3)
    ]
    return [job.id for job in reversed(submitted)]


def test_a_list_is_walked_page_by_page(client: Client, jobs: list[str]) -> None:
    page = client.jobs.page(JobListQuery(limit=2))
    assert [job.id for job in page.items] == jobs[:2]
    assert page.next_cursor
    assert [job.id for job in client.jobs.each(JobListQuery(limit=1))] == jobs


def test_a_list_is_filtered_as_the_query_says(client: Client, jobs: list[str]) -> None:
    client.jobs.cancel(jobs[0])
    query = JobListQuery(state=JobState.CANCELLED, kind=JobKind.EVALUATION)
    assert [job.id for job in client.jobs.each(query)] == jobs[:1]


def test_a_wrong_cursor_is_refused_by_the_platform(client: Client) -> None:
    with pytest.raises(InvalidValue):
        client.jobs.page(JobListQuery(cursor="nonsense"))


def test_asyncio_walks_a_list_in_the_same_order(url: str, jobs: list[str]) -> None:
    async def main() -> list[str]:
        async with AsyncClient(url) as client:
            return [job.id async for job in client.jobs.each(JobListQuery(limit=1))]

    assert asyncio.run(main()) == jobs


def test_many_are_asked_at_once_by_one_asynchronous_client(url: str, jobs: list[str]) -> None:
    async def main() -> list[str]:
        async with AsyncClient(url) as client:
            found = await asyncio.gather(*(client.jobs.show(each) for each in jobs * 5))
            return [job.id for job in found]

    assert asyncio.run(main()) == jobs * 5


def test_a_job_is_followed_to_its_end(client: Client, jobs: list[str]) -> None:
    client.jobs.cancel(jobs[0])
    told = list(client.jobs.follow(jobs[0]))
    assert isinstance(told[-1], JobAnswer)
    assert told[-1].state is JobState.CANCELLED
    assert client.jobs.wait(jobs[0]).state is JobState.CANCELLED
    lines = [each for each in told if isinstance(each, LineAnswer)]
    assert lines == list(client.jobs.log(jobs[0]))
    assert list(client.jobs.follow(jobs[0], after=lines[-1].number))[-1].state == "cancelled"


def test_a_training_is_asked_for_looked_at_and_tried_again(
    client: Client, project: Project
) -> None:
    request = UploadRequest(name="d", size_bytes=len(TABLE), created_by="local")
    project.uploads.take(request, [TABLE])
    job = client.jobs.train(TRAINING)
    assert (job.kind, job.dataset) == (JobKind.TRAINING, "d@1")
    client.jobs.cancel(job.id)
    again = client.jobs.retry(job.id)
    assert (client.jobs.show(again.id).retry_of, again.state) == (job.id, JobState.QUEUED)


class Stream:
    """A platform whose stream of a job is cut after so many bytes, each time it is asked."""

    def __init__(self, job: JobAnswer, *cuts: int) -> None:
        self._job = json.loads(job.model_dump_json())
        self._cuts = list(cuts)
        self.seen: list[int] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        after = int(headers["last-event-id"])
        self.seen.append(after)
        body = b"".join([piece async for piece in self._events(after)])
        cut = self._cuts.pop(0) if self._cuts else len(body)
        kind = [(b"content-type", b"text/event-stream"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": kind})
        await send({"type": "http.response.body", "body": body[:cut]})

    async def _events(self, after: int) -> AsyncIterator[bytes]:
        yield b"retry: 2000\n\n: still here\n\n"
        for number in range(after + 1, 5):
            line = {"number": number, "kind": "log", "at": "2026-01-01T00:00:00Z", "words": "ä"}
            yield f"id: {number}\nevent: line\ndata: {json.dumps(line)}\n\n".encode()
        yield b"event: of-tomorrow\ndata: {}\n\n"
        ended = self._job | {"state": "succeeded", "finished_at": "2026-01-01T00:00:00Z"}
        yield f"event: end\ndata: {json.dumps(ended)}\n\n".encode()


@pytest.mark.parametrize("cut", [60, 200, 300])
def test_each_line_comes_once_however_a_stream_is_cut(
    project: Project, serve: Callable[[ASGIApp], str], cut: int
) -> None:
    job = JobAnswer.of(project.jobs.submit(JobKind.EVALUATION, {}, created_by="local"))
    app = Stream(job, cut, cut)
    with Client(serve(app), patience=EAGER) as client:
        *lines, ended = client.jobs.follow("j")
    assert [line.number for line in lines if isinstance(line, LineAnswer)] == [1, 2, 3, 4]
    assert isinstance(ended, JobAnswer)
    assert (ended.state, len(app.seen)) == (JobState.SUCCEEDED, 3)


def test_who_stops_listening_lets_the_connection_go(
    project: Project, serve: Callable[[ASGIApp], str]
) -> None:
    job = JobAnswer.of(project.jobs.submit(JobKind.EVALUATION, {}, created_by="local"))
    with Client(serve(Stream(job)), patience=EAGER) as client:
        followed: Any = client.jobs.follow("j")
        assert next(followed).number == 1
        followed.close()


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_events_are_read_alike_wherever_their_pieces_end(size: int) -> None:
    stream = (
        'retry: 2\n\nevent: line\r\nid: 1\ndata: {"a":\ndata: "ü"}\r\n\n: ok\n\ndata:x\n\n'.encode()
    )
    reader = EventReader()
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    events = [event for piece in pieces for event in reader.take(piece)]
    assert events == [Event("line", '{"a":\n"ü"}'), Event("message", "x")]
