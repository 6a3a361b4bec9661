"""A library as a whole: opening, finding, removing, moving to another encoder."""

from __future__ import annotations

import datetime
import shutil
import threading
from pathlib import Path

import pytest

from rag import Filter, Library
from rag.encode import PreparedEncoder
from rag.errors import (
    EncoderMismatch,
    LibraryBusy,
    LibraryError,
    NotFound,
    PromptTooLong,
    UsageError,
)
from rag.generate import LlamaModel
from rag.store import Store
from rag.testing import FakeEncoder, FakeLocator, FakeModel

QUESTION = "By how many metres has the river Lenn in Lenndorf risen?"


def titles(library: Library, **filter: object) -> set[str]:
    return {listing.title for listing in library.articles(Filter(**filter))}  # type: ignore[arg-type]


FLOOD, BEES, COMET, STRIKE = (
    "The flood at Lenndorf",
    "Bees in trouble",
    "A comet of unusual ice",
    "Der Streik in KÖLN",
)
DAY = datetime.date.fromisoformat


def test_opening_makes_an_empty_library_and_opens_it_again(
    tmp_path: Path, encoder: FakeEncoder
) -> None:
    for _ in range(2):
        library = Library.open(tmp_path / "a" / "b", encoder=encoder)
        assert library.articles() == []
        assert library.verify() == []
        assert library.stats()["generation"] == 0


def test_the_directory_may_come_from_the_environment(
    tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_LIBRARY", str(tmp_path / "named"))
    assert Library.open(encoder=encoder).directory == tmp_path / "named"
    assert (tmp_path / "named" / "library.db").exists()


@pytest.mark.parametrize("ask", ["search", "ask"])
def test_an_empty_library_says_so(tmp_path: Path, encoder: FakeEncoder, ask: str) -> None:
    library = Library.open(tmp_path, encoder=encoder, locator=FakeLocator(), model=FakeModel())
    with pytest.raises(LibraryError, match=r"the library is empty \(add articles"):
        getattr(library, ask)(QUESTION)
    with pytest.raises(NotFound, match="no article to summarise"):
        library.summarize()


@pytest.mark.parametrize("question", ["", "  \n\t "])
def test_an_empty_question_is_refused(library: Library, question: str) -> None:
    for ask in (library.search, library.ask):
        with pytest.raises(UsageError, match="question is empty"):
            ask(question)


def test_a_question_longer_than_the_context_is_refused(library: Library) -> None:
    with pytest.raises(PromptTooLong, match="shorte"):
        library.ask(QUESTION + " the river Lenn rose by four metres" * 800)


def test_an_answer_cites_what_is_stored(library: Library) -> None:
    answer = library.ask(QUESTION)
    assert not answer.abstained
    for citation in answer.citations:
        assert citation.holds(library.article(citation.article.id))
    assert answer.trace.generation == library.stats()["generation"]
    assert answer.to_dict() == library.ask(QUESTION).to_dict() | {
        "trace": answer.to_dict()["trace"]
    }


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({}, {FLOOD, BEES, COMET, STRIKE}),
        ({"since": DAY("2024-05-01")}, {FLOOD, BEES}),
        ({"since": DAY("2024-05-02")}, {BEES}),
        ({"until": DAY("2024-05-01")}, {FLOOD, STRIKE}),
        ({"since": DAY("2023-11-02"), "until": DAY("2023-11-02")}, {STRIKE}),
        ({"title": "köln"}, {STRIKE}),
        ({"title": "%"}, set()),
        ({"title": "_"}, set()),
        ({"title": "o' OR 1=1 --"}, set()),
        ({"source": "STRASSEN"}, {STRIKE}),
        ({"source": "straßen"}, {STRIKE}),
        ({"source": "post", "title": "FLOOD"}, {FLOOD}),
        ({"source": "post", "title": "bees"}, set()),
        ({"articles": ("none",)}, set()),
        ({"articles": tuple(map(str, range(50_000)))}, set()),
    ],
)
def test_filters_admit(library: Library, filter: dict[str, object], expected: set[str]) -> None:
    assert titles(library, **filter) == expected
    hits = library.search("the union of beekeepers asks for money", filter=Filter(**filter)).hits  # type: ignore[arg-type]
    assert {hit.article.title for hit in hits} == expected


def test_filter_by_ids(library: Library) -> None:
    ids = tuple(listing.id for listing in library.articles() if listing.title in (FLOOD, COMET))
    assert titles(library, articles=ids) == {FLOOD, COMET}


def test_articles_are_listed_newest_first_and_undated_ones_last(library: Library) -> None:
    assert [one.title for one in library.articles()] == [BEES, FLOOD, STRIKE, COMET]


