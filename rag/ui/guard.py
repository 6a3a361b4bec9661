"""What stands between the network and the app: who may ask, and what a page may do."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

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
_API = "/gradio_api/"
# Of Gradio's interface, what its page uses. The rest writes code, streams, shows the server's
# runs, and fetches addresses: `file=` takes files by their place, and never https://….
_USED = (
    *("queue/join", "queue/data", "run/predict", "cancel", "heartbeat/", "upload", "file=/"),
    *("startup-events", "app_id", "login_check", "reset", "theme.css"),
)
_CLOSED = ("/monitoring", "/custom_component", "/dev/", "/pwa", "/manifest.json")


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
        elif not self._admits(Headers(scope=scope), scope["path"], scope.get("method", "")):
            await PlainTextResponse("not from here", 403, dict(_HEADERS))(scope, receive, send)
        else:
            await self._app(scope, receive, _with_headers(send))

    def _admits(self, headers: Headers, path: str, method: str) -> bool:
        host = headers.get("host", "")
        origin = headers.get("origin")
        if self._hosts is not None and _parted(f"//{host}").hostname not in self._hosts:
            return False
        if origin is not None and _parted(origin).netloc != host:
            return False
        return _open(path) and (not _foreign(headers) or _navigates(headers, path, method))


def _parted(address: str) -> SplitResult:
    """The parts of an address; all empty if it isn't one."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _open(path: str) -> bool:
    if path.startswith(_API):
        return path.removeprefix(_API).startswith(_USED)
    return not path.startswith(_CLOSED)


def _foreign(headers: Headers) -> bool:
    """Whether a page of another site, or of another port here, asks; old browsers don't say."""
    return headers.get("sec-fetch-site", "none") not in ("none", "same-origin")


def _navigates(headers: Headers, path: str, method: str) -> bool:
    """Whether somebody follows a link to the page: it opens, and tells the other site nothing."""
    asked = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest"))
    top = asked == ("navigate", "document")
    return top and method == "GET" and not path.startswith(_API)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(_HEADERS)
        await send(message)

    return sending
