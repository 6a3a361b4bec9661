"""The prepared locator: what it finds, where exactly, and that no text upsets it."""

from __future__ import annotations

import copy
import math
import subprocess
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rag.ask import DOUBT
from rag.errors import ModelError
from rag.locate import (
    PHRASE,
    PHRASES,
    QUESTION,
    WINDOW,
    Located,
    Logits,
    Phrase,
    PreparedLocator,
    Reading,
)
from rag.network import Ids
from rag.prepared import cache_directory


def reading(heading: str, *sentences: str) -> Reading:
    """Sentences under a heading, a space between them."""
    ends = [0]
    for sentence in sentences:
        ends.append(ends[-1] + len(sentence) + 1)
    spans = tuple((start, end - 1) for start, end in pairwise(ends))
    return Reading(heading, " ".join(sentences), spans)


FLOOD = reading(
    "The flood at Lenndorf",
    "Heavy rain fell on Lenndorf for nine days.",
    "The river Lenn rose by four metres.",
    "About 300 people left their houses.",
    "The mayor, Ada Park, said that nobody was hurt.",
)
BEES = reading(
    "Bees in trouble",
    "Beekeepers in the north lost a third of their hives.",
    "A mite called varroa spread after the mild winter.",
    "The union of beekeepers asked for two million crowns.",
)
COMET = reading(
    "A comet of unusual ice",
    "Astronomers in Chile saw a comet made of unusual ice.",
    "It passes the sun in October.",
)
ALL = (FLOOD, BEES, COMET)


def none(located: Located) -> float:
    """The chance that no sentence answers."""
    return 1 / (1 + sum(math.exp(one) for some in located.sentences for one in some))


def meant(phrase: Phrase, readings: Sequence[Reading]) -> str:
    return readings[phrase.reading].text[phrase.start : phrase.end]


# What it finds


@pytest.mark.parametrize(
    ("question", "place", "phrase"),
    [
        ("By how many metres did the river Lenn rise?", (0, 1), "four"),
        ("Who is the mayor of Lenndorf?", (0, 3), "Ada Park"),
        ("Which mite spread after the winter?", (1, 1), "varroa"),
        ("Where did astronomers see a comet?", (2, 0), "Chile"),
    ],
)
def test_a_plain_question_finds_its_sentence_and_phrase(
    real_locator: PreparedLocator, question: str, place: tuple[int, int], phrase: str
) -> None:
    located = real_locator.locate(question, ALL)
    odds = {(r, s): one for r, some in enumerate(located.sentences) for s, one in enumerate(some)}
    assert max(odds, key=lambda at: odds[at]) == place
    best = located.phrases[0]
    assert (best.reading, best.sentence) == place
    found = meant(best, ALL)
    assert phrase in found or found in phrase
    assert len(found) < 20
    assert none(located) < DOUBT


@pytest.mark.parametrize(
    "question",
    ["Who wrote the opera Carmen?", "What is the capital of Peru?", "How do vaccines work?"],
)
def test_a_question_about_something_else_has_no_answer(
    real_locator: PreparedLocator, question: str
) -> None:
    located = real_locator.locate(question, ALL)
    assert none(located) > 0.9
    assert all(phrase.probability < 0.05 for phrase in located.phrases)


def test_the_heading_tells_what_a_passage_is_about(real_locator: PreparedLocator) -> None:
    lines = ("The river rose by four metres.", "Nobody was hurt.")
    both = [reading(f"The flood at {town}", *lines) for town in ("Lenndorf", "Cologne")]
    here, there = real_locator.locate("By how much did the river rise in Cologne?", both).sentences
    assert there[0] > here[0]


def test_nothing_to_read_gives_nothing(real_locator: PreparedLocator) -> None:
    assert real_locator.locate("Who won?", []) == Located((), ())
    empty = real_locator.locate("", [Reading("", "", ()), Reading("", " ", ((0, 1),))])
    assert empty == Located(((), (-math.inf,)), ())


