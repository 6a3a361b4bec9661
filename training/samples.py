"""Questions with passages as tensors, for `training.locator`."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch

from rag.locate import Reading, Row, Tokenised
from training.examples import Corpus, Example, Text
from training.nearmiss import led, misnamed, unasked, unsaid
from training.typed import strangers
from training.wording import TOLD, Synonyms, at_random, retold, reworded, shortened

SEED = 20261123
SENTENCES = 24  # of a passage at most
# How often a question is asked of its own paragraph, of it without the answer, of it by another
# name, how often another question is, and how often its paragraph is there at all
ANSWERED, UNSAID, MISNAMED, UNASKED, FOUND = 0.55, 0.1, 0.12, 0.03, 0.9
LED = 0.6  # of the paragraphs whose answer can be taken out: how many say the rest once more
# How often a typed question is asked of other articles alone, and of its own without what answers
WITHHELD, TAKEN = 0.3, 0.12
SHORT = 0.35  # how many questions are shortened


@dataclass(frozen=True)
class Sample:
    """A row and what is to be found in it: the shares of annotators at tokens and sentences."""

    question: str
    text: Text
    row: Row
    starts: dict[int, float]
    ends: dict[int, float]
    gold: dict[int, float]


class Tokens:
    """Texts to tokens, each text once; and samples made of them."""

    def __init__(self, source: str) -> None:
        from transformers import AutoTokenizer

        self._run = AutoTokenizer.from_pretrained(source, local_files_only=True)
        self._run.model_max_length = 10**6  # cutting is done in `Row.of`
        self._memory: dict[str, Tokenised] = {}

    def __call__(self, text: str) -> Tokenised:
        if text not in self._memory:
            found = self._run(text, add_special_tokens=False, return_offsets_mapping=True)
            self._memory[text] = (found["input_ids"], found["offset_mapping"])
        return self._memory[text]

    def sample(
        self, question: str, text: Text, answers: Sequence[tuple[int, int]], gold: dict[int, float]
    ) -> Sample:
        marks = self._run.cls_token_id, self._run.sep_token_id
        row = Row.of(question, Reading(text.heading, text.text, text.spans), self, marks)
        starts: dict[int, float] = {}
        ends: dict[int, float] = {}
        for a, b in answers:
            inside = [at for at, (s, e) in enumerate(row.offsets) if s < b and a < e]
            if inside and row.offsets[inside[-1]][1] >= b:
                for where, at in ((starts, inside[0]), (ends, inside[-1])):
                    where[row.body + at] = where.get(row.body + at, 0.0) + 1 / len(answers)
        read = {int(n) for n in row.sentence if n < SENTENCES}
        golden = {n: share for n, share in gold.items() if n in read}
        return Sample(question, text, row, starts, ends, golden)


def asked_as_typed(question: str, chance: random.Random) -> str:
    """Questions as people type them: some shortened, without a question mark, with a slip."""
    if chance.random() < SHORT:
        question = shortened(question, chance)
    if chance.random() < 0.4:
        question = question.rstrip("? ")
    if chance.random() < 0.08 and len(question) > 12:
        at = chance.randrange(3, len(question) - 2)
        question = question[:at] + question[at + 1] + question[at] + question[at + 2 :]
    return question


def group(
    example: Example,
    corpus: Corpus,
    tokens: Tokens,
    chance: random.Random,
    size: int,
    synonyms: Synonyms | None = None,
) -> list[Sample]:
    """A question with `size` passages: its own, its own without what answers, or only others.

    With `synonyms`, most are in other words than they were. What was typed is asked as it is.
    """
    hard = list(example.hard)
    # The very nearest of other reviews or posts may answer as well: take any of the near ones.
    chance.shuffle(hard)
    others = [corpus.texts[place] for place in hard[:size]]
    posed = (
        _typed(example, corpus, others, chance, size)
        if corpus.is_typed
        else _changed(example, corpus, others, chance, synonyms)
    )
    headed = chance.random() < 0.6 or corpus.is_typed

    def sample(text: Text, answers: Sequence[tuple[int, int]], gold: dict[int, float]) -> Sample:
        shown = text if headed else Text("", text.text, text.spans)
        return tokens.sample(posed.question, shown, answers, gold)

    some = [sample(posed.own, posed.answers, posed.gold)] if posed.own else []
    return [*some, *(sample(other, [], {}) for other in posed.others)][:size]


@dataclass(frozen=True)
class Posed:
    """A question with its own paragraph, unless that is left out, and others.

    Attributes:
        answers, gold: as in `Example`, of `own` as it is here.
    """

    question: str
    own: Text | None
    others: Sequence[Text]
    answers: Sequence[tuple[int, int]] = ()
    gold: dict[int, float] = field(default_factory=dict)


def _typed(
    example: Example, corpus: Corpus, others: Sequence[Text], chance: random.Random, size: int
) -> Posed:
    """What was typed as it is, in some cases where nothing answers it."""
    own = corpus.texts[example.paragraph]
    kind = chance.random()
    if kind < WITHHELD and len(strange := strangers(example, corpus)) >= size:
        return Posed(example.question, None, chance.sample(strange, size))
    if WITHHELD <= kind < WITHHELD + TAKEN and (rest := _without(example, own)):
        return Posed(example.question, rest, others)
    return Posed(example.question, own, others, example.answers, example.gold)


def _without(example: Example, own: Text) -> Text | None:
    """The paragraph without what answers, if what is left doesn't."""
    if not example.answers or len(own.spans) <= len(example.gold):
        return None
    rest = own.without(set(example.gold))
    said = rest.text.casefold()
    return None if any(own.text[a:b].casefold() in said for a, b in example.answers) else rest


