"""Questions with passages that answer them and passages that don't, for `training.locator`.

Reads SQuAD-format files (SQuADShifts, arXiv:2004.14444; SQuAD, arXiv:1606.05250) and CLAPNQ
(arXiv:2404.02103), cuts their paragraphs with the project's own splitter, and gives each question
the passages that search ranks high for it. Nothing read here is kept in the project.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from rag.article import Article
from rag.encode import Encoder
from rag.read import normalise
from rag.split import sentences

# How often an epoch takes each question: posts and reviews ask much that any of them may answer.
SHARES = {
    "new_wiki": 1.0,
    "reddit": 0.7,
    "amazon_reviews": 0.4,
    "clapnq": 3.0,
    "squad": 0.5,
    "typed": 3.0,
}
TYPED = "typed"  # the corpus of `training.typed`
# Of SQuAD, which has three times as many questions as the others together
PARAGRAPHS, QUESTIONS = 16, 5
TURNS = 3  # nine words in a row that two paragraphs may share and be told apart still
HARD = 12  # passages that search ranks highest, kept for each question

Span = tuple[int, int]
Edit = tuple[int, int, str]  # start, end, and what stands there instead


def edited(text: str, edits: Sequence[Edit]) -> str:
    """The text with edits made that are in order and apart."""
    for start, end, said in reversed(edits):
        text = text[:start] + said + text[end:]
    return text


def moved(span: Span, edits: Sequence[Edit]) -> Span:
    """Where a span is after edits, none of which is partly in it."""

    def after(place: int) -> int:
        return place + sum(len(said) - (end - start) for start, end, said in edits if end <= place)

    return after(span[0]), after(span[1])


@dataclass(frozen=True)
class Text:
    """A paragraph: its heading ("" where it has none), and the spans of its sentences."""

    heading: str
    text: str
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, heading: str, text: str) -> Text:
        article = Article.of(text, title=heading or "untitled")
        return cls(heading, text, tuple((s.start, s.end) for s in sentences(article)))

    def sentence(self, number: int) -> str:
        return self.text[slice(*self.spans[number])]

    def without(self, places: set[int]) -> Text:
        """The paragraph with some of its sentences taken away."""
        kept, spans, at = [], [], 0
        for number, (start, end) in enumerate(self.spans):
            if number not in places:
                kept.append(self.text[start:end])
                spans.append((at, at + end - start))
                at += end - start + 1
        return Text(self.heading, " ".join(kept), tuple(spans))

    def with_before(self, number: int, said: str) -> Text:
        """The paragraph with one more sentence before one of its own."""
        at = self.spans[number][0]
        later = [(a + len(said) + 1, b + len(said) + 1) for a, b in self.spans[number:]]
        text = f"{self.text[:at]}{said} {self.text[at:]}"
        return Text(self.heading, text, (*self.spans[:number], (at, at + len(said)), *later))

    def saying(self, number: int, said: str) -> Text:
        """The paragraph with other words for one of its sentences."""
        return self.edited([(*self.spans[number], said)])

    def edited(self, edits: Sequence[Edit]) -> Text:
        """The paragraph with edits made that are in order, apart, and each within a sentence."""
        spans = tuple(moved(span, edits) for span in self.spans)
        return Text(self.heading, edited(self.text, edits), spans)


@dataclass
class Example:
    """A question about a paragraph.

    Attributes:
        paragraph: its place among the texts.
        answers: spans in the paragraph, one an annotator; none where only sentences are known.
        gold: sentence number -> share of the annotators who rest on it; empty if unanswerable.
        hard: places of other paragraphs that search ranks high, best first.
    """

    question: str
    paragraph: int
    answers: list[Span]
    gold: dict[int, float]
    hard: list[int] = field(default_factory=list)


@dataclass
class Corpus:
    """Paragraphs that are searched together, and questions about them.

    Attributes:
        share: how often an epoch takes each question.
    """

    name: str
    texts: list[Text]
    examples: list[Example]
    share: float = 1.0

    @property
    def is_typed(self) -> bool:
        """Whether its questions were typed without the text in view, and have their near misses."""
        return self.name == TYPED


def part(text: str) -> float:
    """A paragraph's place in [0, 1) by its content: splits never depend on an order or a seed."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 2**32


def squad(path: Path) -> Corpus:
    """A SQuAD-format file; the article's title is the heading unless it is a mere number."""
    corpus = Corpus(path.stem, [], [])
    for article in json.loads(path.read_text("utf-8"))["data"]:
        title = (
            "" if article["title"].startswith(("Amazon_", "Filtered_Reddit")) else article["title"]
        )
        for paragraph in article["paragraphs"]:
            context = paragraph["context"].rstrip()
            if normalise(context) != context:  # offsets would move
                continue
            place = len(corpus.texts)
            text = Text.of(title.replace("_", " "), context)
            corpus.texts.append(text)
            for qa in paragraph["qas"]:
                spans = [
                    (a["answer_start"], a["answer_start"] + len(a["text"])) for a in qa["answers"]
                ]
                gold = _votes(text, spans)
                if gold:
                    corpus.examples.append(Example(qa["question"], place, spans, gold))
    return corpus


