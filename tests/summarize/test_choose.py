"""Sentences of the articles themselves: chosen, in reading order, with nothing left dangling."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import Library
from rag.add import Document
from rag.article import Article
from rag.errors import Cancelled
from rag.split import sentences
from rag.summarize import memory
from rag.summarize.candidates import Candidate
from rag.summarize.choose import choose
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
        said, quoted = (re.findall(r"\w+", one.casefold()) for one in (claim.text, cited.quote))
        assert set(said) <= set(quoted)
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


def test_a_headline_is_one_sentence_also_where_none_stands_alone(tmp_path: Path) -> None:
    library = made(
        tmp_path, "She left early on that day for the long race. Then she won it by far."
    )
    (claim,) = library.summarize(length="headline").claims
    assert len(claim.citations) == 1
    assert claim.text.count(".") == 1


def test_a_headline_is_the_best_and_not_the_shortest_sentence(tmp_path: Path) -> None:
    long = (
        "The dam of the reservoir of Orrin broke on Monday at noon and the water of the river Lenn "
        "flooded four villages of the valley and a factory and the road to the harbour and killed "
        "twelve people of the village of Lenn"
    )
    library = made(tmp_path, f"{long}. The river is quiet and the weather fine.")
    assert "dam" in library.summarize(length="headline").text


def test_what_leans_may_stand_behind_a_brief_sentence(tmp_path: Path) -> None:
    library = made(tmp_path, "Ada Low resigned. She left the town hall by the back door.")
    (first, second) = library.summarize(length="long").claims
    assert (first.text, second.text[:8]) == ("Ada Low resigned.", "She left")


def test_speech_goes_on_in_the_next_line(tmp_path: Path) -> None:
    speech = (
        "The mayor of Orrin spoke on Monday of the dam: “The dam was safe when the town built it.\n"
        "“The engineers of the army opened all of the gates.\n"
        "“The government in the capital has known for years.”\n"
        "The dam of Orrin broke on Sunday and the river flooded the valley."
    )
    text = made(tmp_path, speech).summarize(length="long").text
    assert "broke" in text
    assert "engineers" not in text
    assert "government" not in text


def test_choosing_can_be_stopped() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        choose([some()], 40, stop)


def some() -> Candidate:
    article = Article.of("The river Lenn rose by four metres in the night.", title="River")
    (sentence,) = sentences(article)
    return Candidate(article, sentence, (0, 0), None, True, 1.0, FakeEncoder().encode_query("a"))


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


def test_a_long_article_is_told_of_and_kept_block_by_block(tmp_path: Path) -> None:
    made(tmp_path, " ".join(many(40)))
    encoder = FakeEncoder()
    library = Library(
        tmp_path, encoder=encoder, locator=FakeLocator(), model=FakeModel(reliable=False)
    )
    stop = threading.Event()
    reported: list[int] = []

    def once(read: int, total: int) -> None:
        reported.append(read)
        stop.set()

    with pytest.raises(Cancelled):
        library.summarize(report=once, stop=stop)
    assert reported == [memory.BLOCK - 1]
    assert encoder.encoded == memory.BLOCK
    summary = library.summarize(report=lambda read, _: reported.append(read))
    assert encoder.encoded == 801  # with the title; the first block isn't encoded again
    assert reported[1:] == [255, 511, 767, 800]
    assert summary.read == 800


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