def _changed(
    example: Example,
    corpus: Corpus,
    others: Sequence[Text],
    chance: random.Random,
    synonyms: Synonyms | None,
) -> Posed:
    """What annotators asked, as people might ask it; its paragraph may not answer it."""
    own = corpus.texts[example.paragraph]
    if synonyms:
        example, own = _otherwise(example, own, synonyms, chance)
    question, shown, answered = _asked(example, own, " ".join(one.text for one in others), chance)
    told = [
        at_random(other, synonyms, chance) if synonyms and chance.random() < TOLD else other
        for other in others
    ]
    found = (example.answers, example.gold) if answered else ((), {})
    return Posed(asked_as_typed(question, chance), shown, told, *found)


def isolated(some: Sequence[Sample], odds: torch.Tensor, tokens: Tokens, most: int) -> list[Sample]:
    """The likeliest sentences of a question's passages, each by itself, as `rag.choose` reads them.

    Those that answer come first, whatever their odds.

    Args:
        odds: of the sentences, (passages, SENTENCES); minus infinity where there is none.
    """
    places = [(at, n) for at, row in enumerate(odds.isfinite()) for n in row.nonzero().flatten()]
    places.sort(key=lambda place: -odds[place].item())
    places.sort(key=lambda place: -some[place[0]].gold.get(int(place[1]), 0.0))
    made = []
    for at, number in places[:most]:
        one, n = some[at], int(number)
        said = one.text.sentence(n)
        alone = Text(one.text.heading, said, ((0, len(said)),))
        gold = {0: one.gold[n]} if n in one.gold else {}
        made.append(tokens.sample(one.question, alone, [], gold))
    return made


def _otherwise(
    example: Example, own: Text, synonyms: Synonyms, chance: random.Random
) -> tuple[Example, Text]:
    """In other words, and in some cases beside the same words without what answers."""
    if chance.random() < LED and (cut := unsaid(example, own, chance)):
        return led(*retold(example, own, synonyms, chance), cut[1], chance)
    return reworded(example, own, synonyms, chance)


def _asked(
    example: Example, own: Text, others: str, chance: random.Random
) -> tuple[str, Text | None, bool]:
    """The question, its paragraph, and whether that answers it: not always.

    What answers may be taken away, or said no more, or the question be about something else, or
    its paragraph not be found.

    Args:
        others: the texts that the question may be asked of besides.
    """
    kind = chance.random()
    if not example.gold or kind < ANSWERED:
        return example.question, own, True
    other = None
    if kind < ANSWERED + UNSAID:
        if cut := unsaid(example, own, chance):
            return example.question, own.saying(*cut), False
    elif kind < ANSWERED + UNSAID + MISNAMED:
        other = misnamed(example, own, chance)
    elif kind < ANSWERED + UNSAID + MISNAMED + UNASKED:
        other = unasked(own, others, chance)
    if other:
        return other, own, False
    if kind < FOUND and len(own.spans) > len(example.gold):
        return example.question, own.without(set(example.gold)), False
    return example.question, None, False


def batch(groups: Sequence[Sequence[Sample]], size: int) -> dict[str, torch.Tensor]:
    """Groups of samples as tensors; missing samples of a group are empty."""
    width = max(map(_width, groups))
    shape = (len(groups) * size, width)
    made = {key: torch.zeros(shape, dtype=torch.long) for key in ("ids", "mask", "types", "body")}
    made["starts"] = torch.zeros(shape)
    made["ends"] = torch.zeros(shape)
    made["sentence"] = torch.full(shape, SENTENCES, dtype=torch.long)
    made["gold"] = torch.zeros(shape[0], SENTENCES + 1)
    made["mask"][:, 0] = 1
    for g, some in enumerate(groups):
        for n, one in enumerate(some):
            at, row = g * size + n, one.row
            end = row.body + len(row.offsets)
            made["ids"][at, : len(row.ids)] = torch.tensor(row.ids)
            made["mask"][at, : len(row.ids)] = 1
            made["types"][at, row.second : len(row.ids)] = 1
            made["body"][at, row.body : end] = 1
            number = torch.from_numpy(row.sentence)
            number = torch.where((number < 0) | (number > SENTENCES), SENTENCES, number)
            made["sentence"][at, row.body : end] = number
            for where, found in (("starts", one.starts), ("ends", one.ends), ("gold", one.gold)):
                for place, share in found.items():
                    made[where][at, place] = share
    return made


def batches(
    corpora: Sequence[Corpus],
    tokens: Tokens,
    epoch: int,
    groups: int,
    size: int,
    synonyms: Synonyms | None = None,
) -> Iterator[list[list[Sample]]]:
    """Groups of similar length together, in random order."""
    chance = random.Random(SEED + epoch)
    every = [
        (corpus, example)
        for corpus in corpora
        for example in corpus.examples
        for _ in range(int(corpus.share + chance.random()))
    ]
    chance.shuffle(every)
    pool = groups * 32
    for start in range(0, len(every), pool):
        made = [group(e, c, tokens, chance, size, synonyms) for c, e in every[start : start + pool]]
        made = sorted(
            (m for m in made if m), key=lambda some: max(len(one.row.ids) for one in some)
        )
        cut = [made[at : at + groups] for at in range(0, len(made), groups)]
        chance.shuffle(cut)
        yield from cut


def _width(some: Sequence[Sample]) -> int:
    return max(len(one.row.ids) for one in some)
