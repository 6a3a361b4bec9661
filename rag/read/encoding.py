"""Bytes to text: which encoding a file is in."""

from __future__ import annotations

import codecs
import re
from typing import Final

from rag.errors import UnsupportedFormat

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})|"""
    rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""",
    re.IGNORECASE,
)
_SENT = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
# What these names mean on the web, which isn't what they say.
_MEANT: Final = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030",
    "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "iso8859-11": "cp874",
    "tis-620": "cp874",
}  # fmt: skip
# No encodings of documents; and a UTF-16 that could be read as ASCII up to here isn't UTF-16.
_REFUSED: Final = ("utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be",
                   "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined",
                   "mbcs", "oem")  # fmt: skip
_SAMPLE = 65_536  # bytes looked at when guessing
_SHORT = 400  # bytes outside ASCII below which statistics can't tell encodings apart
_GUESSED: Final = "its encoding isn't stated; it was read as {}"
_WESTERN_LETTERS = "àâäáãåæçéèêëíìîïñóòôöõøœßúùûüÿÀÂÄÁÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØŒÚÙÛÜŸ"
_WESTERN = frozenset(
    _WESTERN_LETTERS + "\u2018\u2019“”„\u2013—…•€£§°«»®©™·¡¿½¼¾\u00a0\u00ad\u00b4ªº†"
)
_WESTERN_RIVALS = ("cp1252", "latin_1", "iso8859_15", "cp1250", "cp1254", "cp1257", "iso8859_9",
                   "mac_roman", "cp437", "cp850", "cp858", "hp_roman8", "iso8859_14", "ascii",
                   "iso8859_2", "iso8859_10", "iso8859_16", "cp1258", "iso8859_4", "mac_iceland",
                   "mac_latin2", "cp852", "mac_turkish")  # fmt: skip


def decode(data: bytes, content_type: str = "", *, markup: bool = False) -> tuple[str, str | None]:
    """The text of `data`, and a warning where the encoding is uncertain.

    Looks for a byte order mark, then tries UTF-8, then what the web server or (with `markup`) the
    document declares, then guesses, with a preference for Windows-1252 in short Western text.

    Raises:
        UnsupportedFormat: it looks like binary data.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), None
    if unmarked := _utf16_without_mark(data):
        return data.decode(unmarked, "replace"), None
    if looks_binary(data):
        raise UnsupportedFormat("it looks like binary data", remedy="give it as text, PDF or .docx")
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        pass
    for name in _declared(data, content_type, markup):
        try:
            return data.decode(name), None
        except (UnicodeDecodeError, LookupError):
            continue
    return _damaged_utf8(data) or _guess(data)


def looks_binary(data: bytes) -> bool:
    """Whether `data` holds more control characters than text in an 8-bit encoding has."""
    sample = data[:_SAMPLE]
    controls = sum(sample.count(code) for code in range(0x20) if code not in b"\t\n\x0b\f\r\x1b")
    return controls * 50 > len(sample)


def _utf16_without_mark(data: bytes) -> str | None:
    """Text in Latin letters as UTF-16 has a zero in every other byte, always on the same side."""
    sample = data[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    enough = len(sample) // 4
    if enough < 2 or max(even, odd) < enough or min(even, odd) * 20 > max(even, odd):
        return None
    name = "utf-16-le" if odd > even else "utf-16-be"
    try:
        text = sample[: len(sample) // 2 * 2].decode(name, "ignore")
    except UnicodeDecodeError:
        return None
    controls = sum(char < " " and char not in "\t\n\r\f" for char in text)
    return name if controls * 50 <= len(text) else None


def _declared(data: bytes, content_type: str, markup: bool) -> list[str]:
    found = _SENT.findall(content_type)
    if markup and (match := _DECLARED.search(data[:4096])):
        found.append((match[1] or match[2]).decode("ascii", "replace"))
    names = []
    for label in found:
        try:
            name = codecs.lookup(label).name
        except LookupError:
            continue
        if name not in _REFUSED:
            names.append(_MEANT.get(name, name))
    return names


def _damaged_utf8(data: bytes) -> tuple[str, str] | None:
    """UTF-8 with a few broken bytes, which a guess would turn into nonsense everywhere else."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    others = len(text) - len(text.encode("ascii", "ignore")) - broken
    if broken * 10 > others:
        return None
    return text, f"{broken} damaged characters were replaced by \ufffd"


def _guess(data: bytes) -> tuple[str, str | None]:
    from charset_normalizer import from_bytes

    sample = _sample(data)
    western = _looks_western(sample)
    if western and sum(byte > 127 for byte in sample) < _SHORT:
        return data.decode("cp1252", "replace"), None
    for japanese in ("cp932", "euc_jp"):
        if _looks_japanese(sample, japanese):
            return data.decode(japanese, "replace"), _GUESSED.format(japanese)
    best = from_bytes(sample).best()
    if best is None or (western and best.encoding in _WESTERN_RIVALS and best.encoding != "cp1250"):
        return data.decode("cp1252", "replace"), None
    text = data.decode(best.encoding, "replace")
    return text, _GUESSED.format(best.encoding)


def _sample(data: bytes) -> bytes:
    """The beginning of `data`, cut at a line where that is possible, not within a character."""
    if len(data) <= _SAMPLE:
        return data
    return data[: data.rfind(b"\n", 0, _SAMPLE) + 1] or data[:_SAMPLE]


def _looks_japanese(sample: bytes, name: str) -> bool:
    """Whether an encoding gives plenty of hiragana, which statistics often take for Korean."""
    try:
        text = sample.decode(name)
    except UnicodeDecodeError:
        return False
    return sum("\u3041" <= char <= "\u309f" for char in text) * 5 > len(text)


def _looks_western(sample: bytes) -> bool:
    """Whether Windows-1252 gives words of Latin letters with an accent here and there."""
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    high = [char for char in text if char > "\x7f"]
    letters = sum(char.isalpha() for char in text)
    accented = sum(char.isalpha() for char in high)
    fitting = sum(char in _WESTERN for char in high)
    return accented * 3 <= letters and fitting * 20 >= len(high) * 19
