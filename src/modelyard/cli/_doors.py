"""Where a command does its work: in the project on this machine, or on a platform named by a URL.

The nouns of the client are one of both ways as they are; what stands here is the other one, told in
the same words.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import click

from modelyard.domain.errors import UsageError
from modelyard.domain.identities import LOCAL_CALLER

if TYPE_CHECKING:
    from modelyard.bootstrap import Project
    from modelyard.client.clients import Client
    from modelyard.domain.queries import ModelQuery, RunQuery
    from modelyard.wire.bodies import PageOf
    from modelyard.wire.jobs import (
        JobAnswer,
        JobDetail,
        JobListQuery,
        LimitsBody,
        LineAnswer,
        QuotaUseAnswer,
    )

# As often as a worker writes what its jobs say.
_LOOK_EVERY_S = 0.5
_LINES = 500

URL: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--url", help="Of a platform to ask in place of this machine; by default MODELYARD_URL."
)


class Jobs(Protocol):
    """What can be asked about jobs, here and elsewhere."""

    def page(self, query: "JobListQuery", /) -> "PageOf[JobAnswer]": ...

    def show(self, job_id: str, /) -> "JobDetail": ...

    def log(self, job_id: str, /) -> "Iterator[LineAnswer]": ...

    def follow(self, job_id: str, /) -> "Iterator[LineAnswer | JobAnswer]": ...

    def cancel(self, job_id: str, /) -> "JobAnswer": ...

    def finish(self, job_id: str, /) -> "JobAnswer": ...

    def retry(self, job_id: str, /, *, limits: "LimitsBody") -> "JobDetail": ...

    def quota(self) -> "QuotaUseAnswer": ...


@contextmanager
def client_at(url: str | None) -> "Iterator[Client | None]":
    """Yield a client of the platform that was named, or that the environment names; else None.

    Its token is read from MODELYARD_TOKEN and from nowhere else: what stands in a command line is
    seen by everybody on the machine.
    """
    from modelyard.settings import read_settings

    settings = read_settings()
    place = url or settings.url
    if place is None:
        yield None
        return
    from modelyard.client.clients import Client

    with Client(place, token=settings.token) as client:
        yield client


class Runs(Protocol):
    """What can be asked about trainings: `services.runs` and `RunsThere` are such."""

    def find(self, query: "RunQuery", /) -> Sequence[Any]: ...

    def get(self, reference: str, /) -> Any: ...

    def trials(self, reference: str, /) -> Sequence[Any]: ...

    def tag(self, reference: str, tags: Mapping[str, str], /) -> Any: ...

    def untag(self, reference: str, key: str, /) -> Any: ...

    def delete(self, reference: str, /) -> Any: ...


class Models(Protocol):
    """What can be asked about models: `services.models` and `ModelsThere` are such."""

    def find(self, query: "ModelQuery", /) -> Sequence[Any]: ...

    def get(self, reference: str, /) -> Any: ...

    def origin(self, reference: str, /) -> Any: ...

    def evaluations_of(self, model: Any, /) -> Sequence[Any]: ...

    def promote(self, reference: str, alias: str, /) -> Any: ...

    def tag(self, reference: str, tags: Mapping[str, str], /) -> Any: ...

    def untag(self, reference: str, key: str, /) -> Any: ...

    def delete(self, reference: str, /, *, is_forced: bool) -> Any: ...


def require_here(
    option: str, *, is_given: bool, url: str | None, instead: str = "Leave it out"
) -> None:
    """Refuse an option, or a command, that a platform has nothing for.

    Args:
        option: as it is given.
        is_given: whether it is.
        url: of the platform; None for the one that the environment names, where it names one.
        instead: what to do at a platform.

    Raises:
        UsageError: if it is given and a platform is named, also by the environment.
    """
    from modelyard.settings import read_settings

    if is_given and (url or read_settings().url) is not None:
        raise UsageError(
            f"{option} is for what this machine does itself, and a platform is asked.",
            fix=f"{instead}, or ask no platform: without --url, and without MODELYARD_URL.",
        )


@contextmanager
def runs_at(url: str | None) -> Iterator[Runs]:
    """Yield the trainings of a platform, or those of the project on this machine."""
    with client_at(url) as client:
        if client is not None:
            from modelyard.cli._records_elsewhere import RunsThere

            yield RunsThere(client)
            return
        from modelyard.bootstrap import open_project

        yield open_project().runs


@contextmanager
def models_at(url: str | None) -> Iterator[Models]:
    """Yield the models of a platform, or those of the project on this machine."""
    with client_at(url) as client:
        if client is not None:
            from modelyard.cli._records_elsewhere import ModelsThere

            yield ModelsThere(client)
            return
        from modelyard.bootstrap import open_project

        yield open_project().models


@contextmanager
def jobs_at(url: str | None) -> Iterator[Jobs]:
    """Yield the jobs of a platform, or those of the project on this machine."""
    with client_at(url) as client:
        if client is not None:
            yield client.jobs
            return
        from modelyard.bootstrap import open_project

        yield _JobsHere(open_project())


class _JobsHere:
    """The jobs of the project on this machine."""

    def __init__(self, project: "Project") -> None:
        self._jobs = project.jobs

    def page(self, query: "JobListQuery", /) -> "PageOf[JobAnswer]":
        from modelyard.domain.jobs import JobQuery
        from modelyard.wire.bodies import PageOf
        from modelyard.wire.jobs import JobAnswer

        found = self._jobs.find(JobQuery(**query.model_dump()))
        items = [JobAnswer.of(job) for job in found.items]
        return PageOf[JobAnswer](items=items, next_cursor=found.next_cursor)

    def show(self, job_id: str, /) -> "JobDetail":
        from modelyard.wire.jobs import JobDetail

        return JobDetail.of(self._jobs.get(job_id))

    def log(self, job_id: str, /) -> "Iterator[LineAnswer]":
        after = 0
        while lines := self._after(job_id, after):
            yield from lines
            after = lines[-1].number

    def follow(self, job_id: str, /) -> "Iterator[LineAnswer | JobAnswer]":
        from modelyard.wire.jobs import JobAnswer

        after, is_over = 0, False
        while not is_over:
            # First the job: what it said before its end is in its log by then.
            job = self._jobs.get(job_id)
            for line in self._after(job_id, after):
                yield line
                after = line.number
            yield JobAnswer.of(job)
            is_over = job.is_settled and not self._after(job_id, after)
            if not is_over:
                time.sleep(_LOOK_EVERY_S)

    def cancel(self, job_id: str, /) -> "JobAnswer":
        from modelyard.wire.jobs import JobAnswer

        return JobAnswer.of(self._jobs.cancel(job_id, caller=LOCAL_CALLER))

    def finish(self, job_id: str, /) -> "JobAnswer":
        from modelyard.wire.jobs import JobAnswer

        return JobAnswer.of(self._jobs.wrap_up(job_id, caller=LOCAL_CALLER))

    def retry(self, job_id: str, /, *, limits: "LimitsBody") -> "JobDetail":
        from modelyard.wire.jobs import JobDetail

        again = self._jobs.retry(job_id, caller=LOCAL_CALLER, limits=limits.to_limits())
        return JobDetail.of(again)

    def quota(self) -> "QuotaUseAnswer":
        from modelyard.wire.jobs import QuotaUseAnswer

        return QuotaUseAnswer.of(self._jobs.quota_use())

    def _after(self, job_id: str, number: int) -> "list[LineAnswer]":
        from modelyard.wire.jobs import LineAnswer

        found = self._jobs.events(job_id, after=number, limit=_LINES)
        return [LineAnswer.model_validate(each) for each in found]
