"""Does a summary say what matters, and nothing else? Of summary items."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from rag.article import Article
from rag.evaluate.case import Case
from rag.evaluate.metrics.registry import of_case
from rag.ground import new_names, numbers

LEAD = 3  # sentences


def _recall(case: Case, text: str) -> float | None:
    facts = case.item.facts
    if case.item.kind != "summary" or not facts:
        return None
    return sum(fact.is_in(text) for fact in facts) / len(facts)


@of_case("summary")
def key_fact_recall(case: Case, _: int) -> float | None:
    """Share of the key facts that the summary says."""
    return _recall(case, case.response.text)


@of_case("summary", "neither")
def lead_fact_recall(case: Case, _: int) -> float | None:
    """Share of the key facts in the first three sentences of each article: what no reading at all
    gives, to be beaten word for word."""
    return _recall(case, " ".join(map(_lead, _summarised(case))))


@of_case("summary", "lower")
def new_number_count(case: Case, _: int) -> float | None:
    """Numbers of the claims that are not in the spans that these cite."""
    return _count_new(case, lambda text, cited: len(numbers(text) - numbers(cited)))


@of_case("summary", "lower")
def new_name_count(case: Case, _: int) -> float | None:
    """Names of the claims that are not in the spans that these cite."""
    return _count_new(case, lambda text, cited: len(new_names(text, cited)))


@of_case("summary", "neither")
def compression(case: Case, _: int) -> float | None:
    """Words of the summary over words of the articles."""
    if case.item.kind != "summary":
        return None
    words = sum(len(article.text.split()) for article in _summarised(case))
    return len(case.response.text.split()) / words if words else None


@of_case("summary", "neither")
def position(case: Case, _: int) -> float | None:
    """Mean place of the citations in their articles, 0 at the start and 1 at the end: near 0 the
    summary only repeats the lead, 0.5 is even."""
    if case.item.kind != "summary":
        return None
    places = [
        (c.start + c.end) / 2 / len(case.articles[c.article.id].text)
        for c in case.response.citations
        if c.article.id in case.articles
    ]
    return sum(places) / len(places) if places else None


@of_case("summary", "neither")
def rouge_1(case: Case, _: int) -> float | None:
    """ROUGE-1 F1 (Lin, 2004) with the nearest of the item's gold summaries. Shown, never a
    reason to fail."""
    return _rouge(case, list)


@of_case("summary", "neither")
def rouge_2(case: Case, _: int) -> float | None:
    """ROUGE-2 F1, likewise."""
    return _rouge(case, lambda words: list(pairwise(words)))


@of_case("summary", "neither")
def rouge_l(case: Case, _: int) -> float | None:
    """ROUGE-L F1: of the longest common subsequence of words, likewise."""
    said = _comparable(case)
    if said is None:
        return None
    scores = []
    for answer in case.item.answers:
        gold = _rouge_words(answer)
        scores.append(2 * _common(said, gold) / (len(said) + len(gold)) if gold else 0.0)
    return max(scores)


def _comparable(case: Case) -> list[str] | None:
    if case.item.kind != "summary" or not case.item.answers:
        return None
    return _rouge_words(case.response.text)


def _rouge_words(text: str) -> list[str]:
    """As Google's rouge_score parts them, without its stemming; other alphabets count too."""
    return re.findall(r"[^\W_]+", text.lower())


def _rouge(case: Case, grams: Callable[[list[str]], Sequence[object]]) -> float | None:
    said = _comparable(case)
    if said is None:
        return None
    mine = Counter(grams(said))
    scores = []
    for answer in case.item.answers:
        gold = Counter(grams(_rouge_words(answer)))
        total = mine.total() + gold.total()
        scores.append(2 * (mine & gold).total() / total if total else 0.0)
    return max(scores)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for word in one:
        left_above = 0
        for at, another in enumerate(other, 1):
            above = row[at]
            row[at] = left_above + 1 if word == another else max(above, row[at - 1])
            left_above = above
    return row[-1]


def _count_new(case: Case, count: Callable[[str, str], int]) -> float | None:
    if case.item.kind != "summary" or case.response.abstained:
        return None
    return float(
        sum(
            count(claim.text, " ".join(citation.quote for citation in claim.citations))
            for claim in case.response.claims
        )
    )


def _summarised(case: Case) -> list[Article]:
    return [case.articles[id] for id in case.summarised if id in case.articles]


def _lead(article: Article) -> str:
    from rag.split import sentences

    return " ".join(sentence.quote(article) for sentence in sentences(article)[:LEAD])
