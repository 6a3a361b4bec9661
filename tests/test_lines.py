"""The line protocol: every legal line can be written, no illegal number can, any text is parsed."""

from __future__ import annotations

import random
from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.generate import END
from rag.lines import MOST_NUMBERS, Line, Rules, parse


def brackets(rules: Rules, before: str = "") -> set[str]:
    """All brackets that can be written after `before`."""
    found = set()
    todo = [before + "["]
    while todo:
        prefix = todo.pop()
        allowed = rules.allow(prefix)
        assert allowed, f"nothing may follow {prefix!r}"
        assert END not in allowed, f"an open bracket may end: {prefix!r}"
        for character in allowed:
            if character == "]":
                found.add(prefix[len(before) :] + "]")
            else:
                todo.append(prefix + character)
    return found


@pytest.mark.parametrize("refusal", [True, False])
@pytest.mark.parametrize("sentences", [1, 2, 3, 9, 10, 11, 12, 21])
def test_exactly_the_legal_brackets_can_be_written(sentences: int, refusal: bool) -> None:
    legal = {
        f"[{','.join(map(str, some))}]"
        for count in range(1, MOST_NUMBERS + 1)
        for some in permutations(range(1, sentences + 1), count)
    }
    rules = Rules(sentences, lines=3, refusal=refusal)
    assert brackets(rules) == legal | ({"[0]"} if refusal else set())
    assert brackets(rules, "[1] A line.\n") == brackets(rules)


def test_one_number_in_a_thousand_can_be_written() -> None:
    rules = Rules(1000, lines=1)
    for number in (1, 9, 10, 99, 100, 101, 999, 1000):
        text = "["
        for digit in str(number):
            assert digit in (rules.allow(text) or ())
            text += digit
        assert "]" in (rules.allow(text) or ())
    assert rules.allow("[1000") == ["]", ","]
    assert rules.allow("[1001") is not None


WRITTEN = [" ", "a", "word ", "[", "]", "3", ",", "\n", "é", "👩"]


@given(st.integers(1, 150), st.integers(1, 4), st.booleans(), st.integers())
def test_whatever_a_model_wants_its_lines_are_valid(
    sentences: int, lines: int, refusal: bool, seed: int
) -> None:
    rng = random.Random(seed)
    rules = Rules(sentences, lines, refusal)
    text = ""
    for _ in range(200):
        allowed = rules.allow(text)
        character = rng.choice(WRITTEN if allowed is None else allowed)
        if character == END:
            break
        text += character
    else:
        text = text.rpartition("\n")[0]  # a last line may be cut off
    written = [line for line in text.split("\n") if line]
    assert len(written) <= lines
    for raw in written:
        line = parse(raw, sentences)
        assert line is not None, raw
        assert line.numbers == (0,) if 0 in line.numbers else len(set(line.numbers)) <= MOST_NUMBERS
        assert all(0 <= number <= sentences for number in line.numbers)
        assert refusal or 0 not in line.numbers
        assert "\n" not in line.text
        assert not any(f"[{n}]" in line.text for n in range(10))


@given(st.text() | st.text("[]0123456789,\n ab"), st.integers(0, 30))
@example("[" + "9" * 5000 + "]", 3)
@example("[١]", 3)
@example("[²] x", 3)
@example("[1,,2] x", 3)
@example("[1", 3)
@example("[0] and more", 3)
@example("\nThe", 3)
def test_any_text_is_parsed_or_refused_and_never_raises(text: str, sentences: int) -> None:
    Rules(sentences, 3).allow(text)
    line = parse(text, sentences)
    if line is not None:
        assert line.numbers
        assert all(0 <= number <= sentences for number in line.numbers)
        assert line.text == " ".join(line.text.split())


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("[2] It rained.", Line((2,), "It rained.")),
        ("  [2]It rained. ", Line((2,), "It rained.")),
        ("[2,5,2] It rained.", Line((2, 5), "It rained.")),
        ("[0]", Line((0,), "")),
        ("[2] It [3] rained [1, 4].", Line((2,), "It rained .")),
        ("[2] It rained [", Line((2,), "It rained")),
        ("[6] It rained.", None),
        ("[2, 3] It rained.", None),
        ("It rained. [2]", None),
        ("[] It rained.", None),
        ("", None),
    ],
)
def test_lines(raw: str, expected: Line | None) -> None:
    assert parse(raw, 5) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["["]),
        ("[0", ["]"]),
        ("[0]", [END]),
        ("[1]", None),
        ("[1] a\n", ["[", END]),
        ("[1] a\n[2] b\n", [END]),
    ],
)
def test_what_may_follow(text: str, expected: list[str] | None) -> None:
    assert Rules(3, lines=2).allow(text) == expected


def test_without_sentences_there_is_only_refusal() -> None:
    assert brackets(Rules(0, lines=1)) == {"[0]"}
    assert Rules(0, lines=1, refusal=False).allow("[") == []
