"""Search: fused, filtered, without copies, each hit with the reasons for its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Filter, Library, fulltext
from rag.search import POOL, RANK_WEIGHT, RRF, Found
from rag.testing import FakeEncoder

QUESTION = "By how many metres has the river Lenn in Lenndorf risen?"


@pytest.fixture
def found(library: Library) -> Found:
    return library.search(QUESTION)


def test_the_sentence_that_answers_comes_first(found: Found) -> None:
    hit = found.hits[0]
    assert hit.matches[0].sentence.quote(hit.article) == "The river Lenn rose by four metres."
    best_hit, best = found.best_sentences()[0]
    assert (best_hit.article.id, best) == (hit.article.id, hit.matches[0])


def test_hits_explain_their_places(library: Library, found: Found, encoder: FakeEncoder) -> None:
    query = encoder.encode_query(QUESTION)
    totals = [hit.scores.total for hit in found.hits]
    assert totals == sorted(totals, reverse=True)
    for hit in found.hits:
        scores = hit.scores
        ranks = [rank for rank in (scores.dense_rank, scores.words_rank) if rank]
        assert scores.fused == pytest.approx(sum(1 / (RRF + rank) for rank in ranks))
        best = max(match.score for match in hit.matches)
        assert scores.total == pytest.approx(best + RANK_WEIGHT * scores.fused)
        assert (scores.dense is None) == (scores.dense_rank is None)
        assert (scores.words is None) == (scores.words_rank is None)
        for match in hit.matches:
            text = f"{hit.article.title}. {match.sentence.quote(hit.article)}"
            assert match.cosine == pytest.approx(
                float(encoder.encode_query(text) @ query), abs=1e-5
            )
            assert match.score >= match.cosine
    assert sorted(hit.scores.dense_rank or 0 for hit in found.hits) == [1, 2, 3, 4]


def test_the_sentences_of_a_hit_are_those_of_its_passage(library: Library, found: Found) -> None:
    for hit in found.hits:
        assert len(hit.matches) == hit.passage.last - hit.passage.first
        for match in hit.matches:
            assert hit.passage.start <= match.sentence.start < match.sentence.end
            assert match.sentence.end <= hit.passage.end
            assert match.sentence.quote(hit.article) in hit.passage.quote(hit.article)
        assert [match.score for match in hit.matches] == sorted(
            (match.score for match in hit.matches), reverse=True
        )


@pytest.mark.parametrize("k", [1, 2, 3, 8])
def test_at_most_k_hits_the_best_ones(library: Library, found: Found, k: int) -> None:
    some = library.search(QUESTION, k=k).hits
    assert [hit.passage for hit in some] == [hit.passage for hit in found.hits][:k]


def test_the_same_search_finds_the_same(library: Library, found: Found) -> None:
    assert library.search(QUESTION).hits == found.hits


def test_nothing_is_found_where_the_filter_admits_nothing(library: Library) -> None:
    found = library.search(QUESTION, filter=Filter(title="no such title"))
    assert (found.hits, found.best_sentences(), found.warnings) == ([], [], [])
    assert library.ask(QUESTION, filter=Filter(title="no such title")).abstained


def test_a_question_of_unknown_words_is_searched_by_vectors_only(library: Library) -> None:
    hits = library.search("qqq zzz").hits
    assert len(hits) == 4
    assert {hit.scores.words_rank for hit in hits} == {None}


def test_near_copies_give_one_hit_that_names_the_others(
    library: Library, tmp_path: Path, reads: list[str]
) -> None:
    """The same agency text in three files, with small changes, never fills an answer's context."""
    story = (
        "The volcano on the island of Terceira erupted at noon on Tuesday. All 3,000 people of "
        "the village left in boats. The harbour stayed open until the evening, the agency said."
    )
    for name, end in (("a", ""), ("b", " More soon."), ("c", " It is quiet now.")):
        (tmp_path / f"{name}.txt").write_text(story + end)
    library.add(sorted(tmp_path.glob("*.txt")))
    found = library.search("When did the volcano on Terceira erupt?")
    hits = [hit for hit in found.hits if "volcano" in hit.article.text]
    assert len(hits) == 1
    assert len(hits[0].copies) == 2
    assert hits[0].article.id not in hits[0].copies
    texts = [match.sentence.quote(hit.article) for hit, match in found.best_sentences()]
    assert len([text for text in texts if "erupted" in text]) == 1
    assert len(texts) == len(set(texts))


def test_no_more_passages_are_looked_at_than_there_are_in_the_pools(
    library: Library, tmp_path: Path, reads: list[str]
) -> None:
    for n in range(POOL + 10):
        (tmp_path / f"{n}.txt").write_text(f"The river number {n} rose. Its name is {n * 7919}.")
    library.add(sorted(tmp_path.glob("*.txt")))
    hits = library.search("river rose 79190").hits
    assert hits[0].article.title == "10 0"
    assert all((hit.scores.dense_rank or 1) <= POOL for hit in hits)


def test_steps_are_timed(found: Found) -> None:
    assert set(found.milliseconds) == {
        "encode_ms", "dense_ms", "words_ms", "load_ms", "rank_ms",
    }  # fmt: skip
    assert all(spent >= 0 for spent in found.milliseconds.values())


def test_words_that_ask_find_nothing_by_themselves(library: Library) -> None:
    assert fulltext.words("What is the name of the river?") == ["name", "river"]
