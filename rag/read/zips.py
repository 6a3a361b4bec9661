"""Opens zip archives (.docx, .epub) without unpacking a bomb."""

from __future__ import annotations

import io
import zipfile

from rag.errors import DamagedFile, LimitExceeded, ReadError
from rag.read.limits import Limits

_TEXT_PARTS = (".xml", ".rels", ".html", ".htm", ".xhtml", ".opf", ".ncx")
_LARGEST_RATIO = 200  # real documents stay below 60
_RATIO_COUNTS_FROM = 1_000_000  # bytes: a short part of blanks may shrink as much as it likes
# What zipfile was seen to raise on damaged archives: it checks little of them.
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError,
           ValueError, RuntimeError, KeyError)  # fmt: skip


def member_names(data: bytes) -> frozenset[str]:
    """The names of the parts of an archive.

    Raises:
        DamagedFile: it isn't a whole zip archive.
    """
    with _open(data) as archive:
        return frozenset(archive.namelist())


def open_checked(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """An archive whose parts are safe to unpack, judged by the sizes it declares.

    `zipfile` never gives more of a part than its declared size, so the declaration can be trusted.

    Raises:
        LimitExceeded: unpacked, it would be larger than is safe.
        DamagedFile: broken, or password-protected.
    """
    archive = _open(data)
    total = 0
    for part in archive.infolist():
        if part.flag_bits & 1:
            raise DamagedFile("it is password-protected", remedy="save a copy without a password")
        if part.filename.lower().endswith(_TEXT_PARTS):
            total += part.file_size
        if part.file_size > max(_RATIO_COUNTS_FROM, part.compress_size * _LARGEST_RATIO):
            raise _bomb(part.file_size)
    if total > limits.file_bytes:
        raise _bomb(total)
    return archive


def read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of one part.

    Raises:
        DamagedFile: it is missing or broken.
    """
    try:
        return archive.read(name)
    except _BROKEN as error:
        raise DamagedFile(
            f"its part {name} is missing or broken", remedy="get the file again"
        ) from error


def _open(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise DamagedFile("it is cut off or broken", remedy="get the file again") from error


def _bomb(size: int) -> ReadError:
    return LimitExceeded(
        f"unpacked it would be {size // 1_000_000} MB, more than is safe",
        remedy="save the document anew, in parts",
    )
