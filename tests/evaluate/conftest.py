"""A synthetic world of known answers: articles, gold items, and what an oracle says to them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import pytest

from rag.answer import Answer, Trace
from rag.article import Article, Span
from rag.citation import Citation, Claim, Source
from rag.evaluate import Corpus, Gold, Item, Report, parse_gold, run
from rag.evaluate.running import summarised
from rag.snapshot import Filter
from rag.summary import Summary

SENTENCES = 6
PER_ARTICLE = 4  # answerable questions
PER_TOWN = 4  # towns to an unanswerable question
PER_SUMMARY = 5  # towns to a summary
MONTHS = ("March", "April", "May", "June", "July")
UNITS = "ab en or il um as ed ov ir yn".split()


def town(n: int) -> str:
    return f"T{UNITS[n // 10]}{UNITS[n % 10]}stad"


def mayor(n: int) -> str:
    return f"Mira W{UNITS[n % 10]}{UNITS[n // 10]}sson"


def numbers(n: int) -> tuple[int, int]:
    """Of houses and of crowns, none like another and none round."""
    return 1237 + 10 * n, 40_711 + 100 * n


def lines(n: int) -> list[str]:
    houses, crowns = numbers(n)
    return [
        f"People of {town(n)} met again to speak about the storm.",
        f"The wind damaged {houses:,} houses in {town(n)}.",
        f"Repairs in {town(n)} will cost {crowns:,} crowns.",
        f"The bridge near {town(n)} was closed on {n % 28 + 1} {MONTHS[n % 5]} 2024.",
        f"The flag of {town(n)} was raised by {mayor(n)}.",
        f"Birds sang above the roofs of {town(n)} all day.",
    ]


def items(n: int) -> Iterator[dict[str, Any]]:
    """Questions about one town: a number, a form, a date, and two facts of two sentences."""
    said, name = lines(n), f"{town(n)}.txt"
    houses, crowns = numbers(n)
    day = f"2024-{MONTHS.index(MONTHS[n % 5]) + 3:02}-{n % 28 + 1:02}"

    def quoted(*places: int) -> list[dict[str, str]]:
        return [{"article": name, "quote": said[at]} for at in places]

    count = {"number": houses, "unit": "house"}
    facts: list[tuple[str, list[dict[str, Any]], list[int]]] = [
        ("How many houses were hit", [count], [1]),
        ("What do repairs cost", [{"any": [f"{crowns:,}"]}], [2]),
        ("When was the bridge shut", [{"date": day}], [3]),
        ("Who raised the flag, over how many houses", [{"any": [mayor(n)]}, count], [4, 1]),
    ]
    for number, (question, wanted, places) in enumerate(facts):
        yield {
            "id": f"{n:02}-{number}",
            "question": f"{question} in {town(n)}?",
            "facts": wanted,
            "must_not": ["nobody knows"],
            "evidence": [quoted(*places)],
            "answer": " ".join(said[at] for at in places),
            "cluster": name,
        }
    if n % PER_TOWN == 0:
        question = f"Who is the dentist of {town(n)}?"
        yield {"id": f"{n:02}-u", "question": question, "answerable": False, "cluster": name}
    if n % PER_SUMMARY == 0:
        key = [fact for _, wanted, _ in facts for fact in wanted[:1]]
        answer = " ".join(said[1:5])
        yield {"id": f"{n:02}-s", "summarize": name, "facts": key, "answer": answer}


@dataclass
class Said:
    """What a system says to an item; refuses without a claim.

    Attributes:
        hits: what it retrieved; if not given, the gold spans and whatever it cites.
    """

    claims: list[Claim] = field(default_factory=list)
    hits: list[Span] | None = None
    confidence: float = 0.75


System = Callable[["World", Item], Said]


class World:
    """Some towns, the gold items about them, and a way to ask a system all of these."""

    def __init__(self, towns: int) -> None:
        self.articles = [
            Article.of(" ".join(lines(n)), title=f"The storm in {town(n)}") for n in range(towns)
        ]
        paths = [[f"/storm/{town(n)}.txt"] for n in range(towns)]
        self.corpus = Corpus(zip(self.articles, paths, strict=True))
        self.gold: Gold = parse_gold(
            "\n".join(json.dumps(item) for n in range(towns) for item in items(n)), "storm.jsonl"
        )
        self._items = {item.question or item.summarize[0]: item for item in self.gold.items}
        self._names = {f"{town(n)}.txt": n for n in range(towns)}

    def number(self, item: Item) -> int:
        return self._names[item.cluster]

    def article(self, item: Item) -> Article:
        return self.articles[self.number(item)]

    def spans(self, n: int) -> list[Span]:
        """The sentences of an article."""
        article, found, at = self.articles[n % len(self.articles)], [], 0
        for line in lines(n % len(self.articles)):
            found.append(Span(article.id, at, at + len(line)))
            at += len(line) + 1
        return found

    def evidence(self, item: Item) -> list[Span]:
        """The spans that prove an answer; of a summary those with its key facts."""
        if item.kind == "summary":
            return self.spans(self.number(item))[1:5]
        return list(self.corpus.alternatives(item)[0]) if item.evidence else []

    def cite(self, span: Span) -> Citation:
        return Citation.of(self.corpus.articles[span.article], span)

    def quoting(self, spans: Sequence[Span]) -> list[Claim]:
        """Claims that are the text of their citations."""
        cited = map(self.cite, spans)
        return [Claim(citation.quote, "quoted", (citation,)) for citation in cited]

    def oracle(self, item: Item) -> Said:
        return Said(self.quoting(self.evidence(item)))

    @cached_property
    def baseline(self) -> Report:
        """The oracle's."""
        return self.run(World.oracle)

    def run(self, system: System, **options: Any) -> Report:
        def ask(question: str, filter: Filter | None = None) -> Answer:
            item = self._items[question]
            if filter and self.article(item).id not in filter.articles:
                return Answer(question, (), True, self._trace(item, Said()))
            said = system(self, item)
            return Answer(question, tuple(said.claims), not said.claims, self._trace(item, said))

        def summarize(ids: list[str], length: str | int) -> Summary:
            (article,) = (self.corpus.articles[id] for id in ids)
            item = next(
                one
                for one in self.gold.items
                if one.kind == "summary" and summarised(one, self.corpus) == ids
            )
            said = system(self, item)
            trace = self._trace(item, Said([], []))
            claims = tuple(said.claims)
            return Summary((Source.of(article),), claims, not claims, 6, 6, trace)

        return run(self.gold, ask, corpus=self.corpus, **{"summarize": summarize, **options})

    def _trace(self, item: Item, said: Said) -> Trace:
        cited = [citation.span for claim in said.claims for citation in claim.citations]
        hits = said.hits
        if hits is None:
            hits = list(dict.fromkeys([*self.evidence(item), *cited]))
        return Trace(
            model="m1",
            encoder="e1",
            prompt="p1",
            hits=[
                {
                    **{"article": {"id": hit.article}, "start": hit.start, "end": hit.end},
                    "sentences": [{"cosine": said.confidence}],
                }
                for hit in hits
            ],
            given=[{"article": one.article, "start": one.start, "end": one.end} for one in hits],
            tokens={"prompt": 100, "reused": 60, "generated": 10},
            milliseconds={"search_ms": 1.0},
        )


@pytest.fixture(scope="session")
def world_of() -> Callable[[int], World]:
    """A world of so many towns, made once."""
    return cache(World)


@pytest.fixture(scope="session")
def world(world_of: Callable[[int], World]) -> World:
    """Forty towns: 160 answerable questions, 10 unanswerable ones, 8 summaries."""
    return world_of(40)
