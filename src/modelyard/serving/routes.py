"""The paths that answer predictions: those of one model, and those of each by its name."""

import time
from collections.abc import Callable, Mapping

from modelyard.domain.errors import UnsupportedMedia
from modelyard.serving.answers import answer_rows, read_row, row_reply
from modelyard.serving.arrows import ARROW_TYPE, read_arrow
from modelyard.serving.exchanges import JSON_TYPE, Headers, Reply, Request, Route, Told
from modelyard.serving.form_files import FORM_TYPE
from modelyard.serving.forms import read_bare, read_many
from modelyard.serving.kept_rows import kept_row, kept_rows
from modelyard.serving.pictures import read_picture, read_pictures
from modelyard.serving.queries import read_query
from modelyard.serving.shelf import Served
from modelyard.serving.tensor_requests import HEADER_LENGTH
from modelyard.serving.tensors import answer_tensors

Handler = Callable[[Served, Request], Reply]


def predict(served: Served, request: Request) -> Reply:
    """Answer `{"row": {...}}`."""
    query = read_query(request.query)
    read = read_row(served, request.body)
    reply = row_reply(read, served.predictor.scores(read.blocks)[0].tolist(), query=query)
    if request.is_logged:
        reply.told = Told(served, kept_row(read, request.body), reply.body)
    return reply


def predict_many(served: Served, request: Request) -> Reply:
    """Answer `{"rows": [...]}`, `{"columns": {...}}`, an Arrow stream or a form of pictures."""
    started = time.perf_counter()
    if media_type(request.headers) == FORM_TYPE:
        return _predict_files(served, request, started)
    is_arrow = media_type(request.headers) == ARROW_TYPE
    columns = read_arrow(request.body) if is_arrow else None
    rows = columns or read_many(request.body)
    reply = answer_rows(served, rows, query=read_query(request.query), started=started)
    if request.is_logged:
        written = kept_rows(served, rows, body=None if columns else request.body)
        reply.told = Told(served, written, reply.body)
    return reply


def _predict_files(served: Served, request: Request, started: float) -> Reply:
    rows, files = read_pictures(served, request.body, headers=request.headers)
    query = read_query(request.query)
    reply = answer_rows(served, rows, query=query, started=started, files=files)
    if request.is_logged:
        reply.told = Told(served, kept_rows(served, rows), reply.body)
    return reply


def predict_bare(served: Served, request: Request) -> Reply:
    """Answer `{"features": [[...]]}`, cells in the order of the model's columns."""
    started = time.perf_counter()
    rows = read_bare(request.body, served.manifest.inputs)
    reply = answer_rows(served, rows, query=read_query(request.query), started=started)
    if request.is_logged:
        reply.told = Told(served, kept_rows(served, rows), reply.body)
    return reply


def predict_image(served: Served, request: Request) -> Reply:
    """Answer one picture: the body itself, or the file of a form."""
    query = read_query(request.query)
    read = read_picture(served, request.body, headers=request.headers)
    reply = row_reply(read, served.predictor.scores(read.blocks)[0].tolist(), query=query)
    if request.is_logged:
        reply.told = Told(served, kept_row(read, request.body), reply.body)
    return reply


_OF_PICTURES = (
    " The bytes of a picture are for /predict/image, and a form of several is for /predict-batch."
)
# Path below a model to what answers it, and the media types that it reads.
_BELOW: Mapping[str, Handler] = {
    "/predict": predict,
    "/predict-batch": predict_many,
    "/predict/tabular": predict_bare,
    "/predict/image": predict_image,
}


def routes_of(models: Mapping[str, Served]) -> dict[str, Route]:
    """Return the route of every path; a model alone answers without its name too."""
    routes = {}
    for name, served in models.items():
        for path, handler in _BELOW.items():
            routes[f"/models/{name}{path}"] = _route(f"/models/{{name}}{path}", handler, served)
            if len(models) == 1:
                routes[path] = _route(path, handler, served)
        below = f"/v2/models/{name}"
        endpoint = "/v2/models/{name}/infer"
        infer = Route(endpoint, name, _bound(answer_tensors, served), is_of_protocol=True)
        routes[f"{below}/infer"] = routes[f"{below}/versions/{served.version}/infer"] = infer
    return routes


def require_readable(route: Route, headers: Headers) -> None:
    """Refuse a body in a form that the route does not read, before it is looked at.

    Raises:
        UnsupportedMedia: naming the forms that are read.
    """
    if headers.get(b"content-type") == JSON_TYPE and b"content-encoding" not in headers:
        return
    kind = media_type(headers)
    coding = headers.get(b"content-encoding", b"identity").strip().lower()
    is_binary = route.is_of_protocol and HEADER_LENGTH in headers
    is_of_many = kind in {ARROW_TYPE, FORM_TYPE} and route.endpoint.endswith("/predict-batch")
    is_image = route.endpoint.endswith("/predict/image")
    if coding != b"identity":
        raise UnsupportedMedia(
            f"The body must come as it is; Content-Encoding: {coding[:60].decode('latin-1')} came.",
            fix="Send it uncompressed, without the header Content-Encoding.",
        )
    if kind in {b"", JSON_TYPE} or is_binary or is_of_many or is_image:
        return
    beside = _OF_PICTURES if kind == FORM_TYPE or kind.startswith(b"image/") else ""
    raise UnsupportedMedia(
        f"The body must be application/json; {kind[:60].decode('latin-1')!r} came.",
        fix=f"Send JSON, with the header Content-Type: application/json.{beside}",
    )


def media_type(headers: Headers) -> bytes:
    """Return the type of the body without parameters, empty where none is told."""
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower()


def _route(endpoint: str, handler: Handler, served: Served) -> Route:
    gathers = served if handler is predict else None
    return Route(endpoint, served.name, _bound(handler, served), gathers=gathers)


def _bound(handler: Handler, served: Served) -> Callable[[Request], Reply]:
    return lambda request: handler(served, request)
