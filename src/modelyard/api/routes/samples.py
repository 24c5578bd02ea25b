"""The sample tables that travel with the product, for a first model without data of one's own."""

from typing import Annotated

from fastapi import Path, Request, Response
from fastapi.concurrency import run_in_threadpool

from modelyard.api.callers import CallerOf, ProjectOf
from modelyard.api.policies import needs
from modelyard.api.routing import PREFIX, router
from modelyard.domain.identities import Role
from modelyard.services.samples import TABLES
from modelyard.wire.datasets import DatasetVersionAnswer, SampleAnswer, SampleList

ROUTER = router("Datasets")

SampleName = Annotated[str, Path(max_length=200, description="Of the sample table.")]


@ROUTER.get("/samples", dependencies=[needs(Role.VIEWER)])
def list_samples() -> SampleList:
    """List the sample tables."""
    return SampleList(items=[SampleAnswer.model_validate(table) for table in TABLES])


@ROUTER.post("/samples/{sample}", status_code=201, dependencies=[needs(Role.EDITOR)])
async def add_sample(
    sample: SampleName,
    request: Request,
    response: Response,
    caller: CallerOf,
    project: ProjectOf,
) -> DatasetVersionAnswer:
    """Make a dataset of a sample table; where it is one already, that one is told."""
    added = await run_in_threadpool(project.sample_datasets.add, sample, caller=caller)
    known = await request.app.state.small_reads.read(project, added)
    response.headers["location"] = f"{PREFIX}/datasets/{known.name}/versions/{known.version}"
    return DatasetVersionAnswer.model_validate(known)
