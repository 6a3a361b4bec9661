"""Sentences of the articles themselves: chosen, in reading order, with nothing left dangling."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import Library
from rag.add import Document
from rag.errors import Cancelled
from rag.summarize import memory
from rag.summarize.lean import leans
from rag.testing import FakeEncoder, FakeLocator, FakeModel

SENTENCES = (
    "Ada Low, a baker from Lenn, won the race in Orrin on Monday.",
    "She ran for nine hours.",
    "However, the mayor of Orrin (who came late) missed the end of the race.",
    "Such races are dangerous.",
    "About 300 people watched the runners at the bridge over the river.",
    "“We are proud of our runners,” said the mayor of Orrin.",
    "I was hauled in by the police of Lenn for no reason.",
    "Friday, May 8, 2009",
    "Image: Anna Holm.",
    "Who will win the race of Lenn next year?",
    "The union of bakers paid 2,700 crowns for the prize of the winner.",
)


def made(directory: Path, *texts: str) -> Library:
    model = FakeModel(reliable=False)
    library = Library.open(directory, encoder=FakeEncoder(), locator=FakeLocator(), model=model)
    rows = [{"title": f"Title {n}", "text": text} for n, text in enumerate(texts)]
    lines = "\n".join(map(json.dumps, rows))
    assert library.add_documents([Document("texts.jsonl", lines.encode())]).failed == []
    return library


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=8), min_size=1, max_size=3),
    st.sampled_from([5, "headline", 40, "long"]),
)
def test_a_summary_keeps_the_laws(
    tmp_path_factory: pytest.TempPathFactory, articles: list[list[str]], length: int | str
) -> None:
    library = made(tmp_path_factory.mktemp("library"), *("\n".join(some) for some in articles))
    summary = library.summarize(length=length)
    shown = [claim.citations[0] for claim in summary.claims]
    assert len({citation.span for citation in shown}) == len(shown)
    for claim in summary.claims:
        assert claim.support in ("quoted", "supported")
        (cited,) = claim.citations
        assert cited.holds(library.article(cited.article.id))
        assert set(claim.text.casefold().split()) <= set(cited.quote.casefold().split())
    order = {source.id: at for at, source in enumerate(summary.articles)}
    places = [(order[cited.article.id], cited.start) for cited in shown]
    assert places == sorted(places)
    if length == "headline":
        assert len(summary.claims) <= 1


def test_what_leans_stands_behind_what_it_leans_on(tmp_path: Path) -> None:
    library = made(tmp_path, "\n".join(SENTENCES[:6]))
    for words in range(10, 90, 10):
        texts = [claim.text for claim in library.summarize(length=words).claims]
        for at, text in enumerate(texts):
            if leans(text):
                assert at and texts[at - 1].startswith("Ada Low"), (words, text)


def test_frames_and_loose_words_are_left_out(tmp_path: Path) -> None:
    text = made(tmp_path, "\n".join(SENTENCES)).summarize(length="long").text
    assert "Image:" not in text
    assert "2009" not in text
    assert "hauled" not in text
    assert "next year" not in text
    assert "300" in text


def test_where_there_is_nothing_better_that_is_shown(tmp_path: Path) -> None:
    assert made(tmp_path, "She left early on that day.").summarize().claims


def test_marks_say_nothing(tmp_path: Path) -> None:
    library = made(tmp_path, "👍 — …")
    assert library.summarize(length="headline").abstained
    assert library.summarize().abstained


def many(articles: int) -> list[str]:
    return [
        " ".join(
            f"The {('baker', 'museum', 'library')[n % 3]} of street {number * 100 + n} sold "
            f"{number * 977 + n * 13} loaves to the town."
            for n in range(20)
        )
        for number in range(articles)
    ]


def test_a_long_summary_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    made(tmp_path, *many(40))

    def opened() -> tuple[Library, FakeEncoder]:
        encoder = FakeEncoder()
        model = FakeModel(reliable=False)
        return Library(tmp_path, encoder=encoder, locator=FakeLocator(), model=model), encoder

    stop = threading.Event()
    library, encoder = opened()

    def halfway(read: int, total: int) -> None:
        if read >= total / 2:
            stop.set()

    with pytest.raises(Cancelled):
        library.summarize(report=halfway, stop=stop)
    half = encoder.encoded
    assert half == 20 * 21  # sentences and titles
    library, encoder = opened()
    resumed = library.summarize()
    assert encoder.encoded == 20 * 21
    assert resumed.read == resumed.sentences == 800
    (tmp_path / memory.FILE).unlink()
    library, encoder = opened()
    assert library.summarize().claims == resumed.claims


def test_damaged_memory_is_not_believed(tmp_path: Path) -> None:
    library = made(tmp_path, *many(30))
    claims = library.summarize().claims
    file = tmp_path / memory.FILE
    data = bytearray(file.read_bytes())
    for at in range(len(data) // 2, len(data) // 2 + 2000, 7):
        data[at] ^= 255
    file.write_bytes(bytes(data))
    assert library.summarize().claims == claims
    file.write_bytes(b"no database at all")
    assert library.summarize().claims == claims


def test_what_is_short_is_not_remembered(tmp_path: Path) -> None:
    made(tmp_path, SENTENCES[0]).summarize()
    assert not (tmp_path / memory.FILE).exists()
