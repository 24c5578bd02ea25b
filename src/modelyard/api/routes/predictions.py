"""Predictions: asked for by way of the platform, and what all deployments have answered."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from modelyard.api.access import model_for
from modelyard.api.callers import CallerOf, ProjectOf, RequestIdOf
from modelyard.api.policies import may_predict, needs
from modelyard.api.problems import problems
from modelyard.api.routing import router
from modelyard.api.streaming import held_body
from modelyard.bootstrap import Project
from modelyard.domain.errors import UnsupportedMedia
from modelyard.domain.identities import Caller, Role
from modelyard.domain.logged_predictions import PredictionQuery
from modelyard.services.asking import Question
from modelyard.serving.form_files import FORM_TYPE, MOST_FILES
from modelyard.serving.options import ServerOptions
from modelyard.wire import predictions as wire
from modelyard.wire.lists import order_of
from modelyard.wire.models import DatasetRecord, LineageRun, ModelAnswer

ROUTER = router("Predictions")
READS = [needs(Role.VIEWER)]
WRITES = [needs(Role.EDITOR)]
# Of the deployment's answer; the rest is of its connection.
_TOLD = ("content-type", "x-prediction-id", "x-prediction-logged", "x-ignored-columns")
# What a deployment takes at most.
_MOST_BYTES = ServerOptions.max_body_bytes
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_FORM_TYPE = FORM_TYPE.decode()
_FILES = {"type": "array", "items": _BYTES["schema"], "maxItems": MOST_FILES}
_FORM = {"schema": {"type": "object", "properties": {"file": _FILES}}}
_PICTURES = {"requestBody": {"required": True, "content": {_FORM_TYPE: _FORM}}}
_PICTURE = {"requestBody": {"required": True, "content": {"image/*": _BYTES}}}


@ROUTER.post(
    "/models/{model}/predict",
    dependencies=[may_predict()],
    responses={200: {"model": wire.PredictAnswer}},
)
def predict(
    caller: CallerOf,
    project: ProjectOf,
    model: str,
    body: wire.PredictRequest,
    options: Annotated[wire.PredictOptions, Query()],
    request_id: RequestIdOf,
) -> Response:
    """Ask a deployed model, by way of the platform.

    This is for convenience: the header `X-Answered-By` names the deployment's own address, which
    answers many times as fast and takes the same API keys.
    """
    question = Question(body.form, _asked(options), request_id, is_trial=options.trial)
    return _answered(caller, project, model=model, question=question)


@ROUTER.post(
    "/models/{model}/predict/image",
    dependencies=[may_predict()],
    responses={200: {"model": wire.PredictAnswer}, **problems(408, 413, 415)},
    openapi_extra=_PICTURE,
)
async def predict_image(
    request: Request,
    caller: CallerOf,
    project: ProjectOf,
    model: str,
    options: Annotated[wire.PredictOptions, Query()],
    request_id: RequestIdOf,
) -> Response:
    """Ask a deployed model about one picture: the body itself, or the file of a form.

    The log keeps the picture's SHA-256, and not the picture.
    """
    content = await held_body(request, most_bytes=_MOST_BYTES)
    kind = request.headers.get("content-type", "application/octet-stream")
    question = Question(content, _asked(options), request_id, options.trial, media_type=kind)
    return await run_in_threadpool(_answered, caller, project, model=model, question=question)


@ROUTER.post(
    "/models/{model}/predict/images",
    dependencies=[may_predict()],
    responses={200: {"model": wire.PredictAnswer}, **problems(408, 413, 415)},
    openapi_extra=_PICTURES,
)
async def predict_images(
    request: Request,
    caller: CallerOf,
    project: ProjectOf,
    model: str,
    options: Annotated[wire.PredictOptions, Query()],
    request_id: RequestIdOf,
) -> Response:
    """Ask a deployed model about several pictures: the files of a form, each answered by its name.

    The log keeps the pictures' SHA-256, and not the pictures.
    """
    content = await held_body(request, most_bytes=_MOST_BYTES)
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != _FORM_TYPE:
        raise UnsupportedMedia(
            f"The body must be {_FORM_TYPE}; {kind[:60]!r} came.",
            fix="Send the pictures as files of a form, or one as it is to /predict/image.",
        )
    question = Question(
        content, _asked(options), request_id, options.trial, media_type=kind, has_files=True
    )
    return await run_in_threadpool(_answered, caller, project, model=model, question=question)


def _asked(options: wire.PredictOptions) -> str:
    told = options.model_dump(mode="json", exclude_none=True, exclude={"trial"})
    return urlencode(told).lower()


def _answered(caller: Caller, project: Project, *, model: str, question: Question) -> Response:
    found = model_for(caller, project, reference=model)
    answer = project.asking.ask(caller, found, question=question)
    headers = {name: answer.headers[name] for name in _TOLD if name in answer.headers}
    return Response(answer.body, answer.status, headers | {"x-answered-by": answer.address})


@ROUTER.get("/predictions", dependencies=READS)
def list_predictions(
    caller: CallerOf, project: ProjectOf, query: Annotated[wire.PredictionQuery, Query()]
) -> wire.PredictionPage:
    """List what deployments have answered; an answer is found a second or two after it was told."""
    asked = query.model_dump(exclude={"sort"})
    _, is_descending = order_of(query.sort)
    page = project.prediction_log.page(
        PredictionQuery(**asked, is_descending=is_descending, access=caller.access)
    )
    items = [wire.PredictionAnswer.model_validate(each) for each in page.items]
    return wire.PredictionPage(items=items, next_cursor=page.next_cursor)


@ROUTER.put("/predictions/truths", dependencies=WRITES)
def set_truths(caller: CallerOf, project: ProjectOf, body: wire.TruthsPut) -> wire.TruthsAnswer:
    """Attach what turned out true of many predictions: all of them, or none."""
    truths = {each.id: each.truth for each in body.truths}
    return wire.TruthsAnswer(n_attached=len(project.prediction_log.set_truths(caller, truths)))


@ROUTER.get("/predictions/{prediction_id}", dependencies=READS)
def show_prediction(
    caller: CallerOf, project: ProjectOf, prediction_id: str
) -> wire.PredictionAnswer:
    """Show one prediction."""
    found = project.prediction_log.get(caller, prediction_id)
    return wire.PredictionAnswer.model_validate(found)


@ROUTER.put("/predictions/{prediction_id}/truth", dependencies=WRITES)
def set_truth(
    caller: CallerOf, project: ProjectOf, prediction_id: str, body: wire.TruthPut
) -> wire.PredictionAnswer:
    """Attach what turned out true, over what was attached before."""
    (changed,) = project.prediction_log.set_truths(caller, {prediction_id: body.truth})
    return wire.PredictionAnswer.model_validate(changed)


@ROUTER.get("/predictions/{prediction_id}/lineage", dependencies=READS)
def show_prediction_lineage(
    caller: CallerOf, project: ProjectOf, prediction_id: str
) -> wire.PredictionLineage:
    """Trace a prediction back to its model, the run that made that, and the data's hash."""
    prediction, origin = project.prediction_log.origin(caller, prediction_id)
    run, dataset = origin.run, origin.dataset
    return wire.PredictionLineage(
        prediction=wire.PredictionAnswer.model_validate(prediction),
        model=ModelAnswer.of(origin.model),
        run=None if run is None else LineageRun.model_validate(run),
        dataset=None if dataset is None else DatasetRecord.model_validate(dataset),
    )


@ROUTER.post("/predictions/{prediction_id}/replay", dependencies=WRITES)
def replay_prediction(
    caller: CallerOf, project: ProjectOf, prediction_id: str, request_id: RequestIdOf
) -> wire.ReplayAnswer:
    """Ask the version that answered for the same row again, where it is still deployed."""
    found = project.prediction_log.get(caller, prediction_id)
    replay = project.asking.replay(caller, found, request_id=request_id)
    return wire.ReplayAnswer(
        id=found.id,
        model=found.model,
        then=found.prediction,
        now=replay.prediction,
        probabilities=replay.probabilities,
        is_same=replay.is_same,
    )
