"""Gold files: every field, every mistake by line and item, and evidence by quote and offsets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.evaluate import GoldError, Item, load_gold, parse_gold
from rag.evaluate.facts import Date, Forms, Number
from rag.evaluate.gold import Quote

NEEDED: dict[str, Any] = {"id": "a", "question": "How many?", "facts": [{"any": ["two"]}]}
SUMMARY: dict[str, Any] = {"id": "s", "summarize": "a.txt"}


def one(**fields: Any) -> Item:
    return parse_gold(json.dumps({**NEEDED, **fields})).items[0]


def test_every_field_is_read() -> None:
    item = one(
        id=" a ",
        question=" How many? ",
        facts=[
            {"any": ["two", "2"]},
            {"number": 2700, "unit": "wounded", "tolerance": "5%"},
            {"number": -1.5, "unit": ["degrees", "°"], "tolerance": 0.5},
            {"number": 3},
            {"date": "2025-01-13"},
            {"date": "2025-01"},
            {"date": 2025},
        ],
        must_not=["three", "four"],
        evidence=[
            [{"article": "a.txt", "quote": "Two."}, {"article": "b.txt", "start": 0, "end": 4}],
            [{"article": "b.txt", "quote": "It was two."}],
        ],
        answer="two",
        tags=["number"],
        must_pass=True,
        cluster="x",
    )
    assert item == Item(
        id="a",
        line=1,
        question="How many?",
        facts=(
            Forms(("two", "2")),
            Number(2700.0, ("wounded",), 135.0),
            Number(-1.5, ("degrees", "°"), 0.5),
            Number(3.0),
            Date(2025, 1, 13),
            Date(2025, 1),
            Date(2025),
        ),
        must_not=(Forms(("three",)), Forms(("four",))),
        evidence=(
            (Quote("a.txt", "Two."), Quote("b.txt", start=0, end=4)),
            (Quote("b.txt", "It was two."),),
        ),
        answers=("two",),
        tags=("number",),
        must_pass=True,
        cluster="x",
    )
    assert (item.kind, item.articles) == ("answerable", ["a.txt", "b.txt"])


def test_what_is_left_out_has_its_usual_value() -> None:
    item = one(tags=None)
    assert (item.answerable, item.must_pass, item.tags, item.cluster) == (True, False, (), "a")
    assert one(evidence=[[{"article": "b.txt", "quote": "x"}]]).cluster == "b.txt"
    refused = parse_gold('{"id": "u", "question": "Why?", "answerable": false}').items[0]
    assert (refused.kind, refused.facts, refused.cluster) == ("unanswerable", (), "u")


@pytest.mark.parametrize(
    ("length", "expected"), [(None, "short"), ("long", "long"), (40, 40), ("40", "40")]
)
def test_a_summary_has_its_articles_and_length(length: Any, expected: Any) -> None:
    fields = SUMMARY | ({} if length is None else {"length": length})
    item = parse_gold(json.dumps(fields)).items[0]
    assert (item.kind, item.summarize, item.length) == ("summary", ("a.txt",), expected)
    assert item.cluster == "a.txt"


def test_a_conversation_is_asked_by_its_last_turn() -> None:
    turns = [{"question": "Who? "}, {"question": "And when?", "facts": [{"date": "2025"}]}]
    item = parse_gold(json.dumps({"id": "c", "turns": turns})).items[0]
    assert (item.before, item.question, item.facts) == (("Who?",), "And when?", (Date(2025),))


FACTS: list[tuple[Any, str]] = [
    ({}, 'a fact has "any", "number" or "date"'),
    ({"any": []}, "a fact without a form"),
    ({"any": "two"}, '"any" is "two", not a list'),
    ({"any": ["two", 2]}, '"any" holds 2, which is no text'),
    ({"any": [" "]}, "which is no text"),
    ({"any": ["?!"]}, 'holds "?!", in which there is no word'),
    ({"any": ["two"], "number": 2}, "unknown field 'number'"),
    ({"number": "2"}, '"2" is no number'),
    ({"number": True}, "true is no number"),
    ({"number": float("nan")}, "NaN is no number"),
    ({"number": float("inf")}, "Infinity is no number"),
    ({"number": 10**400}, "is no number"),
    ({"number": 2, "units": "dogs"}, "unknown field 'units'"),
    ({"number": 2, "unit": 5}, '"unit" is 5'),
    ({"number": 2, "tolerance": "5"}, '"5" is no tolerance'),
    ({"number": 2, "tolerance": "x%"}, '"x%" is no tolerance'),
    ({"number": 2, "tolerance": "nan%"}, '"nan%" is no tolerance'),
    ({"number": 2, "tolerance": -1}, "-1 is no tolerance"),
    ({"number": 2, "tolerance": True}, "true is no tolerance"),
    ({"number": 2, "tolerance": [5]}, "[5] is no tolerance"),
    ({"number": 2, "tolerance": 10**400}, "is no tolerance"),
    ({"date": "13 May"}, '"13 May" is not a date'),
    ({"date": "2025-13"}, '"2025-13" is not a date'),
    ({"date": "2025-00"}, '"2025-00" is not a date'),
    ({"date": "2025-02-30"}, '"2025-02-30" is not a date'),
    ({"date": "0000"}, '"0000" is not a date'),
    ({"date": None}, "null is not a date"),
    ({"date": "2025", "year": 2025}, "unknown field 'year'"),
]
EVIDENCE: list[tuple[Any, str]] = [
    ({"article": "a.txt"}, '"evidence" is'),
    ([], '"evidence" is a list of alternatives'),
    ([[]], '"evidence" is a list of alternatives'),
    ([[{"quote": "x"}]], 'evidence without its "article"'),
    ([["x"]], 'evidence without its "article"'),
    ([[{"article": "a.txt"}]], 'evidence has a "quote", or "start" and "end"'),
    ([[{"article": "a.txt", "quote": " "}]], 'evidence has a "quote"'),
    ([[{"article": "a.txt", "quote": 5, "start": 0, "end": 2}]], 'evidence has a "quote"'),
    ([[{"article": "a.txt", "start": 0}]], 'evidence has a "quote"'),
    ([[{"article": "a.txt", "start": 5, "end": 5}]], 'evidence has a "quote"'),
    ([[{"article": "a.txt", "start": -1, "end": 5}]], 'evidence has a "quote"'),
    ([[{"article": "a.txt", "start": False, "end": True}]], 'evidence has a "quote"'),
    ([[{"article": "a.txt", "text": "x"}]], "unknown field 'text'"),
]
ITEMS: list[tuple[dict[str, Any], str]] = [
    ({"question": " "}, '"question" is missing'),
    ({"question": 5}, '"question" is 5'),
    ({"question": True}, '"question" is true'),
    ({"answerable": "no"}, '"answerable" is "no"'),
    ({"answerable": 0}, '"answerable" is 0'),
    ({"facts": []}, "an answerable question without facts"),
    ({"facts": {"any": ["two"]}}, '"facts" is {"any"'),
    ({"facts": ["two"]}, '"facts" holds what is no object'),
    ({"answerable": False}, "an unanswerable question with facts or evidence"),
    ({"must_not": [""]}, '"must_not" holds ""'),
    ({"must_not": ["--"]}, '"must_not" holds "--", in which there is no word'),
    ({"tags": 0}, '"tags" is 0, not a list'),
    ({"tags": False}, '"tags" is false, not a list'),
    ({"tags": {"a": 1}}, '"tags" is {"a": 1}, not a list'),
    ({"answer": [3]}, '"answer" holds 3'),
    ({"must_pass": 1}, '"must_pass" is 1'),
    ({"cluster": 1}, '"cluster" is 1'),
    ({"length": 0}, '"length" is 0'),
    ({"length": True}, '"length" is true'),
    ({"length": 1.5}, '"length" is 1.5'),
    ({"length": "tiny"}, '"length" is "tiny", not headline, short, long, or a number'),
    ({"summarize": "a.txt"}, '"question" and "summarize" exclude each other'),
    ({"fact": [{"any": ["two"]}]}, "unknown field 'fact'"),
    ({"turns": [{"question": "Who?"}]}, '"question" and "turns" exclude each other'),
    ({"turns": {}}, '"turns" is {}'),
    ({"turns": [5]}, '"turns" holds what is no object'),
]
TURNS: list[tuple[Any, str]] = [
    ([{"question": "Who?"}, {}], 'a turn without a "question"'),
    ([{"question": None}, {"question": "And?"}], 'a turn without a "question"'),
    ([{"question": 5}, {"question": "And?"}], '"question" is 5'),
    ([{"question": "Who?", "facts": []}, {"question": "And?"}], "unknown field 'facts'"),
    ([{"question": "Who?"}, {"question": "And?", "fact": []}], "unknown field 'fact'"),
    ([{"question": "Who?"}, {"question": "And?"}], "an answerable question without facts"),
]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        *[({**NEEDED, "facts": [fact]}, what) for fact, what in FACTS],
        *[({**NEEDED, "evidence": found}, what) for found, what in EVIDENCE if found != []],
        *[({**NEEDED, **fields}, what) for fields, what in ITEMS],
        *[({"id": "a", "turns": turns}, what) for turns, what in TURNS],
    ],
)
def test_a_mistake_is_named_with_line_and_item(fields: dict[str, Any], expected: str) -> None:
    with pytest.raises(GoldError) as raised:
        parse_gold(f"\n{json.dumps({**NEEDED, 'id': 'fine'})}\n{json.dumps(fields)}\n", "my.jsonl")
    first, *lines = str(raised.value).splitlines()
    assert first == "my.jsonl: 1 item can't be used"
    assert len(lines) == 1
    assert lines[0].startswith("line 3, item a: ")
    assert expected in lines[0]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, "not JSON"),
        ("null", "not a JSON object"),
        ("{}", '"id" is missing'),
        ('{"id": " "}', '"id" is missing'),
        ('{"id": 5}', '"id" is 5'),
        ('{"id": "\\ud800"}', "half a character"),
    ],
)
def test_without_an_id_the_line_is_named(line: str, expected: str) -> None:
    with pytest.raises(GoldError, match=r"line 1: .*") as raised:
        parse_gold(line)
    assert expected in str(raised.value)


def test_all_mistakes_are_said_at_once_and_an_id_twice_is_one() -> None:
    lines = [NEEDED, {"id": "b"}, NEEDED, {"id": "c", "question": 1}]
    with pytest.raises(GoldError) as raised:
        parse_gold("\n".join(map(json.dumps, lines)))
    assert str(raised.value).splitlines() == [
        "gold: 3 items can't be used",
        'line 2, item b: "question" is missing',
        "line 3, item a: the same id stands in line 1",
        'line 4, item c: "question" is 1',
    ]


# Files


def test_line_ends_marks_and_blank_lines_change_nothing(tmp_path: Path) -> None:
    lines = [
        json.dumps({**NEEDED, "id": id, "tags": ["a\u2028b"]}, ensure_ascii=False) for id in "ab"
    ]
    for name, text in {
        "plain": "\n".join(lines),
        "windows": "\ufeff" + "\r\n".join(["", *lines, "", ""]),
        "loose": "\n \n".join([*lines, "\t"]),
    }.items():
        (tmp_path / name).write_bytes(text.encode())
        gold = load_gold(tmp_path / name)
        assert [item.id for item in gold.items] == ["a", "b"]
        assert gold.items[0].tags == ("a\u2028b",)
    assert [item.line for item in load_gold(tmp_path / "windows").items] == [2, 3]


def test_the_fingerprint_is_that_of_the_bytes(tmp_path: Path) -> None:
    file = tmp_path / "gold.jsonl"
    file.write_text(json.dumps(NEEDED))
    first = load_gold(file)
    assert (first.fingerprint, first.path) == (load_gold(file).fingerprint, str(file))
    assert first.fingerprint == parse_gold(json.dumps(NEEDED)).fingerprint
    file.write_text(json.dumps(NEEDED) + "\n")
    assert load_gold(file).fingerprint != first.fingerprint


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xff", "not UTF-8"),
        (b"", "no item"),
        (b"\xef\xbb\xbf\r\n", "no item"),
        (None, "can't be"),
    ],
)
def test_a_file_that_is_none_is_an_error(tmp_path: Path, data: bytes | None, expected: str) -> None:
    file = tmp_path / "gold.jsonl"
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(GoldError, match=expected):
        load_gold(file)


KEYS = st.sampled_from(
    "id question answerable facts must_not evidence answer tags must_pass cluster turns summarize "
    "length any number unit tolerance date article quote start end".split()
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(),
    st.sampled_from(["a", "", "5%", "2025-01", "2025-00-01", "%", "short", "\ud800"]),
    st.integers(10**400, 10**400 + 1),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=12,
)


@given(
    st.dictionaries(KEYS, TREES, max_size=6),
    st.sampled_from([{}, NEEDED, SUMMARY]),
    st.lists(st.dictionaries(KEYS, TREES, max_size=4), max_size=2),
)
@example({"turns": [{"question": "q", "id": 5}]}, {"id": "a"}, [])
def test_arbitrary_json_is_gold_or_a_gold_error(
    fields: dict[str, Any], base: dict[str, Any], facts: list[dict[str, Any]]
) -> None:
    values = {**base, **fields}
    if facts:
        values["facts"] = facts
    try:
        gold = parse_gold(json.dumps(values))
    except GoldError as error:
        str(error).encode()
    else:
        assert str(gold.items[0].facts)


@given(st.text())
def test_arbitrary_text_is_gold_or_a_gold_error(text: str) -> None:
    with pytest.raises(GoldError):
        parse_gold(text)
