"""A second look at what was chosen, by the language model trained for it.

The locator reads every passage that a search found, quickly; the model, larger and slower, reads
the best few sentences once more. It says which of them answers, in which words, and how likely it
is that none does. Its words are looked for in the sentence: what isn't there isn't used.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.choose import Choice, Pointer
from rag.evidence import Evidence, in_reading_order, written
from rag.generate import Model, Usage
from rag.lines import REFUSAL, Line, Rules, parse
from rag.prompt import Prompt, Template
from rag.question import wants_several

GIVEN = 2  # sentences that are read again: of three its phrase is less often right
# Where a phrase won't do: their order gets better with each, at 50 ms.
GIVEN_SEVERAL = 4
TOKENS = 48  # of an answer at most: it is a phrase
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
        line: what it wrote.
        likelihood: the probability of these words.
    """

    none: float
    shares: tuple[float, ...]
    line: Line
    likelihood: float


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
        spent: is told what each generation cost.
        doubt: probability that no sentence answers up to which an answer will be given: then the
            model is asked for the likeliest words, even if it thinks itself that none does.

    Raises:
        Cancelled: `stop` was set.
    """
    most = GIVEN_SEVERAL if wants_several(question) else GIVEN
    given = in_reading_order(choice.evidence[:most])
    prompt = model.chat.render(template.turns(sentences=written(given), question=question))
    if model.count_tokens(prompt) > min(PROMPT, model.context - TOKENS):
        return choice

    def ask(refusal: bool) -> Opinion:
        rules = Rules(len(given), lines=1, refusal=refusal)
        return _opinion(prompt, rules, model, spent, stop)

    opinion = ask(refusal=True)
    none = _both(choice.none, opinion.none)
    refuses = opinion.line == REFUSAL and none <= doubt
    said = _phrase(ask(refusal=False) if refuses else opinion, given, opinion.none)
    evidence = _ordered(choice.evidence, given, opinion.shares)
    renewed = {one.place: one for one in evidence}

    def moved(pointer: Pointer) -> Pointer:
        return replace(pointer, evidence=renewed[pointer.evidence.place])

    return replace(
        choice,
        evidence=tuple(evidence),
        none=none,
        pointers=tuple(map(moved, choice.pointers)),
        said=moved(said) if said else None,
        located=choice.evidence,
    )


def _opinion(
    prompt: Prompt,
    rules: Rules,
    model: Model,
    spent: Callable[[Usage], None],
    stop: threading.Event | None,
) -> Opinion:
    usage = Usage()
    try:
        text = model.generate(prompt, limit=TOKENS, allow=rules.allow, stop=stop, usage=usage)
        raw = "".join(text)
    finally:
        spent(usage)
    first = usage.choices[1]  # after the bracket: the first digit of a number
    total = sum(first.values()) or 1.0
    shares = tuple(first[str(number)] / total for number in range(1, rules.sentences + 1))
    line = parse(raw.split("\n")[0], rules.sentences) or REFUSAL
    return Opinion(first.get("0", 0.0) / total, shares, line, math.exp(-usage.surprise))


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


def _phrase(opinion: Opinion, given: Sequence[Evidence], none: float) -> Pointer | None:
    """The words of the model where they stand in a sentence that it names."""
    text = opinion.line.text.rstrip(". ")
    for number in opinion.line.numbers:
        if number and text:
            one = given[number - 1]
            if found := _standing(text).search(one.text):
                return Pointer(one, *found.span(), opinion.likelihood * (1 - none))
    return None


def _standing(words: str) -> re.Pattern[str]:
    """Where words stand by themselves: a 5 isn't in 15, nor in 2.5."""
    before = r"(?<!\w)(?<!\d[.,])" if words[0].isalnum() else ""
    after = r"(?!\w|[.,]\d)" if words[-1].isalnum() else ""
    return re.compile(before + re.escape(words) + after)


def _both(locator: float, model: float) -> float:
    """One probability out of two: their log-odds added, the model's by its weight."""
    odds = _log_odds(locator) + NONE_WEIGHT * _log_odds(model)
    return 1 / (1 + math.exp(-odds))


def _log_odds(probability: float) -> float:
    kept = min(max(probability, TINY), 1 - TINY)
    return math.log(kept / (1 - kept))