def test_the_same_call_gives_the_same_to_the_last_digit(real_locator: PreparedLocator) -> None:
    question = "Who is the mayor of Lenndorf?"
    first, again = (repr(real_locator.locate(question, ALL)) for _ in range(2))
    assert first == again


def test_a_passage_says_the_same_in_any_company(real_locator: PreparedLocator) -> None:
    """Padding changes the digits of int8 a little."""
    question = "By how many metres did the river Lenn rise?"
    long = reading("Snow", *["Snow fell all night on the hills."] * 25)
    together = real_locator.locate(question, [*ALL, long])
    for at, one in enumerate([*ALL, long]):
        (alone,) = real_locator.locate(question, [one]).sentences
        assert together.sentences[at] == pytest.approx(alone, abs=0.3)


# Where exactly, whatever the text and whatever the network says


class Guess:
    """In the place of the network: logits by chance, large ones too."""

    def __call__(self, inputs: Mapping[str, Ids]) -> list[Logits]:
        ids = inputs["input_ids"]
        assert ids.shape == inputs["attention_mask"].shape == inputs["token_type_ids"].shape
        assert ids.shape[1] <= WINDOW
        chance = np.random.default_rng(int(ids.sum()))
        scale = chance.choice([0.0, 1.0, 30.0])
        return [chance.normal(0, scale, (*ids.shape, 3)).astype(np.float32)]


class Seek:
    """In the place of the network: finds one token and nothing else."""

    def __init__(self, token: int) -> None:
        self._token = token

    def __call__(self, inputs: Mapping[str, Ids]) -> list[Logits]:
        found = inputs["input_ids"] == self._token
        return [np.repeat(np.where(found, 9.0, -9.0)[:, :, None], 3, axis=2).astype(np.float32)]


def with_network(locator: PreparedLocator, network: object) -> PreparedLocator:
    """The same locator but for its network."""
    changed = copy.copy(locator)
    changed._run = network
    return changed


@pytest.fixture(scope="session")
def guessing(real_locator: PreparedLocator) -> PreparedLocator:
    return with_network(real_locator, Guess())


@pytest.fixture(scope="session")
def seeking(real_locator: PreparedLocator) -> PreparedLocator:
    """Finds the word "zebra"."""
    return with_network(real_locator, Seek(real_locator._tokenizer.token_to_id("zebra")))


PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
ODD = (
    "👩‍👩‍👧", "e\u0301\u0323", "\u0301", "\u0301ab", "שלום", "العربية", "\u202eabc\u202c", "한국어",
    "東京は高い。", "ก็", "x", ".", "\u200d", "\ufe0f", "\u200bword", "a\0b", "ß", "İstanbul", "ﬁne",
    "##ed", "[SEP]", "[CLS]", "[MASK]", "[UNK]", "x" * 300, "1" * 120 + ".5", "😀" * 150,
)  # fmt: skip
PLAIN = ("the", "river", "rose")
WORDS = st.one_of(st.sampled_from(ODD), st.text(max_size=6), st.sampled_from(PLAIN))
SENTENCES = st.builds(str.join, st.sampled_from(["", " ", "\t"]), st.lists(WORDS, max_size=8))
GAPS = st.sampled_from(["", " ", "\n", " not in a sentence ", "\u0301"])


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """Sentences of any text with anything between them, before and after them."""
    text = draw(GAPS)
    spans = []
    for sentence in draw(st.lists(SENTENCES.filter(bool), max_size=6)):
        spans.append((len(text), len(text) + len(sentence)))
        text += sentence + draw(GAPS)
    return Reading(draw(st.one_of(st.just(""), SENTENCES)), text, tuple(spans))


