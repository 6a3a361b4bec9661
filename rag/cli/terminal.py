"""What the command prints: results on standard output, everything else on standard error.

Titles, paths and texts come from anywhere. What is shown to people loses the characters that
steer a terminal or turn the direction of text; in JSON they are escaped, which changes nothing.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rag.citation import Citation, Source

# C0 and C1 but tab and newline, the direction overrides and isolates, and halves of characters.
_HOSTILE = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_STRIPPED = re.compile(f"[{_HOSTILE}]")
_ESCAPED = re.compile(f"[{_HOSTILE}\u2028\u2029]")


def clean(text: str) -> str:
    """Text without the characters that steer a terminal.

    >>> clean("a\\x1b[31mb\\u202ec")
    'a[31mbc'
    """
    return _STRIPPED.sub("", text)


def line(text: str) -> str:
    """The same on one line."""
    return " ".join(clean(text).split())


def say(text: str = "") -> None:
    """Prints a part of the result. What is in it of others must be clean."""
    click.echo(text)


def tell(text: str) -> None:
    """Prints a line that isn't the result."""
    click.echo(clean(text), err=True)


def say_json(value: object) -> None:
    """Prints the result as one JSON object."""
    written = json.dumps(value, ensure_ascii=False, indent=2)
    click.echo(_ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", written))


def say_exactly(text: str) -> None:
    """Prints a text character by character, and nothing else."""
    click.echo(text.encode(), nl=False)


def standard_input(hint: str, limit: int) -> bytes:
    """At most `limit` bytes of standard input; a person who is to type them is told so."""
    if sys.stdin is None:  # closed by who started us
        return b""
    if sys.stdin.isatty():
        tell(hint)
    return sys.stdin.buffer.read(limit)


def place(path: str | None, id: str) -> str:
    """Where an article was read from, as short as it can be said here, or its id."""
    if not path:
        return id
    try:
        return line(str(Path(path).relative_to(Path.cwd())))
    except (ValueError, OSError):
        return line(path)


def heading(source: Source) -> str:
    """An article's title and date, for people."""
    date = f", {source.date.isoformat()}" if source.date else ""
    return f'"{line(source.title)}"{date}'


def citation(cited: Citation) -> str:
    """A citation, for people: title, date, place, and on a line below it the quote."""
    where = place(cited.article.path, cited.article.id)
    return f"{heading(cited.article)} — {where}:{cited.start}-{cited.end}\n    {line(cited.quote)}"


def counted(number: int, noun: str) -> str:
    """A number with its noun.

    >>> counted(1, "file"), counted(1200, "copy")
    ('1 file', '1,200 copies')
    """
    if number != 1:
        noun = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun}"


def table(rows: Iterable[tuple[str, str]]) -> str:
    """Names and values in two columns."""
    some = list(rows)
    width = max((len(name) for name, _ in some), default=0)
    return "\n".join(f"{name:{width}}  {value}".rstrip() for name, value in some)


Advance = Callable[[int, int, str], None]


@contextmanager
def progress(unit: str, *, shown: bool, scaled: bool = False) -> Iterator[Advance]:
    """A bar on standard error while something runs; nothing where that isn't a terminal.

    Gives a function that takes how much is done, of how much, and a remark. The bar appears when
    it is first called.

    Args:
        scaled: counts in thousands and millions, as for bytes.
    """
    if not shown or not sys.stderr.isatty():
        yield lambda *_: None
        return
    from tqdm import tqdm

    bars: list[Any] = []

    def advance(done: int, total: int, remark: str) -> None:
        if not bars:
            bar = tqdm(
                *(None, None, total),
                initial=done,
                unit=unit,
                unit_scale=scaled,
                leave=False,
                miniters=0,
                dynamic_ncols=True,
                file=sys.stderr,
            )
            bars.append(bar)
        bars[0].set_postfix_str(remark, refresh=False)
        bars[0].update(done - bars[0].n)

    try:
        yield advance
    finally:
        for bar in bars:
            bar.close()


def as_utf8() -> None:
    """Makes standard output UTF-8, which JSON and exact texts have to be, in any locale."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if stream.isatty():
            reconfigure(errors="replace")
        else:
            reconfigure(encoding="utf-8", errors="backslashreplace")
