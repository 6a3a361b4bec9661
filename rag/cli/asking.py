"""`rag ask`, `rag summarize` and `rag search`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from rag.cli import summarizing, terminal
from rag.cli.command import Explained, at_interrupt
from rag.cli.settings import (
    Settings,
    as_json,
    chosen,
    everywhere,
    filtering,
    from_input,
    meant,
    passed,
    readable,
)
from rag.cli.terminal import clean, line, say, say_json

if TYPE_CHECKING:
    from rag.answer import Trace
    from rag.ask import AnswerStream
    from rag.citation import Citation
    from rag.library import Library
    from rag.search import Hit, Match
    from rag.snapshot import Filter
    from rag.summary import Style

SHOWN = 2  # sentences of a hit
NOTHING = "Nothing found."


@click.command(
    cls=Explained,
    prints="The answer as it is written, with marks such as [1]; then, by their marks, the "
    "citations: title, date, file with the characters from-to, and the quote. If the articles "
    'don\'t say, "Not in the articles." and the passages that came nearest.',
    examples=(
        'rag ask "How many soldiers were wounded?"',
        "rag ask who won the election --since 2024-06 --source Reuters",
        'rag ask "When does it open?" --article articles/museum.md --json',
    ),
)
@click.argument("question", nargs=-1, required=True)
@click.option("--no-stream", is_flag=True, help="Print the answer when it is complete.")
@click.option(
    "--doubt",
    type=click.FloatRange(0, 1),
    metavar="0-1",
    help="How likely it may be that no sentence answers before the articles are taken not to say; "
    "1 always answers.  [default: 0.9]",
)
@filtering
@as_json
@everywhere(model=True)
@passed
def ask(
    settings: Settings,
    /,
    question: tuple[str, ...],
    no_stream: bool,
    doubt: float | None,
    as_json: bool,
    **filters: Any,
) -> None:
    """Answer a question from the articles, with the exact places it rests on.

    QUESTION may be several words without quotes; "-" reads it from standard input.
    """
    from rag.ask import DOUBT, check_question

    asked = check_question(from_input(question, "question"))
    library = settings.existing()
    filter = chosen(library, **filters)
    doubt = DOUBT if doubt is None else doubt
    stream = library.ask(asked, filter=filter, doubt=doubt, stream=True)
    # A KeyboardInterrupt would be lost in the functions that llama.cpp calls back.
    with at_interrupt(stream.cancel):
        if not (as_json or no_stream):
            _show(stream)
        answer = stream.answer
    if as_json:
        say_json(answer.to_dict())
    elif no_stream:
        say(clean(answer.text))
    _warn(settings, answer.trace)
    if as_json:
        return
    if (meant := answer.trace.asked) and meant != answer.question:
        settings.notice(f"understood as: {line(meant)}")
    _list(answer.citations)
    if answer.abstained and answer.nearest:
        say("\nNearest passages, which may not answer it:")
        for cited in answer.nearest:
            say(f"\n- {terminal.citation(cited)}")


def _show(stream: AnswerStream) -> None:
    """Prints an answer piece by piece as it comes."""
    written = False
    try:
        for piece in stream:
            click.echo(clean(piece), nl=False)
            written = True
    finally:
        if written:
            say()


def _list(citations: Sequence[Citation]) -> None:
    for number, cited in enumerate(citations, 1):
        say(f"\n[{number}] {terminal.citation(cited)}")


def _warn(settings: Settings, trace: Trace) -> None:
    for warning in trace.warnings:
        settings.notice(f"warning: {line(warning)}")


@click.command(
    cls=Explained,
    prints="The summary with marks such as [1]; of articles on one event also what all say, where "
    "their figures differ, and what only one says; then, by their marks, the citations: title, "
    "date, file with the characters from-to, and the quote. On standard error, how many "
    "sentences were read. Ctrl-C stops; of a large collection what was read is kept, and the same "
    "command goes on from there.",
    examples=(
        "rag summarize articles/korea.md",
        "rag summarize --search 'prisoner exchange' --length headline",
        "rag summarize articles/ --about 'what it cost' --length long",
        "rag summarize --since 2024-06 --until 2024-07",
        "rag summarize --since 2024 --style timeline --length long",
        "rag summarize articles/korea.md --style key-facts",
        "rag summarize --all --json",
    ),
)
@click.argument("references", nargs=-1, metavar="[REF]...")
@click.option("--all", "everything", is_flag=True, help="The whole library; this can take long.")
@click.option("--search", metavar="TEXT", help="Only articles that a search for this finds.")
@click.option("--about", metavar="TOPIC", help="Only what concerns this topic.")
@click.option(
    "--length",
    default="short",
    show_default=True,
    metavar="headline|short|long|N",
    help="How long: N is about so many words.",
)
@click.option(
    "--style",
    type=click.Choice(["prose", "bullets", "timeline", "key-facts"]),
    default="prose",
    show_default=True,
    help="Sentences in a row, or a line each; dated events in order; a table of who, what, where, "
    "when and how many.",
)
@filtering
@as_json
@everywhere(model=True)
@passed
def summarize(
    settings: Settings,
    /,
    references: tuple[str, ...],
    everything: bool,
    search: str | None,
    about: str | None,
    length: str,
    style: Style,
    as_json: bool,
    **filters: Any,
) -> None:
    """Summarise articles, every sentence with the places it rests on.

    REF is an article's id, path or title, or a folder. Without one, --search, --all or a filter
    such as --since says which articles are meant; together, only articles that all of them admit.
    """
    from rag.summarize import words_of

    if not (references or everything or search or any(filters.values())):
        raise click.UsageError("Name an article, or give --search TEXT, or --all for everything.")
    if references and everything:
        raise click.UsageError("--all and an article together make no sense.")
    settings.when_stopped = "stopped; of a large collection, what was read is kept"
    words_of(length)  # before a library is opened and read
    library = settings.existing()
    wanted = _admitted(library, references, chosen(library, **filters))
    stop = threading.Event()
    with (
        at_interrupt(stop.set),
        terminal.progress(" sentences", shown=not settings.quiet) as advance,
    ):
        summary = library.summarize(
            wanted.articles if references and search is None else (),
            search=None if search is None else readable(search),
            about=readable(about) if about else None,
            length=length,
            style=style,
            filter=wanted,
            report=lambda read, total: advance(read, total, ""),
            stop=stop,
        )
    if as_json:
        say_json(summary.to_dict())
    else:
        say(summarizing.shown(summary))
        _list(summary.citations)
        settings.notice(summarizing.coverage(summary))
    _warn(settings, summary.trace)


def _admitted(library: Library, references: Sequence[str], filter: Filter) -> Filter:
    """The filter narrowed to some articles, which it may admit or not."""
    from rag.errors import NotFound

    if not references:
        return filter
    ids = meant(library, references)
    admitted = {listing.id for listing in library.articles(filter)}
    if left := tuple(id for id in ids if id in admitted):
        return replace(filter, articles=left)
    raise NotFound(
        "the filter leaves none of these articles",
        where=", ".join(references),
        remedy="widen it",
    )


@click.command(
    cls=Explained,
    prints="For each passage, best first: the title, date and id of its article, the sentences in "
    "it that fit best, where they are, and how it came to its place: rank (score) by meaning "
    "and by words.",
    examples=(
        "rag search prisoner exchange",
        "rag search 'wounded soldiers' -k 3 --since 2024-12",
        "rag search ceasefire --json",
    ),
)
@click.argument("text", nargs=-1, required=True)
@click.option(
    "-k", type=click.IntRange(1), default=8, show_default=True, help="At most so many passages."
)
@filtering
@as_json
@everywhere()
@passed
def search(
    settings: Settings, /, text: tuple[str, ...], k: int, as_json: bool, **filters: Any
) -> None:
    """Find the passages that fit a text, by meaning and by words.

    TEXT may be several words without quotes; "-" reads it from standard input.
    """
    from rag.ask import check_question, hit_dict

    query = check_question(from_input(text, "text"))
    library = settings.existing()
    found = library.search(query, k=k, filter=chosen(library, **filters))
    for warning in found.warnings:
        settings.notice(f"warning: {line(warning)}")
    if as_json:
        milliseconds = {step: round(spent, 2) for step, spent in found.milliseconds.items()}
        hits = [hit_dict(hit) for hit in found.hits]
        say_json({"query": query, "hits": hits, "milliseconds": milliseconds})
    elif found.hits:
        say("\n\n".join(_hit(number, hit) for number, hit in enumerate(found.hits, 1)))
    else:
        say(NOTHING)


def _hit(number: int, hit: Hit) -> str:
    from rag.citation import Source

    source = Source.of(hit.article)
    where = terminal.place(source.path, source.id)
    span = f"{hit.passage.start}-{hit.passage.end}"
    lines = [
        f"{number}. {terminal.heading(source)} ({source.id}) — {where}:{span}",
        f"    {_sentences(hit)}",
        f"    {_ranks(hit)}",
    ]
    if hit.copies:
        lines.append(f"    the same in {', '.join(hit.copies)}")
    return "\n".join(lines)


def _sentences(hit: Hit) -> str:
    """The best sentences of a hit as they follow each other, the very best highlighted."""
    shown = sorted(hit.matches[:SHOWN], key=lambda match: match.number)
    written = [_sentence(hit, match) for match in shown]
    neighbours = len(shown) == 2 and shown[1].number == shown[0].number + 1
    return (" " if neighbours else " … ").join(written)


def _sentence(hit: Hit, match: Match) -> str:
    text = line(match.sentence.quote(hit.article))
    # click leaves the style out where standard output isn't a terminal.
    return click.style(text, bold=True) if match is hit.matches[0] else text


def _ranks(hit: Hit) -> str:
    scores = hit.scores
    ranks = [
        f"{name} #{rank} ({score:.2f})"
        for name, rank, score in (
            ("meaning", scores.dense_rank, scores.dense),
            ("words", scores.words_rank, scores.words),
        )
        if rank is not None and score is not None
    ]
    return " · ".join([*ranks, f"total {scores.total:.2f}"])