def thinned(corpus: Corpus, paragraphs: int = PARAGRAPHS, questions: int = QUESTIONS) -> Corpus:
    """Some paragraphs under each heading and some questions about each, chosen by their content.

    What a network learns of a corpus grows with its topics more than with its questions.
    """
    under: dict[str, list[int]] = {}
    for place in sorted(range(len(corpus.texts)), key=lambda one: part(corpus.texts[one].text)):
        some = under.setdefault(corpus.texts[place].heading, [])
        some.extend([place] * (len(some) < paragraphs))
    asked: dict[int, list[Example]] = {one: [] for some in under.values() for one in some}
    for example in sorted(corpus.examples, key=lambda one: part(one.question)):
        about = asked.get(example.paragraph, [])
        about.extend([example] * (len(about) < questions))
    kept = Corpus(corpus.name, [], [])
    for place in sorted(asked):
        kept.examples += [replace(one, paragraph=len(kept.texts)) for one in asked[place]]
        kept.texts.append(corpus.texts[place])
    return kept


def apart(corpus: Corpus, other: Corpus) -> Corpus:
    """The questions about paragraphs that share no more than a few turns of phrase with another's.

    So that what is held back of one isn't learnt from the other.
    """
    known = {turn for text in other.texts for turn in _turns(text.text)}
    shared = {n for n, text in enumerate(corpus.texts) if len(_turns(text.text) & known) > TURNS}
    kept = [one for one in corpus.examples if one.paragraph not in shared]
    return replace(corpus, examples=kept)


def _turns(text: str) -> set[tuple[str, ...]]:
    """Every nine words in a row."""
    words = text.casefold().split()
    return set(zip(*(words[at:] for at in range(9)), strict=False))


def _votes(text: Text, spans: Sequence[Span]) -> dict[int, float]:
    votes: dict[int, float] = {}
    for start, end in spans:
        touched = [n for n, (a, b) in enumerate(text.spans) if a < end and start < b]
        for number in touched:
            votes[number] = votes.get(number, 0.0) + 1 / len(touched) / len(spans)
    return votes


def clapnq(paths: Iterable[Path]) -> Corpus:
    """CLAPNQ files: the sentences that annotators chose; unanswerable questions have none."""
    corpus = Corpus("clapnq", [], [])
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            item = json.loads(line)
            passage = item["passages"][0]
            text, spans = "", []
            for sentence in map(str.strip, passage["sentences"]):
                spans.append((len(text), len(text) + len(sentence)))
                text += sentence + " "
            votes: dict[int, float] = {}
            for output in item.get("output") or []:
                chosen = {s.strip() for s in output.get("selected_sentences") or []}
                found = [n for n, (a, b) in enumerate(spans) if text[a:b] in chosen]
                for number in found:
                    votes[number] = votes.get(number, 0.0) + 1 / len(found)
            total = sum(votes.values())
            gold = {n: v / total for n, v in votes.items()}
            if bool(gold) != path.stem.startswith("answerable"):
                continue
            place = len(corpus.texts)
            corpus.texts.append(Text(passage["title"], text.strip(), tuple(spans)))
            corpus.examples.append(Example(item["input"], place, [], gold))
    return corpus


def add_hard(corpus: Corpus, encoder: Encoder) -> None:
    """Gives each question the paragraphs that the encoder finds nearest, its own left out.

    Paragraphs in which an answer's words stand are left out too: they may answer as well.
    """
    vectors = encoder.encode([f"{t.heading}. {t.text}" for t in corpus.texts])
    queries = encoder.encode([e.question for e in corpus.examples])
    lowered = [t.text.casefold() for t in corpus.texts]
    for example, query in zip(corpus.examples, queries, strict=True):
        own = corpus.texts[example.paragraph].text
        forms = [own[a:b].casefold() for a, b in example.answers]
        ranked = np.argsort(-(vectors @ query))[: 3 * HARD]
        example.hard = [
            int(place)
            for place in ranked
            if place != example.paragraph and not any(form in lowered[place] for form in forms)
        ][:HARD]


def save(corpora: Iterable[Corpus], path: Path) -> None:
    rows = (
        {
            "name": c.name,
            "texts": [vars(t) for t in c.texts],
            "examples": [vars(e) for e in c.examples],
        }
        for c in corpora
    )
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")


def load(path: Path, shares: Mapping[str, float] = SHARES) -> Iterator[Corpus]:
    """What `save` wrote, with the shares of the corpora, by their names."""
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        texts = [Text(t["heading"], t["text"], tuple(map(tuple, t["spans"]))) for t in row["texts"]]
        examples = [
            Example(
                e["question"],
                e["paragraph"],
                [tuple(a) for a in e["answers"]],
                {int(k): v for k, v in e["gold"].items()},
                e["hard"],
            )
            for e in row["examples"]
        ]
        yield Corpus(row["name"], texts, examples, shares[row["name"]])
