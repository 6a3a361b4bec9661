"""Reads .epub books: each chapter is an article."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from lxml import etree

from rag.errors import DamagedFile
from rag.read.canonical import one_line
from rag.read.draft import Draft, Source
from rag.read.encoding import decode
from rag.read.html_text import first_heading, parse_html, tree_text
from rag.read.metadata import language_code, parse_date
from rag.read.xml import element_text, parse_xml
from rag.read.zips import open_checked, read_part

_CONTAINER: Final = "META-INF/container.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_DUBLIN_CORE: Final = "{http://purl.org/dc/elements/1.1/}"
_DASH: Final = " \N{EN DASH} "
_DOCUMENTS: Final = ("application/xhtml+xml", "text/html", "application/xml")


def read_epub(source: Source) -> Iterator[Draft]:
    """One article for each document in the reading order that has text beyond its heading.

    The title is the book's, a dash and the chapter's. A chapter that can't be read is warned about.
    """
    with open_checked(source.data, source.limits) as archive:
        package_path, package = _package(archive)
        book = _book(package)
        book.title = book.title or source.stem
        encrypted = _encrypted_parts(archive)
        for number, path in enumerate(_reading_order(package, package_path), start=1):
            if path in encrypted:
                raise DamagedFile("it is protected against copying (DRM)",
                                  remedy="get it from a shop that sells it without")  # fmt: skip
            try:
                data = read_part(archive, path)
            except DamagedFile:
                source.warn(f"chapter {number} ({path}) could not be read and is missing")
                continue
            if (draft := _chapter(data, book, number)) is not None:
                yield draft


def _package(archive: zipfile.ZipFile) -> tuple[str, etree._Element]:
    container = parse_xml(read_part(archive, _CONTAINER))
    for rootfile in container.iter("{*}rootfile") if container is not None else ():
        path = rootfile.get("full-path") or ""
        package = parse_xml(read_part(archive, path))
        if package is not None:
            return path, package
    raise DamagedFile("its table of contents is missing", remedy="get the file again")


def _book(package: etree._Element) -> Draft:
    def first(name: str) -> str | None:
        return element_text(next(package.iter(_DUBLIN_CORE + name), None))

    authors = [element_text(creator) for creator in package.iter(_DUBLIN_CORE + "creator")]
    return Draft(
        "",
        title=first("title"),
        date=parse_date(first("date")),
        author=", ".join(filter(None, authors)) or None,
        source=first("publisher"),
        language=language_code(first("language")),
    )


def _reading_order(package: etree._Element, package_path: str) -> Iterator[str]:
    """The paths in the archive of the documents of a book, the table of contents left out."""
    items = {item.get("id"): item for item in package.iter("{*}item")}
    for reference in package.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _DOCUMENTS:
            continue
        if "nav" not in (item.get("properties") or "").split():
            yield _resolve(package_path, item.get("href") or "")


def _resolve(package_path: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(package_path), unquote(href)))


def _encrypted_parts(archive: zipfile.ZipFile) -> frozenset[str]:
    if _ENCRYPTION not in archive.namelist():
        return frozenset()
    root = parse_xml(read_part(archive, _ENCRYPTION))
    references = root.iter("{*}CipherReference") if root is not None else ()
    return frozenset(unquote(reference.get("URI") or "") for reference in references)


def _chapter(data: bytes, book: Draft, number: int) -> Draft | None:
    root = parse_html(decode(data, markup=True)[0])
    if root is None:
        return None
    text, heading = tree_text(root), first_heading(root)
    if not text or " ".join(text.split()) == heading:
        return None
    chapter = heading or _document_title(root, book) or str(number)
    title = one_line(book.title or "")[:200] + _DASH + chapter
    return Draft(text, title, book.date, book.author, book.source, book.language, number)


def _document_title(root: etree._Element, book: Draft) -> str | None:
    title = element_text(root.find(".//title"))
    return title if title != book.title else None
