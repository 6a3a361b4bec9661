"""Do the citations carry what is said? Of answers and summaries that make claims."""

from __future__ import annotations

from collections.abc import Sequence

from rag.article import Span
from rag.citation import Citation
from rag.evaluate.case import Case
from rag.evaluate.metrics import spans
from rag.evaluate.metrics.registry import of_case
from rag.ground import check


@of_case("citation")
def citation_validity(case: Case, _: int) -> float | None:
    """Share of the citations that lie inside their article, equal its text to the character, and
    lie inside what was retrieved (for a summary: inside the articles it is of). Anything below 1
    fails the run."""
    citations = case.response.citations
    if not citations:
        return None
    return sum(is_valid(case, citation) for citation in citations) / len(citations)


def is_valid(case: Case, citation: Citation) -> bool:
    """Whether one citation is exact and of what was retrieved."""
    article = case.articles.get(citation.article.id)
    if article is None or not 0 <= citation.start < citation.end <= len(article.text):
        return False
    if not citation.holds(article):
        return False
    if case.item.kind == "summary":
        return article.id in case.summarised
    sources = [*case.response.retrieved, *case.response.given]
    return not sources or spans.is_inside(citation.span, sources)


def _cited(case: Case) -> list[Span]:
    return [citation.span for citation in case.response.citations]


def _best_alternative(case: Case) -> tuple[Span, ...] | None:
    """The evidence that the citations come nearest to; None if there is nothing to compare. An
    answer that cites nothing isn't left out: it shares nothing with any evidence."""
    cited = _cited(case)
    if not case.evidence or case.response.abstained:
        return None
    return max(case.evidence, key=lambda gold: spans.iou(cited, gold))


@of_case("citation")
def citation_precision(case: Case, _: int) -> float | None:
    """Share of the cited characters that are evidence, against the alternative that the citations
    come nearest to. Of answered items with evidence."""
    gold = _best_alternative(case)
    return None if gold is None else spans.precision(_cited(case), gold)


@of_case("citation")
def citation_recall(case: Case, _: int) -> float | None:
    """Share of the evidence's characters that are cited, likewise."""
    gold = _best_alternative(case)
    return None if gold is None else spans.recall(_cited(case), gold)


@of_case("citation")
def citation_iou(case: Case, _: int) -> float | None:
    """Characters both cited and evidence, over those that are either, likewise."""
    gold = _best_alternative(case)
    return None if gold is None else spans.iou(_cited(case), gold)


@of_case("citation")
def citation_coverage(case: Case, _: int) -> float | None:
    """Share of the claims that cite something."""
    claims = case.response.claims
    return sum(bool(claim.citations) for claim in claims) / len(claims) if claims else None


@of_case("citation")
def citation_necessity(case: Case, _: int) -> float | None:
    """Share of the citations that their claim needs: it holds by all of them, and either doesn't
    without this one, or does by this one alone. It is the citation precision of ALCE (Gao et al.,
    2023), with the check of words of `rag.ground` in the place of a model of inference."""
    needed = [
        _holds(claim.text, claim.citations)
        and (
            _holds(claim.text, [citation])
            or not _holds(claim.text, [c for c in claim.citations if c is not citation])
        )
        for claim in case.response.claims
        for citation in claim.citations
    ]
    return sum(needed) / len(needed) if needed else None


def _holds(claim: str, citations: Sequence[Citation]) -> bool:
    quotes = [citation.quote for citation in citations]
    return bool(quotes) and check(claim, quotes).support == "supported"


@of_case("citation", "lower")
def misattribution(case: Case, _: int) -> float | None:
    """Share of the gold facts said that no citation of a claim saying them holds: right facts,
    wrong citations. Of items where a fact is said."""
    if case.item.kind == "unanswerable":
        return None
    said = lost = 0
    for fact in case.item.facts:
        claims = [claim for claim in case.response.claims if fact.is_in(claim.text)]
        said += bool(claims)
        quotes = (citation.quote for claim in claims for citation in claim.citations)
        lost += bool(claims) and not any(fact.is_in(quote) for quote in quotes)
    return lost / said if said else None
