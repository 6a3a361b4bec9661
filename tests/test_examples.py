"""Which paragraphs and questions of a large corpus are learnt from."""

from __future__ import annotations

from training.examples import Corpus, Example, Text, apart, thinned

SHARED = "The bridge at Low Lenn was built by three brothers in the spring of 1911."


def corpus(*texts: tuple[str, str]) -> Corpus:
    """Paragraphs with their headings, and three questions about each."""
    made = [Text.of(heading, text) for heading, text in texts]
    asked = [
        Example(f"{n} of {p}?", p, [(0, 3)], {0: 1.0}) for p in range(len(made)) for n in "abc"
    ]
    return Corpus("squad", made, asked)


def test_a_large_corpus_gives_some_of_every_heading() -> None:
    kept = thinned(
        corpus(*((heading, f"{heading} has {n}.") for heading in "AB" for n in range(9))), 2, 1
    )
    assert [text.heading for text in kept.texts] == ["A", "A", "B", "B"]
    assert [one.paragraph for one in kept.examples] == [0, 1, 2, 3]
    places = {
        text: place for place, text in enumerate(f"{h} has {n}." for h in "AB" for n in range(9))
    }
    for one in kept.examples:
        assert one.question.endswith(f" of {places[kept.texts[one.paragraph].text]}?")


def test_what_is_held_back_is_not_learnt_from_its_copy() -> None:
    known = corpus(("Lenn", f"It is long. {SHARED}"))
    more = corpus(("Bridges", f"Others are high. {SHARED}"), ("Boats", "Boats sail on the lake."))
    assert {one.paragraph for one in apart(more, known).examples} == {1}