def test_an_article_is_found_by_all_that_names_it(
    library: Library, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(articles.parent)
    flood = library.article(str(articles / "flood.md"))
    assert flood.title == FLOOD
    for reference in (
        flood.id,
        flood.id[:4],
        flood.id[:6].upper(),
        f"{articles.name}/flood.md",
        f"./{articles.name}/../{articles.name}/flood.md",
        FLOOD,
        FLOOD.upper(),
        "flood.md",
    ):
        assert library.article(reference) == flood, reference
    for folder in (articles, f"{articles.name}/", articles.name):
        with Store(library.directory).snapshot() as snapshot:
            assert len(snapshot.find(str(folder))) == 4
        with pytest.raises(UsageError, match="4 articles answer to this"):
            library.article(str(folder))


@pytest.mark.parametrize(
    "reference",
    ["", "#", "zz", "%", "_" * 12, "a\0b", "\udce9", "' OR 1", "flood", "/", "*" * 9999],
)
def test_what_names_no_article_is_not_found(
    library: Library, articles: Path, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(articles)
    with pytest.raises(NotFound, match="no article"):
        library.article(reference)


def test_the_end_of_two_paths_names_neither(library: Library, tmp_path: Path) -> None:
    for folder, text in (("a", "One is here."), ("b", "Two is here.")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.txt").write_text(text)
    library.add(tmp_path)
    with pytest.raises(NotFound, match=r"2 files are called so .*write more of the path"):
        library.remove("same.txt")
    assert library.article("b/same.txt").text == "Two is here."


def test_three_digits_of_an_id_are_too_few(library: Library) -> None:
    with pytest.raises(NotFound):
        library.article(library.articles()[0].id[:3])


def test_removed_articles_are_gone_and_come_back_when_added(
    library: Library, articles: Path
) -> None:
    before = library.articles()
    removed = library.remove([str(articles / "flood.md"), FLOOD, BEES])
    assert len(removed) == 2
    assert titles(library) == {COMET, STRIKE}
    assert {hit.article.title for hit in library.search(QUESTION).hits} == {COMET, STRIKE}
    assert library.verify() == []
    again = library.add(articles)
    assert (len(again.added), len(again.unchanged)) == (2, 2)
    assert library.articles() == before


def test_nothing_is_removed_if_one_reference_means_nothing(library: Library) -> None:
    with pytest.raises(NotFound):
        library.remove([FLOOD, "nothing of this name"])
    assert len(library.articles()) == 4


def test_every_change_counts_a_generation(library: Library, tmp_path: Path) -> None:
    def generation() -> object:
        return library.stats()["generation"]

    assert generation() == 4
    library.remove(FLOOD)
    assert generation() == 5
    (tmp_path / "a.txt").write_text("Rain fell. It was wet.")
    library.add(tmp_path / "a.txt")
    assert generation() == 6
    library.add(tmp_path / "a.txt")
    library.rebuild()
    library.search(QUESTION)
    assert generation() == 6


def test_another_encoder_is_refused_by_name_until_all_is_encoded_again(
    library: Library, articles: Path, notices: list[str]
) -> None:
    other = FakeEncoder("other", dimension=32)
    second = Library(
        library.directory,
        encoder=other,
        locator=FakeLocator(),
        model=FakeModel(),
        notice=notices.append,
    )
    for use in (
        lambda: second.add(articles),
        lambda: second.search(QUESTION),
        lambda: second.ask(QUESTION),
        second.rebuild,
    ):
        with pytest.raises(
            EncoderMismatch, match=r"fake \(fake-64\).*other \(other-32\)"
        ) as caught:
            use()
        assert "rag rebuild --encode" in str(caught.value)
    done: list[tuple[int, int]] = []
    second.rebuild(encode=True, report=lambda *counts: done.append(counts))
    assert done[-1] == (4, 4)
    assert second.verify() == []
    assert second.search(QUESTION).hits[0].article.title == FLOOD
    assert second.add(articles).unchanged
    with pytest.raises(EncoderMismatch, match=r"other \(other-32\).*fake \(fake-64\)"):
        library.search(QUESTION)
    assert notices == []


def test_searching_goes_on_in_threads_while_articles_are_added(
    library: Library, notices: list[str], reads: list[str], tmp_path: Path
) -> None:
    errors: list[BaseException] = []
    done = threading.Event()

    def ask() -> None:
        try:
            while not done.is_set():
                assert library.search(QUESTION).hits[0].article.title == FLOOD
                answer = library.ask(QUESTION)
                assert answer.citations[0].quote in answer.text
                library.stats()
        except BaseException as error:  # it must reach the test
            errors.append(error)

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for n in range(30):
            (tmp_path / f"{n}.txt").write_text(f"Number {n} is here. It says nothing of rivers.")
            library.add(tmp_path / f"{n}.txt")
    finally:
        done.set()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert errors == []
    assert library.verify() == []
    assert len(library.articles()) == 34


def test_while_one_writes_others_are_refused(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.store.PATIENCE", 0.1)
    with Store(library.directory).writer():
        for change in (library.rebuild, lambda: library.add("."), lambda: library.remove(FLOOD)):
            with pytest.raises(LibraryBusy, match="wait until it is done"):
                change()
        assert library.search(QUESTION).hits


def test_a_library_can_be_moved(library: Library, tmp_path: Path, encoder: FakeEncoder) -> None:
    place = tmp_path / "another place % #?ä"
    shutil.move(library.directory, place)
    moved = Library.open(place, encoder=encoder, locator=FakeLocator(), model=FakeModel())
    assert moved.verify() == []
    assert moved.search(QUESTION).hits[0].article.title == FLOOD


def test_the_real_models_answer_with_a_span_that_is_stored(
    tmp_path: Path, articles: Path, real_encoder: PreparedEncoder, real_model: LlamaModel
) -> None:
    library = Library.open(tmp_path, encoder=real_encoder, model=real_model)
    assert library.add(articles).articles == 4
    assert library.verify() == []
    found = library.search("How much did the water go up?")
    assert found.hits[0].article.title == FLOOD
    answer = library.ask("How far did the river Lenn rise?")
    assert [citation.quote for citation in answer.citations][:1] == [
        "The river Lenn rose by four metres."
    ]
    stream = library.ask("How far did the river Lenn rise?", stream=True)
    assert "".join(stream) == answer.text == stream.answer.text
    assert stream.answer.trace.raw == answer.trace.raw
    assert library.ask("Who won the chess championship in 1972?").abstained
    summary = library.summarize(FLOOD)
    assert summary.citations
    for citation in (*answer.citations, *summary.citations):
        assert citation.holds(library.article(citation.article.id))
