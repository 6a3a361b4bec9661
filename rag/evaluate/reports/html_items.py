"""The items of an HTML report: each with what was asked, said and cited, and where that stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rag.article import Article
from rag.citation import Citation, Claim, numbered
from rag.evaluate.case import Response
from rag.evaluate.report import Outcome, Status
from rag.evaluate.reports import shown
from rag.evaluate.reports.excerpts import Cited, Excerpt, Segment, excerpts
from rag.evaluate.reports.shown import Pair
from rag.markup import Child, Html, element, inline, joined

SIGNS: Mapping[Status, str] = {
    "pass": "\u2713",
    "fail": "\u2717",
    "error": "!",
    "missing": "?",
}
_SUPPORT = {
    "supported": ("\u2713", "all that can be checked holds"),
    "partly": ("~", "not all of its words are in the citation"),
    "unsupported": ("\u2717", "something in it isn't in the citation"),
    "quoted": ("\u201d", "it is the text of its citation"),
}
_FACTS = {True: ("\u2713", "said"), False: ("\u2717", "not said"), None: ("\u00b7", "not known")}

Articles = Mapping[str, Article]


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two answers to an item; `prefix` keeps the anchors of both apart."""

    outcome: Outcome
    prefix: str
    articles: Articles


def badge(status: Status) -> Html:
    """A status as a sign and a word."""
    sign = element("span", SIGNS.get(status, "?"), aria_hidden="true")
    return element("span", sign, f" {status}", class_=f"badge {status}")


def item(number: int, pair: Pair, articles: Articles) -> Html:
    """One item, folded; `number` counts from 1 and is its anchor."""
    now = pair.now
    return element(
        "details",
        _summary(pair),
        element("div", *_body(number, pair, articles), class_="body"),
        class_="item",
        id=f"item-{number}",
        data_status=now.status,
        data_kind=now.kind,
        data_changed=" ".join(_changes(pair)),
    )


def _changes(pair: Pair) -> Iterator[str]:
    if pair.is_other_status:
        yield "status"
    if pair.is_other_answer:
        yield "answer"


def _summary(pair: Pair) -> Html:
    now = pair.now
    marks: list[Child] = [badge(now.status)]
    if pair.then and pair.is_other_status:
        marks.append(element("span", f"was {pair.then.status}", class_="tag changed"))
    if now.must_pass:
        marks.append(element("span", "must pass", class_="tag"))
    if now.kind != "answerable":
        marks.append(inline(now.kind, class_="tag"))
    reason = element("p", now.reason, class_="reason", dir="auto") if now.reason else None
    before = (element("p", one, class_="note", dir="auto") for one in now.before)
    return element(
        "summary",
        element("span", *marks, inline(now.id, class_="id"), class_="marks"),
        *before,
        element("h3", now.question, dir="auto"),
        reason,
    )


def _body(number: int, pair: Pair, articles: Articles) -> Iterator[Html]:
    now = _Side(pair.now, f"i{number}n", articles)
    yield from _facts(pair)
    yield from _way(pair.now)
    if pair.then is None:
        yield _answer(now, "Answer")
    elif pair.is_other_answer:
        then = _Side(pair.then, f"i{number}b", articles)
        sides = _answer(now, "This run"), _answer(then, "Baseline")
        yield element("div", *sides, class_="sides")
    else:
        yield _answer(now, "Answer, the same as the baseline\u2019s")
    yield from _values(pair)


def _facts(pair: Pair) -> Iterator[Html]:
    """What a right answer says, each with whether this one and the baseline's do."""
    if not pair.now.facts:
        return
    same = pair.then is not None and pair.then.facts == pair.now.facts
    then = _facts_said(pair.then) if pair.then and same else []
    lines = []
    for at, (fact, said) in enumerate(zip(pair.now.facts, _facts_said(pair.now), strict=True)):
        sign, words = _FACTS[said]
        other = None
        if then and then[at] != said:
            other = element("span", f" (baseline: {_FACTS[then[at]][1]})", class_="note")
        lines.append(
            element(
                "li",
                element("span", sign, class_="sign", role="img", aria_label=words),
                inline(fact),
                element("span", f" \u2013 {words}", class_="note"),
                other,
                class_=words.replace(" ", "-"),
            )
        )
    title = "Key facts" if pair.now.kind == "summary" else "Facts of a right answer"
    yield element("h4", title)
    yield element("ul", *lines, class_="facts")


def _facts_said(outcome: Outcome) -> list[bool | None]:
    """Of each fact, whether the answer says it; None without an answer."""
    return list(outcome.said) or [None for _ in outcome.facts]


def _way(outcome: Outcome) -> Iterator[Html]:
    """How far the evidence came on its way into the answer: where it was lost."""
    steps: list[str] = []
    found = [name for name in outcome.values if name.startswith("half_hit@")]
    if found:
        name = found[-1]
        was = "in" if outcome.values[name] else "not in"
        steps.append(f"evidence {was} the first {name.partition('@')[2]} passages found")
    if "given_recall" in outcome.values:
        steps.append(f"{outcome.values['given_recall']:.0%} of it given to the model")
    if "citation_recall" in outcome.values:
        steps.append(f"{outcome.values['citation_recall']:.0%} of it cited")
    if outcome.response and outcome.response.withheld is not None:
        did = "refuses" if outcome.response.withheld else "answers all the same"
        steps.append(f"asked without these articles, it {did}")
    if steps:
        text = f"{'; '.join(steps)}."
        yield element("p", text[:1].upper() + text[1:], class_="way")


