"""Citespan: ask and summarise your own articles, with the exact spans behind every statement.

>>> from rag import Library                                     # doctest: +SKIP
>>> library = Library.open("indexes/news")                      # doctest: +SKIP
>>> library.add("articles/")                                    # doctest: +SKIP
>>> answer = library.ask("How many soldiers were wounded?")     # doctest: +SKIP
>>> for claim in answer.claims:                                 # doctest: +SKIP
...     print(claim.text, [citation.quote for citation in claim.citations])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.answer import Answer
    from rag.article import Article, Span
    from rag.citation import Citation, Claim
    from rag.conversation.kept import Conversation
    from rag.errors import RagError
    from rag.library import Library
    from rag.snapshot import Filter
    from rag.summary import Summary

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "Article",
    "Citation",
    "Claim",
    "Conversation",
    "Filter",
    "Library",
    "RagError",
    "Span",
    "Summary",
]

_HOME = {
    "Answer": "answer",
    "Article": "article",
    "Citation": "citation",
    "Claim": "citation",
    "Conversation": "conversation.kept",
    "Filter": "snapshot",
    "Library": "library",
    "RagError": "errors",
    "Span": "article",
    "Summary": "summary",
}


def __getattr__(name: str) -> Any:
    # Looked up at first use, so that `import rag` costs nothing.
    if name not in _HOME:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"rag.{_HOME[name]}"), name)
