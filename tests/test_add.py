"""Adding: idempotent by content, a changed file replaces its former version, and only that."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import Library
from rag.add import Document, Progress
from rag.article import content_id
from rag.encode import Vectors
from rag.errors import NotFound, UsageError
from rag.store import Store
from rag.testing import FakeEncoder
from rag.vectors import load
from rag.verify import verify

WORDS = ["zebra", "yacht", "xenon", "walrus", "violet", "umbrella"]


def text(*words: str) -> bytes:
    """A file with one article a word; nothing else in it says the word."""
    return "\n==\n".join(f"This is about {word}. It is long enough." for word in words).encode()


def documents(**files: Sequence[str]) -> list[Document]:
    return [Document(name, text(*words)) for name, words in files.items()]


@pytest.fixture
def empty(tmp_path: Path, encoder: FakeEncoder, notices: list[str]) -> Library:
    return Library.open(tmp_path / "new", encoder=encoder, notice=notices.append)


def holds(library: Library) -> set[str]:
    """The words that the library holds, by every way in which it could be found to hold them."""
    store = Store(library.directory)
    with store.snapshot() as snapshot:
        assert list(verify(store.directory, snapshot)) == []
        ids = {listing.id for listing in snapshot.listings()}
        stored = {word for word in WORDS if content_id(text(word).decode()) in ids}
        assert len(ids) == len(stored)
        assert stored == {word for word in WORDS if snapshot.text_search(f'"{word}"', 1)}
        if stored:
            index = load(store.directory, snapshot)
            assert index is not None
            vectors = dict(index.search(FakeEncoder().encode_query("This"), 100))
            assert sorted(vectors) == snapshot.keys().tolist()
        for listing in snapshot.listings():
            assert listing.paths, "an article that no file holds"
    return stored


def test_unchanged_files_are_not_read_again(
    empty: Library, encoder: FakeEncoder, reads: list[str]
) -> None:
    files = documents(a=["zebra"], b=["yacht", "xenon"])
    first = empty.add_documents(files)
    assert (first.added, first.articles, first.passages) == (["a", "b"], 3, 3)
    assert reads == ["a", "b"]
    encoded = encoder.encoded
    again = empty.add_documents(files)
    assert (again.added, again.changed, again.unchanged) == ([], [], ["a", "b"])
    assert reads == ["a", "b"]
    assert encoder.encoded == encoded
    assert empty.stats()["generation"] == 2, "nothing changed, and yet the generation is counted"


CHANGES: list[tuple[str, list[dict[str, list[str]]], set[str]]] = [
    ("another text", [{"a": ["zebra"]}, {"a": ["yacht"]}], {"yacht"}),
    ("a file shrinks", [{"a": ["zebra", "yacht"]}, {"a": ["yacht"]}], {"yacht"}),
    ("a file grows", [{"a": ["zebra"]}, {"a": ["zebra", "yacht"]}], {"zebra", "yacht"}),
    ("the same text in two files", [{"a": ["zebra"], "b": ["zebra"]}], {"zebra"}),
    (
        "one of two files with the same text changes",
        [{"a": ["zebra"], "b": ["zebra"]}, {"a": ["yacht"]}],
        {"zebra", "yacht"},
    ),
    ("the same text twice in a file", [{"a": ["zebra", "zebra"]}], {"zebra"}),
    (
        "two files swap their texts",
        [{"a": ["zebra"], "b": ["yacht"]}, {"a": ["yacht"], "b": ["zebra"]}],
        {"zebra", "yacht"},
    ),
    (
        "a text moves to a file that comes later",
        [{"a": ["zebra"]}, {"a": ["yacht"], "b": ["zebra"]}],
        {"zebra", "yacht"},
    ),
    (
        "a text moves to a file that comes before",
        [{"b": ["zebra"]}, {"a": ["zebra"], "b": ["yacht"]}],
        {"zebra", "yacht"},
    ),
]


@pytest.mark.parametrize(("name", "steps", "expected"), CHANGES, ids=[c[0] for c in CHANGES])
def test_a_library_holds_what_its_files_hold(
    empty: Library,
    reads: list[str],
    name: str,
    steps: list[dict[str, list[str]]],
    expected: set[str],
) -> None:
    for step in steps:
        assert empty.add_documents(documents(**step)).failed == []
    assert holds(empty) == expected


STEPS = st.lists(
    st.one_of(
        st.dictionaries(
            st.sampled_from("abc"), st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
            min_size=1, max_size=3,
        ),
        st.sampled_from(WORDS),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_after_any_additions_and_removals_the_library_is_its_files(
    tmp_path_factory: pytest.TempPathFactory, reads: list[str], steps: list[object]
) -> None:
    library = Library.open(tmp_path_factory.mktemp("any"), encoder=FakeEncoder())
    files: dict[str, set[str]] = {}
    for step in steps:
        if isinstance(step, dict):
            library.add_documents(documents(**step))
            files |= {name: set(words) for name, words in step.items()}
        else:
            id = content_id(text(step).decode())
            if any(step in words for words in files.values()):
                assert library.remove(id) == [id]
            else:
                with pytest.raises(NotFound):
                    library.remove(id)
            files = {name: words - {step} for name, words in files.items()}
        assert holds(library) == set().union(*files.values())


def test_the_same_text_under_two_titles_is_one_article(empty: Library, tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / f"{name}.md").write_text(f"---\ntitle: The {name}\n---\nRain fell. It was wet.")
    assert empty.add(tmp_path / "first.md").articles == 1
    empty.add(tmp_path / "second.md")
    (listing,) = empty.articles()
    assert listing.title == "The first"
    assert [Path(path).name for path in listing.paths] == ["first.md", "second.md"]
    assert empty.verify() == []
    again = empty.add([tmp_path / "first.md", tmp_path / "second.md"])
    assert len(again.unchanged) == 2


@pytest.mark.parametrize("order", [["news.md", "copy.txt"], ["copy.txt", "news.md"]])
@pytest.mark.parametrize("together", [True, False])
def test_a_copy_that_says_less_of_a_text_takes_nothing_from_it(
    empty: Library, tmp_path: Path, order: list[str], together: bool
) -> None:
    (tmp_path / "news.md").write_text("---\ntitle: Flood\ndate: 2024-05-01\n---\nRain fell.")
    (tmp_path / "copy.txt").write_text("Rain fell.")
    paths = [tmp_path / name for name in order]
    for some in [paths] if together else [[path] for path in paths]:
        empty.add(some)
    (listing,) = empty.articles()
    assert (listing.title, str(listing.date)) == ("Flood", "2024-05-01")
    assert len(listing.paths) == 2
    assert empty.verify() == []
    (tmp_path / "copy.txt").write_text("Rain fell.\n")  # read again, and no more is said
    assert empty.add(tmp_path / "copy.txt").changed
    (tmp_path / "news.md").write_text("---\ntitle: Rain\ndate: 2024-05-01\n---\nRain fell.")
    empty.add(tmp_path / "news.md")
    (listing,) = empty.articles()
    assert (listing.title, str(listing.date)) == ("Rain", "2024-05-01")


def test_another_text_column_reads_a_known_table_again(empty: Library, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text,story\nA teaser.,The whole long story.\n")
    (tmp_path / "a.txt").write_text("Rain fell.")

    def added(column: str | None) -> tuple[int, set[str]]:
        done = empty.add(tmp_path, text_column=column)
        texts = {empty.article(listing.id).text for listing in empty.articles()}
        return len(done.unchanged), texts - {"Rain fell."}

    assert added(None) == (0, {"A teaser."})
    assert added("story") == (1, {"The whole long story."})
    assert added("story") == added(None) == (2, {"The whole long story."})
    assert added("text") == (1, {"A teaser."})


def test_near_identical_copies_are_reported(empty: Library, tmp_path: Path) -> None:
    agency = " ".join(f"The agency said on day {n} that the river rose again." for n in range(12))
    for name, more in (("a", ""), ("b", " More follows."), ("c", None)):
        body = "Bees are well. Nobody knows why." if more is None else agency + more
        (tmp_path / f"{name}.txt").write_text(body)
    added = empty.add(sorted(tmp_path.glob("*.txt")))
    (copy,) = added.copies
    ids = {Path(listing.paths[0]).stem: listing.id for listing in empty.articles()}
    assert (copy.article, copy.of, Path(copy.path).stem) == (ids["b"], ids["a"], "b")
    assert 0.6 <= copy.resemblance < 1
    found = empty.search("What did the agency say about the river?")
    assert [hit.article.id for hit in found.hits if hit.article.id != ids["c"]] in (
        [ids["a"]], [ids["b"]],
    )  # fmt: skip
    assert found.hits[0].copies in ((ids["a"],), (ids["b"],))


def test_one_bad_file_does_not_stop_the_others(empty: Library, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Rain fell. It was wet.")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    (tmp_path / "zeros.txt").write_bytes(bytes(500))
    added = empty.add(sorted(tmp_path.glob("*.*")))
    assert [Path(path).name for path in added.added] == ["good.txt"]
    assert sorted(Path(error.where or "").name for error in added.failed) == [
        "broken.pdf", "empty.txt", "zeros.txt",
    ]  # fmt: skip
    assert all(error.remedy for error in added.failed)


def test_a_file_that_can_no_longer_be_read_keeps_its_former_version(
    empty: Library, tmp_path: Path
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("Rain fell. It was wet.")
    empty.add(file)
    file.write_bytes(bytes(500))
    added = empty.add(file)
    assert (len(added.failed), added.changed) == (1, [])
    assert empty.article(str(file)).text == "Rain fell. It was wet."


@pytest.mark.parametrize("name", ["caf\udce9.txt", 'it\'s 100 % "odd"_#1.txt', "日本語 ä.txt"])
def test_any_file_name_is_stored_and_found(empty: Library, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("Rain fell. It was wet.")
    assert len(empty.add(tmp_path).added) == 1
    assert len(empty.add(file).unchanged) == 1
    assert empty.article(str(file)).text == "Rain fell. It was wet."
    relative = os.path.relpath(file)
    assert empty.article(relative).text == "Rain fell. It was wet."


def test_a_path_that_is_not_there_changes_nothing(empty: Library, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        empty.add(tmp_path / "nowhere.txt")
    assert empty.stats()["generation"] == 0


def test_progress_counts_up_to_the_totals(empty: Library, reads: list[str]) -> None:
    seen: list[Progress] = []
    empty.add_documents(documents(a=["zebra"], b=["yacht", "xenon"]), report=seen.append)
    last = seen[-1]
    assert (last.files, last.bytes, last.passages) == (last.total_files, last.total_bytes, 3)
    for before, after in pairwise(seen):
        assert (before.files, before.bytes) <= (after.files, after.bytes)
        assert before.passages <= after.passages


def test_ctrl_c_keeps_what_is_complete(
    empty: Library, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.add.GROUP", 1)

    def stop(progress: Progress) -> None:
        if progress.current == "c":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        empty.add_documents(documents(a=["zebra"], b=["yacht"], c=["xenon"]), report=stop)
    assert holds(empty) == {"zebra", "yacht"}
    again = empty.add_documents(documents(a=["zebra"], b=["yacht"], c=["xenon"]))
    assert (again.unchanged, again.added) == (["a", "b"], ["c"])


def test_an_encoder_that_fails_leaves_the_files_before(
    empty: Library, encoder: FakeEncoder, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.add.GROUP", 1)
    encode = encoder.encode

    def fail(texts: Sequence[str], progress: object = None) -> Vectors:
        if "yacht" in texts[0]:
            raise MemoryError
        return encode(texts)

    monkeypatch.setattr(encoder, "encode", fail)
    with pytest.raises(MemoryError):
        empty.add_documents(documents(a=["zebra"], b=["yacht"]))
    assert holds(empty) == {"zebra"}
