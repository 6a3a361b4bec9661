"""A second look at what was chosen, by the language model trained for it.

The locator reads every passage that a search found, quickly; the model, larger and slower, reads
the best few sentences once more. It says which of them answers, how likely it is that none does,
and how likely it holds each of the phrases that the locator points at. It writes nothing.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.choose import Choice, Pointer
from rag.evidence import Evidence, in_reading_order, written
from rag.generate import Model, Usage, Weigher
from rag.llama import WEIGHED
from rag.prompt import Template
from rag.question import wants_several

GIVEN = 2  # sentences that are read again: of three its phrase is less often right
# Where a phrase won't do: their order gets better with each, at 50 ms.
GIVEN_SEVERAL = 4
PHRASES = 6  # of the best sentence are weighed: more cost time and are no better
PROMPT = 1024  # tokens of a prompt at most: longer ones were never trained on, and take seconds
TINY = 1e-6  # probabilities less than this are taken to be this
# Chosen on questions about held-back Wikipedia, the news and ours; see docs/quality.md.
NONE_WEIGHT = 1.0  # of the model's log-odds that none answers, beside the locator's
SHARE_WEIGHT = 1.0  # of the logarithm of its chance of a sentence, beside the sentence's log-odds


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the model says about some sentences.

    Attributes:
        none: its probability that none of them answers.
        shares: for each of them, its probability that this one does.
    """

    none: float
    shares: tuple[float, ...]


def reread(
    question: str,
    choice: Choice,
    model: Model,
    template: Template,
    spent: Callable[[Usage], None],
    stop: threading.Event | None = None,
    doubt: float = 1.0,
) -> Choice:
    """What may answer, after the model has read the best sentences too.

    Args:
        choice: with at least one sentence.
        spent: is told what it cost.
        doubt: probability that no sentence answers above which no phrase is weighed: none will be
            wanted.

    Raises:
        Cancelled: `stop` was set.
    """
    most = GIVEN_SEVERAL if wants_several(question) else GIVEN
    given = in_reading_order(choice.evidence[:most])
    prompt = model.chat.render(template.turns(sentences=written(given), question=question))
    if model.count_tokens(prompt) > min(PROMPT, model.context - WEIGHED):
        return choice
    usage = Usage()
    try:
        with model.weighing(prompt, stop=stop, usage=usage) as weigher:
            opinion = _opinion(weigher, len(given))
            none = _both(choice.none, opinion.none)
            evidence = _ordered(choice.evidence, given, opinion.shares)
            renewed = {one.place: one for one in evidence}
            pointers = tuple(
                replace(one, evidence=renewed[one.evidence.place]) for one in choice.pointers
            )
            number = [one.place for one in given].index(evidence[0].place) + 1
            mine = [one for one in pointers if one.evidence is evidence[0] and none <= doubt]
            weighed = tuple(_weighed(weigher, number, mine[:PHRASES]))
    finally:
        spent(usage)
    return replace(
        choice,
        evidence=tuple(evidence),
        none=none,
        pointers=pointers,
        weighed=weighed,
        located=choice.evidence,
    )


def _opinion(weigher: Weigher, sentences: int) -> Opinion:
    numbers = map(str, range(sentences + 1))
    none, *shares = map(math.exp, weigher.weigh("[", list(numbers)))
    total = none + sum(shares)
    return Opinion(none / total, tuple(share / total for share in shares))


def _weighed(weigher: Weigher, number: int, pointers: Sequence[Pointer]) -> Iterator[Pointer]:
    """The phrases of a numbered sentence, with the probability that both give them.

    Where one of the two is unsure between phrases, the other decides ("product of experts",
    Hinton, Neural Computation 14(8), 2002).
    """
    if pointers:
        logs = weigher.weigh(f"[{number}]", [f" {one.text}" for one in pointers], complete=True)
        for one, log in zip(pointers, logs, strict=True):
            yield replace(one, probability=one.probability * math.exp(log))


def _ordered(
    evidence: Sequence[Evidence], given: Sequence[Evidence], shares: Sequence[float]
) -> list[Evidence]:
    """The sentences, best first, with what the model makes of those that it was given.

    What it wasn't given is taken to be as good as the worst of what it was.
    """
    best = max(shares)
    gains = {
        one.place: SHARE_WEIGHT * math.log((share + TINY) / (best + TINY))
        for one, share in zip(given, shares, strict=True)
    }
    least = min(gains.values())
    scored = [replace(one, score=one.score + gains.get(one.place, least)) for one in evidence]
    return sorted(scored, key=lambda one: -one.score)


def _both(locator: float, model: float) -> float:
    """One probability out of two: their log-odds added, the model's by its weight."""
    odds = _log_odds(locator) + NONE_WEIGHT * _log_odds(model)
    return 1 / (1 + math.exp(-odds))


def _log_odds(probability: float) -> float:
    kept = min(max(probability, TINY), 1 - TINY)
    return math.log(kept / (1 - kept))
