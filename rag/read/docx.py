"""Reads .docx documents of Word and others."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

import mammoth

from rag.read.draft import Draft, Source
from rag.read.html_text import first_heading, parse_html, tree_text
from rag.read.metadata import language_code, parse_date
from rag.read.xml import element_text, parse_xml
from rag.read.zips import open_checked, read_part

_PROPERTIES: Final = "docProps/core.xml"
_DUBLIN_CORE: Final = "{http://purl.org/dc/elements/1.1/}"
_TERMS: Final = "{http://purl.org/dc/terms/}"
_STYLES: Final = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => h2:fresh"
_SIMPLE_FIELD = re.compile(rb"(</?(?:\w+:)?)fldSimple\b")  # the number of a caption, a date
_BACK_TO_TEXT = re.compile(r'<a href="#[^"]*ref[^"]*">↑</a>')


def read_docx(source: Source) -> list[Draft]:
    """One article; title, author and date are the document's properties, as far as they are set."""
    with open_checked(source.data, source.limits) as archive:
        has_properties = _PROPERTIES in archive.namelist()
        properties = read_part(archive, _PROPERTIES) if has_properties else b""
        document = _with_fields(archive)
    html = mammoth.convert_to_html(
        document,
        style_map=_STYLES,
        # Otherwise each picture becomes text, megabytes of base64.
        convert_image=lambda _image: [],
        external_file_access=False,
        include_embedded_style_map=False,
    ).value
    root = parse_html(_BACK_TO_TEXT.sub("", html))
    if root is None:
        return [Draft("")]
    draft = _properties(properties)
    draft.text = tree_text(root)
    draft.title = draft.title or first_heading(root)
    return [draft]


def _with_fields(archive: zipfile.ZipFile) -> io.BytesIO:
    """The parts with text; in them simple fields have a name whose content mammoth doesn't skip."""
    document = io.BytesIO()
    with zipfile.ZipFile(document, "w") as renamed:
        for name in dict.fromkeys(archive.namelist()):
            if name.lower().endswith((".xml", ".rels")):
                part = read_part(archive, name)
                renamed.writestr(name, _SIMPLE_FIELD.sub(rb"\1smartTag", part))
    document.seek(0)
    return document


def _properties(xml: bytes) -> Draft:
    root = parse_xml(xml)
    if root is None:
        return Draft("")
    return Draft(
        "",
        title=element_text(root.find(f"{_DUBLIN_CORE}title")),
        date=parse_date(element_text(root.find(f"{_TERMS}created"))),
        author=element_text(root.find(f"{_DUBLIN_CORE}creator")),
        language=language_code(element_text(root.find(f"{_DUBLIN_CORE}language"))),
    )
