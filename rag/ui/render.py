"""Answers and summaries as HTML: claims, numbered marks, the quotes behind them.

Everything said by an article, a model or a file name goes through `rag.markup`, which escapes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from rag.answer import Answer
from rag.article import Span
from rag.citation import Citation, Claim, Source, day, numbered, said_by
from rag.conversation.kept import Turn
from rag.errors import UsageError
from rag.markup import Html, element, inline, joined, undirected
from rag.ui.filters import narrowed
from rag.ui.why import why

Marks = Mapping[Span, int]

TINTS = 8
_DOUBT = {
    "partly": "Partly supported",
    "unsupported": "Not supported",
}


def tint(mark: int) -> str:
    """The class of the colour that a mark and its highlight have."""
    return f"tint-{(mark - 1) % TINTS + 1}"


def spots(answer: Answer) -> tuple[Citation, ...]:
    """What an answer points at, by its marks: its citations, or the nearest passages."""
    return answer.citations or answer.nearest


def owner(given: Turn, number: int) -> str:
    """The name of a turn's marks and quotes, which no other turn has, nor it when asked again."""
    return f"turn-{number}-{given.asked:%Y%m%d%H%M%S%f}"


@lru_cache(maxsize=500)  # each answer shows all turns of its chat anew
def turn(given: Turn, number: int, *, last: bool) -> Html:
    """A question with its answer, and what can be done with it."""
    answer = given.answer
    name = owner(given, number)
    return element(
        "section",
        question(answer.question, number),
        _asked(answer),
        element(
            "div",
            claims(answer.claims, name)
            if answer.claims
            else nothing(answer, name, searched(given)),
            class_="answer",
        ),
        sources(answer.citations, name) if answer.claims else None,
        element("div", why(answer.trace), _tools(number, last=last), class_="after"),
        class_="turn",
        id=name,
        data_turn=number,
        aria_label=f"Question {number + 1}",
    )


def question(text: str, number: int) -> Html:
    """A question as the heading of its turn, with the way to change it."""
    return element(
        "div",
        element("h3", inline(text)),
        button("edit", "Edit", f"Edit question {number + 1}", turn=number),
        class_="question",
    )


def pending(text: str, claims_so_far: Sequence[Claim], note: str = "") -> Html:
    """A question that is being answered, with the claims so far."""
    said = claims(claims_so_far) if claims_so_far else None
    waits = element("p", element("span", class_="pulse"), note, class_="waits", role="status")
    return element(
        "section",
        element("div", element("h3", inline(text)), class_="question"),
        element("div", said, waits, class_="answer"),
        class_="turn live",
        aria_label="Question being answered",
        aria_busy="true",
    )


def claims(
    some: Sequence[Claim], owner: str | None = None, notes: Sequence[Html | None] = ()
) -> Html:
    """Claims with their marks, which count the citations as they appear.

    Args:
        owner: names what they belong to; the marks and quotes of different owners are apart. None
            if there is nothing yet that their marks could lead to.
        notes: what is said under each claim.
    """
    places = marks(numbered(some))
    under = [*notes, *[None] * (len(some) - len(notes))]
    return joined(*(claim(one, places, owner, at) for one, at in zip(some, under, strict=True)))


def marks(citations: Sequence[Citation]) -> Marks:
    """The numbers of some citations by their spans."""
    return {citation.span: at for at, citation in enumerate(citations, 1)}


def claim(claim: Claim, marks: Marks, owner: str | None, note: Html | None = None) -> Html:
    """A claim with the marks of its citations, and a note under it."""
    shown = [_mark(marks[one.span], one, owner) for one in claim.citations]
    doubt = _DOUBT.get(claim.support)
    reason = None
    if doubt:
        text = f"{doubt}: {claim.reason}" if claim.reason else f"{doubt} by what it cites"
        reason = element("span", inline(text), class_="doubt")
    elif claim.reason:
        reason = element("span", inline(f"Quoted instead: {claim.reason}"), class_="doubt mild")
    # Articles that differ are told apart by their names.
    said = element("span", inline(f"{said_by(claim)}: ")) if claim.differs else None
    return element(
        "p",
        said,
        inline(claim.text),
        "\N{NO-BREAK SPACE}" if shown else None,
        *shown,
        reason,
        note,
        class_=f"claim {claim.support}",
    )


