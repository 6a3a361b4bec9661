"""What is made of models once and kept, in the user's cache directory, under a hash of its source.

Making it runs in a process of its own; see `rag.prepare`.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from rag.errors import ModelError

Notice = Callable[[str], None]
"""Gets a line to show the user before something slow."""


def cache_directory() -> Path:
    """Where prepared and pulled models are kept: $RAG_CACHE, or the user's cache directory."""
    if chosen := os.environ.get("RAG_CACHE"):
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_cache_dir("citespan"))


def unreadable(path: Path, error: OSError) -> ModelError:
    return ModelError(
        f"can't be read: {error.strerror}", where=str(path), remedy="check the file's rights"
    )


class _CacheError(ModelError):
    """The cache directory can't be written."""


def prepared(
    place: Path, fingerprint: str, arguments: Iterable[str], purpose: str, notice: Notice | None
) -> Path:
    """The folder of the prepared form of a model, made in a child process if it isn't there."""
    target = place / fingerprint
    try:
        if (target / "done").is_file():
            return target
        if notice:
            notice(purpose)
        place.mkdir(parents=True, exist_ok=True)
        working = Path(tempfile.mkdtemp(prefix=f"{fingerprint}.", dir=place))
        try:
            _run_prepare(arguments, working)
            (working / "done").touch()
            _publish(working, target)
        finally:
            shutil.rmtree(working, ignore_errors=True)
    except OSError as error:
        raise _CacheError(
            f"the cache can't be written: {error.strerror}",
            where=str(place),
            remedy="make it writable, or name another folder in $RAG_CACHE",
        ) from error
    return target


def prepared_anyhow(
    kind: str, fingerprint: str, arguments: Iterable[str], purpose: str, notice: Notice | None
) -> Path:
    """As `prepared`, but for this run only where the cache can't be written."""
    try:
        return prepared(cache_directory() / kind, fingerprint, arguments, purpose, notice)
    except _CacheError as error:
        if notice:
            notice(f"{error}; going on with what is prepared for this run only")
        return prepared(_temporary(), fingerprint, arguments, purpose, None)


@functools.cache
def _temporary() -> Path:
    """A folder for what is prepared while there is no cache, removed when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="citespan-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _run_prepare(arguments: Iterable[str], working: Path) -> None:
    command = [sys.executable, "-m", "rag.prepare", *arguments, str(working)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace")  # llama.cpp prints bytes of tokens
        reason = (said.strip().splitlines() or ["no reason given"])[-1]
        raise ModelError(
            f"the model can't be prepared: {reason}",
            where=next(iter(list(arguments)[1:]), None),
            remedy="`rag doctor` checks what is needed",
        )


def _publish(working: Path, target: Path) -> None:
    if not (target / "done").is_file():
        shutil.rmtree(target, ignore_errors=True)  # what is left of a damaged one
    try:
        working.rename(target)
    except OSError:
        if not (target / "done").is_file():  # else another process was faster, with the same result
            raise


def file_digest(path: Path, trust_memory: bool = True) -> str:
    """SHA-256 of a file, in hex; remembered for as long as its size and time of change stay.

    Reading a model of 2 GB takes more than a second, which each question would pay.
    """
    memory = cache_directory() / "digests.json"
    remembered = _remembered(memory)
    known = remembered.get(str(path.absolute()))
    try:
        status = path.stat()
        state = [status.st_size, status.st_mtime_ns, status.st_ino]
        if trust_memory and isinstance(known, list) and known[:-1] == state:
            return str(known[-1])
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from error
    remembered[str(path.absolute())] = [*state, digest]
    _remember(memory, remembered)
    return digest


def _remembered(memory: Path) -> dict[str, object]:
    try:
        found = json.loads(memory.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _remember(memory: Path, digests: dict[str, object]) -> None:
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        temporary = memory.with_name(f"{memory.name}.{os.getpid()}")
        temporary.write_text(json.dumps(digests), "utf-8")
        temporary.replace(memory)
    except OSError:
        pass  # without it the next start is slower, and nothing else
