"""Which format a file is in: what it holds counts, its name only where that doesn't tell."""

from __future__ import annotations

import enum
import re
from typing import Final

from rag.errors import DamagedFile, UnsupportedFormat
from rag.read.draft import Source


class Kind(enum.Enum):
    """The formats that can be read; the value is how they are called in messages."""

    PLAIN = "plain text"
    MARKDOWN = "Markdown"
    HTML = "HTML"
    PDF = "PDF"
    DOCX = ".docx"
    EPUB = ".epub"
    CSV = "CSV"
    TSV = "TSV"
    JSONL = "JSON Lines"
    FEED = "RSS or Atom"


SUFFIXES: Final = {
    ".txt": Kind.PLAIN,
    ".md": Kind.MARKDOWN,
    ".markdown": Kind.MARKDOWN,
    ".html": Kind.HTML,
    ".htm": Kind.HTML,
    ".xhtml": Kind.HTML,
    ".pdf": Kind.PDF,
    ".docx": Kind.DOCX,
    ".epub": Kind.EPUB,
    ".csv": Kind.CSV,
    ".tsv": Kind.TSV,
    ".jsonl": Kind.JSONL,
    ".ndjson": Kind.JSONL,
    ".xml": Kind.FEED,
    ".rss": Kind.FEED,
    ".atom": Kind.FEED,
}
TABLES: Final = (Kind.CSV, Kind.TSV, Kind.JSONL)

_CONTENT_TYPES: Final = {
    "text/markdown": Kind.MARKDOWN,
    "text/html": Kind.HTML,
    "application/xhtml+xml": Kind.HTML,
    "text/csv": Kind.CSV,
    "text/tab-separated-values": Kind.TSV,
    "application/jsonl": Kind.JSONL,
    "application/x-ndjson": Kind.JSONL,
}
_BINARY: Final = (Kind.PDF, Kind.DOCX, Kind.EPUB)
_HEAD = 4096  # bytes looked at
_BEFORE_ROOT = rb"(?:\s|<\?[^>]{0,2000}>|<!--.{0,2000}?-->)*"
_HTML = re.compile(
    _BEFORE_ROOT + rb"<(?:!doctype\s+html|html|head|body|meta|title)[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
_FEED = re.compile(
    _BEFORE_ROOT
    + rb"(?:<!doctype[^>\[]{0,500}(?:\[.{0,4000}?\]\s*)?>)?"
    + _BEFORE_ROOT
    + rb"<(?:rss|feed|rdf:RDF|atom:feed)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(rb"\s*<\?xml\s")
_OTHERS: Final = (
    (b"{\\rtf", "rich text (RTF)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"BZh", "a bzip2 archive"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def kind_of(source: Source) -> Kind:
    """The format of a file; warns when it isn't the one that its name says.

    Raises:
        UnsupportedFormat: there is no reader for it.
        DamagedFile: its name says that it is a PDF, .docx or .epub, and it holds something else
            that can't be read either.
    """
    named = SUFFIXES.get(source.suffix)
    found = _by_content(source.data)
    if found is None:
        return _by_name(source, named)
    text_named_so = named in (Kind.MARKDOWN, Kind.CSV, Kind.TSV, Kind.JSONL)
    if found is Kind.HTML and text_named_so and named is not Kind.MARKDOWN:
        return _by_name(source, named)
    if named not in (None, found, Kind.FEED):
        source.warn(f"its name ends in {source.suffix}, but it is {found.value} and was read so")
    return found


def _by_content(data: bytes) -> Kind | None:
    head = data[:_HEAD]
    start = head.removeprefix(b"\xef\xbb\xbf")
    if start.lstrip()[:5] == b"%PDF-":
        return Kind.PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _by_zip_content(data)
    if data.startswith(_OLE):
        _refuse_ole(data)
    for magic, name in _OTHERS:
        if head.startswith(magic):
            raise UnsupportedFormat(f"it is {name}", remedy="save it as .docx, .pdf or .txt")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", "ignore").encode("utf-8", "ignore")
    if _FEED.match(start):
        return Kind.FEED
    return Kind.HTML if _HTML.match(start) else None


def _by_zip_content(data: bytes) -> Kind:
    from rag.read.zips import member_names

    names = member_names(data)
    if "word/document.xml" in names:
        return Kind.DOCX
    if "META-INF/container.xml" in names:
        return Kind.EPUB
    if any(name.startswith(("xl/", "ppt/")) for name in names):
        raise UnsupportedFormat("it is a spreadsheet or a presentation", remedy="save it as .csv, "
                                ".docx or .pdf")  # fmt: skip
    raise UnsupportedFormat("it is a zip archive", remedy="unpack it and give the files in it")


def _refuse_ole(data: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise DamagedFile("it is password-protected", remedy="save a copy without a password")
    raise UnsupportedFormat("it is in the format of Word 97 or older", remedy="save it as .docx")


def _by_name(source: Source, named: Kind | None) -> Kind:
    if named in _BINARY:
        if source.suffix == ".pdf" and b"%PDF-" in source.data[:_HEAD]:
            return Kind.PDF  # rubbish before the beginning, which readers of PDF forgive
        raise DamagedFile(f"it isn't a {source.suffix[1:]} file though its name says so",
                          remedy="get the file again")  # fmt: skip
    if named is Kind.FEED:
        if _XML.match(source.data[:_HEAD]) or source.data.lstrip()[:1] == b"<":
            raise UnsupportedFormat("it is XML, but neither RSS nor Atom", remedy="give it as HTML")
        return Kind.PLAIN
    if named is not None:
        return named
    content_type = source.content_type.partition(";")[0].strip().lower()
    if content_type in _CONTENT_TYPES:
        return _CONTENT_TYPES[content_type]
    if source.is_address or not source.suffix:
        return Kind.PLAIN
    raise UnsupportedFormat(
        f'there is no reader for "{source.suffix}" files',
        remedy="readable are " + " ".join(sorted(SUFFIXES)),
    )
