"""Sentences of an article, and phrases in them that may answer, as tests want them."""

from __future__ import annotations

from rag.article import Article, Sentence
from rag.choose import Pointer
from rag.evidence import Evidence

RIVER = "The river Lenn rose by four metres on Monday."


def evidence(text: str, before: str = "", after: str = "", score: float = 0.0) -> Evidence:
    """A sentence within an article."""
    article = Article.of(before + text + after, title="T")
    end = len(before) + len(text)
    return Evidence(article, Sentence(article.id, len(before), end), 0, score)


def pointers(text: str, chances: dict[str, float]) -> list[Pointer]:
    one = evidence(text, "Rain fell. ", " More soon.")
    return [
        Pointer(one, text.index(part), text.index(part) + len(part), chance)
        for part, chance in chances.items()
    ]
