"""The history of trainings: what was asked, on which data, and what came of it."""

from typing import Annotated

from fastapi import Query

from modelyard.api.access import model_for, run_for, runs_for
from modelyard.api.callers import CallerOf, ProjectOf
from modelyard.api.policies import needs
from modelyard.api.routing import router
from modelyard.domain.differences import differences
from modelyard.domain.errors import NotFound
from modelyard.domain.identities import Role
from modelyard.domain.queries import RunQuery
from modelyard.wire import runs as wire
from modelyard.wire.lists import order_of, tags_of
from modelyard.wire.models import TagsPatch

ROUTER = router("Runs")
READS = [needs(Role.VIEWER)]
WRITES = [needs(Role.EDITOR)]


@ROUTER.get("/runs", dependencies=READS)
def list_runs(
    caller: CallerOf, project: ProjectOf, query: Annotated[wire.RunQuery, Query()]
) -> wire.RunPage:
    """List trainings."""
    sort, is_descending = order_of(query.sort)
    page = project.runs.page(
        RunQuery(
            name=query.name,
            status=query.status,
            algorithm=query.algorithm,
            tags=tags_of(query.tag),
            data_sha256=query.data_sha256,
            sort=sort,
            is_descending=is_descending,
            limit=query.limit,
            cursor=query.cursor,
            access=caller.access,
        )
    )
    items = [wire.RunAnswer.of(run) for run in page.items]
    return wire.RunPage(items=items, next_cursor=page.next_cursor)


@ROUTER.get("/runs/{run}", dependencies=READS)
def show_run(caller: CallerOf, project: ProjectOf, run: str) -> wire.RunDetail:
    """Show one training, by its id or the beginning of it."""
    return wire.RunDetail.of(run_for(caller, project, reference=run))


@ROUTER.delete("/runs/{run}", dependencies=WRITES, status_code=204)
def delete_run(caller: CallerOf, project: ProjectOf, run: str) -> None:
    """Forget a training whose model is not registered any more."""
    project.registry.deeds.delete_run(caller, run_for(caller, project, reference=run))


@ROUTER.patch("/runs/{run}/tags", dependencies=WRITES)
def tag_run(caller: CallerOf, project: ProjectOf, run: str, body: TagsPatch) -> wire.RunAnswer:
    """Set tags of a training, and take off those that are null."""
    found = run_for(caller, project, reference=run)
    return wire.RunAnswer.of(project.registry.deeds.tag_run(caller, found, tags=body.tags))


@ROUTER.get("/runs/{run}/trials", dependencies=READS)
def list_trials(caller: CallerOf, project: ProjectOf, run: str) -> wire.TrialList:
    """List the trials of a training's search, the best first."""
    trials = project.runs.trials(run_for(caller, project, reference=run).id)
    return wire.TrialList(items=[wire.TrialAnswer.model_validate(each) for each in trials])


@ROUTER.get("/runs/{run}/leaderboard", dependencies=READS)
def show_leaderboard(caller: CallerOf, project: ProjectOf, run: str) -> wire.LeaderboardAnswer:
    """Show what AutoML tried in a training, the best first."""
    found = run_for(caller, project, reference=run)
    subject = None
    if found.model is not None:
        model = model_for(caller, project, reference=found.model)
        subject = project.registry.files.subject(model)
    if subject is None or subject.leaderboard is None:
        raise NotFound(
            f"The run {found.id} has no leaderboard: it was no AutoML, or made no model.",
            fix="Look at its trials.",
        )
    return wire.LeaderboardAnswer.of(subject.leaderboard)


@ROUTER.post("/runs/compare", dependencies=READS)
def compare_runs(
    caller: CallerOf, project: ProjectOf, body: wire.RunCompareRequest
) -> wire.RunComparison:
    """Put trainings side by side: where their configurations differ, and every metric."""
    runs = runs_for(caller, project, references=body.runs)
    keys = dict.fromkeys(key for run in runs for key in run.metrics)
    measured = [
        wire.Difference(key=key, values=[run.metrics.get(key, {}).get("value") for run in runs])
        for key in keys
    ]
    asked = differences([run.config for run in runs])
    return wire.RunComparison(
        runs=[wire.RunAnswer.of(run) for run in runs],
        config=[wire.Difference.model_validate(each) for each in asked],
        metrics=measured,
    )
