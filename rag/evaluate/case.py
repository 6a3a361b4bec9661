"""One gold item with its evidence located in the articles, and what a system said to it."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.answer import Answer, Trace
from rag.article import Article, Span
from rag.citation import Citation, Claim, claim_dict, claim_from
from rag.evaluate.gold import Gold, GoldError, Item, Quote
from rag.read import normalise
from rag.summary import Summary

if TYPE_CHECKING:
    from rag.library import Library

FINGERPRINTS = ("model", "adapter", "prompt", "encoder", "locator")


class Corpus:
    """The articles that gold items are about, by the names that these use.

    Args:
        articles: each with the paths that it was read from.
    """

    def __init__(self, articles: Iterable[tuple[Article, Iterable[str]]]) -> None:
        self.articles: dict[str, Article] = {}
        self._names: dict[str, dict[str, None]] = {}
        for article, paths in articles:
            self.articles[article.id] = article
            for name in {article.id, article.title, *(n for path in paths for n in _names(path))}:
                self._names.setdefault(name, {})[article.id] = None

    @classmethod
    def of(cls, library: Library) -> Corpus:
        """The articles of a library."""
        listings = library.articles()
        return cls((library.article(listing.id), listing.paths) for listing in listings)

    @property
    def fingerprint(self) -> str:
        """Of the texts: first 16 hex digits of the SHA-256 of their ids."""
        return hashlib.sha256(" ".join(sorted(self.articles)).encode()).hexdigest()[:16]

    def named(self, name: str) -> list[Article]:
        """The articles of this file name, path, title or id; several where a file holds several."""
        return [self.articles[id] for id in self._names.get(name, ())]

    def locate(self, quote: Quote) -> Span:
        """The span of a piece of evidence.

        Raises:
            GoldError: no such article, or the quote isn't in it exactly once.
        """
        found = self.named(quote.article)
        if not found:
            raise GoldError(f"there is no article {quote.article!r}")
        if quote.quote is None:
            return self._checked(found, quote)
        text = normalise(quote.quote)
        # looked ahead for, so that places which overlap are two
        anywhere = re.compile(f"(?={re.escape(text)})")
        spans = [
            Span(article.id, place.start(), place.start() + len(text))
            for article in found
            for place in (anywhere.finditer(article.text) if text else ())
        ]
        if len(spans) != 1:
            times = "isn't" if not spans else f"is {len(spans)} times"
            raise GoldError(f"the quote {text[:60]!r} {times} in {quote.article}")
        return spans[0]

    def _checked(self, found: list[Article], quote: Quote) -> Span:
        if len(found) > 1:
            raise GoldError(f"offsets into {quote.article}, which holds {len(found)} articles")
        start, end = quote.start or 0, quote.end or 0
        if end > len(found[0].text):
            raise GoldError(f"{quote.article} has only {len(found[0].text)} characters, not {end}")
        return Span(found[0].id, start, end)

    def alternatives(self, item: Item) -> tuple[tuple[Span, ...], ...]:
        """The spans of an item's evidence; see `locate`."""
        return tuple(tuple(map(self.locate, quotes)) for quotes in item.evidence)


def file_of(path: str) -> str:
    """The file of an article's path.

    >>> file_of("/news/C# weekly.csv#12")
    '/news/C# weekly.csv'
    """
    return re.sub(r"#\d+$", "", path)


def _names(path: str) -> list[str]:
    """A path, its file name, and all ends of it between: what a gold file may call it.

    >>> _names("/news/2025/korea.txt")
    ['/news/2025/korea.txt', 'news/2025/korea.txt', '2025/korea.txt', 'korea.txt']
    """
    file = file_of(path)
    parts = Path(file).parts
    ends = ("/".join(parts[at:]) for at in range(1, len(parts)))
    return list(dict.fromkeys([path, file, *ends]))


