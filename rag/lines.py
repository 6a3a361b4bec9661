"""The line protocol between program and model.

The model reads sentences numbered from 1 and answers in lines, evidence first:

    [2] The bridge was closed in May.
    [2,5] It carries 3,000 cars a day.

`[0]` alone says that the sentences don't answer. While a bracket is open, only numbers that exist
can be written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.generate import END

MOST_NUMBERS = 3  # in one bracket: more is not evidence but a list of what was read
_LINE = re.compile(r"\[([0-9]{1,9}(?:,[0-9]{1,9})*)\]\s*(.*)")
_OPEN = re.compile(r"\[(?:[0-9]{1,9},)*[0-9]{0,9}")
_MARK = re.compile(r"\[[\d,\s]*\]?")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an answer: the numbers of its evidence, and what it says."""

    numbers: tuple[int, ...]
    text: str


REFUSAL = Line((0,), "")


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be written next, so that an answer follows the protocol.

    Attributes:
        sentences: how many numbered sentences there are.
        lines: at most this many lines are written.
        refusal: whether `[0]` may be written.
    """

    sentences: int
    lines: int
    refusal: bool = True

    def allow(self, text: str) -> Sequence[str] | None:
        """What may follow `text`; an allow-list for `Model.generate`."""
        *done, line = text.split("\n")
        if not line:
            if len(done) >= self.lines:
                return [END]
            return ["[", END] if any(done) else ["["]
        if line == "[":
            return self._digits("", ())
        head, bracket, tail = line.partition("]")
        if not bracket:
            if not _OPEN.fullmatch(line):
                return None  # a token that brought a line break and the text after it
            *numbers, digits = head[1:].split(",")
            return self._digits(digits, tuple(int(number) for number in numbers))
        # A space is not forced here: most vocabularies write it together with the word after it.
        return [END] if head == "[0" and not tail else None

    def _digits(self, digits: str, before: tuple[int, ...]) -> list[str]:
        """What may follow `digits` in an open bracket in which the numbers `before` stand."""
        allowed = [digit for digit in "0123456789" if self._begins(digits + digit, before)]
        if digits and int(digits) not in before:
            allowed.append("]")
            if digits != "0" and len(before) + 1 < min(MOST_NUMBERS, self.sentences):
                allowed.append(",")
        return allowed

    def _begins(self, digits: str, before: tuple[int, ...]) -> bool:
        """Whether some number that may be written begins with these digits."""
        if digits.startswith("0"):
            return digits == "0" and self.refusal and not before
        number, width = int(digits), 1
        while number * width <= self.sentences:
            low, high = number * width, min(self.sentences, (number + 1) * width - 1)
            if any(candidate not in before for candidate in range(low, high + 1)):
                return True
            width *= 10
        return False


def parse(line: str, sentences: int) -> Line | None:
    """A line of an answer; None if it follows no rule, so that nothing can be made of it.

    Marks that the model wrote inside its text are taken out: only the program writes marks.
    """
    match = _LINE.fullmatch(line.strip())
    if match is None:
        return None
    numbers = tuple(dict.fromkeys(int(number) for number in match[1].split(",")))
    if any(number > sentences for number in numbers):
        return None
    return Line(numbers, " ".join(_MARK.sub(" ", match[2]).split()))
