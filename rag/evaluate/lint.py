"""What is wrong with a gold file, before anything is measured with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.article import Article, Span
from rag.evaluate.case import Corpus
from rag.evaluate.facts import Fact, all_in, plain
from rag.evaluate.gold import Gold, GoldError, Item, Quote
from rag.evaluate.metrics import spans
from rag.split import sentences

Severity = Literal["error", "warning"]

DRAFT = "draft"  # the tag of items that nobody has corrected yet
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032`\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about an item: an error makes its result mean nothing, a warning may."""

    severity: Severity
    line: int
    item: str
    what: str


def check(gold: Gold, corpus: Corpus) -> list[Finding]:
    """Everything that is wrong or doubtful in a gold file, in the order of its lines."""
    split = {id: _sentences(article) for id, article in corpus.articles.items()}
    found: list[Finding] = []
    asked: dict[tuple[str, ...], str] = {}
    for item in gold.items:
        severities: Sequence[tuple[Severity, Iterator[str]]] = (
            ("error", _errors(item, corpus)),
            ("error", _repeated(item, asked)),
            ("warning", _warnings(item, corpus, split)),
        )
        found += [
            Finding(severity, item.line, item.id, what)
            for severity, lines in severities
            for what in lines
        ]
    return found


def _sentences(article: Article) -> list[Span]:
    return [Span(article.id, one.start, one.end) for one in sentences(article)]


def _repeated(item: Item, asked: dict[tuple[str, ...], str]) -> Iterator[str]:
    key = (*map(plain, item.before), plain(item.question), *item.summarize)
    if key in asked:
        yield f"asks the same as item {asked[key]}"
    asked.setdefault(key, item.id)


def _errors(item: Item, corpus: Corpus) -> Iterator[str]:
    for name in item.summarize:
        if not corpus.named(name):
            yield f"there is no article {name!r}"
    for number, quotes in enumerate(item.evidence, 1):
        texts = []
        for quote in quotes:
            try:
                span = corpus.locate(quote)
            except GoldError as error:
                yield error.what + _hint(quote, corpus)
            else:
                texts.append(span.quote(corpus.articles[span.article]))
        if len(texts) == len(quotes):
            for fact in _not_in(item.facts, " ".join(texts)):
                yield f"the evidence {number} doesn't say: {fact}"
    if item.kind == "summary":
        whole = " ".join(one.text for name in item.summarize for one in corpus.named(name))
        for fact in _not_in(item.facts, whole):
            yield f"the articles don't say: {fact}"


def _hint(quote: Quote, corpus: Corpus) -> str:
    """How the article writes a quote that differs only in what a keyboard makes of it."""
    for article in corpus.named(quote.article) if quote.quote else []:
        wanted = r"\s+".join(map(re.escape, _alike(quote.quote or "").split()))
        found = re.search(wanted, _alike(article.text), re.IGNORECASE)
        if found:
            written = article.text[found.start() : found.end()]
            if written != quote.quote:
                return f"; the article writes {written!r}"
    return ""


def _alike(text: str) -> str:
    """With plain quotes and dashes; every character stays in its place."""
    return text.translate(_ALIKE)


def _not_in(facts: Sequence[Fact], text: str) -> list[Fact]:
    return [fact for fact in facts if not fact.is_in(text)]


def _warnings(item: Item, corpus: Corpus, split: Mapping[str, Sequence[Span]]) -> Iterator[str]:
    if DRAFT in item.tags:
        yield "a draft that nobody has corrected"
    if item.kind != "answerable":
        return
    if not item.evidence:
        yield "no evidence: retrieval and citations can't be measured"
    for fact in item.facts:
        if fact.is_in(item.question):
            yield f"the question itself says: {fact}"
    try:
        evidence = corpus.alternatives(item)
    except GoldError:
        return  # which is an error already
    for alternative in evidence:
        quoted = " ".join(span.quote(corpus.articles[span.article]) for span in alternative)
        for form in item.must_not:
            if form.is_in(quoted):
                yield f"the evidence says what an answer mustn't: {form}"
    if some := list(_accidents(item, evidence, corpus, split)):
        more = f" and {len(some) - 1} more" if len(some) > 1 else ""
        yield f"sentences that aren't evidence would pass as well: {some[0][:80]!r}{more}"


def _accidents(
    item: Item,
    evidence: Sequence[Sequence[Span]],
    corpus: Corpus,
    split: Mapping[str, Sequence[Span]],
) -> Iterator[str]:
    """Sentences of the same articles that would pass as an answer by chance."""
    every = [span for alternative in evidence for span in alternative]
    for id in dict.fromkeys(span.article for span in every):
        for sentence in split[id]:
            text = sentence.quote(corpus.articles[id])
            passes = all_in(item.facts, text) and not any(m.is_in(text) for m in item.must_not)
            if passes and not spans.shared([sentence], every):
                yield text
