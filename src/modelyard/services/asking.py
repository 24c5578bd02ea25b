"""Asks deployments over HTTP on behalf of callers of the API, which opens no package itself.

It is the long way: whoever asks often asks the address of the deployment.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from modelyard.domain.deployments import Deployment
from modelyard.domain.errors import Conflict, Forbidden, Unavailable
from modelyard.domain.identities import Caller
from modelyard.domain.logged_predictions import LoggedPrediction
from modelyard.domain.pictures import is_named_by_hash
from modelyard.domain.runs import Model
from modelyard.store.deployments import Deployments

# As long as a server takes for the longest batch, and not as long as a client waits.
_TIMEOUT_S = 60.0
# What a deployment tells of a key, which here is the platform's own.
_OF_THE_PLATFORM = (401, 403)
_JSON_TYPE = "application/json"
# One row may be added up in another order than among many: in the last bits of a double.
_CLOSE = 1e-9


@dataclass(frozen=True)
class Answer:
    """What a deployment has answered, or the problem that it told.

    Attributes:
        headers: names in lower case.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str


@dataclass(frozen=True)
class Question:
    """What a model is asked.

    Attributes:
        body: as the deployment takes it at `/predict` or `/predict-batch`; bytes at
            `/predict/image`, or at `/predict-batch` where they are a form of files.
        query: options of the deployment, as they stand in an address.
        is_trial: whether a row is only tried out, so that the answer is not written down.
        media_type: of bytes.
        has_files: whether bytes are a form of files, of which each is answered.
    """

    body: Mapping[str, Any] | bytes
    query: str
    request_id: str
    is_trial: bool = False
    media_type: str = _JSON_TYPE
    has_files: bool = False

    @property
    def path(self) -> str:
        """Where a deployment takes it."""
        if isinstance(self.body, bytes):
            return "/predict-batch" if self.has_files else "/predict/image"
        return "/predict" if "row" in self.body else "/predict-batch"

    @property
    def content(self) -> bytes:
        """The body as it is sent."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Replay:
    """A prediction beside what the same version answers to the same row now.

    Attributes:
        is_same: whether the label is the same, and each number within a billionth.
    """

    then: LoggedPrediction
    prediction: Any
    probabilities: dict[str, float] | None
    is_same: bool


class Send(Protocol):
    """Sends a body to an address, or asks for what is there where there is none.

    Returns status, headers and body of the answer.
    """

    def __call__(
        self, address: str, body: bytes | None, *, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]: ...


@dataclass(frozen=True)
class AskingService:
    """Forwards requests to the deployments of a tenant.

    Attributes:
        key: returns the platform's own key.
        send: raises OSError where nobody answers.
    """

    deployments: Deployments
    key: Callable[[], str]
    send: Send
    now: Callable[[], datetime]

    def ask(self, caller: Caller, model: Model, *, question: Question) -> Answer:
        """Ask a model for the prediction of a row, or of many.

        Args:
            caller: who asks.
            model: a registered version.
            question: what is asked.

        Raises:
            Conflict: if this version is not deployed.
            Unavailable: if it does not answer, or not yet.
            Forbidden: if a program only tries: what it is answered is always written down.
        """
        if question.is_trial and caller.is_key:
            raise Forbidden(
                "What an API key asks is always written down.", fix="Leave the option trial out."
            )
        return self._sent(self._ready(model.reference), caller, question)

    def replay(self, caller: Caller, prediction: LoggedPrediction, *, request_id: str) -> Replay:
        """Ask the version that has answered a row for the same row again; that is logged too.

        Raises:
            Conflict: if no deployment serves this version, it does not answer this row any more, or
                the row held a picture.
            Unavailable: if it does not answer.
        """
        if any(map(is_named_by_hash, prediction.features.values())):
            raise Conflict(
                f"The prediction {prediction.id} was of a picture, of which the log keeps the "
                "SHA-256 alone.",
                fix="Send the picture to the model again.",
            )
        deployment = self._ready(prediction.model)
        question = Question({"row": prediction.features}, "", request_id)
        answer = self._sent(deployment, caller, question)
        if answer.status != 200:
            raise Conflict(
                f"'{deployment.name}' does not answer this row any more: status {answer.status}.",
                fix="Send the row to the deployment itself, which tells why.",
            )
        told = json.loads(answer.body)
        now, chances = told["prediction"], told.get("probabilities")
        is_same = _is_same(prediction.prediction, now) and _are_same(
            prediction.probabilities or {}, chances or {}
        )
        return Replay(prediction, now, chances, is_same)

    def meters(self, deployment: Deployment) -> Mapping[str, Any]:
        """Return what the process of a deployment tells of itself: its health, and its counters.

        Raises:
            Unavailable: if it does not answer.
        """
        if not deployment.is_ready(self.now()):
            raise Unavailable(
                f"The deployment '{deployment.name}' has no process that answers now.",
                fix="Wait until its state is ready, or deploy it again.",
            )
        told = {}
        for page in ("health", "metrics"):
            as_json = {"accept": "application/json"}
            answer = self._answered(deployment, f"/{page}", None, headers=as_json)
            if answer.status != 200:
                raise Unavailable(
                    f"The deployment '{deployment.name}' tells nothing of itself: its status is "
                    f"{answer.status}.",
                    fix="Repeat in a few seconds.",
                )
            told[page] = json.loads(answer.body)
        return told

    def _ready(self, reference: str) -> Deployment:
        """Return a deployment that serves a version now."""
        name, _, version = reference.partition("@")
        at, served = self.now(), self.deployments.find(model=name)
        for each in served:
            if each.version == version and each.is_ready(at):
                return each
        for each in served:
            if each.version == version and each.is_wanted:
                raise _not_ready(each, at)
        others = ", ".join(sorted({each.model for each in served if each.is_ready(at)}))
        there = f"; of '{name}' there is {others}" if others else ""
        raise Conflict(
            f"No deployment serves {reference} now{there}.",
            fix=f"Deploy it: POST /api/v1/ml/models/{reference}/deploy.",
        )

    def _sent(self, deployment: Deployment, caller: Caller, question: Question) -> Answer:
        headers = {
            "content-type": question.media_type,
            "x-modelyard-subject": caller.subject,
            "x-request-id": question.request_id,
            "x-modelyard-trial": str(question.is_trial).lower(),
        }
        query = f"?{question.query}" if question.query else ""
        return self._answered(
            deployment, f"{question.path}{query}", question.content, headers=headers
        )

    def _answered(
        self, deployment: Deployment, path: str, body: bytes | None, *, headers: Mapping[str, str]
    ) -> Answer:
        address = f"{deployment.url}{path}"
        headers = {"authorization": f"Bearer {self.key()}", **headers}
        try:
            status, told, content = self.send(address, body, headers=headers)
        except OSError as error:
            raise Unavailable(
                f"The deployment '{deployment.name}' does not answer: {error}.",
                fix="Repeat in a few seconds: its process is started again.",
            ) from error
        if status in _OF_THE_PLATFORM:
            raise Unavailable(
                f"The deployment '{deployment.name}' does not let the platform in now.",
                fix="Repeat in a few seconds: its keys are on their way.",
            )
        return Answer(status, {name.lower(): told[name] for name in told}, content, address)


def send(
    address: str, body: bytes | None, *, headers: Mapping[str, str]
) -> tuple[int, Mapping[str, str], bytes]:
    """Send a body, or ask for what is there, and return status, headers and body of the answer.

    Raises:
        OSError: if nobody answers.
    """
    import httpx

    try:
        # A proxy of the environment is for the world outside: deployments are the platform's own.
        told = httpx.request(
            "GET" if body is None else "POST",
            address,
            content=body,
            headers=dict(headers),
            timeout=_TIMEOUT_S,
            trust_env=False,
        )
    except httpx.HTTPError as error:
        raise OSError(str(error)) from error
    return told.status_code, dict(told.headers), told.content


def _not_ready(deployment: Deployment, at: datetime) -> Unavailable:
    told = f"The deployment '{deployment.name}' of {deployment.model} does not answer now"
    if not deployment.is_watched(at):
        # Neither are signs of a worker kept on a disk that is full, while its servers go on.
        own = f" Its own address may answer: {deployment.url}." if deployment.url else ""
        return Unavailable(
            f"{told}, as far as anybody knows: no worker has given a sign that it looks after it.",
            fix=f"Repeat in a few seconds; if it stays so, see that a worker runs.{own}",
        )
    why = f" ({deployment.reason})" if deployment.reason else ""
    return Unavailable(f"{told}: it is {deployment.state}{why}.", fix="Repeat in a few seconds.")


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=_CLOSE, abs_tol=_CLOSE)
    return bool(one == other)


def _are_same(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
