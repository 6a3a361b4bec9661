"""Bytes become the text that their author saw."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.article import Article
from rag.errors import UnsupportedFormat
from rag.read import ReadResult
from rag.read.encoding import decode

WESTERN = "The café’s owner said: “It’s naïve – 20 € for a crème brûlée.”"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_a_short_western_text_in_any_encoding(
    encoding: str, read_one: Callable[..., Article]
) -> None:
    assert read_one(WESTERN.encode(encoding), "menu.txt").text == WESTERN


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark(encoding: str, read_one: Callable[..., Article]) -> None:
    assert read_one(WESTERN.encode(encoding), "menu.txt").text == WESTERN


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (
            "Река вышла из берегов ночью, и жители деревни покинули свои дома до утра. " * 5,
            "cp1251",
        ),
        (
            "昨夜、川が堤防を越え、村の人々は朝までに家を離れた。市長は支援を約束した。" * 5,
            "shift_jis",
        ),
        (
            "Ο ποταμός υπερχείλισε τη νύχτα και οι κάτοικοι εγκατέλειψαν τα σπίτια τους. " * 5,
            "cp1253",
        ),
    ],
)
def test_longer_texts_in_other_scripts_are_guessed_and_said_to_be(text: str, encoding: str) -> None:
    guessed, warning = decode(text.encode(encoding))
    assert guessed == text
    assert warning
    assert "its encoding isn't stated" in warning


@pytest.mark.parametrize(
    ("declaration", "encoding", "text"),
    [
        ('<meta charset="windows-1251">', "cp1251", "Река"),
        (
            '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2">',
            "latin2",
            "Łódź",
        ),
        ("<meta charset=gb2312>", "gb18030", "河水泛滥"),
        ("<meta charset=zlib>", "cp1252", "café"),
        ("<meta charset=nonsense>", "cp1252", "café"),
    ],
)
def test_html_declares_its_encoding(declaration: str, encoding: str, text: str) -> None:
    page = f"<html><head>{declaration}</head><body><p>{text}</p></body></html>"
    assert text in decode(page.encode(encoding), markup=True)[0]


def test_the_server_declares_the_encoding(read_one: Callable[..., Article]) -> None:
    page = "<html><body><p>Łódź leży nad rzeką.</p></body></html>".encode("latin2")
    article = read_one(page, "https://example.org/x", content_type="text/html; charset=ISO-8859-2")
    assert article.text == "Łódź leży nad rzeką."


def test_a_broken_byte_in_utf8_spoils_only_itself(read: Callable[..., ReadResult]) -> None:
    result = read("Füße und Bücher über Österreich. ".encode() * 3 + b"\xff", "a.txt")
    assert result.articles[0].text.startswith("Füße und Bücher")
    assert "damaged" in result.warnings[0]


@pytest.mark.parametrize(
    "data",
    [bytes(range(256)) * 20, b"\x7fELF\x02\x01\x01" + bytes(64), b"abc\x00\x01\x02\x03" * 30],
)
def test_binary_data_named_txt(data: bytes, read: Callable[..., ReadResult]) -> None:
    with pytest.raises(UnsupportedFormat, match=r"x\.txt: .*looks like binary"):
        read(data, "x.txt")


def test_scripts_and_emoji_come_through(read_one: Callable[..., Article]) -> None:
    text = "שלום, עולם! العربية من اليمين. ภาษาไทย 👩🏽\u200d🚀🇩🇪 e\u0301"
    assert read_one(text, "a.txt").text == text[:-2] + "é"