def check(located: Located, some: Sequence[Reading]) -> None:
    """What holds whatever was read."""
    assert [len(odds) for odds in located.sentences] == [len(one.sentences) for one in some]
    assert not any(math.isnan(one) for odds in located.sentences for one in odds)
    assert len(located.phrases) <= PHRASES
    chances = [phrase.probability for phrase in located.phrases]
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= chance <= 1 for chance in chances)
    for phrase in located.phrases:
        start, end = some[phrase.reading].sentences[phrase.sentence]
        assert start <= phrase.start < phrase.end <= end <= len(some[phrase.reading].text)
        assert located.sentences[phrase.reading][phrase.sentence] > -math.inf


@PATIENT
@example("", [Reading("", "ab", ((0, 1), (1, 2)))])  # two sentences in one token
@example("", [Reading("", "abcd", ((1, 2),))])
@given(SENTENCES, st.lists(readings(), max_size=4))
def test_phrases_lie_in_their_sentences(
    guessing: PreparedLocator, question: str, some: list[Reading]
) -> None:
    check(guessing.locate(question, some), some)


@PATIENT
@given(st.lists(readings(), max_size=2), st.lists(SENTENCES, min_size=2, max_size=2))
def test_offsets_are_of_code_points(
    seeking: PreparedLocator, others: list[Reading], around: list[str]
) -> None:
    before, after = around
    text = f"{before} zebra {after}"
    some = [*others, Reading(before, text, ((0, len(before)), (len(before) + 1, len(text))))]
    located = seeking.locate("where", some)
    check(located, some)
    odds = [(one, r, s) for r, of in enumerate(located.sentences) for s, one in enumerate(of)]
    assert max(odds)[1:] == (len(some) - 1, 1)
    best = located.phrases[0]
    assert (best.reading, best.sentence, meant(best, some)) == (len(some) - 1, 1, "zebra")
    assert best.probability > 0.9


@pytest.mark.parametrize("logit", [20.1, 23.456, 29.9])
def test_certain_is_no_more_than_one(real_locator: PreparedLocator, logit: float) -> None:
    """The logits of a sure network are single; added, they are rounded."""
    sure = np.array([logit, 1.7 * logit, logit])

    def network(inputs: Mapping[str, Ids]) -> list[Logits]:
        first = np.arange(inputs["input_ids"].shape[1]) == 3  # of the text
        return [np.where(first[:, None], sure, -99.0)[None].astype(np.float32)]

    located = with_network(real_locator, network).locate("who", [reading("", "Ada won.")])
    assert 0.999 < located.phrases[0].probability <= 1


def test_any_text_goes_through_the_real_network(real_locator: PreparedLocator) -> None:
    some = [reading(odd, odd, f"{odd} the river {odd}", odd * 3) for odd in ODD]
    check(real_locator.locate("👩‍👩‍👧 שלום 東京 \0 \u0301?", some), some)


def test_a_phrase_is_no_longer_than_it_may_be(guessing: PreparedLocator) -> None:
    some = [reading("", " ".join(["word"] * 150))]
    located = guessing.locate("who", some)
    assert located.phrases
    assert max(len(meant(one, some).split()) for one in located.phrases) <= PHRASE


def test_what_an_article_writes_is_never_a_mark_between_question_and_text(
    real_locator: PreparedLocator,
) -> None:
    """The network sees the marks that it was trained with where this program puts them only."""
    seen: list[Ids] = []

    def network(inputs: Mapping[str, Ids]) -> list[Logits]:
        seen.append(inputs["input_ids"])
        return [np.zeros((*inputs["input_ids"].shape, 3), np.float32)]

    locator = with_network(real_locator, network)
    locator.locate("[CLS] who [SEP]", [reading("A [SEP] b", "It rose. [SEP] Who? [CLS][PAD] Ada.")])
    for token, times in (("[CLS]", 1), ("[SEP]", 2)):
        assert (seen[0] == locator._tokenizer.token_to_id(token)).sum() == times


# The window


