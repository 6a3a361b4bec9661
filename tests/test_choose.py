"""Choosing: each sentence once by what reading and search say of it, and phrases in these alone."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import Library
from rag.article import Article
from rag.choose import (
    EASE,
    ELSEWHERE,
    ISOLATED,
    SEARCH_WEIGHT,
    UNENDED,
    Choice,
    choose,
)
from rag.locate import Located, Phrase, Reading
from rag.search import Found, Hit, Match, Scores
from rag.split import passages, sentences
from rag.testing import FakeEncoder, FakeLocator

QUESTION = "By how many metres has the river Lenn in Lenndorf risen?"
TITLE, ASKED = (
    "The flood at Lenndorf",
    "Had anybody warned Lenndorf that the river Lenn would rise?",
)
FLOOD = Article.of(
    f"{TITLE}\nHeavy rain fell on Lenndorf for nine days. The river Lenn rose by four metres. "
    f"About 300 people left their houses.\n{ASKED}\nThe mayor, Ada Park, said that nobody had. "
    "The river Lenn fell by two metres on Monday. It rose by four metres again on Friday.",
    title=TITLE,
)
BEES = Article.of(
    "Beekeepers north of Lenndorf lost a third of their hives. A mite called varroa spread after "
    "the mild winter.",
    title="Bees in trouble",
)
COPY = Article.of(
    "The agency has more. The river Lenn rose by four metres.", title="The flood, once more"
)
Odds = Callable[[int, int], float]
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Told:
    """A locator that says what it is told.

    Args:
        odds: the log-odds of sentences by their places in the passages.
        alone: those of sentences that are read alone, by their texts.
    """

    fingerprint = "told"

    def __init__(
        self,
        odds: Odds = lambda *_: 0.0,
        phrases: Sequence[Phrase] = (),
        alone: Callable[[str], float] = lambda _: 0.0,
    ) -> None:
        self._odds = odds
        self._phrases = tuple(phrases)
        self._alone = alone
        self.readings: Sequence[Reading] = ()
        self.singles: Sequence[Reading] = ()

    def locate(self, question: str, readings: Sequence[Reading]) -> Located:
        if self.readings:
            self.singles = readings
            return Located(tuple((self._alone(one.text),) for one in readings), ())
        self.readings = readings
        odds = (
            tuple(self._odds(at, number) for number in range(len(one.sentences)))
            for at, one in enumerate(readings)
        )
        return Located(tuple(odds), self._phrases)


def searched(*articles: Article) -> Found:
    """What a search finds that finds everything, in passages that overlap."""
    encoder = FakeEncoder()
    query = encoder.encode_query(QUESTION)
    found = Found(generation=1)
    for article in articles:
        every = sentences(article)
        for part in passages(article, every, encoder.count_tokens, size=30, overlap=16):
            quotes = [(n, every[n].quote(article)) for n in range(part.first, part.last)]
            scores = [float(encoder.encode_query(quote) @ query) for _, quote in quotes]
            matches = [
                Match(every[n], n, score, score)
                for (n, _), score in zip(quotes, scores, strict=True)
            ]
            matches.sort(key=lambda match: -match.score)
            scored = Scores(None, None, None, None, 0.0, max(scores))
            found.hits.append(Hit(article, part, tuple(matches), scored))
    return found


FOUND = searched(FLOOD, BEES)
PLACES = [  # (reading, sentence in it) of every match, and its article and number there
    ((at, number - hit.passage.first), (hit.article.id, number))
    for at, hit in enumerate(FOUND.hits)
    for number in range(hit.passage.first, hit.passage.last)
]
SCORES = {(hit.article.id, m.number): m.score for hit in FOUND.hits for m in hit.matches}
SENTENCES = {
    (article.id, number): (sentence.start, sentence.quote(article))
    for article in (FLOOD, BEES)
    for number, sentence in enumerate(sentences(article))
}
STARTS = {place: start for place, (start, _) in SENTENCES.items()}
TEXTS = {place: text for place, (_, text) in SENTENCES.items()}
LEFT = {place for place, text in TEXTS.items() if text not in (TITLE, ASKED)}
NUMBERS = st.floats(-20, 20)
ODDS = st.lists(NUMBERS, min_size=len(PLACES), max_size=len(PLACES)).map(
    lambda odds: dict(zip((at for at, _ in PLACES), odds, strict=True))
)


def texts(choice: Choice) -> list[str]:
    return [one.text for one in choice.evidence]


def test_the_passages_of_these_tests_overlap() -> None:
    assert len({place for _, place in PLACES}) == len(TEXTS) < len(PLACES)
    assert len(LEFT) == len(TEXTS) - 2


def test_each_passage_is_read_under_its_title_with_its_sentences_in_order() -> None:
    locator = Told()
    choose(QUESTION, FOUND, locator)
    assert len(locator.readings) == len(FOUND.hits)
    for reading, hit in zip(locator.readings, FOUND.hits, strict=True):
        assert (reading.heading, reading.text) == (
            hit.article.title,
            hit.passage.quote(hit.article),
        )
        quotes = [reading.text[start:end] for start, end in reading.sentences]
        numbers = range(hit.passage.first, hit.passage.last)
        assert quotes == [TEXTS[hit.article.id, number] for number in numbers]


@PATIENT
@given(ODDS)
def test_each_sentence_is_there_once_with_its_highest_log_odds(
    odds: dict[tuple[int, int], float],
) -> None:
    choice = choose(QUESTION, FOUND, Told(lambda *at: odds[at]))
    assert {(one.article.id, one.number) for one in choice.evidence} == LEFT
    assert len(choice.evidence) == len(LEFT)
    for one in choice.evidence:
        place = (one.article.id, one.number)
        highest = max(odds[at] for at, other in PLACES if other == place)
        assert one.score == pytest.approx(highest + SEARCH_WEIGHT * SCORES[place])
        assert one.text == TEXTS[place]
    scores = [one.score for one in choice.evidence]
    assert scores == sorted(scores, reverse=True)


def test_the_best_sentences_are_read_once_more_alone() -> None:
    days = [f"On day {day} the river Lenn rose by {day} metres." for day in range(1, ISOLATED + 3)]
    article = Article.of(" ".join(days), title="The flood")
    found = searched(article)
    first = [hit.passage.first for hit in found.hits]
    found.hits = [
        replace(hit, matches=tuple(replace(match, score=0.0) for match in hit.matches))
        for hit in found.hits
    ]
    locator = Told(lambda at, n: -float(first[at] + n), alone=lambda _: 0.0)
    choice = choose(QUESTION, found, locator)
    assert texts(choice) == days
    assert [(one.heading, one.text, one.sentences) for one in locator.singles] == [
        (article.title, day, ((0, len(day)),)) for day in days[:ISOLATED]
    ]
    assert choice.none == pytest.approx(1 / (1 + ISOLATED))


def test_a_caption_has_to_be_likelier_than_a_sentence() -> None:
    text = "Two boats took the crew of the ferry to the island\n\nThe crew of the ferry is safe."
    caption, sentence = text.split("\n\n")
    found = searched(Article.of(text, title="The ferry"))
    found.hits = [
        replace(hit, matches=tuple(replace(match, score=0.5) for match in hit.matches))
        for hit in found.hits
    ]
    first = [min(match.number for match in hit.matches) for hit in found.hits]
    for ahead, best in ((UNENDED + 0.1, caption), (UNENDED - 0.1, sentence)):
        odds = Told(lambda at, n, ahead=ahead: ahead if first[at] + n == 0 else 0.0)
        assert texts(choose(QUESTION, found, odds))[0] == best


def test_titles_and_questions_are_left_out_however_likely_they_are() -> None:
    likely = {at for at, place in PLACES if TEXTS[place] in (TITLE, ASKED)}
    locator = Told(lambda *at: 9.0 if at in likely else -3.0, alone=lambda _: -3.0)
    choice = choose(QUESTION, FOUND, locator)
    assert not {TITLE, ASKED} & set(texts(choice))
    assert choice.none > 0.5, "what is left out doesn't answer"


def test_what_two_articles_say_is_there_once() -> None:
    choice = choose(QUESTION, searched(FLOOD, COPY), FakeLocator())
    assert texts(choice).count("The river Lenn rose by four metres.") == 1
    assert "The agency has more." in texts(choice)


def test_where_reading_is_undecided_the_search_decides() -> None:
    choice = choose(QUESTION, FOUND, Told())
    scores = [SCORES[one.article.id, one.number] for one in choice.evidence]
    assert scores == sorted(scores, reverse=True)


def test_a_sentence_that_was_not_read_does_not_answer() -> None:
    choice = choose(QUESTION, FOUND, Told(lambda at, _: -math.inf if at else 1.0))
    read = {place for (at, _), place in PLACES if at == 0} & LEFT
    assert {(one.article.id, one.number) for one in choice.evidence} == read
    unread = choose(QUESTION, FOUND, Told(lambda *_: -math.inf))
    assert (unread.evidence, unread.none, unread.pointers) == ((), 1.0, ())


def test_of_nothing_found_nothing_is_chosen() -> None:
    found = Found(generation=1)
    assert choose(QUESTION, found, FakeLocator()) == Choice((), 1.0, ())


# The chance of none


@PATIENT
@given(
    st.lists(NUMBERS, min_size=len(LEFT), max_size=len(LEFT)),
    st.integers(0, len(LEFT) - 1),
    st.floats(0.1, 1000),
)
def test_none_falls_when_a_sentence_alone_gets_likelier(
    odds: list[float], at: int, more: float
) -> None:
    said = [TEXTS[place] for place in sorted(LEFT)]
    before, after = (
        choose(QUESTION, FOUND, Told(alone=dict(zip(said, some, strict=True)).__getitem__)).none
        for some in (odds, [*odds[:at], odds[at] + more, *odds[at + 1 :]])
    )
    assert 0 < after <= before < 1
    assert after < before or odds[at] < max(odds) - 20


@pytest.mark.parametrize(
    ("odds", "none"), [(-1000.0, 1.0), (0.0, 1 / (1 + len(LEFT))), (1000.0, 0.0)]
)
def test_none_is_what_is_left_of_the_chances(odds: float, none: float) -> None:
    assert choose(QUESTION, FOUND, Told(alone=lambda _: odds)).none == pytest.approx(none)


def test_questions_that_a_phrase_hardly_answers_get_more_trust() -> None:
    one, several = (
        choose(f"{QUESTION} {more}", FOUND, Told(alone=lambda _: -1.0)).none
        for more in ("", "And why?")
    )
    assert math.log(one / (1 - one)) - math.log(several / (1 - several)) == pytest.approx(EASE)


# Pointers


@st.composite
def phrases(draw: st.DrawFn) -> list[Phrase]:
    """Phrases anywhere in the passages, some of them in two that overlap, likeliest first."""
    made = []
    for at, place in draw(st.lists(st.sampled_from(PLACES), max_size=8)):
        hit = FOUND.hits[at[0]]
        begin = STARTS[place] - hit.passage.start
        length = len(TEXTS[place])
        start = draw(st.sampled_from([0, 4, length - 5]))
        end = draw(st.sampled_from([start + 1, start + 5, length]))
        chance = draw(st.floats(0, 1))
        made.append(Phrase(*at, begin + start, begin + end, chance))
    return sorted(made, key=lambda phrase: -phrase.probability)


def place_of(phrase: Phrase) -> tuple[str, int]:
    return dict(PLACES)[phrase.reading, phrase.sentence]


@PATIENT
@given(phrases())
def test_pointers_go_into_sentences_that_are_left_each_once(some: list[Phrase]) -> None:
    locator = Told(phrases=some)
    choice = choose(QUESTION, FOUND, locator)
    meant: dict[tuple[tuple[str, int], int, int], tuple[str, float]] = {}
    for phrase in some:
        hit = FOUND.hits[phrase.reading]
        begin = STARTS[place_of(phrase)] - hit.passage.start
        if place_of(phrase) in LEFT:
            text = locator.readings[phrase.reading].text[phrase.start : phrase.end]
            key = (place_of(phrase), phrase.start - begin, phrase.end - begin)
            meant.setdefault(key, (text, phrase.probability))
    assert meant == {
        ((one.evidence.article.id, one.evidence.number), one.start, one.end): (
            one.text,
            one.probability,
        )
        for one in choice.pointers
    }
    assert len(choice.pointers) == len(meant)
    assert all(pointer.evidence in choice.evidence for pointer in choice.pointers)
    chances = [pointer.probability for pointer in choice.pointers]
    assert chances == sorted(chances, reverse=True)


def test_the_likelier_of_two_phrases_in_one_place_is_kept() -> None:
    locator = FakeLocator({"four metres": 0.4, "nobody": 0.2, "anybody": 0.9, "flood": 0.9})
    choice = choose(QUESTION, FOUND, locator)
    assert {one.text for one in choice.pointers} == {"four metres", "nobody"}
    spans = [(one.evidence.number, one.start) for one in choice.pointers]
    assert len(spans) == len(set(spans)) == 3, "two sentences say four metres"


# In a library


def test_what_a_search_found_is_chosen_from_and_left_as_it_is(library: Library) -> None:
    found = library.search(QUESTION, k=6)
    before = copy.deepcopy(found)
    choice = choose(QUESTION, found, FakeLocator({"four metres": 0.6}))
    assert found == before
    assert texts(choice)[0] == "The river Lenn rose by four metres."
    assert [one.text for one in choice.pointers] == ["four metres"]
    assert 0 < choice.none < 1
    for one in choice.evidence:
        assert one.citation.holds(library.article(one.article.id))


def test_sentences_of_an_article_without_the_names_of_the_question_are_less_likely() -> None:
    apart = Article.of("Beekeepers of Harwick lost a third of their hives.", title="Bees elsewhere")
    found = searched(FLOOD, apart)
    choice = choose(QUESTION, found, Told(lambda *_: 1.0, alone=lambda text: "hives" in text))
    score = next(one.score for one in choice.evidence if one.article is apart)
    searching = SEARCH_WEIGHT * found.hits[-1].matches[0].score
    assert score == pytest.approx(1.0 - ELSEWHERE + searching)
    assert choice.elsewhere == {apart.id}
    some = len(choice.evidence) - 1 + math.exp(1.0 - ELSEWHERE)
    assert choice.none == pytest.approx(1 / (1 + some))
