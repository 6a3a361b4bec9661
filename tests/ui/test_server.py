"""What may reach the server, and what its pages may load."""

from __future__ import annotations

import inspect
import pathlib
import signal
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import gradio as gr
import pytest
from click.testing import CliRunner
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from rag import Library
from rag.cli import rag
from rag.errors import UsageError
from rag.read.sniff import SUFFIXES
from rag.ui.desk import names_address
from rag.ui.guard import LOOPBACK, Guard
from rag.ui.server import _no_stubs, serve
from rag.ui.shelf import KINDS


def client(hosts: frozenset[str] | None = LOOPBACK) -> TestClient:
    app = Guard(PlainTextResponse("inside"), hosts)
    return TestClient(app, base_url="http://127.0.0.1:7860")


def test_a_page_may_load_nothing_from_elsewhere() -> None:
    answer = client().get("/")
    assert (answer.status_code, answer.text) == (200, "inside")
    policy = answer.headers["content-security-policy"]
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert parts["default-src"] == parts["connect-src"] == "'self'"
    assert parts["script-src-attr"] == "'none'"
    assert "http" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:7860", "", "[::2]"])
def test_a_foreign_name_is_refused(host: str) -> None:
    answer = client().get("/", headers={"host": host})
    assert (answer.status_code, answer.text) == (403, "not from here")
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "[::1]:7860", "LOCALHOST"])
def test_the_machine_by_any_of_its_names_is_let_in(host: str) -> None:
    assert client().get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:7860"]
)
def test_a_page_of_another_origin_is_refused(origin: str) -> None:
    assert client().post("/", headers={"origin": origin}).status_code == 403
    assert client(None).post("/", headers={"origin": origin}).status_code == 403


def test_its_own_page_is_let_in() -> None:
    assert client().post("/", headers={"origin": "http://127.0.0.1:7860"}).status_code == 200
    assert client(None).get("/", headers={"host": "news.example"}).status_code == 200


def test_what_fetches_for_others_is_closed() -> None:
    assert client().get("/gradio_api/proxy=https://evil.example/").status_code == 403


def test_every_file_that_can_be_read_can_be_dropped() -> None:
    assert set(KINDS) == set(SUFFIXES)


def test_another_address_needs_a_password(tmp_path: Path) -> None:
    library = Library.open(tmp_path / "library")
    with pytest.raises(UsageError, match="password"):
        serve(library, host="0.0.0.0")
    run = CliRunner().invoke(rag, ["--library", str(library.directory), "ui", "--host", "0.0.0.0"])
    assert run.exit_code == 2
    assert "RAG_UI_PASSWORD" in run.stderr


def test_it_cant_be_shared() -> None:
    assert CliRunner().invoke(rag, ["ui", "--share"]).exit_code == 2


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="--port"):
            serve(Library.open(tmp_path / "library"), port=taken.getsockname()[1])


@pytest.mark.parametrize(
    "headers", [{"host": "[::1"}, {"origin": "http://["}, {"origin": "http://[::1"}]
)
def test_what_is_no_address_is_refused(headers: dict[str, str]) -> None:
    assert client().get("/", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        *(
            "file=https://example.org/",
            "file=HTTP://example.org/",
            "file=example",
            "file/etc/hosts",
        ),
        *("vibe-edit/", "stream/abc", "runs", "run-history/records", "proxy=x", "deep_link"),
        *("openapi.json", "component_server", "process_recording", "call/abc", "api/abc"),
    ],
)
def test_what_the_page_does_not_use_is_closed(path: str) -> None:
    assert client().post(f"/gradio_api/{path}").status_code == 403
    assert client().get(f"/gradio_api/{path}").status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_may_only_lead_here(site: str) -> None:
    embedded = {"sec-fetch-site": site, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
    link = {"sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert client().get("/", headers=embedded).status_code == 403
    assert client().get("/", headers=link).status_code == 200
    assert client().post("/", headers=link).status_code == 403
    assert client().get("/gradio_api/file=/tmp/a", headers=link).status_code == 403
    own = embedded | {"sec-fetch-site": "same-origin"}
    assert client().get("/", headers=own).status_code == 200


def test_no_file_of_the_machine_can_be_had(address: str, directory: Path) -> None:
    for place in ("/etc/passwd", f"{directory.absolute()}/library.db", "https://example.org/"):
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{address}gradio_api/file={place}", timeout=60)
        assert refused.value.code == 403
        refused.value.close()


def test_an_address_is_no_uploaded_file() -> None:
    file = {"path": "https://example.org/a.txt", "meta": {"_type": "gradio.FileData"}}
    assert names_address([None, [file]])
    assert not names_address([[file | {"path": "/tmp/gradio/a.txt"}], "https://example.org/"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_uploads_are_gone_when_the_server_ends(
    serve: Callable[..., AbstractContextManager[str]], tmp_path: Path, number: int
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    with serve(tmp_path / "library", end=number, TMPDIR=str(place)):
        assert list(place.glob("citespan-ui-*"))
    assert not list(place.glob("citespan-ui-*"))


def test_gradio_is_imported_without_writing_stubs_and_nothing_else_is_changed() -> None:
    with _no_stubs():
        with pytest.raises(OSError):
            inspect.getfile(gr.Textbox)
        assert inspect.getfile(Path) == pathlib.__file__
    assert inspect.getfile(gr.Textbox).endswith("textbox.py")
