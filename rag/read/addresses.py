"""Which addresses on the network may be fetched from: public ones only.

A link in a feed, or a redirect, must not make Citespan ask the router, a printer or a service on
this machine and put the answer into a library.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable
from typing import Final

from rag.errors import FetchError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int, float], list[str]]
Policy = Callable[[Address], bool]

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet.

    An IPv6 address that stands for an IPv4 one (mapped, 6to4, Teredo, NAT64) is as public as that.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_loopback or address.is_unspecified
    )


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def resolve(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a host, asked of the system.

    Raises:
        FetchError: there is no such host, or no answer within `seconds`.
    """
    found: list[str] = []
    failure: list[Exception] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))
        except (OSError, UnicodeError) as error:
            failure.append(error)

    # getaddrinfo has no time limit of its own.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(max(seconds, 0.0))
    if found:
        return list(found)
    cause = failure[0] if failure else None
    raise FetchError("no such host", remedy="check the address and the connection") from cause


def checked(host: str, port: int, seconds: float, resolver: Resolver, allowed: Policy) -> str:
    """The one address of `host` to connect to.

    Raises:
        FetchError: it has none, or one of its addresses isn't allowed.
    """
    addresses = resolver(host, port, seconds)
    for text in addresses:
        try:
            address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError as error:
            raise FetchError("no such host", remedy="check the address") from error
        if not allowed(address):
            raise FetchError(
                f"{host} is in a private network ({address}), from which nothing is fetched",
                remedy="save the page as a file and give that",
            )
    if not addresses:
        raise FetchError("no such host", remedy="check the address")
    return addresses[0]
