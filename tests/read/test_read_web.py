"""Pages from the web: only from public addresses, never more than allowed."""

from __future__ import annotations

import gzip
import http.server
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import trustme

from rag.errors import FetchError
from rag.read import Limits
from rag.read.addresses import is_public, resolve
from rag.read.web import fetch

AUTHORITY = trustme.CA()
PAGE = b"<html><body><p>The river rose.</p></body></html>"


class Pages(http.server.BaseHTTPRequestHandler):
    """A server with one page for each thing that a server can do."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str | None]] = []  # noqa: RUF012  # shared on purpose

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers["Host"]))
        page: Callable[[], None] = getattr(
            self, f"page_{self.path.strip('/').split('?')[0].split('/')[0]}"
        )
        page()

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def page_(self) -> None:
        self.answer(200, PAGE, Content_Type="text/html; charset=utf-8")

    def page_moved(self) -> None:
        self.answer(301, b"", Location="/?a=b c&d=\u00e9")

    def page_accent(self) -> None:
        self.answer(301, b"", Location="/?d=\u00e9".encode().decode("latin-1"))

    def page_bracket(self) -> None:
        self.answer(302, b"", Location="http://[bad")

    def page_loop(self) -> None:
        self.answer(302, b"", Location="/loop")

    def page_inside(self) -> None:
        self.answer(302, b"", Location="//router.test/")

    def page_file(self) -> None:
        self.answer(302, b"", Location="file:///etc/passwd")

    def page_nowhere(self) -> None:
        self.answer(302, b"")

    def page_plain(self) -> None:
        self.answer(302, b"", Location="http://articles.test/")

    def page_missing(self) -> None:
        self.answer(404, b"no")

    def page_huge(self) -> None:
        self.answer(200, b"", Content_Length="999999999")

    def page_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b"x" * 10_000)
        self.close_connection = True

    def page_gzip(self) -> None:
        self.answer(200, gzip.compress(PAGE), Content_Encoding="gzip")

    def page_bomb(self) -> None:
        self.answer(200, gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")

    def page_brokengzip(self) -> None:
        self.answer(200, gzip.compress(PAGE)[:-9], Content_Encoding="gzip")

    def page_short(self) -> None:
        self.answer(200, b"half", Content_Length="400")
        self.close_connection = True

    def page_drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.05)

    def page_silent(self) -> None:
        time.sleep(2)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # clients that hang up are what is tested


@pytest.fixture(scope="module", params=["http", "https"])
def base(request: pytest.FixtureRequest) -> Iterator[str]:
    server = Server(("127.0.0.1", 0), Pages)
    if request.param == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        AUTHORITY.issue_cert("articles.test").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"{request.param}://articles.test:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


HOSTS = {"articles.test": ["127.0.0.1"], "router.test": ["192.168.0.1"], "empty.test": [],
         "both.test": ["127.0.0.1", "10.0.0.1"]}  # fmt: skip
LIMITS = Limits(file_bytes=100_000, seconds=5)


def resolver(host: str, port: int, seconds: float) -> list[str]:
    return HOSTS[host]


def is_test_server(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return str(address) == "127.0.0.1"


def get(url: str, limits: Limits = LIMITS) -> tuple[bytes, str, str]:
    trusting = ssl.create_default_context()
    AUTHORITY.configure_trust(trusting)
    page = fetch(url, limits, resolver=resolver, allowed=is_test_server, context=trusting)
    return page.data, page.name, page.content_type


def test_a_page(base: str) -> None:
    Pages.seen.clear()
    assert get(f"{base}/#top") == (PAGE, f"{base}/", "text/html; charset=utf-8")
    assert Pages.seen == [("/", base.partition("//")[2])]


def test_a_redirect(base: str) -> None:
    data, name, _ = get(f"{base}/moved")
    assert data == PAGE
    assert name == f"{base}/?a=b%20c&d=%C3%A9"
    assert get(f"{base}/accent")[1] == f"{base}/?d=%C3%A9"


def test_gzip(base: str) -> None:
    assert get(f"{base}/gzip")[0] == PAGE


@pytest.mark.parametrize(
    ("page", "what"),
    [
        ("loop", "redirects too often"),
        ("inside", r"router\.test is in a private network \(192\.168\.0\.1\)"),
        ("file", "only http and https"),
        ("nowhere", "redirects to nowhere"),
        ("bracket", "redirects to what isn't an address"),
        ("missing", r"404 \(Not Found\)"),
        ("huge", "larger than 0 MB"),
        ("endless", "larger than 0 MB"),
        ("bomb", "larger than 0 MB"),
        ("brokengzip", "broken"),
        ("short", "connection failed"),
    ],
)
def test_what_is_refused(page: str, what: str, base: str) -> None:
    with pytest.raises(FetchError, match=what) as caught:
        get(f"{base}/{page}")
    assert caught.value.where == f"{base}/{page}"
    assert caught.value.remedy


@pytest.mark.parametrize("page", ["drip", "silent"])
def test_the_time_limit_is_on_the_whole(page: str, base: str) -> None:
    start = time.monotonic()
    with pytest.raises(FetchError, match="took too long"):
        get(f"{base}/{page}", Limits(seconds=0.5))
    assert time.monotonic() - start < 1.8


def test_https_is_not_left_for_http(base: str) -> None:
    expected = "from https to http" if base.startswith("https") else "connection failed"
    with pytest.raises(FetchError, match=expected):
        get(f"{base}/plain")


def test_the_certificate_must_be_for_the_name(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HOSTS, "other.test", ["127.0.0.1"])
    url = base.replace("articles.test", "other.test")
    if base.startswith("https"):
        with pytest.raises(FetchError, match="certificate isn't valid"):
            get(url)
    else:
        assert get(url)[0] == PAGE


def test_the_checked_address_is_the_one_that_is_connected_to(base: str) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    trusting = ssl.create_default_context()
    AUTHORITY.configure_trust(trusting)
    page = fetch(
        f"{base}/",
        LIMITS,
        resolver=lambda *_: next(answers),
        allowed=is_test_server,
        context=trusting,
    )
    assert page.data == PAGE
    assert next(answers) == ["10.0.0.1"]  # nobody asked again


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("ftp://articles.test/", "only http"),
        ("file:///etc/passwd", "only http"),
        ("articles.test", "only http"),
        ("http://", "only http"),
        ("http://user:secret@articles.test/", "user name"),
        ("http://articles.test:99999/", "isn't an address"),
        ("http://[::1/", "isn't an address"),
        ("http://articles.test/a b\r\nX: y", "blanks"),
        ("http://empty.test/", "no such host"),
        ("http://both.test/", "private network"),
        ("http://" + "\u00e9" * 70 + ".test/", "isn't the name of a host"),
    ],
)
def test_addresses_that_are_refused(url: str, what: str) -> None:
    with pytest.raises(FetchError, match=what):
        get(url)


@pytest.mark.parametrize(
    "url",
    ["http://localhost/", "http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/",
     "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/", "http://169.254.169.254/latest/meta-data/"],
)  # fmt: skip
def test_this_machine_and_its_network_are_refused_by_default(url: str) -> None:
    with pytest.raises(FetchError, match="private network"):
        fetch(url, LIMITS)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.1.1", "100.64.0.1", "0.0.0.0",
     "224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "::", "::1", "fe80::1", "fc00::1",
     "ff02::1", "fec0::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1",
     "2001:db8::1", "2001:0:a00:1::1"],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_resolving() -> None:
    assert resolve("127.0.0.1", 80, 5) == ["127.0.0.1"]
    with pytest.raises(FetchError, match="no such host"):
        resolve("name-that-does-not-exist.invalid", 80, 5)


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(FetchError, match="connection failed"):
        get(f"http://articles.test:{port}/")
