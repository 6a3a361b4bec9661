"""PDF, Word and e-books, made here by other programs than those that read them."""

# ruff: noqa: E501  # documents with lines as long as they come

from __future__ import annotations

import datetime
import io
import random
import textwrap
import zipfile
from collections.abc import Callable
from functools import partial

import docx
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from rag.article import Article
from rag.errors import DamagedFile, LimitExceeded, UnsupportedFormat
from rag.read import Limits, Reader, ReadResult

Draw = Callable[[Canvas], None]
FLOOD = (
    "The river rose over its banks during the night, and the people of the village had left their "
    "houses before the morning came. Nobody was hurt. The mayor said that she had never seen so "
    "much water in the streets of the old town, not even in the year of the great thunderstorm."
)


def pdf(*pages: Draw, **options: object) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), **options)
    for page in pages:
        canvas.setFont("Times-Roman", 10)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def draw(canvas: Canvas, lines: list[str], x: float = 72, top: float = 700) -> None:
    for number, line in enumerate(lines):
        canvas.drawString(x, top - 12 * number, line)


def hyphenated(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters, every long word at an end broken with a hyphen."""
    lines, rest = [], text
    while len(rest) > width:
        cut = rest.rfind(" ", 0, width + 1)
        word = rest[cut + 1 :].partition(" ")[0]
        room = width - cut - 2
        if 1 < room < len(word) - 1 and word.isalpha() and word.islower():
            lines.append(f"{rest[: cut + 1]}{word[:room]}-")
            rest = rest[cut + 1 + room :]
        else:
            lines.append(rest[:cut])
            rest = rest[cut + 1 :]
    return [*lines, rest]


def words(seed: int, count: int) -> str:
    chosen = random.Random(seed).choices(
        FLOOD.replace(".", "").replace(",", "").lower().split(), k=count
    )
    return " ".join(chosen).capitalize() + "."


def test_pdf_paragraphs_are_put_together(read_one: Callable[..., Article]) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 18)
        canvas.drawString(72, 760, "The night of the flood")
        canvas.setFont("Times-Roman", 10)
        lines = hyphenated(FLOOD, 52)
        assert sum(line.endswith("-") for line in lines) > 1
        draw(canvas, lines)
        draw(canvas, textwrap.wrap(words(1, 60), 50), top=700 - 12 * len(lines) - 10)

    article = read_one(pdf(page), "flood.pdf")
    assert article.text == f"The night of the flood\n\n{FLOOD}\n\n{words(1, 60)}"
    assert article.title == "The night of the flood"


@pytest.mark.parametrize("row_by_row", [False, True])
def test_pdf_with_two_columns(row_by_row: bool, read_one: Callable[..., Article]) -> None:
    left, right = hyphenated(words(2, 90), 46), hyphenated(words(3, 90), 46)

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(72, 740, "A headline that runs over both of the columns")
        canvas.setFont("Times-Roman", 10)
        if not row_by_row:
            draw(canvas, left)
            draw(canvas, right, x=310)
            return
        for number, (one, other) in enumerate(zip(left, right, strict=False)):
            canvas.drawString(72, 700 - 12 * number, one)
            canvas.drawString(310, 700 - 12 * number, other)

    shared = min(len(left), len(right))
    left, right = left[:shared], right[:shared]
    lines = read_one(pdf(page), "two.pdf").text.split("\n\n")
    body = " ".join(lines[1:])
    assert lines[0] == "A headline that runs over both of the columns"
    assert body.index(left[0][:20]) < body.index(left[-1][:15]) < body.index(right[0][:20])
    assert "- " not in body
    assert len(lines) <= 3


def test_pdf_headers_footers_and_page_numbers_go(read_one: Callable[..., Article]) -> None:
    def page(number: int) -> Draw:
        def on(canvas: Canvas) -> None:
            canvas.drawString(72, 800, "THE DAILY RIVER")
            canvas.drawString(72, 30, f"{number + 10}")
            canvas.drawString(300, 30, f"Page {number + 10} of 99")
            draw(canvas, textwrap.wrap(words(number, 120), 80))

        return on

    article = read_one(pdf(*map(page, range(4))), "pages.pdf")
    assert article.text == "\n\n".join(words(number, 120) for number in range(4))


def test_pdf_of_short_pages_of_one_pattern_keeps_its_text(
    read: Callable[..., ReadResult], read_one: Callable[..., Article]
) -> None:
    def invoice(number: int) -> list[str]:
        return ["Invoice.", "To Ann Lee.", f"{number}50 euros.", "Due in May.", "Thank you."]

    pages = [partial(draw, lines=invoice(number)) for number in (3, 7, 4)]
    text = read_one(pdf(*pages), "a.pdf").text
    assert text.split() == " ".join(" ".join(invoice(number)) for number in (3, 7, 4)).split()
    stamped = [partial(draw, lines=["Scanned by the library."])] * 3
    with pytest.raises(UnsupportedFormat, match="no text"):
        read(pdf(*stamped), "scan.pdf")


def test_pdf_paragraphs_go_on_over_the_page(read_one: Callable[..., Article]) -> None:
    lines = textwrap.wrap(FLOOD, 60)
    data = pdf(lambda canvas: draw(canvas, lines[:3]), lambda canvas: draw(canvas, lines[3:]))
    assert read_one(data, "a.pdf").text == FLOOD


def test_pdf_footnotes_do_not_cut_the_sentence_that_goes_on_over_the_page(
    read_one: Callable[..., Article],
) -> None:
    lines = textwrap.wrap(FLOOD, 60)

    def first(canvas: Canvas) -> None:
        draw(canvas, lines[:3])
        canvas.setFontSize(8)
        draw(canvas, ["of an earlier note.", "[1] See the report.", "2 So the mayor."], top=100)

    def second(canvas: Canvas) -> None:
        draw(canvas, lines[3:])
        draw(canvas, ["The end."], top=400)
        canvas.setFontSize(8)
        draw(canvas, ["3 By letter."], top=100)

    assert read_one(pdf(first, second), "a.pdf").text.split("\n\n") == [
        FLOOD,
        "of an earlier note.",
        "[1] See the report.",
        "2 So the mayor.",
        "The end.",
        "3 By letter.",
    ]


@pytest.mark.parametrize("signs", [("1.", "2.", "3."), ("-", "-", "-")])
def test_pdf_list_after_a_full_line_without_a_stop(
    signs: tuple[str, ...], read_one: Callable[..., Article]
) -> None:
    lines = textwrap.wrap(FLOOD, 60)[:3]
    items = [
        f"{sign} {textwrap.wrap(words(3, 40), 55)[number]}" for number, sign in enumerate(signs)
    ]
    text = read_one(pdf(lambda canvas: draw(canvas, [*lines, *items])), "a.pdf").text
    assert text.split("\n\n") == [" ".join(lines), *items]


def test_pdf_number_after_a_sentence_with_a_footnote_mark(read_one: Callable[..., Article]) -> None:
    lines = [
        *textwrap.wrap(FLOOD, 60)[:2],
        "houses before the morning came and all of it was lost.³",
    ]
    lines += ["1. The mayor goes", "2. The council stays"]
    text = read_one(pdf(lambda canvas: draw(canvas, lines)), "a.pdf").text
    assert text.split("\n\n")[1:] == lines[-2:]


def test_pdf_sentence_goes_on_with_a_number_in_the_next_column(
    read_one: Callable[..., Article],
) -> None:
    lines = textwrap.wrap(FLOOD, 40)
    lines[4] = f"25. {lines[4]}"

    def page(canvas: Canvas) -> None:
        draw(canvas, lines[:4])
        draw(canvas, lines[4:], x=320)

    assert read_one(pdf(page), "a.pdf").text == " ".join(lines)


@pytest.mark.parametrize("sign", ["-", "\N{EN DASH}", "25."])
def test_pdf_sentence_goes_on_with_a_dash_or_a_number(
    sign: str, read_one: Callable[..., Article]
) -> None:
    lines = textwrap.wrap(FLOOD, 60)
    lines[2] = f"{sign} {lines[2]}"
    assert read_one(pdf(lambda canvas: draw(canvas, lines)), "a.pdf").text == " ".join(lines)


def test_pdf_list_whose_items_are_longer_than_a_line(read_one: Callable[..., Article]) -> None:
    items = [f"- {words(number, 25)[:-1]}" for number in range(3)]
    lines = [line for item in items for line in textwrap.wrap(item, 60)]
    text = read_one(pdf(lambda canvas: draw(canvas, lines)), "a.pdf").text
    assert text.split("\n\n") == items


def test_pdf_metadata_and_lists(read_one: Callable[..., Article]) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setTitle("Flood \N{EN DASH} the night")
        canvas.setAuthor("Jane Roe")
        draw(canvas, ["What we need at once:", "- water and bread", "- boats", "- a new wall"])

    article = read_one(pdf(page, lang="en-GB", invariant=1), "x.pdf")
    assert article.text.split("\n\n") == [
        "What we need at once:",
        "- water and bread",
        "- boats",
        "- a new wall",
    ]
    assert (article.title, article.author) == ("Flood – the night", "Jane Roe")
    assert (article.date, article.language) == (datetime.date(2000, 1, 1), "en")


def test_pdf_bullets_placed_apart(read_one: Callable[..., Article]) -> None:
    def page(canvas: Canvas) -> None:
        for number, item in enumerate(("water and bread", "boats", "a new wall")):
            canvas.drawString(72, 700 - 20 * number, "-")
            canvas.drawString(90, 699 - 20 * number, item)

    assert read_one(pdf(page), "x.pdf").text == "- water and bread\n\n- boats\n\n- a new wall"


@pytest.mark.parametrize("moved", [True, False])
def test_pdf_raised_digits(moved: bool, read_one: Callable[..., Article]) -> None:
    pieces = [("It rose in 2015", 0), ("3", 1), (". The town has 5,000", 0), ("6", 1),
              (" people on 40 km", 0), ("2", 1), (" of land since May 1", 0), ("st", 1),
              (".", 0), ("12", 1)]  # fmt: skip

    def page(canvas: Canvas) -> None:
        text = canvas.beginText(72, 700)
        for piece, raised in pieces:
            size = 6.5 if raised else 10
            text.setFont("Times-Roman", size)
            if moved:
                text.setTextOrigin(text.getX(), 703.3 if raised else 700)
            else:
                text.setRise(3.3 if raised else 0)
            text.textOut(piece)
        canvas.drawText(text)

    assert read_one(pdf(page), "x.pdf").text == (
        "It rose in 2015³. The town has 5,000⁶ people on 40 km² of land since May 1st.¹²"
    )


def test_pdf_mark_before_a_footnote(read_one: Callable[..., Article]) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFontSize(5)
        canvas.drawString(72, 103, "1")
        canvas.setFontSize(8)
        canvas.drawString(76, 100, "See the report of the council.")

    assert read_one(pdf(page), "x.pdf").text == "¹ See the report of the council."


def test_pdf_small_number_beside_a_large_word(read_one: Callable[..., Article]) -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Level")
        canvas.setFontSize(6)
        canvas.drawString(300, 703, "37")

    assert read_one(pdf(page), "x.pdf").text == "Level 37"


def test_pdf_with_a_password(
    read: Callable[..., ReadResult], read_one: Callable[..., Article]
) -> None:
    def page(canvas: Canvas) -> None:
        draw(canvas, ["A secret."])

    locked = StandardEncryption("secret", "owner", strength=128)
    with pytest.raises(DamagedFile, match=r"locked\.pdf: it is password-protected"):
        read(pdf(page, encrypt=locked), "locked.pdf")
    only_printing = StandardEncryption("", "owner", canPrint=0, strength=128)
    assert read_one(pdf(page, encrypt=only_printing), "open.pdf").text == "A secret."


def test_pdf_without_text(read: Callable[..., ReadResult]) -> None:
    def picture(canvas: Canvas) -> None:
        canvas.rect(100, 100, 300, 300, fill=1)

    with pytest.raises(UnsupportedFormat, match=r"probably scanned .*OCR"):
        read(pdf(picture, picture), "scan.pdf")
    result = read(pdf(picture, lambda canvas: draw(canvas, ["Text."])), "half.pdf")
    assert result.articles[0].text == "Text."
    assert "page 1 holds no text" in result.warnings[0]


def test_damaged_pdf(read: Callable[..., ReadResult]) -> None:
    whole = pdf(*[lambda canvas: draw(canvas, textwrap.wrap(FLOOD, 60))] * 5)
    for size in (20, 200, len(whole) // 2, len(whole) - 40):
        try:
            result = read(whole[:size], "cut.pdf")
        except (DamagedFile, UnsupportedFormat) as error:
            assert error.where == "cut.pdf"
        else:
            assert "river" in result.articles[0].text
    with pytest.raises(DamagedFile, match="isn't a pdf file"):
        read(b"just text", "text.pdf")


def test_broken_page_is_missing_and_said_to_be(read: Callable[..., ReadResult]) -> None:
    data = pdf(
        lambda canvas: draw(canvas, ["First."]),
        lambda canvas: draw(canvas, ["Second."]),
        pageCompression=1,
    )
    start = data.rindex(b"stream\n", 0, data.rindex(b"endstream") - 10)
    broken = data[: start + 7] + b"!" * 40 + data[start + 47 :]
    result = read(broken, "a.pdf")
    assert "First." in result.articles[0].text
    assert any("page 2" in warning for warning in result.warnings)


def word_file() -> bytes:
    document = docx.Document()
    document.core_properties.title = "Flood"
    document.core_properties.author = "Jane Roe"
    document.core_properties.created = datetime.datetime(2015, 8, 21, 12)
    document.add_heading("The night", 1)
    paragraph = document.add_paragraph("The river rose over its ")
    paragraph.add_run("banks").bold = True
    paragraph.add_run(" in the co\u00adoperative’s café.")
    document.add_paragraph("one", style="List Bullet")
    document.add_paragraph("two", style="List Bullet")
    table = document.add_table(2, 2)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"cell {number}"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_docx(read_one: Callable[..., Article]) -> None:
    article = read_one(word_file(), "flood.docx")
    assert article.text == (
        "The night\n\nThe river rose over its banks in the cooperative’s café.\n\n"
        "- one\n- two\n\ncell 0 | cell 1\ncell 2 | cell 3"
    )
    assert (article.title, article.author) == ("Flood", "Jane Roe")
    assert article.date == datetime.date(2015, 8, 21)
    assert read_one(word_file(), "flood").text == article.text


def test_docx_raised_digits(read_one: Callable[..., Article]) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("It rose in 2015")
    for text, raised in (("3", True), (" and covered 40 km", False), ("2", True), (".", False)):
        paragraph.add_run(text).font.superscript = raised
    out = io.BytesIO()
    document.save(out)
    assert read_one(out.getvalue(), "a.docx").text == "It rose in 2015³ and covered 40 km²."


def test_docx_simple_fields(read_one: Callable[..., Article]) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Table ")
    number = paragraph.add_run("7")._r
    paragraph.add_run(": towns")
    field = docx.oxml.OxmlElement("w:fldSimple")
    number.addprevious(field)
    field.append(number)
    out = io.BytesIO()
    document.save(out)
    assert read_one(out.getvalue(), "a.docx").text == "Table 7: towns"


def test_damaged_docx(read: Callable[..., ReadResult]) -> None:
    whole = word_file()
    for data in (whole[:1000], whole[: len(whole) // 2], b"PK\x03\x04", b"not a zip"):
        with pytest.raises(DamagedFile, match=r"cut\.docx: "):
            read(data, "cut.docx")
    with pytest.raises(DamagedFile, match="password-protected"):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx")
    with pytest.raises(UnsupportedFormat, match="Word 97"):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.doc")


def archive(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize("name", ["bomb.docx", "bomb.epub", "bomb"])
def test_zip_bombs(name: str, read: Callable[..., ReadResult]) -> None:
    blanks = b" " * 30_000_000
    bomb = archive({"word/document.xml": blanks, "META-INF/container.xml": "<a/>"})
    assert len(bomb) < 50_000
    with pytest.raises(LimitExceeded, match="unpacked it would be 30 MB"):
        read(bomb, name)


def test_text_of_an_archive_counts_unpacked() -> None:
    noise = random.Random(1).randbytes(300_000).hex()
    data = archive({"word/document.xml": noise})
    with (
        Reader(Limits(file_bytes=500_000)) as reader,
        pytest.raises(LimitExceeded, match="unpacked"),
    ):
        reader.read(data, "a.docx")


def test_other_archives(read: Callable[..., ReadResult]) -> None:
    with pytest.raises(UnsupportedFormat, match="spreadsheet"):
        read(archive({"xl/workbook.xml": "<a/>"}), "a.xlsx")
    with pytest.raises(UnsupportedFormat, match="zip archive"):
        read(archive({"a.txt": "text"}), "a.zip")


CONTAINER = """<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
PACKAGE = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
<metadata><dc:title>River Stories</dc:title><dc:creator>Jane Roe</dc:creator><dc:language>en-US</dc:language><dc:date>2015-08-21</dc:date></metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="cover" href="cover.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="text/chapter%201.xhtml" media-type="application/xhtml+xml"/>
<item id="two" href="text/two.xhtml" media-type="application/xhtml+xml"/>
<item id="gone" href="gone.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="nav"/><itemref idref="cover"/><itemref idref="two"/><itemref idref="one"/><itemref idref="gone"/></spine></package>"""


def chapter(body: str) -> str:
    return f'<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>River Stories</title></head><body>{body}</body></html>'


BOOK: dict[str, str | bytes] = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": PACKAGE,
    "OEBPS/nav.xhtml": chapter("<nav><ol><li>Contents</li></ol></nav>"),
    "OEBPS/cover.xhtml": chapter('<img src="cover.png"/><h1>River Stories</h1>'),
    "OEBPS/text/chapter 1.xhtml": chapter("<h1>The dam</h1><p>It broke\nat night.</p>"),
    "OEBPS/text/two.xhtml": chapter("<p>No heading here.</p>"),
}


def test_epub(read: Callable[..., ReadResult]) -> None:
    result = read(archive(BOOK), "river.epub")
    first, second = result.articles
    assert first.title == "River Stories – 2"
    assert second.title == "River Stories – The dam"
    assert second.text == "The dam\n\nIt broke at night."
    assert (second.author, second.language, second.path) == ("Jane Roe", "en", "river.epub#3")
    assert second.date == datetime.date(2015, 8, 21)
    assert result.warnings == ("chapter 4 (OEBPS/gone.xhtml) could not be read and is missing",)


def test_epub_with_copy_protection(read: Callable[..., ReadResult]) -> None:
    encryption = '<encryption><e:CipherReference xmlns:e="http://www.w3.org/2001/04/xmlenc#" URI="OEBPS/text/two.xhtml"/></encryption>'
    with pytest.raises(DamagedFile, match="DRM"):
        read(archive(BOOK | {"META-INF/encryption.xml": encryption}), "river.epub")


def test_epub_without_a_package(read: Callable[..., ReadResult]) -> None:
    with pytest.raises(DamagedFile, match="missing"):
        read(archive({"META-INF/container.xml": CONTAINER}), "river.epub")
