"""Fixtures: a small library on fake models, and the real models, loaded once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from rag import Library, copies, models
from rag.article import Article
from rag.encode import PreparedEncoder
from rag.generate import LlamaModel
from rag.locate import PreparedLocator
from rag.read import ReadResult
from rag.split import passages, sentences
from rag.store import Entry
from rag.testing import FakeEncoder, FakeLocator, FakeModel

# The same examples at every run; HYPOTHESIS_PROFILE=search looks for new ones. A busy machine is no
# failure: what hangs is stopped by pytest's own timeout.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("search", derandomize=False, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

# Of several test processes each has a core of its own: models that share cores wait for each other.
if (worker := os.environ.get("PYTEST_XDIST_WORKER")) and hasattr(os, "sched_setaffinity"):
    CORES = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {CORES[int(worker.removeprefix("gw")) % len(CORES)]})

ARTICLES = {
    "flood.md": """---
title: The flood at Lenndorf
date: 2024-05-01
author: Anna Holm
source: The Harbour Post
---
Heavy rain fell on Lenndorf for nine days. The river Lenn rose by four metres. About 300 people
left their houses. The mayor, Ada Park, said that nobody was hurt.
""",
    "bees.md": """---
title: Bees in trouble
date: 2024-06-15
source: Farm Weekly
---
Beekeepers in the north lost a third of their hives. A mite called varroa spread after the mild
winter. The union of beekeepers asked for two million crowns.
""",
    "comet.md": """---
title: A comet of unusual ice
source: Sky
---
Astronomers in Chile saw a comet made of unusual ice. It passes the sun in October. Amateurs can
see the comet with field glasses.
""",
    "strike.md": """---
title: Der Streik in KÖLN
date: 2023-11-02
source: Straßenblatt
---
Drivers of trams in Cologne stopped work on Thursday. Their union wants 7 percent more pay. Talks
with the city go on next week.
""",
}


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAG_LIBRARY", "RAG_MODEL", "RAG_ENCODER", "RAG_PROMPTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture
def notices() -> list[str]:
    """What the library fixture tells the user."""
    return []


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the four articles above."""
    folder = tmp_path_factory.mktemp("articles")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory, articles: Path) -> Path:
    """The directory of a library of these articles. Don't change it."""
    directory = tmp_path_factory.mktemp("stock")
    added = Library.open(directory, encoder=FakeEncoder()).add(articles)
    assert (len(added.added), added.failed, added.warnings) == (len(ARTICLES), [], [])
    return directory


@pytest.fixture
def library(stock: Path, tmp_path: Path, encoder: FakeEncoder, notices: list[str]) -> Library:
    """A copy of the stock library."""
    directory = Path(shutil.copytree(stock, tmp_path / "library"))
    model = FakeModel(["[1] The river Lenn rose by four metres."])
    return Library(
        directory, encoder=encoder, locator=FakeLocator(), model=model, notice=notices.append
    )


@pytest.fixture
def entry(encoder: FakeEncoder) -> Callable[[Article], Entry]:
    """An article made ready to be stored."""

    def make(article: Article) -> Entry:
        found = sentences(article)
        parts = passages(article, found, encoder.count_tokens, size=40, overlap=8)
        vectors = encoder.encode([part.quote(article) for part in parts])
        return Entry(article, found, parts, vectors, copies.sketch(article.text))

    return make


class PlainReader:
    """Reads text, articles parted by lines of "==", in this process; counts what it reads."""

    reads: list[str] = []  # noqa: RUF012  # of the current test

    def __init__(self, *_: object) -> None: ...
    def __enter__(self) -> PlainReader:
        return self

    def __exit__(self, *_: object) -> None: ...
    def read(self, data: bytes, name: str, *, content_type: str = "") -> ReadResult:
        self.reads.append(name)
        texts = data.decode().split("\n==\n")
        found = (
            Article.of(text, title=f"{Path(name).stem} {n}", path=f"{name}#{n}")
            for n, text in enumerate(texts)
        )
        return ReadResult(tuple(found), ())


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Puts `PlainReader` in the place of the real one; the names of all files it has read."""
    monkeypatch.setattr("rag.add.Reader", PlainReader)
    PlainReader.reads = []
    return PlainReader.reads


# llama_cpp leaves a file open at the end of a process.
WARNINGS = ("-W", "error", "-W", "ignore::ResourceWarning")
# Python itself may lie where only root can read: all that is used is imported before.
DROP_RIGHTS = """
import os, faiss, filelock, json, sqlite3, sys, tempfile
from pathlib import Path
from rag import Library, RagError, library, testing
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
"""


@pytest.fixture
def python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs Python code in a process of its own; `unprivileged` takes the rights of root away."""

    def run(
        code: str, *arguments: object, unprivileged: bool = False
    ) -> subprocess.CompletedProcess[str]:
        code = DROP_RIGHTS + code if unprivileged else code
        return subprocess.run(
            [sys.executable, *WARNINGS, "-c", code, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def real_encoder() -> PreparedEncoder:
    return models.encoder()


@pytest.fixture(scope="session")
def real_locator() -> PreparedLocator:
    return models.locator()


@pytest.fixture(scope="session")
def real_model() -> Iterator[LlamaModel]:
    model = LlamaModel(models.model_file(), context=1024, threads=1)
    yield model
    model.close()
