"""Follows a job: reads server-sent events as they come, and goes on where it was cut off.

Source: the HTML standard, section 9.2.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from types import MappingProxyType

from modelyard.client.flows import answer
from modelyard.client.requests import get
from modelyard.client.steps import Feed, Flow, Pause, Read, Send, Tell
from modelyard.domain.errors import Unavailable
from modelyard.wire.jobs import JobAnswer, JobDetail, LineAnswer

# The platform ends a stream after five minutes: a client that comes again shows that it may.
_AGAIN_S = 1.0
_MOST_CUTS = 8
_KINDS: Mapping[str, type[LineAnswer | JobAnswer]] = MappingProxyType(
    {"line": LineAnswer, "progress": JobAnswer, "end": JobAnswer}
)


@dataclass(frozen=True)
class Event:
    """One event, as a stream tells it."""

    name: str
    data: str


@dataclass
class EventReader:
    """Puts the pieces of a stream together, wherever they are cut."""

    _rest: bytes = b""
    _lines: list[str] = field(default_factory=list)

    def take(self, piece: bytes) -> Iterator[Event]:
        """Yield the events that end in a piece."""
        *whole, self._rest = (self._rest + piece).split(b"\n")
        for line in whole:
            # A line is whole, and so are its letters.
            text = line.decode().removesuffix("\r")
            if text:
                self._lines.append(text)
            elif (event := self._event()) is not None:
                yield event

    def _event(self) -> Event | None:
        fields: dict[str, list[str]] = {}
        for line in self._lines:
            name, _, value = line.partition(":")
            fields.setdefault(name, []).append(value.removeprefix(" "))
        self._lines.clear()
        if "data" not in fields:
            return None
        return Event(fields.get("event", ["message"])[-1], "\n".join(fields["data"]))


def follow(job_id: str, after: int) -> Feed[LineAnswer | JobAnswer]:
    """Tell what happens to a job, until nothing more will; each line of its log once."""
    n_cuts, is_over = 0, False
    while not is_over:
        request = get("jobs", job_id, "stream")
        headers = {"accept": "text/event-stream", "last-event-id": str(after)}
        reply = yield Send(replace(request, headers=headers), is_open=True)
        if reply.status == HTTPStatus.NO_CONTENT:
            yield Tell((yield from answer(get("jobs", job_id), JobDetail)))
            return
        reader = EventReader()
        try:
            while piece := (yield Read()).content:
                for event in reader.take(piece):
                    n_cuts = 0
                    if (told := _told(event)) is None:
                        continue
                    yield Tell(told)
                    after = told.number if isinstance(told, LineAnswer) else after
                    is_over = event.name == "end"
        except Unavailable:
            n_cuts += 1
            if n_cuts > _MOST_CUTS:
                raise
        if not is_over:
            yield Pause(_AGAIN_S)


def wait(job_id: str) -> Flow[JobAnswer]:
    """Return a job when it has ended."""
    while True:
        job = yield from answer(get("jobs", job_id), JobDetail)
        if job.finished_at is not None:
            return job
        yield Pause(_AGAIN_S)


def _told(event: Event) -> LineAnswer | JobAnswer | None:
    """Return what an event tells, None where it is of a kind that is not known."""
    kind = _KINDS.get(event.name)
    return None if kind is None else kind.model_validate_json(event.data)
