"""`rag eval check` and `rag eval new`: gold files before anything is measured."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli.command import WRONG_USE, Explained
from rag.cli.settings import Settings, as_json, everywhere, passed
from rag.cli.terminal import clean, counted, line, say, say_json, tell

if TYPE_CHECKING:
    from rag.evaluate import Corpus
    from rag.evaluate.config import Config


gold_file = click.argument("gold", type=click.Path(path_type=Path), metavar="GOLD")
own_articles = click.option(
    "--articles",
    multiple=True,
    metavar="PATH",
    help="Read these files and folders into a library of their own. May be repeated.",
)


def measured(
    settings: Settings, config: Config, articles: Sequence[str]
) -> tuple[Settings, Sequence[str]]:
    """The articles to make a library of, or none and the library to take: what is named, else what
    is configured."""
    if articles or settings.library_is_named:
        return settings, articles
    if config.articles or not config.library:
        return settings, [str(path) for path in config.articles]
    return replace(settings, library=str(config.library)), []


@click.command(
    cls=Explained,
    prints="What is wrong with each item, a line each: errors make a result mean nothing, warnings "
    "may. The exit code is 2 if there are errors.",
    examples=("rag eval check gold.jsonl --articles articles/",),
)
@gold_file
@own_articles
@as_json
@everywhere()
@passed
def check(settings: Settings, /, gold: Path, articles: Sequence[str], as_json: bool) -> None:
    """Look for mistakes in a gold file itself.

    Quotes that aren't in the article or are there twice, facts that the evidence doesn't say or
    the question does, other sentences that would pass as an answer, repeated questions, drafts.
    The articles are those that `rag eval GOLD` would take.
    """
    from rag.evaluate import load_gold
    from rag.evaluate.config import read_config
    from rag.evaluate.lint import check as lint

    items = load_gold(gold)
    found = lint(items, _corpus(*measured(settings, read_config(gold), articles)))
    errors = sum(one.severity == "error" for one in found)
    if as_json:
        say_json({"items": len(items.items), "findings": [asdict(one) for one in found]})
    else:
        for one in found:
            say(f"line {one.line}: {one.severity}: {clean(one.item)}: {line(one.what)}")
        doubts = counted(len(found) - errors, "warning")
        say(f"{counted(len(items.items), 'item')}: {counted(errors, 'error')}, {doubts}")
    if errors:
        raise click.exceptions.Exit(WRONG_USE)


def _corpus(settings: Settings, articles: Sequence[str]) -> Corpus:
    """The articles named, or those of the library. Nothing is encoded for it."""
    from rag.evaluate import Corpus

    if not articles:
        return Corpus.of(settings.existing())
    from rag.errors import ReadError
    from rag.read import Limits, Reader, discover, load

    found = []
    with Reader(Limits()) as reader:
        for path in discover(articles):
            try:
                if isinstance(path, ReadError):
                    raise path
                read = reader.read(load(path, Limits()), str(path)).articles
            except ReadError as error:
                tell(f"failed: {line(str(error))}")
            else:
                found += [(article, [article.path or str(path)]) for article in read]
    return Corpus(found)


@click.command(
    cls=Explained,
    prints="Items to correct, as JSON lines: write the question for each, or delete it.",
    examples=("rag eval new articles/ > gold.jsonl",),
)
@click.argument("articles", nargs=-1, required=True, metavar="PATHS...")
@click.option("--each", type=click.IntRange(1), default=5, help="At most so many an article.")
@everywhere(library=False)
@passed
def new(settings: Settings, /, articles: Sequence[str], each: int) -> None:
    """Draft gold items from articles, with their facts and evidence.

    Each is a sentence with a fact in it, blanked. Turn it into the question you would ask; `rag
    eval check` warns of those still tagged as drafts.
    """
    from rag.evaluate.draft import drafts

    for item in drafts(_corpus(settings, articles).articles.values(), each):
        say(json.dumps(item, ensure_ascii=True))
