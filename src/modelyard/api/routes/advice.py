"""What to do next, and how good a model is on other rows."""

from fastapi import Response

from modelyard.api.access import model_for
from modelyard.api.callers import CallerOf, ProjectOf
from modelyard.api.policies import needs
from modelyard.api.routing import PREFIX, router
from modelyard.domain.identities import Role
from modelyard.services.evaluating import EvaluationRequest
from modelyard.wire import models as wire
from modelyard.wire.jobs import JobDetail

ROUTER = router("Models")


@ROUTER.post("/suggestions", dependencies=[needs(Role.VIEWER)])
def suggest(
    caller: CallerOf, project: ProjectOf, body: wire.SuggestionRequest
) -> wire.SuggestionList:
    """Say what to do next: after the training of a model, or before one on a dataset."""
    if body.model is not None:
        model = model_for(caller, project, reference=body.model)
        found = project.registry.advising.after_training(model)
    else:
        caller.require_every_model()
        found = project.registry.advising.before_training(body.dataset or "")
    return wire.SuggestionList(items=[wire.SuggestionAnswer.model_validate(each) for each in found])


@ROUTER.post("/models/{model}/evaluate", dependencies=[needs(Role.EDITOR)], status_code=202)
def evaluate_model(
    caller: CallerOf, project: ProjectOf, model: str, body: wire.EvaluateRequest, response: Response
) -> JobDetail:
    """Measure a version on a dataset with a truth, as a job; see its `evaluations` afterwards."""
    found = model_for(caller, project, reference=model)
    request = EvaluationRequest(body.dataset, body.metric, body.threshold, tuple(body.sensitive))
    job = project.registry.evaluating.ask(found, request, created_by=caller.subject)
    response.headers["location"] = f"{PREFIX}/jobs/{job.id}"
    return JobDetail.of(job)
