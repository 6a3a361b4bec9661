"""What stands between the network and the app: who may ask, and what a page may do."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio's page has scripts inside it and makes functions of its templates; handlers in attributes,
# which is what an article could smuggle in, it has none.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "script-src-attr 'none'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "frame-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_CLOSED = ("/gradio_api/proxy=", "/gradio_api/deep_link", "/monitoring")


class Guard:
    """An ASGI app around another: refuses foreign pages, and says what its own may load.

    Args:
        hosts: names that the server may be called by; a page of another name that leads here is an
            attack. Any name if None.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str] | None) -> None:
        self._app = app
        self._hosts = None if hosts is None else frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif not self._admits(Headers(scope=scope), scope["path"]):
            await PlainTextResponse("not from here", 403, dict(_HEADERS))(scope, receive, send)
        else:
            await self._app(scope, receive, _with_headers(send))

    def _admits(self, headers: Headers, path: str) -> bool:
        host = headers.get("host", "")
        origin = headers.get("origin")
        if self._hosts is not None and urlsplit(f"//{host}").hostname not in self._hosts:
            return False
        if origin is not None and urlsplit(origin).netloc != host:
            return False
        return not path.startswith(_CLOSED)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(_HEADERS)
        await send(message)

    return sending
