"""What looks at each request before the application does: where it comes from, and by which name.

Each guard wraps an ASGI application. The server that runs them reads no forwarding headers of its
own (uvicorn: `proxy_headers=False`): it would believe whoever asks from this machine.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modelyard.api.problems import problem_response
from modelyard.domain.errors import Forbidden
from modelyard.domain.perimeters import Perimeter

Guard = Callable[[ASGIApp], ASGIApp]

# OWASP, REST Security Cheat Sheet, section "Security Headers". A page of our own may say more
# exactly what it loads, and how long it may be kept.
_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }
)
_HSTS = "max-age=31536000"
# What an upload in parts asks and tells (tus 1.0.0); scripts of pages see no others.
_OF_UPLOADS = (
    "tus-resumable",
    "upload-defer-length",
    "upload-expires",
    "upload-length",
    "upload-metadata",
    "upload-offset",
)
# How long a browser may remember what pages of another origin may do: as long as Firefox does at
# most is a day; ten minutes let a withdrawn origin be felt soon.
_CORS_LASTS_S = 600


def guards_of(perimeter: Perimeter) -> Sequence[Guard]:
    """Return the guards of a platform, the outermost first."""
    guards: list[Guard] = [
        lambda app: ProxyGuard(app, perimeter),
        HeaderGuard,
        lambda app: HostGuard(app, perimeter),
        lambda app: OriginGuard(app, perimeter),
    ]
    if perimeter.origins:
        guards.append(lambda app: _with_cors(app, perimeter))
    return guards


class ProxyGuard:
    """Believes what is said of a client where a declared proxy says it, and drops it elsewhere."""

    def __init__(self, app: ASGIApp, perimeter: Perimeter) -> None:
        self._app = app
        self._perimeter = perimeter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with the client and the scheme that it truly has."""
        if scope["type"] == "http":
            scope = self._seen_through(scope)
        await self._app(scope, receive, send)

    def _seen_through(self, scope: Scope) -> Scope:
        told = Headers(scope=scope)
        own = [(name, value) for name, value in scope["headers"] if not _is_forwarding(name)]
        seen = {**scope, "headers": own}
        peer = scope.get("client")
        if peer is not None and self._perimeter.has_proxy(peer[0]):
            forwarded = ",".join(told.getlist("x-forwarded-for"))
            seen["client"] = (self._perimeter.seen_through(peer[0], told=forwarded), 0)
            scheme = told.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
            seen["scheme"] = scheme if scheme in {"http", "https"} else scope["scheme"]
        return seen


class NoProxyGuard:
    """Answers nobody who comes through a proxy: where nobody logs in, others came through it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and any(_is_forwarding(name) for name, _ in scope["headers"]):
            error = Forbidden(
                "This request came through a proxy, and here nobody logs in.",
                fix="Whoever runs the platform lets people log in, and declares the proxy in "
                "MODELYARD_PROXIES.",
            )
            await _refuse(error, scope, receive, send)
            return
        await self._app(scope, receive, send)


class HeaderGuard:
    """Tells browsers to be careful with every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer with the headers that it does not have itself."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.setdefault("strict-transport-security", _HSTS)
            await send(message)

        await self._app(scope, receive, careful)


class HostGuard:
    """Answers nobody who asks by another name: a page elsewhere may have let its own lead here."""

    def __init__(self, app: ASGIApp, perimeter: Perimeter) -> None:
        self._app = app
        self._perimeter = perimeter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http":
            named = Headers(scope=scope).getlist("host")
            if not self._perimeter.is_asked_by(named):
                error = Forbidden(
                    f"This platform is not asked by the name '{', '.join(named)[:200]}'.",
                    fix="Whoever runs it sets MODELYARD_HOSTS to the names that it is asked by.",
                )
                await _refuse(error, scope, receive, send)
                return
        await self._app(scope, receive, send)


class OriginGuard:
    """Lets no page elsewhere change anything, whether a login is asked for or not."""

    def __init__(self, app: ASGIApp, perimeter: Perimeter) -> None:
        self._app = app
        self._perimeter = perimeter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and self._is_foreign(scope):
            error = Forbidden(
                "The page that sends this request is not one of this platform's.",
                fix="Whoever runs the platform sets MODELYARD_ORIGINS to the pages that may.",
            )
            await _refuse(error, scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_foreign(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        return self._perimeter.is_foreign(
            scope["method"],
            f"{scope['scheme']}://{headers.get('host', '')}",
            origins=headers.getlist("origin"),
            site=headers.get("sec-fetch-site", ""),
        )


def _with_cors(app: ASGIApp, perimeter: Perimeter) -> ASGIApp:
    return CORSMiddleware(
        app,
        allow_origins=perimeter.origins,
        allow_methods=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
        allow_headers=("authorization", "content-type", "idempotency-key", *_OF_UPLOADS),
        expose_headers=("location", "x-request-id", *_OF_UPLOADS),
        # Credentials are sent by scripts in a header; a browser sends none by itself.
        allow_credentials=False,
        max_age=_CORS_LASTS_S,
    )


async def _refuse(error: Forbidden, scope: Scope, receive: Receive, send: Send) -> None:
    request_id = scope.get("state", {}).get("request_id", "")
    await problem_response(error, request_id)(scope, receive, send)


def _is_forwarding(name: bytes) -> bool:
    return name == b"forwarded" or name.startswith(b"x-forwarded-")
