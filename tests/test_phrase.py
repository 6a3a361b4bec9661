"""Phrases of a sentence: which words they are, and when they will do without it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rag.choose import Pointer
from rag.phrase import MOST, agreed, alone, whole_words
from tests.pointing import RIVER, evidence, pointers


def agreed_words(some: Sequence[Pointer]) -> str | None:
    """The whole words of the stretch that pointers agree on; None if there is none."""
    text, stretch = some[0].evidence.text, agreed(some)
    return (text[slice(*whole_words(text, stretch))] or None) if stretch else None


@pytest.mark.parametrize(
    ("chances", "expected"),
    [
        ({"four metres": 0.6}, "four metres"),
        # Variants of one phrase are taken together: the shortest that has half of their chance.
        ({"four metres": 0.5, "four": 0.3, "by four metres": 0.1}, "four metres"),
        ({"four": 0.5, "four metres": 0.3, "by four metres": 0.1}, "four"),
        ({"four": 0.3, "by four metres": 0.25, "four metres": 0.2}, "four metres"),
        ({"river": 0.2, "river Lenn": 0.2, "The river": 0.2}, "The river"),
        # Two places: neither is surer than the other.
        ({"four metres": 0.3, "Monday": 0.3}, None),
        ({"four metres": 0.3, "four": 0.1, "Monday": 0.3}, None),
        ({"four metres": 0.6, "Monday": 0.1}, "four metres"),
        # Whole words only, without punctuation.
        ({"our metr": 0.6}, "four metres"),
        ({"Monday.": 0.6}, "Monday"),
        ({".": 0.6}, "Monday"),
        ({RIVER: 0.6}, RIVER[:-1]),
        ({"Monday": 0.0}, "Monday"),
    ],
)
def test_the_phrase_that_pointers_agree_on(chances: dict[str, float], expected: str | None) -> None:
    assert agreed_words(pointers(RIVER, chances)) == expected


@pytest.mark.parametrize("extra", [-0.01, 0.01])
def test_two_places_are_two_answers_unless_most_is_in_one(extra: float) -> None:
    chances = {"four metres": MOST + extra, "Monday": 1 - MOST - extra}
    assert agreed_words(pointers(RIVER, chances)) == ("four metres" if extra > 0 else None)


@pytest.mark.parametrize("text", ["- — -", "…", "()", "“ ”", "Well — yes"])
def test_a_phrase_without_a_word_is_none(text: str) -> None:
    one = evidence(text)
    for start in range(len(text)):
        found = agreed_words([Pointer(one, start, start + 1, 0.9)])
        assert found in {None, "Well", "yes"}
        assert (found is None) == (not re.search(r"\w", text) or text[start] == "—")


@pytest.mark.parametrize(
    ("text", "part", "words"),
    [
        ("He is a 14-year-old boy.", "year", "14-year-old"),
        ("It cost $5 million (about 4.6 million euros).", "5 million", "$5 million"),
        ("It cost $5 million (about 4.6 million euros).", "4.6 million euros", "4.6 million euros"),
        ("A third, or 33.3%, was lost.", "33", "33.3%"),
        ("They moved to the U.S. in May.", "the U.S", "the U.S."),
        ("It ends at 5 p.m., they said.", "5 p.m.", "5 p.m."),
        ("He flew to Washington, D.C.", "Washington, D.C", "Washington, D.C."),
        ("He flew to Washington.", "Washington.", "Washington"),
        ("“Never,” she said.", "Never,", "Never"),
        ("It was -12 °C at noon.", "12", "-12"),
        ("It was -12 °C at noon.", "-12 °C", "-12 °C"),
        ("It fell by .5 per cent.", "5", ".5"),
        ("It was cold (-12 °C) at noon.", "12 °C", "-12 °C"),
        ("From 1914–1918 he served.", "1918", "1914–1918"),
        ("- 12 men left", "- 12 men", "12 men"),
        ("She saw Paris—the capital—once.", "Paris", "Paris"),
        ("She saw Paris—the capital—once.", "capital", "capital"),
        ("Then...5 men left.", "5", "Then...5"),
        ("...5 men left.", "5", "5"),
        ("The dogs' home, Rock 'n' Roll!", "Roll", "Roll"),
        ("Das sagte „Adam“ gestern.", "Adam", "Adam"),
        ("He said 👩‍👩‍👧!", "👩", "👩‍👩‍👧"),
    ],
)
def test_whole_words(text: str, part: str, words: str) -> None:
    start = text.index(part)
    stretch = whole_words(text, (start, start + len(part)))
    assert text[slice(*stretch)] == words


TEXTS = st.one_of(
    st.text(min_size=1, max_size=30),
    st.text(st.sampled_from("ab1 .,-—–()“”\"'’…\u0301\n"), min_size=1, max_size=20),
    st.just(RIVER),
)


@st.composite
def pointing(draw: st.DrawFn) -> list[Pointer]:
    """Pointers anywhere into a sentence in an article of any text."""
    one = evidence(draw(TEXTS), draw(st.text(max_size=5)), draw(st.text(max_size=5)))
    length = len(one.text)
    made = []
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, length - 1))
        end = draw(st.integers(start + 1, length))
        made.append(Pointer(one, start, end, draw(st.floats(0, 1))))
    return made


EDGES = " \t\n,;:!?…¿¡\"'“”„‘’‚«»‹›()[]{}—"  # "-", "–" and "." may be a number's


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example([Pointer(evidence("a — b"), 2, 3, 1.0)])
@given(pointing())
def test_a_phrase_is_whole_words_of_its_sentence(some: list[Pointer]) -> None:
    found = agreed_words(some)
    if found is None:
        return
    text = some[0].evidence.text
    assert found
    assert found[0] not in EDGES
    assert found[-1] not in EDGES + "-–"
    assert found[-1] != "." or re.search(r"\b[^\W\d_]\.[^\W\d_]\.$", found)
    assert found[0] not in "-–." or found[1:2].isdigit()
    edge = rf"[{re.escape(EDGES)}.–-]*"
    assert re.search(rf"(?:\A|[\s—]){edge}{re.escape(found)}{edge}(?:[\s—]|\Z)", text)


@pytest.mark.parametrize(
    ("text", "part", "words"),
    [
        # What bounds or rounds a number is part of it.
        ("Each costs less than three euros.", "three euros", "less than three euros"),
        ("Up to $40 million was lost.", "$40 million", "Up to $40 million"),
        ("It took about two years.", "two years", "about two years"),
        ("About a third of them left.", "a third", "About a third"),
        ("He spoke about Rome.", "Rome", "Rome"),
        ("More than half left, 12 stayed.", "12", "12"),
        # What points back says nothing alone.
        ("They need twice as much.", "twice as much", None),
        ("In 2020 it was the same colour.", "the same colour", None),
        ("It was painted by her brother.", "her brother", None),
        ("It was painted by her brother.", "painted by her brother", "painted by her brother"),
        ("Her brother painted it.", "Her brother", None),
        ("Their union called it off.", "Their union", None),
        ("Theo Berg called it off.", "Theo Berg", "Theo Berg"),
        ("They left the next day.", "the next day", None),
        ("The other brother won.", "The other brother", None),
        ("My father built it.", "My father", None),
        ("US firms built it.", "US firms", "US firms"),
        # A number that is added to another, and one that ends or begins what is meant.
        ("Another 12 people died.", "12 people", None),
        ("A further 12 people died.", "12 people", None),
        ("Twelve more people died.", "Twelve more people", None),
        ("More than 12 people died.", "12 people", "More than 12 people"),
        ("As many as 300 people came.", "300 people", "As many as 300 people"),
        ("There were 300 people or so.", "300 people", "300 people or so"),
        ("It was built before 1900.", "1900", "before 1900"),
        ("It opens by 5 June at last.", "5 June", "by 5 June"),
        ("It was built in 1900.", "1900", "1900"),
        ("It was built by Theo Berg.", "Theo Berg", "Theo Berg"),
    ],
)
def test_a_phrase_is_all_that_it_needs_to_stand_alone(
    text: str, part: str, words: str | None
) -> None:
    start = text.index(part)
    assert alone("What is said?", text, (start, start + len(part))) == words


@pytest.mark.parametrize(
    ("question", "text", "part", "stands"),
    [
        ("What did it cost?", "It was meant to cost three crowns.", "three crowns", False),
        ("What was it meant to cost?", "It was meant to cost three crowns.", "three crowns", True),
        ("What did it cost?", "In the end it cost five crowns.", "five crowns", True),
        ("What did they know?", "She denied that they knew of the leak.", "the leak", False),
        ("Who came?", "Ada did not come.", "Ada", False),
        ("Who is the baker?", "Ada the baker did not come.", "Ada", True),
        ("When does it open?", "It may open on Monday at the earliest.", "Monday", False),
        ("When will it open?", "It is expected to open on Monday.", "Monday", True),
        ("When did it open?", "It was meant to open in 1990.", "1990", False),
        ("Who stole it?", "Berg was acquitted of stealing it.", "Berg", False),
        ("Who shot him?", "Berg may have shot him.", "Berg", False),
        ("Who did not fail to stop it?", "Berg did not fail to stop it.", "Berg", True),
        ("Who stopped it?", "Berg did not fail to stop it.", "Berg", True),
        ("Who wrote it?", "Ada did not write it, but Berg did.", "Berg", True),
        ("By what day must it close?", "It must close by 5 June.", "5 June", True),
        # What the question says itself is no answer, unless it is to be chosen.
        ("who runs the old mill", "The Old Mill is run by Theo Berg.", "The Old Mill", False),
        ("Did Ada or Theo run it?", "Theo ran it.", "Theo", True),
        ("How many of the 12 men left?", "All 12 men left.", "12 men", True),
        # What may be done is asked for, not what may not.
        ("What can dogs eat?", "Dogs cannot eat chocolate.", "chocolate", False),
        ("What can't dogs eat?", "Dogs cannot eat chocolate.", "chocolate", True),
        ("Who can vote?", "Children may not vote.", "Children", False),
        ("Who did it?", "Police suspect that Berg did it.", "Berg", False),
        ("Who is suspected?", "Police suspect that Berg did it.", "Berg", True),
        ("Who did it?", "Police believe Theo Berg did it.", "Theo Berg", False),
        ("Who did it?", "Police believe in Theo Berg, who did it.", "Theo Berg", True),
        ("Who stole it?", "Berg was held on suspicion of stealing it.", "Berg", False),
        ("Who stole it?", "Berg is on trial for stealing it.", "Berg", False),
        ("How many came?", "No-one came of the 41 people.", "41 people", False),
        # An aside leaves who it is about in the clause.
        ("Who won the race?", "Berg, 34, did not win the race.", "Berg", False),
        ("Who won the race?", "Berg (34) did not win the race.", "Berg", False),
        ("Who killed Ann?", "Berg, from Hull, is charged with killing Ann.", "Berg", False),
        ("Who wrote it?", "Berg, 34, wrote it, but did not publish it.", "Berg", True),
        # "Stone" has no number in it.
        ("who owns the stone house", "The Stone House stands empty.", "The Stone House", False),
    ],
)
def test_what_is_denied_or_doubted_is_no_answer_alone(
    question: str, text: str, part: str, stands: bool
) -> None:
    start = text.index(part)
    words = alone(question, text, (start, start + len(part)))
    assert words == (part if stands else None)