@dataclass(frozen=True, slots=True)
class Response:
    """What a system said to an item, in the form in which it is recorded and scored.

    Attributes:
        retrieved: spans that the search found, best first.
        given: spans that the model was given.
        confidence: higher where the system is surer, None if it doesn't say; only compared with
            others of the same run.
        fingerprints: of model, adapter, prompt and encoder.
        withheld: whether it abstained when the evidence was kept from it; None if not tried.
    """

    claims: tuple[Claim, ...]
    abstained: bool
    retrieved: tuple[Span, ...] = ()
    given: tuple[Span, ...] = ()
    confidence: float | None = None
    tokens: Mapping[str, int] = field(default_factory=dict)
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    fingerprints: Mapping[str, str | None] = field(default_factory=dict)
    withheld: bool | None = None

    @property
    def text(self) -> str:
        """What the claims say, without marks."""
        return " ".join(claim.text for claim in self.claims)

    @property
    def citations(self) -> list[Citation]:
        """Every citation of every claim."""
        return [citation for claim in self.claims for citation in claim.citations]

    @classmethod
    def of(cls, said: Answer | Summary, withheld: bool | None = None) -> Response:
        """What of an answer is recorded; of an article's path, the file's name."""
        trace = said.trace
        return cls(
            claims=tuple(map(_without_folders, said.claims)),
            abstained=said.abstained,
            retrieved=tuple(
                Span(hit["article"]["id"], hit["start"], hit["end"]) for hit in trace.hits
            ),
            given=tuple(Span(one["article"], one["start"], one["end"]) for one in trace.given),
            confidence=_confidence(trace),
            tokens={name: count for name, count in trace.tokens.items() if name != "reused"},
            milliseconds=dict(trace.milliseconds),
            fingerprints={name: getattr(trace, name) for name in FINGERPRINTS},
            withheld=withheld,
        )

    def to_dict(self) -> dict[str, Any]:
        """As a report holds it: all but the times, which are another at each run."""
        return {
            "abstained": self.abstained,
            "text": self.text,
            "claims": [dict(claim_dict(claim)) for claim in self.claims],
            "retrieved": [_span_list(span) for span in self.retrieved],
            "given": [_span_list(span) for span in self.given],
            "confidence": self.confidence,
            "tokens": dict(self.tokens),
            "fingerprints": dict(self.fingerprints),
            "withheld": self.withheld,
        }

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Response:
        """What `to_dict` gave; raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            claims=tuple(map(claim_from, found["claims"])),
            abstained=bool(found["abstained"]),
            retrieved=tuple(Span(*span) for span in found["retrieved"]),
            given=tuple(Span(*span) for span in found["given"]),
            confidence=found["confidence"],
            tokens=dict(found["tokens"]),
            fingerprints=dict(found["fingerprints"]),
            withheld=found["withheld"],
        )


def _span_list(span: Span) -> list[str | int]:
    return [span.article, span.start, span.end]


def _confidence(trace: Trace) -> float | None:
    """How sure the locator is that there is an answer; for other systems the best cosine."""
    if trace.none is not None:
        return round(1 - trace.none, 4)
    cosines = [float(s["cosine"]) for hit in trace.hits for s in hit.get("sentences", ())]
    return max(filter(math.isfinite, cosines), default=None)


def _without_folders(claim: Claim) -> Claim:
    """Reports and baselines are passed on and committed: nobody's folders belong there."""

    def bare(citation: Citation) -> Citation:
        path = citation.article.path
        return replace(citation, article=replace(citation.article, path=path and Path(path).name))

    return replace(claim, citations=tuple(map(bare, claim.citations)))


@dataclass(frozen=True, slots=True)
class Case:
    """All that a metric needs to score one item.

    Attributes:
        evidence: alternatives; the spans of one of them together prove the answer.
        summarised: ids of the articles that a summary is of.
        articles: by id.
    """

    item: Item
    evidence: tuple[tuple[Span, ...], ...]
    response: Response
    articles: Mapping[str, Article]
    summarised: tuple[str, ...] = ()


def located(gold: Gold, corpus: Corpus) -> dict[str, tuple[tuple[Span, ...], ...]]:
    """The evidence of all items by their ids.

    Raises:
        GoldError: that of some isn't in the articles; all are named.
    """
    found: dict[str, tuple[tuple[Span, ...], ...]] = {}
    wrong = []
    for item in gold.items:
        try:
            found[item.id] = corpus.alternatives(item)
            for name in item.summarize:
                if not corpus.named(name):
                    raise GoldError(f"there is no article {name!r}")
        except GoldError as error:
            wrong.append(f"line {item.line}, item {item.id}: {error.what}")
    if wrong:
        raise GoldError(
            "\n".join(["the articles don't have this evidence", *wrong]),
            where=gold.path,
            remedy="`rag eval check` says more; is it the right library?",
        )
    return found
