"""Finds the files to read, and reads their bytes."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from rag.errors import DamagedFile, LimitExceeded, ReadError, UnsupportedFormat, UsageError
from rag.read.limits import Limits
from rag.read.sniff import SUFFIXES

_WILDCARDS: Final = "*?["
_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)  # opening a pipe that nobody writes to must not wait
)

Found = Path | ReadError


def discover(paths: Iterable[str | Path]) -> Iterator[Found]:
    """The files under `paths`, each once, in a fixed order.

    A file that is named is given whatever its suffix is. A folder gives the files in it and below
    it that have a suffix with a reader, sorted by name; hidden files and folders are left out, and
    links to folders are followed, each folder once. A path that doesn't
    exist but has wildcards (`*`, `?`, `[...]`, `**` for any number of folders) gives what matches,
    under the same rules as a folder; where the pattern itself ends in a suffix, that one counts.

    Yields:
        Paths; and a ReadError for each folder that can't be listed.

    Raises:
        UsageError: a path is empty or doesn't exist, or nothing matches a pattern; raised before
            anything is yielded.
    """
    visited: set[tuple[int, int]] = set()
    expanded = [found for path in paths for found in _expand(_named(path), visited)]
    return _without_repeats(expanded)


def _named(path: str | Path) -> Path:
    if path == "":  # of which Path makes the folder one is in
        raise UsageError("a path is empty", remedy="name a file or folder; . is this one")
    return Path(path)


def load(path: Path, limits: Limits) -> bytes:
    """The bytes of a file.

    Raises:
        LimitExceeded: it is larger than `limits.file_bytes`.
        UnsupportedFormat: it is a folder, a pipe or a device.
        DamagedFile: it has vanished, or can't be read.
    """
    try:
        with _opened(path, limits) as file:
            data = file.read(limits.file_bytes + 1)
    except OSError as error:
        raise _translated(error, path) from error
    if len(data) > limits.file_bytes:
        raise _too_large(path, len(data), limits)
    return data


def _opened(path: Path, limits: Limits) -> BinaryIO:
    descriptor = os.open(path, _FLAGS)
    try:
        _check(os.fstat(descriptor), path, limits)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _check(status: os.stat_result, path: Path, limits: Limits) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError
    if not stat.S_ISREG(status.st_mode):
        raise UnsupportedFormat(
            "it is a pipe or a device", where=printable(path), remedy="give a file"
        )
    if status.st_size > limits.file_bytes:
        raise _too_large(path, status.st_size, limits)


def _too_large(path: Path, size: int, limits: Limits) -> ReadError:
    return LimitExceeded(
        f"it has {size / 1e6:.0f} MB, the limit is {limits.file_bytes / 1e6:.0f}",
        where=printable(path),
        remedy="split it",
    )


def _translated(error: OSError, path: Path) -> ReadError:
    where = printable(path)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return DamagedFile("it has vanished", where=where, remedy="run it again")
    if isinstance(error, PermissionError):
        return DamagedFile(
            "there are no rights to read it", where=where, remedy="change its permissions"
        )
    if isinstance(error, IsADirectoryError):
        return UnsupportedFormat("it is a folder", where=where, remedy="name the files in it")
    if error.errno == errno.ENXIO:
        return UnsupportedFormat("it is a pipe or a device", where=where, remedy="give a file")
    reason = error.strerror or type(error).__name__
    return DamagedFile(f"it can't be read: {reason}", where=where, remedy="check the disk")


def printable(path: str | Path) -> str:
    """A path as text that can be stored, even where the file system's name isn't text."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _expand(path: Path, visited: set[tuple[int, int]]) -> list[Found]:
    if path.parts[:1] == ("~",):
        path = path.expanduser()
    if os.path.lexists(path) and path.exists():
        return list(_walk(path, visited)) if path.is_dir() else [path]
    if not any(char in str(path) for char in _WILDCARDS):
        raise UsageError("there is no such file or folder", where=printable(path))
    matches = _matching(path)
    if not matches:
        raise UsageError("no file matches this pattern", where=printable(path))
    return [
        found
        for match in matches
        for found in (_walk(match, visited) if match.is_dir() else [match])
    ]


def _matching(pattern: Path) -> list[Path]:
    """What matches a pattern. Not by `glob`, which follows loops of links for ever."""
    fixed = 0
    while not any(char in pattern.parts[fixed] for char in _WILDCARDS):
        fixed += 1
    base, rest = Path(*pattern.parts[:fixed]), pattern.parts[fixed:]
    asks_for_hidden = any(part.startswith(".") for part in rest)
    names_suffix = pattern.suffix and not any(char in pattern.suffix for char in _WILDCARDS)

    def counts(path: Path) -> bool:
        hidden = any(part.startswith(".") for part in path.relative_to(base).parts)
        if hidden and not asks_for_hidden:
            return False
        suitable = names_suffix or path.suffix.lower() in SUFFIXES
        return path.is_dir() or bool(path.is_file() and suitable)

    try:
        return sorted(filter(counts, base.glob(str(Path(*rest)))))
    except ValueError as error:  # before Python 3.13, ** beside other characters
        raise UsageError(
            "** stands for folders, and alone between slashes",
            where=printable(pattern),
            remedy="write **/*.pdf",
        ) from error


def _walk(folder: Path, visited: set[tuple[int, int]]) -> Iterator[Found]:
    """The readable files in a folder and below it, but for the folders that were visited."""
    try:
        status = folder.stat()
        here = (status.st_dev, status.st_ino)
        if here in visited:
            return
        visited.add(here)
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        yield _unlisted(error, folder)
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if _is(entry, "dir"):
            yield from _walk(folder / entry.name, visited)
        elif _is(entry, "file") and Path(entry.name).suffix.lower() in SUFFIXES:
            yield folder / entry.name


def _is(entry: os.DirEntry[str], kind: str) -> bool:
    try:
        return entry.is_dir() if kind == "dir" else entry.is_file()
    except OSError:  # a link to itself
        return False


def _unlisted(error: OSError, folder: Path) -> ReadError:
    if isinstance(error, PermissionError):
        return DamagedFile(
            "there are no rights to list this folder",
            where=printable(folder),
            remedy="change its permissions",
        )
    reason = error.strerror or type(error).__name__
    return DamagedFile(f"this folder can't be listed: {reason}", where=printable(folder),
                       remedy="check the disk")  # fmt: skip


def _without_repeats(found: Iterable[Found]) -> Iterator[Found]:
    seen: set[str] = set()
    for item in found:
        if isinstance(item, Path):
            key = os.path.realpath(item)
            if key in seen:
                continue
            seen.add(key)
        yield item
