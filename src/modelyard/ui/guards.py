"""What looks at each request for the page before Streamlit does, as the API's guards do.

By which name and from which page it comes, through which proxy; and what browsers are told to be
careful about.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modelyard.domain.perimeters import Perimeter

_HSTS = "max-age=31536000"
# RFC 6455, section 7.4.1: this endpoint takes no such message.
_POLICY_VIOLATION = 1008
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class Guard:
    """Stands before the page.

    Args:
        app: that answers who is let in.
        perimeter: from where the page is asked.
        headers: of every answer that does not have them itself.
        is_open: whether nobody has to log in: then whoever comes through a proxy is refused.
    """

    def __init__(
        self, app: ASGIApp, perimeter: Perimeter, *, headers: Mapping[str, str], is_open: bool
    ) -> None:
        self._app = app
        self._is_open = is_open
        self._perimeter = perimeter
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI asks."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        scope = self._seen_through(scope)
        refusal = refusal or self._foreign(scope)
        if refusal and scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": refusal})
        elif refusal:
            answer = PlainTextResponse(refusal, status_code=403)
            await answer(scope, receive, self._careful(scope, send))
        else:
            await self._app(scope, receive, self._careful(scope, send))

    def _seen_through(self, scope: Scope) -> Scope:
        """Return a request with the client and the scheme that it truly has."""
        peer = scope.get("client")
        told = Headers(scope=scope)
        forwarded = [each for each in scope["headers"] if _is_forwarding(each[0].decode("latin-1"))]
        own = [each for each in scope["headers"] if each not in forwarded]
        seen = {**scope, "headers": own}
        if peer is not None and self._perimeter.has_proxy(peer[0]):
            through = ",".join(told.getlist("x-forwarded-for"))
            seen["client"] = (self._perimeter.seen_through(peer[0], told=through), 0)
            scheme = told.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
            if scheme in {"http", "https"}:
                is_socket = scope["type"] == "websocket"
                seen["scheme"] = scheme.replace("http", "ws") if is_socket else scheme
        return seen

    def _refusal(self, scope: Scope) -> str:
        """Return why a request is not answered, empty where it is."""
        headers = Headers(scope=scope)
        if self._is_open and any(map(_is_forwarding, headers)):
            return "This request came through a proxy, and here nobody logs in."
        if self._perimeter.is_asked_by(headers.getlist("host")):
            return ""
        return (
            "This page is not asked by that name. Whoever runs it sets MODELYARD_HOSTS to the "
            "names that it is asked by."
        )

    def _foreign(self, scope: Scope) -> str:
        """Return why a page elsewhere is not answered, empty where it is none."""
        headers = Headers(scope=scope)
        is_foreign = self._perimeter.is_foreign(
            # Whatever comes over a socket may change something.
            scope.get("method", "CONNECT"),
            f"{scope['scheme'].replace('ws', 'http')}://{headers.get('host', '')}",
            origins=headers.getlist("origin"),
            site=headers.get("sec-fetch-site", ""),
        )
        return "The page that sends this request is not one of this platform's." * is_foreign

    def _careful(self, scope: Scope, send: Send) -> Send:
        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.setdefault("strict-transport-security", _HSTS)
            await send(message)

        return careful


def _is_forwarding(name: str) -> bool:
    return name == "forwarded" or name.startswith("x-forwarded-")


def headers_of(index: Path, *, api_origin: str) -> dict[str, str]:
    """Return by which headers browsers are careful with the page.

    Args:
        index: the document that Streamlit begins with, whose own scripts are let in by their hash.
        api_origin: of the platform, which uploads go to.

    Source: OWASP, REST Security Cheat Sheet, section "Security Headers"; Content Security Policy
    Level 3, W3C. Streamlit sets styles by script, draws from memory (`blob:`, `data:`), compiles
    what it stores tables with (`wasm-unsafe-eval`), and needs no more.
    """
    scripts = _SCRIPT.findall(index.read_text(encoding="utf-8"))
    hashes = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in scripts]
    allowed = " ".join(f"'sha256-{each}'" for each in hashes)
    policy = {
        "default-src": "'none'",
        "script-src": f"'self' 'wasm-unsafe-eval' {allowed}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' blob:",
        "worker-src": "'self' blob:",
        "connect-src": f"'self' {api_origin}",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        # Without one, a browser would not say either where a form was sent from.
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }
