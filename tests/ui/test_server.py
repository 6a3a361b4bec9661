"""What may reach the server, and what its pages may load."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from rag import Library
from rag.cli import rag
from rag.errors import UsageError
from rag.ui.guard import LOOPBACK, Guard
from rag.ui.server import serve


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
