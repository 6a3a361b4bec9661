"""Reads PDF files that hold text."""

from __future__ import annotations

import io
import re
from typing import Final

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError

from rag.errors import DamagedFile, UnsupportedFormat
from rag.read.draft import Draft, Source
from rag.read.metadata import language_code, parse_date
from rag.read.pdf_lines import Line, page_lines
from rag.read.pdf_text import flowing_text, without_margins

_NOTHING = re.compile(
    r"(?:\(?anonymous\)?|unspecified|untitled|document\d*|microsoft (?:word|powerpoint) - .*|title|"
    r".*\.(?:docx?|pdf|indd|tex|dvi|qxd|rtf|odt|ppt|pptx|pages))",
    re.IGNORECASE,
)
_HEADING_RATIO: Final = 1.2  # of the size of a heading to the size of most text
_PAGES_NAMED: Final = 10
# What pypdf was seen to raise on damaged files, of which it checks little.
_Failures = (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError,
             ArithmeticError, LookupError, RecursionError, AssertionError, OSError,
             NotImplementedError)  # fmt: skip


def read_pdf(source: Source) -> list[Draft]:
    """One article: paragraphs put together from lines, in the order in which the page has them.

    Raises:
        DamagedFile: broken or password-protected.
        UnsupportedFormat: there are only pictures of text in it.
    """
    reader = _opened(source.data)
    pages: list[list[Line]] = []
    empty: list[int] = []
    for number, page in enumerate(reader.pages, start=1):
        try:
            lines = page_lines(page)
        except _Failures:
            source.warn(f"page {number} could not be read and is missing")
            continue
        if not lines:
            empty.append(number)
        pages.append(lines)
    if not any(pages):
        _refuse_empty(pages)
    if empty:
        source.warn(_without_text(empty))
    body = without_margins(pages)
    draft = _metadata(reader)
    draft.text = flowing_text(body)
    draft.title = draft.title or _largest_line(body)
    return [draft]


def _opened(data: bytes) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        # Many files are encrypted with an empty password, only to forbid printing.
        locked = reader.is_encrypted and not reader.decrypt("")
        if not locked and len(reader.pages) > 0:
            return reader
    except DependencyError:
        locked = True
    except _Failures as error:
        raise DamagedFile("it is cut off or broken", remedy="get the file again") from error
    if locked:
        raise DamagedFile("it is password-protected", remedy="save a copy without a password")
    raise DamagedFile("it has no pages", remedy="get the file again")


def _refuse_empty(pages: list[list[Line]]) -> None:
    if not pages:
        raise DamagedFile("none of its pages can be read", remedy="get the file again")
    raise UnsupportedFormat(
        "it holds no text; it is probably scanned",
        remedy="run OCR on it, with ocrmypdf for instance",
    )


def _without_text(pages: list[int]) -> str:
    if len(pages) == 1:
        return f"page {pages[0]} holds no text; it may be a picture or scanned"
    named = ", ".join(map(str, pages[:_PAGES_NAMED])) + (
        f" and {len(pages) - _PAGES_NAMED} more" if len(pages) > _PAGES_NAMED else ""
    )
    return f"pages {named} hold no text; they may be pictures or scanned"


def _metadata(reader: PdfReader) -> Draft:
    draft = Draft("")
    try:
        draft.language = language_code(reader.root_object.get("/Lang"))
        if (stated := reader.metadata) is None:
            return draft
        draft.title, draft.author = _meant(stated.title), _meant(stated.author)
        draft.date = parse_date(stated.creation_date)
    except _Failures:
        pass  # the text doesn't depend on it
    return draft


def _meant(stated: str | None) -> str | None:
    """A title or an author, unless a program put something there by itself."""
    text = " ".join((stated or "").split())
    return None if _NOTHING.fullmatch(text) else text


def _largest_line(pages: list[list[Line]]) -> str | None:
    """The heading of the first page: neighbouring lines in its largest type, if it stands out."""
    first = next((page for page in pages if page), [])
    if not first:
        return None
    sizes = sorted(line.size for page in pages for line in page for _ in line.text)
    largest = max(line.size for line in first)
    if largest < sizes[len(sizes) // 2] * _HEADING_RATIO:
        return None
    start = next(i for i, line in enumerate(first) if line.size == largest)
    heading = []
    for line in first[start : start + 3]:
        if line.size != largest:
            break
        heading.append(line.text)
    return " ".join(heading)
