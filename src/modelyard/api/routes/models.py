"""The registry: versions of models, their aliases and tags, and where they came from."""

from typing import Annotated

from fastapi import Query

from modelyard.api.access import model_for, models_for
from modelyard.api.callers import CallerOf, ProjectOf
from modelyard.api.policies import needs
from modelyard.api.routing import router
from modelyard.domain.identities import Role
from modelyard.domain.queries import ModelQuery
from modelyard.wire import models as wire
from modelyard.wire.lists import order_of, tags_of

ROUTER = router("Models")
READS = [needs(Role.VIEWER)]
WRITES = [needs(Role.EDITOR)]


@ROUTER.get("/models", dependencies=READS)
def list_models(
    caller: CallerOf, project: ProjectOf, query: Annotated[wire.ModelQuery, Query()]
) -> wire.ModelPage:
    """List versions of models."""
    sort, is_descending = order_of(query.sort)
    page = project.models.page(
        ModelQuery(
            name=query.name,
            task=query.task,
            algorithm=query.algorithm,
            alias=query.alias,
            tags=tags_of(query.tag),
            run_id=query.run_id,
            data_sha256=query.data_sha256,
            sort=sort,
            is_descending=is_descending,
            limit=query.limit,
            cursor=query.cursor,
            access=caller.access,
        )
    )
    items = [wire.ModelAnswer.of(model) for model in page.items]
    return wire.ModelPage(items=items, next_cursor=page.next_cursor)


@ROUTER.get("/models/{model}", dependencies=READS)
def show_model(caller: CallerOf, project: ProjectOf, model: str) -> wire.ModelDetail:
    """Show one version: `name`, `name@3` or `name@champion`."""
    found = model_for(caller, project, reference=model)
    served = project.deployments.find(caller, found.reference)
    manifest = project.registry.files.manifest(found)
    return wire.ModelDetail.of_package(found, manifest, deployments=served)


@ROUTER.delete("/models/{model}", dependencies=WRITES, status_code=204)
def delete_model(caller: CallerOf, project: ProjectOf, model: str, *, force: bool = False) -> None:
    """Delete a version and its package; the champion only with `force`."""
    found = model_for(caller, project, reference=model)
    project.registry.deeds.delete(caller, found, is_forced=force)


@ROUTER.get("/models/{model}/versions", dependencies=READS)
def list_model_versions(caller: CallerOf, project: ProjectOf, model: str) -> wire.VersionList:
    """List every version of a model, newest first."""
    name = model_for(caller, project, reference=model).name
    versions = project.models.versions(name)
    return wire.VersionList(items=[wire.ModelAnswer.of(each) for each in versions])


@ROUTER.get("/models/{model}/aliases", dependencies=READS)
def list_model_aliases(caller: CallerOf, project: ProjectOf, model: str) -> wire.AliasList:
    """List where the aliases of a model stand, and where rolling back would put each."""
    places = project.models.alias_places(model_for(caller, project, reference=model).name)
    return wire.AliasList(items=[wire.AliasAnswer.model_validate(each) for each in places])


@ROUTER.put("/models/{model}/aliases/{alias}", dependencies=WRITES)
def promote_model(
    caller: CallerOf, project: ProjectOf, model: str, alias: str, *, body: wire.AliasPut
) -> wire.ModelAnswer:
    """Put an alias, e.g. `champion`, on a version; it leaves the version that had it."""
    name = model_for(caller, project, reference=model).name
    reference = f"{name}@{body.version}"
    return wire.ModelAnswer.of(project.registry.deeds.promote(caller, reference, alias=alias))


@ROUTER.delete("/models/{model}/aliases/{alias}", dependencies=WRITES, status_code=204)
def demote_model(caller: CallerOf, project: ProjectOf, model: str, alias: str) -> None:
    """Take an alias off whichever version it stands on."""
    name = model_for(caller, project, reference=model).name
    project.registry.deeds.demote(caller, name, alias=alias)


@ROUTER.post("/models/{model}/aliases/{alias}/roll-back", dependencies=WRITES)
def roll_back_model(
    caller: CallerOf, project: ProjectOf, model: str, alias: str
) -> wire.ModelAnswer:
    """Put an alias back on the version that it stood on before."""
    name = model_for(caller, project, reference=model).name
    return wire.ModelAnswer.of(project.registry.deeds.roll_back(caller, name, alias=alias))


@ROUTER.patch("/models/{model}/tags", dependencies=WRITES)
def tag_model(
    caller: CallerOf, project: ProjectOf, model: str, body: wire.TagsPatch
) -> wire.ModelAnswer:
    """Set tags of a version, and take off those that are null."""
    reference = model_for(caller, project, reference=model).reference
    return wire.ModelAnswer.of(project.registry.deeds.tag(caller, reference, tags=body.tags))


@ROUTER.get("/models/{model}/lineage", dependencies=READS)
def show_model_lineage(caller: CallerOf, project: ProjectOf, model: str) -> wire.LineageAnswer:
    """Show the run and the data that a version came from."""
    found = model_for(caller, project, reference=model)
    origin = project.models.origin(found.reference)
    return wire.LineageAnswer(
        model=wire.ModelAnswer.of(origin.model),
        run=None if origin.run is None else wire.LineageRun.model_validate(origin.run),
        dataset=None
        if origin.dataset is None
        else wire.DatasetRecord.model_validate(origin.dataset),
    )


@ROUTER.get("/models/{model}/evaluations", dependencies=READS)
def list_evaluations(caller: CallerOf, project: ProjectOf, model: str) -> wire.EvaluationList:
    """List the measurements of a version on later rows, newest first."""
    found = model_for(caller, project, reference=model)
    kept = project.models.evaluations_of(found)
    return wire.EvaluationList(items=[wire.EvaluationAnswer.model_validate(each) for each in kept])


@ROUTER.post("/models/compare", dependencies=READS)
def compare_models(
    caller: CallerOf, project: ProjectOf, body: wire.CompareRequest
) -> wire.ComparisonAnswer:
    """Put models side by side, the best first, by what their trainings measured."""
    models = models_for(caller, project, references=body.models)
    compared = project.registry.comparisons.compare(models, metric=body.metric)
    return wire.ComparisonAnswer.model_validate(compared)
