"""Options: those of every command, which may stand before or after it, and those of several."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rag.cli.terminal import standard_input, tell

if TYPE_CHECKING:
    from rag.library import Library
    from rag.snapshot import Filter

DEFAULT_LIBRARY = "indexes/default"
MOST_TEXT = 1_000_000  # bytes of a question; far more than any model reads

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(slots=True)
class Settings:
    """What the options of every command say.

    Attributes:
        library_is_named: whether an option or the environment names the library.
        when_stopped: what to say after Ctrl-C.
    """

    library: str = DEFAULT_LIBRARY
    library_is_named: bool = False
    model: str | None = None
    encoder: str | None = None
    quiet: bool = False
    debug: bool = False
    when_stopped: str = "stopped"

    def notice(self, text: str) -> None:
        """Shows a line on standard error, unless --quiet."""
        if not self.quiet:
            tell(text)

    def existing(self) -> Library:
        """The library that is named.

        Raises:
            LibraryError: there is none, or it can't be opened.
        """
        return self._opened(create=False)

    def made(self) -> Library:
        """The library that is named, made if there is none."""
        return self._opened(create=True)

    def _opened(self, *, create: bool) -> Library:
        from rag.library import Library

        return Library.open(
            self.library,
            create=create,
            encoder=self.encoder,
            model=self.model,
            notice=self.notice,
        )


passed = click.make_pass_decorator(Settings, ensure=True)


def _set(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    # Before the command or after it: the later one counts, and one left out changes nothing.
    settings = ctx.ensure_object(Settings)
    if value and parameter.name and not ctx.resilient_parsing:
        setattr(settings, parameter.name, value)
        settings.library_is_named |= parameter.name == "library"


def everywhere(
    *, outermost: bool = False, library: bool = True, model: bool = False
) -> Callable[[F], F]:
    """Adds the options of every command.

    Args:
        outermost: on `rag` itself: all are in the help, and the environment counts.
        library, model: the command uses one, so its help shows that option.
    """
    variable = {"envvar": "RAG_LIBRARY", "show_envvar": True} if outermost else {}
    common: dict[str, Any] = {"expose_value": False, "callback": _set, "is_eager": True}
    rare = {**common, "hidden": not outermost}
    environment = " [env var: RAG_MODEL]" if outermost else ""
    options = [
        click.option(
            "--library",
            metavar="PATH",
            help=f"The library's folder; {DEFAULT_LIBRARY} if not given.",
            **{**common, **variable, "hidden": not library},
        ),
        click.option(
            "--model",
            metavar="NAME|PATH",
            help=f"A model that `rag models` lists, or a GGUF file.{environment}",
            **{**common, "hidden": not (outermost or model)},
        ),
        click.option(
            "--encoder",
            metavar="PATH",
            help="Folder of a sentence-transformers model."
            + (" [env var: RAG_ENCODER]" if outermost else ""),
            **rare,
        ),
        click.option("-q", "--quiet", is_flag=True, help="No notices, no progress.", **rare),
        click.option("--debug", is_flag=True, help="Show where an error comes from.", **rare),
    ]
    return _all(options)


def _all(options: Sequence[Callable[[F], F]]) -> Callable[[F], F]:
    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def _first_day(written: str) -> datetime.date:
    return _day(written, last=False)


def _last_day(written: str) -> datetime.date:
    return _day(written, last=True)


def _day(written: str, *, last: bool) -> datetime.date:
    """A day; of a month or a year its first or last one."""
    if not re.fullmatch(r"\d{4}(-\d\d?){0,2}", written, re.ASCII):
        raise click.BadParameter(f"{written!r} is not a date such as 2024-12-31, 2024-12 or 2024.")
    year, month, day = (*map(int, written.split("-")), 0, 0)[:3]
    month = month or (12 if last else 1)
    try:
        end = calendar.monthrange(year, month)[1]
        return datetime.date(year, month, day or (end if last else 1))
    except ValueError as error:
        raise click.BadParameter(f"{written!r} is not in the calendar.") from error


def filtering(command: F) -> F:
    """Adds the options that say which articles count; see `chosen`."""
    options = [
        click.option("--since", type=_first_day, metavar="DATE", help="Not before this day."),
        click.option("--until", type=_last_day, metavar="DATE", help="Not after this day."),
        click.option("--source", metavar="TEXT", help="Only where the source contains this."),
        click.option("--title", metavar="TEXT", help="Only where the title contains this."),
        click.option(
            "--article",
            multiple=True,
            metavar="REF",
            help="Only this article or folder: an id, a path or a title. May be repeated.",
        ),
    ]
    return _all(options)(command)


def chosen(
    library: Library,
    *,
    since: datetime.date | None,
    until: datetime.date | None,
    source: str | None,
    title: str | None,
    article: Sequence[str],
) -> Filter:
    """The filter that the options of `filtering` mean."""
    from rag.snapshot import Filter

    if since and until and since > until:
        raise click.UsageError(f"No day lies between {since} and {until}.")
    source, title = (readable(text) if text else None for text in (source, title))
    return Filter(since, until, source, title, tuple(meant(library, article)))


def meant(library: Library, references: Sequence[str]) -> list[str]:
    """The ids of the articles that some references mean.

    Raises:
        NotFound: nothing answers to one of them.
    """
    from rag.errors import NotFound
    from rag.read.files import printable

    ids: dict[str, None] = {}
    for reference in references:
        try:
            ids.update(dict.fromkeys(library.find([printable(reference)])))
        except NotFound as error:
            if not Path(reference).exists():
                raise
            remedy = "add it with `rag add`"
            raise NotFound("this is not in the library", where=reference, remedy=remedy) from error
    return list(ids)


def readable(argument: str) -> str:
    """An argument as text, even where it wasn't one: its bytes that are no UTF-8 are replaced."""
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def from_input(words: Sequence[str], what: str) -> str:
    """The words as one text; standard input if the only one is "-"."""
    if tuple(words) != ("-",):
        return readable(" ".join(words))
    return standard_input(f"type the {what}, then Ctrl-D", MOST_TEXT).decode("utf-8", "replace")
