"""Contexts of a few sentences with questions about them, as tokens, for `training.reader`."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rag.evaluate.metrics.answers import squad_words
from rag.locate import Locator, Reading
from rag.prompt import CHAT_FORMATS, load_template
from training.examples import Corpus, Example, Text
from training.nearmiss import misnamed, unsaid
from training.samples import SEED, asked_as_typed
from training.typed import strangers
from training.wording import Synonyms, asked_otherwise

QUESTIONS = 5  # of one context
LONGEST = 45  # words of an answer at most
# How often a question loses its answer, how often it is asked about another name too, and how often
# in other words than its sentence's
UNSAID, MISNAMED, OTHERWISE = 0.25, 0.15, 0.6
COUNTS = (1, 2, 2, 2, 3, 4)  # sentences of a context: two are given at run time, or four
SHOWN = 0.85  # how often what answers the first question is among them
WITHHELD = 0.4  # how often they are of other articles alone, where these can't be meant
WINDOW = 420  # tokens of a context with its questions

Place = tuple[Text, int]
"""A paragraph and the number of one of its sentences."""
Changed = tuple[Place, str] | None
Nearness = Callable[[str, Sequence[Place]], Sequence[float]]
"""How much each of some sentences looks as if it answered a question."""


@dataclass
class Group:
    """Tokens of a context, and of each of its questions with where its answer begins."""

    context: list[int]
    branches: list[tuple[list[int], int]]

    def __len__(self) -> int:
        return len(self.context) + sum(len(ids) for ids, _ in self.branches)


def by_words(question: str, places: Sequence[Place]) -> list[float]:
    """Nearness by the words that question and sentence share."""
    asked = set(squad_words(question))

    def shared(text: Text, n: int) -> float:
        said = set(squad_words(text.sentence(n)))
        return len(asked & said) / math.sqrt(len(said) + 4)

    return [shared(text, n) for text, n in places]


def by_locator(locator: Locator) -> Nearness:
    """Nearness by what the locator takes for the answer: what it is wrong about is learnt most."""

    def near(question: str, places: Sequence[Place]) -> list[float]:
        texts = list({id(text): text for text, _ in places}.values())
        readings = [Reading(one.heading, one.text, one.spans) for one in texts]
        odds = locator.locate(question, readings).sentences
        by_text = {id(text): some for text, some in zip(texts, odds, strict=True)}
        return [by_text[id(text)][n] for text, n in places]

    return near


def context(
    lead: Example, question: str, corpus: Corpus, near: Nearness, chance: random.Random
) -> list[Place]:
    """Sentences that a search for one question might find, in reading order."""
    own = corpus.texts[lead.paragraph]
    forms = [own.text[a:b].casefold() for a, b in lead.answers]
    strange = strangers(lead, corpus)
    withheld = bool(strange) and chance.random() < WITHHELD
    others = [] if withheld else [(own, n) for n in range(len(own.spans)) if n not in lead.gold]
    beside = strange if withheld else [corpus.texts[place] for place in lead.hard]
    for text in chance.sample(beside, min(2, len(beside))):
        others += [(text, n) for n in range(len(text.spans))]
    # Where an answer's words stand, it may be answered too.
    others = [
        one
        for one in others
        if not any(form in one[0].sentence(one[1]).casefold() for form in forms)
    ]
    if others:
        nearness = [value + 0.1 * chance.random() for value in near(question, others)]
        ranked = sorted(range(len(others)), key=lambda at: -nearness[at])
        others = [others[at] for at in ranked]
    count = chance.choice(COUNTS)
    shown = bool(lead.gold) and not withheld and chance.random() < SHOWN
    gold = sorted(lead.gold, key=lambda n: -lead.gold[n])[: min(2, count)] if shown else []
    some = [(own, n) for n in gold] + others[: count - len(gold)]
    blocks: dict[int, list[int]] = {}
    texts: dict[int, Text] = {}
    for text, n in some:
        texts[id(text)] = text
        blocks.setdefault(id(text), []).append(n)
    order = list(blocks)
    chance.shuffle(order)
    return [(texts[key], n) for key in order for n in sorted(blocks[key])]


def written(sentences: Sequence[Place], chance: random.Random, changed: Changed = None) -> str:
    """As `rag.evidence.written` writes them; some articles have a date.

    Args:
        changed: a sentence that says something else than in its paragraph, and what.
    """
    lines: list[str] = []
    before: Text | None = None
    for number, (text, n) in enumerate(sentences, 1):
        if text is not before:
            if before is not None:
                lines.append("")
            if text.heading or chance.random() < 0.3:
                lines.append(f'"{text.heading or "untitled"}"{day(chance)}')
        before = text
        said = text.sentence(n)
        if changed and changed[0] == (text, n):
            said = changed[1]
        lines.append(f"[{number}] {said}")
    return "\n".join(lines)


def day(chance: random.Random) -> str:
    if chance.random() < 0.6:
        return ""
    month = chance.choice(
        "January February March April May June July August September October November "
        "December".split()
    )
    return f", {chance.randint(1, 28)} {month} {chance.randint(1998, 2024)}"


def answer(example: Example, own: Text, sentences: Sequence[Place]) -> str | None:
    """The line that is right; None where that isn't clear."""
    shown = {n: at for at, (text, n) in enumerate(sentences, 1) if text is own}
    seen = sum(share for n, share in example.gold.items() if n in shown)
    if not seen:
        return "[0]"
    if seen < 0.6 or not example.answers:
        return None
    forms = sorted((own.text[a:b] for a, b in example.answers), key=len)
    said = forms[len(forms) // 2]
    start, end = next((a, b) for a, b in example.answers if own.text[a:b] == said)
    touched = [n for n, (a, b) in enumerate(own.spans) if a < end and start < b]
    cited = [shown[n] for n in touched if n in shown]
    if len(cited) < len(touched) or len(said.split()) > LONGEST:
        return None
    return f"[{','.join(map(str, cited))}] {' '.join(said.split())}"


class Turns:
    """Contexts and questions to token ids in the prompt of run time."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._template = load_template("read")
        self._end = tokenizer.convert_tokens_to_ids("<|im_end|>")

    def group(self, sentences: str, asked: Sequence[tuple[str, str]]) -> Group:
        prompts = [self._prompt(sentences, question) for question, _ in asked]
        shared = min(map(len, prompts)) - 1
        for one in prompts[1:]:
            same = (a == b for a, b in zip(prompts[0], one, strict=False))
            shared = min(shared, next((n for n, equal in enumerate(same) if not equal), shared))
        branches = []
        for ids, (_, said) in zip(prompts, asked, strict=True):
            told = self._tokenizer(said, add_special_tokens=False)["input_ids"]
            branches.append(([*ids[shared:], *told, self._end], len(ids) - shared))
        return Group(prompts[0][:shared], branches)

    def _prompt(self, sentences: str, question: str) -> list[int]:
        ids: list[int] = []
        for piece in CHAT_FORMATS[0].render(
            self._template.turns(sentences=sentences, question=question)
        ):
            ids += self._tokenizer(
                piece.text, add_special_tokens=False, split_special_tokens=not piece.control
            )["input_ids"]
        return ids


def groups(
    corpora: Sequence[Corpus],
    turns: Turns,
    epoch: int,
    synonyms: Synonyms | None = None,
    near: Nearness = by_words,
) -> Iterator[Group]:
    """A context for each question or two of a paragraph, with others of the same paragraph.

    With `synonyms`, most are in other words than they were, but for typed ones; `near` chooses the
    sentences that stand beside what answers.
    """
    chance = random.Random(SEED + epoch)
    leads: list[tuple[Corpus, Example, list[Example]]] = []
    for corpus in corpora:
        by_paragraph: dict[int, list[Example]] = {}
        for example in corpus.examples:
            by_paragraph.setdefault(example.paragraph, []).append(example)
        for some in by_paragraph.values():
            share = corpus.share if len(some) > 1 else 1.0
            for _ in range(int(share + chance.random())):
                for lead in chance.sample(some, 1 + len(some) // QUESTIONS):
                    leads.append((corpus, lead, [one for one in some if one is not lead]))
    chance.shuffle(leads)
    for corpus, lead, others in leads:
        made = _group(corpus, lead, others, turns, chance, synonyms, near)
        if made:
            yield made


def _group(
    corpus: Corpus,
    lead: Example,
    others: Sequence[Example],
    turns: Turns,
    chance: random.Random,
    synonyms: Synonyms | None,
    near: Nearness,
) -> Group | None:
    """Sentences that a search for a question might find, with it and others of its paragraph."""
    own = corpus.texts[lead.paragraph]

    def wording(one: Example) -> str:
        if synonyms and not corpus.is_typed and chance.random() < OTHERWISE:
            return asked_otherwise(one, own, synonyms, chance)
        return one.question

    def as_typed(question: str) -> str:
        return question if corpus.is_typed else asked_as_typed(question, chance)

    first = wording(lead)
    sentences = context(lead, first, corpus, near, chance)
    changed: Changed = None
    if chance.random() < UNSAID and (cut := unsaid(lead, own, chance)):
        changed = (own, cut[0]), cut[1]
    asked: list[tuple[str, str]] = []
    nothing = 0
    for one in [lead, *chance.sample(others, min(len(others), QUESTIONS + 1))]:
        said = answer(one, own, sentences)
        if changed and changed[0][1] in one.gold:
            said = "[0]" if one is lead else None
        # What isn't there shall not be said more often than what is.
        if not said or (one is not lead and said == "[0]" and nothing >= 1):
            continue
        nothing += said == "[0]"
        question = first if one is lead else wording(one)
        asked.append((as_typed(question), said))
        if said != "[0]" and chance.random() < MISNAMED and (other := misnamed(one, own, chance)):
            asked.append((as_typed(other), "[0]"))
    if not asked or not sentences:
        return None
    made = turns.group(written(sentences, chance, changed), asked[:QUESTIONS])
    while len(made) > WINDOW and len(made.branches) > 1:
        made.branches.pop()
    return made if len(made) <= WINDOW else None


def batches(source: Iterator[Group], size: int) -> Iterator[list[Group]]:
    """Groups of like length together."""
    pool: list[Group] = []
    chance = random.Random(SEED)
    for one in source:
        pool.append(one)
        if len(pool) == size * 24:
            pool.sort(key=len)
            cut = [pool[at : at + size] for at in range(0, len(pool), size)]
            chance.shuffle(cut)
            yield from cut
            pool = []
