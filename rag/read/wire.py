"""The protocol between the reading process and its parent: frames of a length and that many bytes.

A frame is JSON or raw bytes, never pickle: the child handles hostile files, and what it sends must
not be able to run anything in the parent.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

_LENGTH = struct.Struct(">Q")


def send_bytes(stream: BinaryIO, data: bytes) -> None:
    """Writes one frame."""
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)


def send(stream: BinaryIO, message: dict[str, Any]) -> None:
    """Writes one frame of JSON."""
    send_bytes(stream, json.dumps(message, ensure_ascii=False).encode())


def receive_bytes(stream: BinaryIO, longest: int) -> bytes | None:
    """Reads one frame; None when the other side has gone, even in the middle of it.

    Args:
        longest: most bytes to accept.

    Raises:
        ValueError: the frame is longer than that.
    """
    header = stream.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(header)
    if length > longest:
        raise ValueError(f"a frame of {length} bytes")
    data = stream.read(length)
    return data if len(data) == length else None


def receive(stream: BinaryIO, longest: int) -> dict[str, Any] | None:
    """Reads one frame of JSON; None and ValueError as for `receive_bytes`."""
    data = receive_bytes(stream, longest)
    if data is None:
        return None
    message = json.loads(data)
    if not isinstance(message, dict):
        raise ValueError("a frame that is no JSON object")  # noqa: TRY004  # as documented
    return message
