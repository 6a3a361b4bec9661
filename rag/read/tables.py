"""Reads tables (.csv, .tsv) and JSON Lines: each row is an article."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from rag.errors import DamagedFile, UnsupportedFormat
from rag.read.canonical import normalise
from rag.read.draft import Draft, Source
from rag.read.encoding import decode
from rag.read.metadata import language_code, parse_date
from rag.read.unwrap import unwrap

TEXT_COLUMNS: Final = ("text", "content", "body", "article", "description")
_TITLES: Final = ("title", "headline")
_DATES: Final = ("date", "published", "pubdate", "publish_date", "publication_date")
_AUTHORS: Final = ("author", "authors", "byline")
_SOURCES: Final = ("source", "publication", "publisher", "url", "link")
_LANGUAGES: Final = ("language", "lang")
_DELIMITERS: Final = (",", ";", "\t", "|")
_COLUMNS_SHOWN: Final = 30
_ROWS_SHOWN: Final = 10

Row = Mapping[str, object]


def read_csv(source: Source) -> Iterator[Draft]:
    """An article for each row; the first row names the columns.

    The delimiter is the one of comma, semicolon, tab and bar that gives the columns.
    """
    text = _decoded(source)
    delimiter = max(_DELIMITERS, key=lambda mark: _known_columns(text, mark, source.text_column))
    return _read_table(source, text, delimiter)


def read_tsv(source: Source) -> Iterator[Draft]:
    """An article for each row of a table whose cells are separated by tabs."""
    return _read_table(source, _decoded(source), "\t")


def read_jsonl(source: Source) -> Iterator[Draft]:
    """An article for each line; a line that isn't a JSON object is warned about."""
    lines = _decoded(source).split("\n")  # not splitlines(): a JSON string may hold U+2028
    rows: list[tuple[int, Row]] = []
    broken: list[int] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            row = _json_object(line)
            rows.append((number, row)) if row is not None else broken.append(number)
    if broken and not rows:
        raise DamagedFile("none of its lines is a JSON object", remedy="get the file again")
    if broken:
        source.warn(_about(broken, "line", "isn't a JSON object", "aren't JSON objects"))
    columns = list(dict.fromkeys(key for _, row in rows for key in row))
    return _drafts(source, rows, columns, "line")


def _decoded(source: Source) -> str:
    text, warning = decode(source.data, source.content_type)
    if warning:
        source.warn(warning)
    return text


def _known_columns(text: str, delimiter: str, text_column: str | None) -> tuple[int, int]:
    """How well a delimiter suits a table: columns with a known name, then columns at all."""
    known = {*TEXT_COLUMNS, *_TITLES, *_DATES, *_AUTHORS, *_SOURCES, *_LANGUAGES}
    if text_column:
        known.add(_key(text_column))
    header = _header(csv.reader(io.StringIO(text[:100_000], newline=""), delimiter=delimiter))
    return sum(_key(name) in known for name in header), len(header)


def _header(rows: Iterator[list[str]]) -> list[str]:
    try:
        return [name.strip() for name in next(rows, [])]
    except csv.Error:
        return []


def _read_table(source: Source, text: str, delimiter: str) -> Iterator[Draft]:
    csv.field_size_limit(source.limits.file_bytes)
    is_unquoted = delimiter == "\t" and _is_unquoted(text)
    rows = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_NONE if is_unquoted else csv.QUOTE_MINIMAL,
    )
    columns = _header(rows)
    return _drafts(source, _table_rows(source, rows, columns), columns, "row")


def _is_unquoted(text: str) -> bool:
    """Whether the quotation marks between tabs are only text: as quotes they don't work out."""
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True):
            pass
    except csv.Error:
        return True
    return False


def _table_rows(
    source: Source, rows: Iterator[list[str]], columns: list[str]
) -> Iterator[tuple[int, Row]]:
    number = 0
    longer: list[int] = []
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            break
        except csv.Error:
            source.warn(f"row {number} is broken and is missing")
            continue
        if any(cell.strip() for cell in cells[len(columns) :]):
            longer.append(number)
        if any(cell.strip() for cell in cells):
            # The first of several columns of one name counts, as in `_find`.
            yield number, dict(zip(reversed(columns[: len(cells)]), reversed(cells[: len(columns)]),
                                   strict=True))  # fmt: skip
    if longer:
        beyond = "more cells than there are columns"
        source.warn(_about(longer, "row", f"has {beyond}", f"have {beyond}", lost="cut off"))


def _json_object(line: str) -> Row | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _drafts(
    source: Source, rows: Iterable[tuple[int, Row]], columns: list[str], unit: str
) -> Iterator[Draft]:
    find = _finder(columns)
    wanted = (source.text_column,) if source.text_column else TEXT_COLUMNS
    text_column = find(wanted)
    if text_column is None:
        raise _no_text_column(source.text_column, columns)
    title, date, author = find(_TITLES), find(_DATES), find(_AUTHORS)
    publication, language = find(_SOURCES), find(_LANGUAGES)
    empty: list[int] = []
    for number, row in rows:
        text = row.get(text_column)
        if not isinstance(text, str) or not text.strip():
            empty.append(number)
            continue
        yield Draft(
            unwrap(normalise(text)),
            title=_string(_cell(row, title)),
            date=parse_date(_cell(row, date)),
            author=_string(_cell(row, author)),
            source=_string(_cell(row, publication)),
            language=language_code(_cell(row, language)),
            number=number,
        )
    if empty:
        source.warn(_about(empty, unit, "has no text", "have no text"))


def _finder(columns: list[str]) -> Callable[[Iterable[str]], str | None]:
    by_key: dict[str, str] = {}
    for column in columns:
        by_key.setdefault(_key(column), column)

    def find(names: Iterable[str]) -> str | None:
        return next((by_key[_key(name)] for name in names if _key(name) in by_key), None)

    return find


def _key(column: str) -> str:
    return column.strip().strip("\ufeff").casefold()


def _cell(row: Row, column: str | None) -> object:
    # No column isn't the one without a name, in which pandas writes the numbers of the rows.
    return None if column is None else row.get(column)


def _string(value: object) -> str | None:
    if isinstance(value, list):
        return ", ".join(item for item in value if isinstance(item, str)) or None
    return value if isinstance(value, str) else None


def _no_text_column(wanted: str | None, columns: list[str]) -> UnsupportedFormat:
    shown = ", ".join(columns[:_COLUMNS_SHOWN]) or "none"
    what = f'it has no column "{wanted}"' if wanted else "no column of it is known to hold text"
    return UnsupportedFormat(
        f"{what}; its columns are: {shown}", remedy="name the column that holds the text"
    )


def _about(numbers: list[int], unit: str, one: str, many: str, lost: str = "missing") -> str:
    if len(numbers) == 1:
        return f"{unit} {numbers[0]} {one} and is {lost}"
    shown = ", ".join(map(str, numbers[:_ROWS_SHOWN]))
    more = f" and {len(numbers) - _ROWS_SHOWN} more" if len(numbers) > _ROWS_SHOWN else ""
    return f"{unit}s {shown}{more} {many} and are {lost}"
