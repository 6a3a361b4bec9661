"""The server of `rag ui`: Gradio's app behind the guard, on this machine alone unless told."""

from __future__ import annotations

import inspect
import os
import secrets
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from rag.errors import RagError, UsageError
from rag.library import Library
from rag.read import Limits

if TYPE_CHECKING:
    from fastapi import FastAPI

PORT = 7860
TRIES = 20  # ports after the usual one
QUEUE = 12  # requests that may wait for the model; one more is refused
TOLD = 1.0  # seconds; else who waits isn't told when a page before it was closed
LOOK = 0.01  # seconds between looks at the queue; Gradio's own 1,000 a second slow down answers
ASSETS = Path(__file__).parent / "assets"


def serve(
    library: Library,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    password: str | None = None,
    limits: Limits = Limits(),
    ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Serves a library until Ctrl-C.

    Args:
        host: the address to listen at; another than loopback needs a password.
        port: 7860 or the next that is free if None.
        limits: of files that are added.
        ready: called with the address when the first page can be loaded.

    Raises:
        UsageError: no password, or the port is taken.
    """
    from rag.ui.guard import LOOPBACK

    if host not in LOOPBACK and not password:
        raise UsageError(
            "other machines may only come in with a password",
            where=host,
            remedy="set one in the environment: RAG_UI_PASSWORD=… rag ui --host …",
        )
    listening = _listening(host, port)
    with _unwinding(), tempfile.TemporaryDirectory(prefix="citespan-ui-") as folder:
        os.environ["GRADIO_TEMP_DIR"] = folder  # uploads, gone when the server ends
        threading.Thread(target=_load_early, args=(library,), daemon=True).start()
        _run(library, listening, host, password, limits, ready)


@contextmanager
def _unwinding() -> Iterator[None]:
    """Lets SIGTERM end what is around it as Ctrl-C does: else the uploads would stay behind."""
    if not _in_main_thread():
        yield  # signals are the main thread's
        return
    former = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _leave(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def _load_early(library: Library) -> None:
    with suppress(RagError):  # who asks first is told
        _ = library.encoder


def _listening(host: str, port: int | None) -> socket.socket:
    """A socket at the port, or at the first free one from the usual on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in [port] if port is not None else range(PORT, PORT + TRIES):
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, candidate))
        except OSError as error:
            listening.close()
            reason = error.strerror
        else:
            return listening
    raise UsageError(
        f"the address can't be listened at: {reason}",
        where=f"{host}:{port or PORT}",
        remedy="name another port with --port",
    )


def _run(
    library: Library,
    listening: socket.socket,
    host: str,
    password: str | None,
    limits: Limits,
    ready: Callable[[str], None],
) -> None:
    import uvicorn

    from rag.ui.guard import LOOPBACK, Guard

    local = host in LOOPBACK
    address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}/"
    app = Guard(_application(library, local, password, limits), LOOPBACK if local else None)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if (hangup := getattr(signal, "SIGHUP", None)) and _in_main_thread():
                signal.signal(hangup, self.handle_exit)  # uvicorn's own are only the others
            ready(address)

    config = uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        timeout_graceful_shutdown=1,  # pages that are open hold a connection
        server_header=False,
    )
    Server(config).run(sockets=[listening])


def _application(library: Library, local: bool, password: str | None, limits: Limits) -> FastAPI:
    with _no_stubs():
        import gradio
    from fastapi import FastAPI
    from starlette.staticfiles import StaticFiles

    from rag.ui.app import build
    from rag.ui.theme import theme

    blocks = build(library, local=local)
    blocks.queue(
        status_update_rate=TOLD, max_size=QUEUE, default_concurrency_limit=1, api_open=False
    )
    blocks._queue.sleep_when_free = LOOK
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/citespan", StaticFiles(directory=ASSETS))
    gradio.mount_gradio_app(
        app,
        blocks,
        path="/",
        auth=_checked(password) if password else None,
        allowed_paths=[],
        max_file_size=limits.file_bytes,
        show_error=False,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        theme=theme(),
        head=_head(),
        favicon_path=str(ASSETS / "icon.png"),
    )
    return app


@contextmanager
def _no_stubs() -> Iterator[None]:
    """Spares an import of Gradio half of its time: with each of its components it would write a
    type stub beside its source, for editors. Where it finds no source it does without."""
    found = inspect.getfile

    def getfile(object: Any) -> str:
        if inspect.isclass(object) and object.__module__.startswith("gradio."):
            raise OSError
        return found(object)

    inspect.getfile = getfile
    try:
        yield
    finally:
        inspect.getfile = found


def _checked(password: str) -> Callable[[str, str], bool]:
    """Whether the password is right, in the same time whatever is given; any name will do."""
    return lambda _name, given: secrets.compare_digest(given.encode(), password.encode())


def _head() -> str:
    return (
        '<meta name="color-scheme" content="light dark">'
        '<link rel="stylesheet" href="/citespan/style.css">'
        '<script src="/citespan/app.js"></script>'
    )
