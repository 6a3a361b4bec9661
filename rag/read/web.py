"""Fetches pages from the web, from public addresses only."""

from __future__ import annotations

import contextlib
import http
import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from rag.errors import FetchError, RagError
from rag.read.addresses import Policy, Resolver, checked, is_public, resolve
from rag.read.limits import Limits

_REDIRECTS: Final = (301, 302, 303, 307, 308)
_MOST_REDIRECTS: Final = 5
_PORTS: Final = {"http": 80, "https": 443}
_CHUNK: Final = 65_536
_AS_IT_IS: Final = "/%:@!$&'()*+,;=~-._?"  # characters of a path or query that aren't quoted
_HEADERS: Final = {
    "User-Agent": "citespan",
    "Accept": "text/html,application/xhtml+xml,application/pdf,text/*;q=0.9,*/*;q=0.5",
    "Accept-Encoding": "gzip, identity;q=0.5",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came.

    Attributes:
        data: its bytes, unpacked if they were sent compressed.
        name: its address after all redirects, without a fragment.
        content_type: the header of that name, or "".
    """

    data: bytes
    name: str
    content_type: str


def fetch(
    url: str,
    limits: Limits,
    *,
    resolver: Resolver = resolve,
    allowed: Policy = is_public,
    context: ssl.SSLContext | None = None,
) -> Fetched:
    """Fetches a page over http or https.

    Every hop is resolved once and refused if any of the host's addresses isn't public; the
    connection then goes to the very address that was checked. Cookies, passwords and proxies
    aren't used.

    Args:
        limits: `file_bytes` is the limit on the size, also unpacked, and `seconds` the limit on
            the time for all hops together.
        resolver: gives the addresses of a host (host, port, seconds left).
        allowed: which addresses may be connected to.
        context: how to check certificates; by default as the system does.

    Raises:
        FetchError: for every reason why there is no page; it names the address and a remedy.
    """
    deadline = time.monotonic() + limits.seconds
    target = url
    try:
        for _ in range(_MOST_REDIRECTS + 1):
            address = _checked_url(target)
            ip = checked(_host(address), _port(address), _left(deadline), resolver, allowed)
            with _Hop(address, ip, deadline, context) as hop:
                if hop.status not in _REDIRECTS:
                    return _page(hop, limits)
                target = _redirected(hop)
    except RagError as error:
        raise FetchError(error.what, where=url, remedy=error.remedy) from error
    raise FetchError("it redirects too often", where=url, remedy="open it in a browser and save it")


def _checked_url(url: str) -> SplitResult:
    if any(char <= " " or char == "\x7f" for char in url.strip()):
        raise FetchError("the address has blanks in it", remedy="write it without blanks")
    try:
        address = urlsplit(url.strip())
        port = address.port
    except ValueError as error:
        raise FetchError("this isn't an address", remedy="check it") from error
    if port == 0:
        raise FetchError("this isn't an address", remedy="check its port")
    if address.scheme not in _PORTS or not address.hostname:
        raise FetchError("only http and https are fetched", remedy="give an https:// address")
    if address.username is not None or address.password is not None:
        raise FetchError("the address has a user name in it", remedy="leave that out")
    return address


def _host(address: SplitResult) -> str:
    host = address.hostname or ""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise FetchError("this isn't the name of a host", remedy="check it") from error


def _port(address: SplitResult) -> int:
    return address.port or _PORTS[address.scheme]


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise _too_slow()
    return left


def _too_slow() -> FetchError:
    return FetchError("it took too long", remedy="try again later, or save the page as a file")


class _Hop:
    """One request to a checked address and its response; a context manager.

    A timer ends the connection at the deadline, because the time limit of a socket begins anew
    with every byte.
    """

    def __init__(
        self, address: SplitResult, ip: str, deadline: float, context: ssl.SSLContext | None
    ) -> None:
        self.address = address
        self._ip = ip
        self._deadline = deadline
        self._context = context
        self._expired = threading.Event()
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(_left(deadline), self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        try:
            with self._translated():
                self._response = self._send()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        if self._socket is not None:
            self._socket.close()
        if hasattr(self, "_response"):
            self._response.close()

    @property
    def status(self) -> int:
        return self._response.status

    def header(self, name: str) -> str:
        return self._response.getheader(name) or ""

    def chunks(self) -> Iterator[bytes]:
        """The body, until it is complete."""
        missing = self._response.length  # None where the server doesn't say
        while True:
            with self._translated():
                chunk = self._response.read(_CHUNK)
                if self._expired.is_set():
                    raise TimeoutError
                if not chunk:
                    if missing:
                        raise http.client.IncompleteRead(b"", missing)
                    return
            missing = missing - len(chunk) if missing is not None else None
            yield chunk

    def _send(self) -> http.client.HTTPResponse:
        host, port = _host(self.address), _port(self.address)
        self._socket = socket.create_connection((self._ip, port), timeout=_left(self._deadline))
        connection = http.client.HTTPConnection(host, port)
        if self.address.scheme == "https":
            context = self._context or ssl.create_default_context()
            # The certificate is checked against the name, whatever address was connected to.
            self._socket = context.wrap_socket(self._socket, server_hostname=host)
            connection.default_port = _PORTS["https"]  # and so left out of the header Host
        connection.sock = self._socket
        path = quote(self.address.path or "/", safe=_AS_IT_IS)
        query = quote(self.address.query, safe=_AS_IT_IS)
        connection.request("GET", f"{path}?{query}" if query else path, headers=_HEADERS)
        return connection.getresponse()

    def _expire(self) -> None:
        self._expired.set()
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """Turns what goes wrong on the network into a FetchError."""
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            raise FetchError(
                "its certificate isn't valid", remedy="check the address and this machine's clock"
            ) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            if self._expired.is_set() or isinstance(error, TimeoutError):
                raise _too_slow() from error
            raise FetchError(
                f"the connection failed: {str(error) or type(error).__name__}",
                remedy="check the address and the connection, and try again later",
            ) from error


def _redirected(hop: _Hop) -> str:
    """Where a redirect leads."""
    location = _as_sent(hop.header("Location"))
    if not location:
        raise FetchError("it redirects to nowhere", remedy="open it in a browser and save it")
    try:
        target = urljoin(urlunsplit(hop.address), location)
        scheme = urlsplit(target).scheme
    except ValueError as error:
        raise FetchError(
            "it redirects to what isn't an address", remedy="open it in a browser and save it"
        ) from error
    if hop.address.scheme == "https" and scheme == "http":
        raise FetchError(
            "it redirects from https to http, where anyone could have written it",
            remedy="open it in a browser and save it",
        )
    # Servers send what browsers forgive.
    return quote(target, safe=_AS_IT_IS + "#[]")


def _as_sent(header: str) -> str:
    """A header that `http.client` took for Latin-1, as the UTF-8 that it mostly is."""
    with contextlib.suppress(UnicodeError):
        return header.encode("latin-1").decode("utf-8")
    return header


def _page(hop: _Hop, limits: Limits) -> Fetched:
    if hop.status != http.client.OK:
        raise FetchError(f"the server answered {_status(hop.status)}", remedy="check the address")
    stated = hop.header("Content-Length")
    if stated.isdigit() and int(stated) > limits.file_bytes:
        raise _too_large(limits)
    chunks = hop.chunks()
    if hop.header("Content-Encoding").lower() in ("gzip", "x-gzip"):
        chunks = _unpacked(chunks)
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > limits.file_bytes:
            raise _too_large(limits)
    name = urlunsplit(hop.address._replace(fragment=""))
    return Fetched(bytes(data), name, hop.header("Content-Type"))


def _status(status: int) -> str:
    with contextlib.suppress(ValueError):
        return f"{status} ({http.HTTPStatus(status).phrase})"
    return str(status)


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """gzip unpacked, never more than a chunk at a time: a few bytes can hold gigabytes."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        for chunk in chunks:
            packed = chunk
            while packed:
                yield unpacker.decompress(packed, _CHUNK)
                packed = unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib.error as error:
        raise _broken() from error
    if not unpacker.eof:
        raise _broken()


def _broken() -> FetchError:
    return FetchError("what it sent is broken", remedy="try again later")


def _too_large(limits: Limits) -> FetchError:
    return FetchError(
        f"it is larger than {limits.file_bytes / 1e6:.0f} MB", remedy="save it and give a part"
    )