def _answer(side: _Side, title: str) -> Html:
    response = side.outcome.response
    return element(
        "section",
        element("h4", title, " ", badge(side.outcome.status)),
        *(_said(side, response) if response else _nothing(side)),
        *_sources(side),
        class_="answer",
    )


def _nothing(side: _Side) -> Iterator[Html]:
    yield element("p", side.outcome.reason or "Nothing was said.", class_="refused", dir="auto")


def _said(side: _Side, response: Response) -> Iterator[Html]:
    if response.abstained or not response.claims:
        yield element("p", "Refused: not in the articles.", class_="refused")
        return
    marks = {citation.span: at for at, citation in enumerate(numbered(response.claims), 1)}
    lines = (
        _claim(claim, [marks[one.span] for one in claim.citations], side)
        for claim in response.claims
    )
    yield element("ol", *lines, class_="claims")


def _claim(claim: Claim, marks: list[int], side: _Side) -> Html:
    links = [element("a", f"[{at}]", href=f"#{side.prefix}c{at}", class_="mark") for at in marks]
    sign, meaning = _SUPPORT.get(claim.support, ("?", ""))
    support = element(
        "span", f"{sign} {claim.support}", class_=f"support {claim.support}", title=meaning
    )
    doubt = element("p", claim.reason, class_="note", dir="auto") if claim.reason else None
    return element("li", inline(claim.text), " ", *links, " ", support, doubt)


def _sources(side: _Side) -> Iterator[Html]:
    """The citations, then every article that is cited or holds gold evidence, around these."""
    cited = numbered(side.outcome.response.claims) if side.outcome.response else []
    if cited:
        entries = (_citation(at, one, side) for at, one in enumerate(cited, 1))
        yield element("ul", *entries, class_="citations")
    gold = [span for spans in side.outcome.evidence for span in spans]
    for id in dict.fromkeys([*(one.article.id for one in cited), *(span[0] for span in gold)]):
        yield _source(
            side.articles.get(id),
            id,
            [(start, end) for article, start, end in gold if article == id],
            [(at, one) for at, one in enumerate(cited, 1) if one.article.id == id],
        )


def _citation(at: int, citation: Citation, side: _Side) -> Html:
    article = side.articles.get(citation.article.id)
    wrong: Child = None
    if article and not citation.holds(article):
        wrong = element(
            "strong", " \u2717 not what stands there: ", element("q", inline(citation.quote))
        )
    elif citation.start >= citation.end:
        wrong = element("strong", " \u2717 an empty span")
    date = citation.article.date
    return element(
        "li",
        element("b", f"[{at}] "),
        inline(citation.article.title),
        f", {date.isoformat()}" if date else None,
        element("span", f", characters {citation.start}\u2013{citation.end}", class_="note"),
        wrong,
        id=f"{side.prefix}c{at}",
    )


def _source(
    article: Article | None,
    id: str,
    gold: list[tuple[int, int]],
    cited: list[tuple[int, Citation]],
) -> Html:
    if article is None:
        return _unknown(id, gold, cited)
    exact = [Cited(one.start, one.end, at) for at, one in cited if one.holds(article)]
    pieces = excerpts(article.text, gold, exact)
    return element(
        "figure",
        element("figcaption", inline(article.title), class_="title"),
        *(_piece(piece, len(article.text)) for piece in pieces),
    )


def _piece(piece: Excerpt, size: int) -> Html:
    gap = element("span", "\u2026", class_="gap")
    return element(
        "blockquote",
        gap if piece.start else None,
        joined(*map(_segment, piece.segments)),
        gap if piece.end < size else None,
        dir="auto",
    )


def _segment(segment: Segment) -> Html:
    if not segment.is_gold and not segment.is_cited:
        return joined(segment.text)
    kind = (
        "both" if segment.is_gold and segment.is_cited else "gold" if segment.is_gold else "cited"
    )
    marks = "".join(f"[{at}]" for at in segment.ends)
    title = {"both": "gold evidence, cited", "gold": "gold evidence", "cited": "cited"}[kind]
    return element("mark", segment.text, class_=kind, data_marks=marks or None, title=title)


def _unknown(id: str, gold: list[tuple[int, int]], cited: list[tuple[int, Citation]]) -> Html:
    """An article whose text isn't at hand: the quotes that the citations carry must do."""
    places = ", ".join(f"{start}\u2013{end}" for start, end in gold)
    return element(
        "figure",
        element("figcaption", f"Article {id}, whose text is not at hand", class_="title"),
        *(
            element(
                "blockquote",
                element("mark", one.quote, class_="cited", data_marks=f"[{at}]", title="cited"),
                dir="auto",
            )
            for at, one in cited
        ),
        element("p", f"Gold evidence: characters {places}", class_="note") if places else None,
    )


def _values(pair: Pair) -> Iterator[Html]:
    """All metrics of the item, folded away."""
    if not pair.now.values:
        return
    then = pair.then.values if pair.then else {}
    rows = [
        element(
            "tr",
            element("th", name, scope="row"),
            element("td", shown.number(value)),
            element("td", shown.number(then.get(name))) if pair.then else None,
        )
        for name, value in pair.now.values.items()
    ]
    heads = ["Metric", "Value", *(["Baseline"] if pair.then else [])]
    head = element("thead", element("tr", *(element("th", one, scope="col") for one in heads)))
    yield element(
        "details",
        element("summary", "Metrics of this item"),
        element("table", head, element("tbody", *rows), class_="values"),
        class_="more",
    )
