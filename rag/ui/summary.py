"""A summary as HTML: prose, a list, a timeline or a table, and articles on one event compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.citation import Claim, Source
from rag.markup import Html, element, inline, joined
from rag.summary import NO_EVENTS, Comparison, Event, KeyFact, Summary
from rag.ui import render
from rag.ui.render import Marks
from rag.ui.why import why

NAMED = 5  # articles whose titles stand above their summary


def shown(summary: Summary, owner: str) -> Html:
    """A summary with its marks and quotes, what it read, and how it came about."""
    marks = render.marks(summary.citations)
    return element(
        "section",
        element("h3", inline(_titles(summary.articles))),
        element("p", _coverage(summary), class_="hint"),
        element("div", _body(summary, marks, owner), class_="answer"),
        *(_compared(one, marks, owner) for one in summary.comparisons),
        render.sources(summary.citations, owner) if summary.citations else None,
        element("div", why(summary.trace), class_="after"),
        class_="turn",
        aria_label="Summary",
    )


def _titles(articles: Sequence[Source]) -> str:
    titles = ", ".join(one.title for one in articles[:NAMED])
    more = len(articles) - NAMED
    return f"{titles} and {more} more" if more > 0 else titles


def _coverage(summary: Summary) -> str:
    copies = len(summary.copies)
    return summary.coverage + (f"; {copies} near-identical, counted once" if copies else "")


def _body(summary: Summary, marks: Marks, owner: str) -> Html:
    if not summary.claims:
        nothing = NO_EVENTS if summary.style == "timeline" else "Nothing to summarise."
        return element("p", nothing, class_="none")
    if summary.style == "timeline":
        return element(
            "ol", *(_event(one, marks, owner) for one in summary.events), class_="timeline"
        )
    if summary.style == "key-facts":
        return _table(summary.facts, marks, owner)
    if summary.style == "bullets":
        return _list(summary.claims, marks, owner)
    return joined(*(render.claim(one, marks, owner) for one in summary.claims))


def _event(event: Event, marks: Marks, owner: str) -> Html:
    resolved = None
    if event.resolved:
        resolved = element(
            "span", "from ", inline(f"“{event.words}”"), " and the article’s date", class_="hint"
        )
    date = element("time", event.date, datetime=event.date)
    return element("li", element("p", date, resolved), render.claim(event.claim, marks, owner))


def _table(facts: Sequence[KeyFact], marks: Marks, owner: str) -> Html:
    rows = (
        element(
            "tr",
            element("th", one.asked, scope="row"),
            element(
                "td",
                element("time", one.date, datetime=one.date, class_="hint") if one.date else None,
                render.claim(one.claim, marks, owner),
            ),
        )
        for one in facts
    )
    return element("table", element("tbody", *rows), class_="facts")


def _list(claims: Sequence[Claim], marks: Marks, owner: str) -> Html:
    entries = (element("li", render.claim(one, marks, owner)) for one in claims)
    return element("ul", *entries, class_="statements")


def _compared(comparison: Comparison, marks: Marks, owner: str) -> Html:
    count, more = len(comparison.articles), comparison.uncompared
    weightiest = f"The {count} weightiest of {count + more}"
    return element(
        "section",
        element("h4", f"{weightiest if more else count} articles on one event"),
        element("p", *_described(comparison.articles), class_="hint"),
        *_groups(comparison, marks, owner),
        class_="compared",
        aria_label="Articles on one event",
    )


def _described(articles: Sequence[Source]) -> Iterator[Html | str]:
    for at, one in enumerate(articles):
        yield from ([" / "] if at else [])
        yield inline(one.title)
        if one.day:
            yield f", {one.day}"


def _groups(comparison: Comparison, marks: Marks, owner: str) -> Iterator[Html]:
    if comparison.shared:
        yield element("h5", "All say")
        yield _list(comparison.shared, marks, owner)
    for one in comparison.differing:
        yield element("h5", "They differ: ", inline(" / ".join(one.figures)), class_="differing")
        yield _list(one.claims, marks, owner)
    if comparison.single:
        yield element("h5", "Only one says")
        yield _list(comparison.single, marks, owner)