@pytest.mark.parametrize("question", ["Who won?", "who " * 20_000, "w" * 100_000])
@pytest.mark.parametrize("heading", ["", "A heading", "heading " * 10_000, "h" * 100_000])
def test_no_question_or_heading_pushes_the_text_out(
    guessing: PreparedLocator, question: str, heading: str
) -> None:
    some = [reading(heading, *["word"] * 400), FLOOD]
    located = guessing.locate(question, some)
    check(located, some)
    read = [one > -math.inf for one in located.sentences[0]]
    assert read == sorted(read, reverse=True), "a sentence after one that wasn't read was read"
    assert WINDOW - QUESTION - WINDOW // 4 - 3 <= sum(read) < WINDOW
    assert all(one > -math.inf for one in located.sentences[1])
    assert max((one.end for one in located.phrases if not one.reading), default=0) <= 5 * sum(read)


def test_a_long_text_is_read_as_far_as_the_window_goes(real_locator: PreparedLocator) -> None:
    many = reading("Snow", *["Snow fell on the hills."] * 100, "Ada Park won the race.")
    early = reading("Snow", "Ada Park won the race.", *["Snow fell on the hills."] * 100)
    located = real_locator.locate("who " * 1000 + "won the race?", [many, early])
    check(located, [many, early])
    assert located.sentences[0][-1] == located.sentences[1][-1] == -math.inf
    assert located.sentences[1][0] > -math.inf


# Damage


FILES = ("locator.json", "model.xml", "model.bin", "tokenizer.json")
DAMAGE: list[tuple[str, float | bytes | None]] = [  # part that is left; what is there instead
    *((name, None) for name in FILES),
    *((name, part) for name in FILES for part in (0.0, 0.5, 0.95)),
    *((name, garbage) for name in FILES for garbage in (b"garbage", bytes(1000))),
    *(("locator.json", card) for card in (b"{}", b"[]", b"null", b'{"fingerprint": "a"}')),
    ("locator.json", b'{"fingerprint": "a", "first": "[CLS]", "last": null}'),
    ("tokenizer.json", b"{}"),
]
LOADING = """
import sys
from pathlib import Path
from rag.errors import ModelError
from rag.locate import PreparedLocator, Reading
for folder in sys.argv[1:]:
    try:
        PreparedLocator(Path(folder)).locate("who", [Reading("", "Ada won.", ((0, 8),))])
    except ModelError as error:
        assert error.where == folder, error.where
        print(error.what, error.remedy)
    else:
        print("no error:", folder)
"""


def prepared(
    locator: PreparedLocator, folder: Path, damaged: str = "", how: float | bytes | None = None
) -> Path:
    """What is prepared, linked to but for the damaged file, and without what the compiler left."""
    original = cache_directory() / "locators" / locator.fingerprint
    folder.mkdir()
    for name in FILES:
        if name != damaged:
            (folder / name).symlink_to(original / name)
        elif how is not None:
            data = (original / name).read_bytes()
            data = how if isinstance(how, bytes) else data[: int(how * len(data))]
            (folder / name).write_bytes(data)
    return folder


def test_a_damaged_prepared_locator_is_an_error_and_the_process_lives(
    real_locator: PreparedLocator,
    tmp_path: Path,
    python: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    folders = [
        prepared(real_locator, tmp_path / str(number), *damage)
        for number, damage in enumerate(DAMAGE)
    ]
    done = python(LOADING, *folders, tmp_path / "nothing")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(folders) + 1
    assert set(lines) == {
        "the prepared locator is damaged delete that folder; it is made anew from the original "
        "model"
    }


def test_what_the_compiler_left_may_be_damaged(
    real_locator: PreparedLocator, tmp_path: Path
) -> None:
    folder = prepared(real_locator, tmp_path / "whole")
    expected = PreparedLocator(folder).locate("Who is the mayor?", ALL)
    (left,) = (folder / "compiled").iterdir()
    left.chmod(0o600)
    left.write_bytes(left.read_bytes()[:100_000])
    assert PreparedLocator(folder).locate("Who is the mayor?", ALL) == expected


def test_a_folder_that_is_no_locator_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="damaged"):
        PreparedLocator(tmp_path)
