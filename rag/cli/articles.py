"""`rag list`, `rag show` and `rag remove`: the articles of a library one by one."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import click

from rag.cli.command import FAILED, Explained
from rag.cli.settings import Settings, as_json, chosen, everywhere, filtering, meant, passed
from rag.cli.terminal import (
    clean,
    counted,
    line,
    place,
    say,
    say_exactly,
    say_json,
    table,
    tell,
)

if TYPE_CHECKING:
    from rag.article import Article
    from rag.snapshot import Listing

NAMED = 10  # articles named before they are removed


@click.command(
    name="list",
    cls=Explained,
    prints="A line for each article, newest first: id, date, characters, title, file.",
    examples=("rag list", "rag list --source Reuters --since 2024", "rag list --json"),
)
@filtering
@as_json
@everywhere()
@passed
def list_(settings: Settings, /, as_json: bool, **filters: Any) -> None:
    """List the articles in the library."""
    library = settings.existing()
    listings = library.articles(chosen(library, **filters))
    if as_json:
        say_json({"articles": [_listing_dict(listing) for listing in listings]})
    elif listings:
        say("\n".join(map(_listing, listings)))
    else:
        tell("no articles")


def _listing(listing: Listing) -> str:
    date = listing.date.isoformat() if listing.date else "-"
    more = f" and {len(listing.paths) - 1} more" if len(listing.paths) > 1 else ""
    where = f" — {place(listing.paths[0], listing.id)}{more}" if listing.paths else ""
    size = f"{listing.characters:,}"
    return f"{listing.id}  {date:10}  {size:>9}  {line(listing.title)}{where}"


def _listing_dict(listing: Listing) -> dict[str, Any]:
    return {
        "id": listing.id,
        "title": listing.title,
        "date": listing.date.isoformat() if listing.date else None,
        "author": listing.author,
        "source": listing.source,
        "language": listing.language,
        "paths": list(listing.paths),
        "characters": listing.characters,
        "sentences": listing.sentences,
        "passages": listing.passages,
    }


def _range(written: str) -> tuple[int, int]:
    """Two code points, as A:B or, as citations write it, A-B."""
    found = re.fullmatch(r"(\d{1,12})[:-](\d{1,12})", written, re.ASCII)
    if found is None or int(found[1]) > int(found[2]):
        raise click.BadParameter(f"{written!r} is not a range such as 120:180.")
    return int(found[1]), int(found[2])


@click.command(
    cls=Explained,
    prints="What is known of the article, and its text. With --text the canonical text alone, "
    "exactly, in UTF-8 and without a newline added: the text that the start and end of "
    "citations count in, in code points. With --span exactly that part of it.",
    examples=(
        "rag show articles/korea.md",
        "rag show 3f2a91c07b4d --text > korea.txt",
        "rag show articles/korea.md --span 120:180",
    ),
)
@click.argument("reference", metavar="REF")
@click.option("--text", is_flag=True, help="The canonical text, exactly.")
@click.option("--span", type=_range, metavar="A:B", help="Code points A to B (exclusive).")
@as_json
@everywhere()
@passed
def show(
    settings: Settings,
    /,
    reference: str,
    text: bool,
    span: tuple[int, int] | None,
    as_json: bool,
) -> None:
    """Show an article: REF is its id (or the start of it), its path or its title."""
    if text and (span or as_json):
        raise click.UsageError("--text goes with neither --span nor --json.")
    article = settings.existing().article(_only(settings, reference))
    if span and span[1] > len(article.text):
        raise click.UsageError(f"The text ends at {len(article.text)}.")
    if as_json:
        say_json(_article_dict(article, span))
    elif span:
        say_exactly(article.text[slice(*span)])
    elif text:
        say_exactly(article.text)
    else:
        say(_described(article))


def _only(settings: Settings, reference: str) -> str:
    """The id of the one article that is meant; the reference itself if that isn't clear."""
    ids = meant(settings.existing(), [reference])
    return ids[0] if len(ids) == 1 else reference


def _described(article: Article) -> str:
    facts = (
        ("title", article.title),
        ("date", article.date.isoformat() if article.date else None),
        ("author", article.author),
        ("source", article.source),
        ("language", article.language),
        ("file", article.path and place(article.path, article.id)),
        ("id", article.id),
        ("length", counted(len(article.text), "character")),
    )
    known = table((name, line(value)) for name, value in facts if value)
    return f"{known}\n\n{clean(article.text)}"


def _article_dict(article: Article, span: tuple[int, int] | None) -> dict[str, Any]:
    described: dict[str, Any] = {
        "id": article.id,
        "title": article.title,
        "date": article.date.isoformat() if article.date else None,
        "author": article.author,
        "source": article.source,
        "language": article.language,
        "path": article.path,
        "characters": len(article.text),
    }
    if span is None:
        return {**described, "text": article.text}
    start, end = span
    return {**described, "start": start, "end": end, "quote": article.text[start:end]}


@click.command(
    cls=Explained,
    prints="The id and title of each article that was removed.",
    examples=("rag remove articles/old.md", "rag remove articles/2019/ --yes"),
)
@click.argument("references", nargs=-1, required=True, metavar="REF...")
@click.option("--yes", is_flag=True, help="Don't ask.")
@everywhere()
@passed
def remove(settings: Settings, /, references: tuple[str, ...], yes: bool) -> None:
    """Remove articles from the library; their files stay where they are.

    REF is an article's id, path or title, or a folder. If one means nothing, nothing is removed.
    On a terminal you are asked first when several articles are meant.
    """
    library = settings.existing()
    ids = meant(library, references)
    titles = {listing.id: line(listing.title) for listing in library.articles()}
    if len(ids) > 1 and not yes and sys.stdin is not None and sys.stdin.isatty():
        for id in ids[:NAMED]:
            tell(f"{id}  {titles[id]}")
        if len(ids) > NAMED:
            tell(f"… and {len(ids) - NAMED} more")
        if not click.confirm(f"Remove {counted(len(ids), 'article')}?", err=True):
            tell("nothing was removed")
            raise click.exceptions.Exit(FAILED)
    for id in library.remove(ids):
        say(f"removed {id}  {titles.get(id, '')}")
