"""Footnotes in Markdown, which CommonMark doesn't have: "[^1]" and "[^1]: See the report."."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.read.superscripts import superscript

_MARK = re.compile(r"\[\^([^\[\]\s]{1,100})\]")
_DEFINITION = re.compile(r" {0,3}\[\^([^\[\]\s]{1,100})\]:[ \t]*(.*)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_BEGINS_BLOCK = re.compile(r" {0,3}(?:[#>|+*-]|\d+[.)]|`{3}|~{3})")
_INDENT = re.compile(r"\A(?:\t| {1,4})")


class Footnotes:
    """The footnotes of a text, and their numbers.

    They have the numbers they are written with, or, where some have names, the order in which
    they are met.

    Attributes:
        body: the text without the notes.
    """

    def __init__(self, text: str) -> None:
        self._notes: list[tuple[str, list[str]]] = []
        self.body = "\n".join(self._take_notes(text))
        self._numbers: dict[str, str] = {}
        labels = {label for label, _ in self._notes}
        if all(map(_is_number, labels)):
            self._numbers = {label: label for label in labels}
        self._labels = labels

    def with_marks(self, text: str) -> str:
        """`text` with superscripts for the marks of notes."""
        return _MARK.sub(lambda found: self._mark(found[1]) or found[0], text)

    def notes(self) -> Iterator[tuple[str, str]]:
        """Each note, by its number: its mark and what it says, which is Markdown."""
        numbered = [(self._number(label), "\n".join(lines)) for label, lines in self._notes]
        for number, text in sorted(numbered, key=lambda note: int(note[0])):
            yield superscript(number) or number, text

    def _mark(self, label: str) -> str | None:
        if label in self._labels:
            return superscript(self._number(label))
        return superscript(label) if _is_number(label) else None

    def _number(self, label: str) -> str:
        return self._numbers.setdefault(label, str(len(self._numbers) + 1))

    def _take_notes(self, text: str) -> Iterator[str]:
        """The lines of a text but for those of notes, which are kept."""
        fence = ""
        note: list[str] | None = None
        for line in text.split("\n"):
            if fence:
                fence = "" if _closes(line, fence) else fence
            elif match := _DEFINITION.match(line):
                note = [match[2]]
                self._notes.append((match[1], note))
                continue
            elif note is not None and _goes_on(line, note):
                note.append(_INDENT.sub("", line))
                continue
            elif match := _FENCE.match(line):
                fence = match[1]
            if note is not None:
                note = None
                yield ""
            yield line


def _goes_on(line: str, note: list[str]) -> bool:
    """Whether a line belongs to the note before it: indented, or wrapped without a blank line."""
    if not line.strip() or line.startswith(("    ", "\t")):
        return True
    return bool(note[-1].strip()) and not _BEGINS_BLOCK.match(line)


def _closes(line: str, fence: str) -> bool:
    text = line.strip()
    return len(text) >= len(fence) and not text.strip(fence[0])


def _is_number(label: str) -> bool:
    return label.isascii() and label.isdigit()
