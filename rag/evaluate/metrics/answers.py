"""Does the answer say what it must? Of answerable questions; one that is refused says nothing."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable

from rag.evaluate.case import Case
from rag.evaluate.metrics.registry import of_case


@of_case("answer")
def fact_recall(case: Case, _: int) -> float | None:
    """Share of the gold facts that the claims say."""
    if case.item.kind != "answerable":
        return None
    text = case.response.text
    return sum(fact.is_in(text) for fact in case.item.facts) / len(case.item.facts)


@of_case("answer")
def all_facts(case: Case, _: int) -> float | None:
    """1 if the claims say every gold fact, else 0."""
    recall = fact_recall(case, 0)
    return None if recall is None else float(recall == 1.0)


@of_case("answer", "lower")
def must_not(case: Case, _: int) -> float | None:
    """1 if the claims say something that makes an answer wrong; of items that name such things."""
    if not case.item.must_not:
        return None
    return float(any(form.is_in(case.response.text) for form in case.item.must_not))


@of_case("answer")
def exact_match(case: Case, _: int) -> float | None:
    """SQuAD's exact match with a short gold answer (Rajpurkar et al., 2016): lower case, without
    punctuation and the words a, an, the. Of items that have one; answers here are sentences, so
    that it is only comparable between runs."""
    return _best_short(case, lambda said, gold: float(said == gold))


@of_case("answer")
def token_f1(case: Case, _: int) -> float | None:
    """SQuAD's F1 of the words shared with a short gold answer, the best of the answers."""
    return _best_short(case, word_f1)


def _best_short(case: Case, score: Callable[[list[str], list[str]], float]) -> float | None:
    if case.item.kind != "answerable" or not case.item.answers:
        return None
    said = squad_words(case.response.text)
    return max(score(said, squad_words(answer)) for answer in case.item.answers)


def squad_words(text: str) -> list[str]:
    """The words of a text as SQuAD's scorer compares them.

    >>> squad_words("The U.S. Army, an answer")
    ['us', 'army', 'answer']
    """
    bare = "".join(character for character in text.lower() if character not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", bare).split()


def word_f1(said: list[str], gold: list[str]) -> float:
    """Harmonic mean of precision and recall of words; as in SQuAD 2.0, two empty texts agree."""
    if not said or not gold:
        return float(said == gold)
    same = sum((Counter(said) & Counter(gold)).values())
    return 2 * same / (len(said) + len(gold))
