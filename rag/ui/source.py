"""The source pane: an article to be read, with the spans of an answer highlighted in it.

The text of the page's `.text` is the article's text, and that of all highlights of a mark is the
quote of its citation, both to the character: line breaks are kept, and characters that would turn
the line around are there but not rendered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from rag.article import Article
from rag.citation import Citation, day
from rag.errors import NotFound, RagError
from rag.library import Library
from rag.markup import Html, element, inline
from rag.ui.render import button, tint

# Those that order the text around them anew; hidden, they have no effect.
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_WORDS_A_MINUTE = 230


@dataclass(frozen=True, slots=True)
class Spot:
    """A span of the article that a mark points at."""

    mark: int
    start: int
    end: int


def pane(library: Library, citations: Sequence[Citation], mark: int, owner: str) -> Html:
    """The article behind a mark of an answer, with all that the answer cites of it.

    Args:
        citations: of the answer, by their marks from 1.
        owner: the answer's, as `render.claims` got it.
    """
    cited = citations[mark - 1]
    try:
        article = library.article(cited.article.id)
    except NotFound:
        return _gone(cited, "This article is no longer in the library.")
    except RagError as error:
        return _gone(cited, str(error))
    spots = [
        Spot(at, one.start, one.end)
        for at, one in enumerate(citations, 1)
        if one.article.id == article.id and one.holds(article)
    ]
    return page(article, spots, mark, owner)


def page(article: Article, spots: Sequence[Spot] = (), focus: int = 0, owner: str = "") -> Html:
    """An article as in a newspaper, with highlights.

    Args:
        focus: the mark to scroll to; 0 for the beginning.
    """
    words = len(article.text.split())
    minutes = max(1, round(words / _WORDS_A_MINUTE))
    return element(
        "article",
        element(
            "header",
            element("p", inline(article.source), class_="kicker") if article.source else None,
            element("h2", inline(article.title)),
            element("p", *_byline(article), class_="byline"),
            element(
                "div",
                button("ask", "Ask this article", article=article.id),
                button("summarise", "Summarise", "Summarise this article", article=article.id),
                class_="offers",
            ),
        ),
        element("div", *_paragraphs(article.text, spots, owner), class_="text"),
        element("footer", f"{words:,} words, {minutes} min, {article.id}"),
        class_="paper",
        data_article=article.id,
        data_owner=owner,
        data_focus=focus or None,
        lang=article.language if re.fullmatch("[a-z]{2,3}", article.language or "") else None,
    )


def _byline(article: Article) -> Iterator[Html]:
    if article.author:
        yield element("span", "By ", inline(article.author), class_="part")
    if article.date:
        yield element("time", day(article.date), datetime=article.date.isoformat(), class_="part")
    if article.path:
        yield element("span", inline(article.path), class_="part path")


def _paragraphs(text: str, spots: Sequence[Spot], owner: str) -> Iterator[Html]:
    at = 0
    for paragraph in _lines(text):
        end = at + len(paragraph)
        inside = [spot for spot in spots if spot.start < end and at < spot.end]
        yield element("p", *_segments(paragraph, at, inside, owner))
        at = end


def _lines(text: str) -> list[str]:
    """The paragraphs of a text, each with the newlines that end it."""
    return re.findall(r"[^\n]*\n+|[^\n]+", text)


def _segments(paragraph: str, at: int, spots: Sequence[Spot], owner: str) -> Iterator[Html]:
    end = at + len(paragraph)
    bounds = {at, end, *(min(max(place, at), end) for s in spots for place in (s.start, s.end))}
    for left, right in pairwise(sorted(bounds)):
        marks = [spot for spot in spots if spot.start <= left and right <= spot.end]
        text = exact(paragraph[left - at : right - at])
        yield _highlight(text, marks, left, owner) if marks else text


def _highlight(text: Html, spots: Sequence[Spot], left: int, owner: str) -> Html:
    begin = [str(spot.mark) for spot in spots if spot.start == left]
    return element(
        "mark",
        text,
        class_=tint(spots[-1].mark),
        tabindex=0 if begin else None,
        role="button" if begin else None,
        title="Back to the claim",
        data_do="back",
        data_owner=owner,
        data_mark=spots[-1].mark,
        data_marks=" ".join(str(spot.mark) for spot in spots),
        data_number=" ".join(begin) or None,
    )


def exact(text: str) -> Html:
    """A text that reads back to the character, and can't turn the line it stands in around.

    >>> exact("a<b\u202ec")
    'a&lt;b<span class="unseen">\u202e</span>c'
    """
    return Html(_DIRECTIONS.sub(r'<span class="unseen">\g<0></span>', escape(text)))


def _gone(cited: Citation, why: str) -> Html:
    """What is left to show of a citation whose article can't be read."""
    return element(
        "article",
        element("header", element("h2", inline(cited.article.title))),
        element("p", inline(f"{why} What it said then:")),
        element("blockquote", inline(cited.quote)),
        class_="paper gone",
    )
