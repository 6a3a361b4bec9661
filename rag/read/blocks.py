"""Paragraphs, headings, list items and table rows put together to plain text."""

from __future__ import annotations

from collections.abc import Iterable


class Blocks:
    r"""Collects blocks in reading order; `str()` gives them as text.

    Blocks are separated by a blank line; items of one list and rows of one table by a newline.

    >>> blocks = Blocks()
    >>> blocks.add("Rivers\n in flood"); blocks.add("- the Elbe", group=1)
    >>> blocks.add("- the Oder", group=1)
    >>> str(blocks)
    'Rivers\nin flood\n\n- the Elbe\n- the Oder'
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._group: int | None = None

    def add(self, text: str, *, group: int | None = None, marker: str = "") -> None:
        """Adds one block, its white space collapsed; a newline in it stays a newline.

        Args:
            group: the same number for the items of one list and the rows of one table.
            marker: what to put in front, "- " for instance.
        """
        lines = (" ".join(line.split()) for line in text.split("\n"))
        self._append(marker + "\n".join(line for line in lines if line), group, marker)

    def add_row(self, cells: Iterable[str], *, group: int) -> None:
        """Adds one row of a table as "a | b"."""
        cleaned = [" ".join(cell.split()) for cell in cells]
        if any(cleaned):
            self._append(" | ".join(cleaned), group)

    def add_code(self, text: str) -> None:
        """Adds preformatted text; its lines and their indentation stay."""
        self._append(text.strip("\n").rstrip(), None)

    def _append(self, text: str, group: int | None, marker: str = "") -> None:
        if not text[len(marker) :].strip():
            return
        if self._parts:
            self._parts.append("\n" if group is not None and group == self._group else "\n\n")
        self._parts.append(text)
        self._group = group

    def __bool__(self) -> bool:
        return bool(self._parts)

    def __str__(self) -> str:
        return "".join(self._parts)
