"""Reading a library: what is read is, to the character, what was stored."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import Library
from rag.article import Article
from rag.errors import NotFound
from rag.read import normalise
from rag.rows import article_digest, passage_digest
from rag.snapshot import Filter
from rag.store import Entry, Store
from rag.verify import verify

Make = Callable[[Article], Entry]


@pytest.fixture
def store(library: Library) -> Store:
    return Store(library.directory)


def test_the_span_law_holds_for_all_that_is_stored(store: Store) -> None:
    with store.snapshot() as snapshot:
        passages = snapshot.passages(snapshot.keys().tolist())
        assert len(passages) == 4
        for passage in passages.values():
            article, sentences = (
                snapshot.article(passage.article).article,
                snapshot.article(passage.article).sentences,
            )
            inside = sentences[passage.first : passage.last]
            assert (inside[0].start, inside[-1].end) == (passage.start, passage.end)
            assert all(one.quote(article) in passage.quote(article) for one in inside)


ANY = st.text(min_size=1, max_size=60)
UNICODE = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("\0\n\t'\"%_👩‍👩‍👧‍👦é́שلا𝔘")), min_size=1
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=UNICODE, title=ANY, source=st.none() | ANY, date=st.none() | st.dates())
def test_any_text_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    entry: Make,
    text: str,
    title: str,
    source: str | None,
    date: datetime.date | None,
) -> None:
    store = Store(tmp_path_factory.getbasetemp() / "unicode")
    text = normalise(text) or "Something."
    title = normalise(title) or "A title"
    source = source and normalise(source)
    article = Article.of(text, title=title, source=source, date=date, path="a 'b' %_.txt")
    made = entry(article)
    with store.writer() as writer, writer.change():
        writer.replace_file("the only file", "0", [article], [made])
    with store.snapshot() as snapshot:
        stored = snapshot.article(article.id)
        assert stored.article == article
        assert stored.sentences == made.sentences
        (listing,) = snapshot.listings()
        assert (listing.characters, listing.sentences) == (len(text), len(made.sentences))
        assert snapshot.find(title) == snapshot.find("a 'b' %_.txt") == [article.id]
        damage = [one.what for one in verify(store.directory, snapshot) if "FAISS" not in one.what]
        assert damage == []
        for filter in (Filter(title=title), Filter(title=title.upper())):
            assert len(snapshot.listings(filter)) == 1


def test_counts_are_those_of_the_articles(store: Store) -> None:
    with store.snapshot() as snapshot:
        listings = snapshot.listings()
        assert snapshot.counts() == {
            "files": 4,
            "articles": 4,
            "characters": sum(one.characters for one in listings),
            "sentences": sum(one.sentences for one in listings),
            "passages": sum(one.passages for one in listings),
        }
        for one in listings:
            stored = snapshot.article(one.id)
            assert len(stored.article.text) == one.characters
            assert len(stored.sentences) == one.sentences


def test_an_unknown_id_is_not_found(store: Store) -> None:
    with store.snapshot() as snapshot:
        for id in ("", "0" * 12, "%", "flood"):
            with pytest.raises(NotFound):
                snapshot.article(id)
        assert snapshot.passages([10**6, -1]) == {}


def test_vectors_keep_the_cosines(store: Store) -> None:
    with store.snapshot() as snapshot:
        ((keys, vectors),) = snapshot.vectors()
        assert keys.tolist() == snapshot.keys().tolist()
        assert vectors.shape == (4, 64)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
        ((some, _),) = snapshot.vectors(after=int(keys[1]))
        assert some.tolist() == keys[2:].tolist()
        assert list(snapshot.vectors(after=int(keys[-1]))) == []


def test_text_is_searched_whatever_its_case_accents_and_endings(store: Store) -> None:
    with store.snapshot() as snapshot:
        for word, expected in (("RIVERS", 1), ("köln", 1), ("koln", 1), ("beekeeper", 1), ("x", 0)):
            assert len(snapshot.text_search(f'"{word}"', 5)) == expected, word
        assert snapshot.document_frequency("comet") == 1
        assert snapshot.document_frequency("the") == 4
        assert snapshot.document_frequency("nothing") == 0
        scores = [score for _, score in snapshot.text_search('"the" OR "comet"', 5)]
        assert scores == sorted(scores, reverse=True)
        none = np.array([], np.int64)
        assert snapshot.text_search('"the"', 5, none) == []
        some = snapshot.keys()[1:3]
        assert {key for key, _ in snapshot.text_search('"the"', 5, some)} == set(some.tolist())


@given(
    st.lists(st.one_of(st.none(), st.text(), st.binary(), st.integers(), st.floats())),
    st.one_of(st.none(), st.text(), st.binary(), st.integers()),
)
def test_a_checksum_is_made_of_whatever_damage_makes(fields: list[object], blob: object) -> None:
    fields = [
        field.encode(errors="replace").decode() if isinstance(field, str) else field
        for field in fields
    ]
    assert len(article_digest(fields, blob)) == len(passage_digest([*fields, blob])) == 32


def test_a_filter_is_true_if_it_leaves_anything_out() -> None:
    assert not Filter()
    assert Filter(title="a")
    assert Filter(articles=("a",))


def test_a_snapshot_stays_what_it_was(library: Library, store: Store, tmp_path: Path) -> None:
    with store.snapshot() as snapshot:
        before = snapshot.listings()
        library.remove([one.id for one in before])
        assert snapshot.listings() == before
        assert snapshot.article(before[0].id)
        assert snapshot.generation == 4
    assert library.articles() == []