def _mark(number: int, citation: Citation, owner: str | None) -> Html:
    if owner is None:
        return element("span", str(number), class_=f"mark {tint(number)}")
    return element(
        "button",
        str(number),
        type="button",
        class_=f"mark {tint(number)}",
        data_do="cite",
        data_owner=owner,
        data_mark=number,
        data_article=citation.article.id,
        aria_label=f"Citation {number}: {undirected(citation.article.title)}",
    )


def sources(citations: Sequence[Citation], owner: str, *, heading: str = "") -> Html:
    """The quotes behind the marks, folded, with title, date and place."""
    count = len(citations)
    title = heading or f"{count} source{'' if count == 1 else 's'}"
    entries = [_entry(at, citation, owner) for at, citation in enumerate(citations, 1)]
    return element(
        "details",
        element("summary", title),
        element("ol", *entries, class_="quotes"),
        class_="sources",
    )


def _entry(number: int, citation: Citation, owner: str) -> Html:
    return element(
        "li",
        _mark(number, citation, owner),
        element(
            "div",
            element("p", *described(citation.article), class_="from"),
            element("blockquote", inline(citation.quote)),
            class_="quoted",
        ),
        id=f"{owner}-mark-{number}",
    )


def described(source: Source) -> Iterator[Html | str]:
    """Title, publication and date of an article."""
    yield inline(source.title, class_="title")
    for part in (source.source, day(source.date)):
        if part:
            yield element("span", inline(part), class_="part")


def _asked(answer: Answer) -> Html | None:
    asked = answer.trace.asked
    if not asked or asked == answer.question:
        return None
    return element("p", "Understood as: ", inline(asked), class_="asked")


def searched(given: Turn) -> str:
    """Which articles were searched, as far as the turn knows: "all 14 articles"."""
    count = given.searched
    if count is None:
        return ""
    noun = f"{count:,} article{'' if count == 1 else 's'}"
    return f"{noun} ({narrowed(given.filter)})" if given.filter else f"all {noun}"


def nothing(answer: Answer, owner: str, where: str = "") -> Html:
    """That the articles don't say, and what came nearest.

    Args:
        where: what was searched.
    """
    found = len(answer.trace.hits)
    searched = f"Searched {where or 'the articles'} by meaning and by words; "
    searched += f"none of the {found} passages found answers it." if found else "nothing fits."
    entries = [_entry(at, one, owner) for at, one in enumerate(answer.nearest, 1)]
    return joined(
        element("p", "Not in the articles.", class_="none"),
        element("p", inline(searched), class_="searched"),
        element("p", "The nearest passages, which may not answer it:", class_="searched")
        if entries
        else None,
        element("ol", *entries, class_="quotes nearest") if entries else None,
    )


def _tools(number: int, *, last: bool) -> Html:
    return element(
        "div",
        button("copy", "Copy", f"Copy answer {number + 1}", turn=number),
        button("retry", "Retry", "Retry the last question", turn=number) if last else None,
        button("undo", "Undo", "Undo the last question", turn=number) if last else None,
        class_="tools",
    )


def button(do: str, text: str, label: str | None = None, **data: int | str) -> Html:
    """A button whose click is the event `do`, with `data` in it."""
    attributes = {f"data_{name}": value for name, value in data.items()}
    return element(
        "button",
        text,
        type="button",
        class_=f"do {do}",
        data_do=do,
        aria_label=label,
        **attributes,
    )


def failure(text: str) -> Html:
    """Something that went wrong, for people."""
    return element("p", inline(text), class_="failure", role="alert")


def index(value: object, count: int, first: int = 0) -> int:
    """A number that a page sent: one of `count` from `first` on.

    Raises:
        UsageError: it isn't one; the page is of another chat.
    """
    try:
        index = int(str(value))
    except ValueError:
        index = -1
    if not first <= index < first + count:
        raise UsageError("this page is out of date", remedy="load it again")
    return index
