"""Predictions: asked for by way of the platform, looked up, replayed, given their truth."""

from collections.abc import Mapping
from dataclasses import replace
from secrets import token_hex
from types import MappingProxyType

from modelyard.client.flows import answer, each_of, read_as
from modelyard.client.operations import Noun, Via, asks, tells
from modelyard.client.requests import Request, get, path_of, post, put
from modelyard.client.steps import Feed, Flow, Send
from modelyard.wire.predictions import (
    KnownTruth,
    PredictAnswer,
    PredictionAnswer,
    PredictionLineage,
    PredictionPage,
    PredictionQuery,
    PredictOptions,
    PredictRequest,
    ReplayAnswer,
    Truth,
    TruthPut,
    TruthsAnswer,
    TruthsPut,
)

_PICTURE = MappingProxyType({"content-type": "application/octet-stream"})


class Predictions(Noun[Via]):
    """Answers of deployed models, and what was written down of them."""

    @asks
    def ask(
        self, model: str, body: PredictRequest, *, options: PredictOptions | None = None
    ) -> Flow[PredictAnswer]:
        """Ask a deployed model, by way of the platform.

        What is asked for at a high rate is better asked of the deployment itself, at its
        `predict_url`. A request that was cut off is not repeated: it would be logged twice.

        Args:
            model: reference to it.
            body: one row, or many.
            options: what is told beside a prediction.
        """
        request = post("models", model, "predict", body=body)
        path = path_of("models", model, "predict", query=options)
        return _answered(replace(request, path=path))

    @asks
    def ask_picture(
        self, model: str, picture: bytes, *, options: PredictOptions | None = None
    ) -> Flow[PredictAnswer]:
        """Ask a deployed model about one picture, by way of the platform.

        Args:
            model: reference to it.
            picture: the bytes of its file.
            options: what is told beside a prediction.
        """
        path = path_of("models", model, "predict", "image", query=options)
        return _answered(Request("POST", path, _PICTURE, picture, is_repeatable=False))

    @asks
    def ask_pictures(
        self, model: str, pictures: Mapping[str, bytes], *, options: PredictOptions | None = None
    ) -> Flow[PredictAnswer]:
        """Ask a deployed model about several pictures, by way of the platform.

        Args:
            model: reference to it.
            pictures: name to the bytes of the file, at most 1,000.
            options: what is told beside a prediction.
        """
        path = path_of("models", model, "predict", "images", query=options)
        boundary = token_hex(16)
        headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
        body = _form_of(pictures, boundary)
        return _answered(Request("POST", path, headers, body, is_repeatable=False))

    @asks
    def page(self, query: PredictionQuery | None = None) -> Flow[PredictionPage]:
        """Return one page of what was answered, the newest first where nothing else is said."""
        return answer(get("predictions", query=query), PredictionPage)

    @tells
    def each(self, query: PredictionQuery | None = None) -> Feed[PredictionAnswer]:
        """Iterate over all that was answered and that a query asks for."""
        asked = query or PredictionQuery()
        return each_of(
            lambda cursor: answer(
                get("predictions", query=asked.model_copy(update={"cursor": cursor})),
                PredictionPage,
            )
        )

    @asks
    def show(self, prediction_id: str) -> Flow[PredictionAnswer]:
        """Return one prediction."""
        return answer(get("predictions", prediction_id), PredictionAnswer)

    @asks
    def set_truth(self, prediction_id: str, truth: Truth) -> Flow[PredictionAnswer]:
        """Attach what turned out true, over what was attached before."""
        return answer(
            put("predictions", prediction_id, "truth", body=TruthPut(truth=truth)), PredictionAnswer
        )

    @asks
    def set_truths(self, truths: Mapping[str, Truth]) -> Flow[TruthsAnswer]:
        """Attach what turned out true of up to a thousand predictions, by id: all, or none."""
        known = [KnownTruth(id=id_, truth=truth) for id_, truth in truths.items()]
        return answer(put("predictions", "truths", body=TruthsPut(truths=known)), TruthsAnswer)

    @asks
    def lineage(self, prediction_id: str) -> Flow[PredictionLineage]:
        """Return the model, the run and the data that a prediction came of."""
        return answer(get("predictions", prediction_id, "lineage"), PredictionLineage)

    @asks
    def replay(self, prediction_id: str) -> Flow[ReplayAnswer]:
        """Ask the version that answered for the same row again."""
        return answer(post("predictions", prediction_id, "replay"), ReplayAnswer)


def _answered(request: Request) -> Flow[PredictAnswer]:
    """Ask, and read the answer with the id under which it was written down."""
    reply = yield Send(request)
    told = read_as(PredictAnswer, reply)
    return told.model_copy(update={"prediction_id": reply.headers.get("x-prediction-id")})


def _form_of(files: Mapping[str, bytes], boundary: str) -> bytes:
    """Return a form that holds the files (RFC 7578)."""
    form = bytearray()
    for name, content in files.items():
        quoted = " ".join(name.splitlines()).replace("\\", r"\\").replace('"', r"\"")
        head = f'Content-Disposition: form-data; name="file"; filename="{quoted}"'
        form += f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n"
    return bytes(form) + f"--{boundary}--\r\n".encode()
