"""Fixtures for the tests of `rag.read`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from rag.article import Article
from rag.read import Reader, ReadResult

ReadOne = Callable[..., Article]


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """One reader for all tests: each is then also a test that the ones before did no harm."""
    with Reader() as shared:
        yield shared


@pytest.fixture
def read(reader: Reader) -> Callable[..., ReadResult]:
    """Reads text or bytes under a name."""

    def read_any(data: str | bytes, name: str, **more: str) -> ReadResult:
        return reader.read(data.encode() if isinstance(data, str) else data, name, **more)

    return read_any


@pytest.fixture
def read_one(read: Callable[..., ReadResult]) -> ReadOne:
    """The only article in text or bytes, which must be read without a warning."""

    def read_single(data: str | bytes, name: str, **more: str) -> Article:
        result = read(data, name, **more)
        assert result.warnings == ()
        (article,) = result.articles
        return article

    return read_single
