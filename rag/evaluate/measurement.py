"""A gold file measured item by item, as pytest asks for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from rag.article import Span
from rag.evaluate.case import Corpus, Response, located
from rag.evaluate.config import read_config
from rag.evaluate.gold import Item, load_gold
from rag.evaluate.measurable import check_bounds
from rag.evaluate.report import Outcome, Report, load_report
from rag.evaluate.running import Asker, asked, score
from rag.evaluate.verdict import Verdict, judge
from rag.library import Library


class Measurement:
    """One gold file with what it is measured with; everything is made when it is first needed.

    Args:
        folder: gives a folder for a library, if one has to be made.

    Raises:
        UsageError: the gold file or the settings aren't right.
    """

    def __init__(self, path: Path, folder: Callable[[], Path]) -> None:
        self.gold = load_gold(path)
        self._config = read_config(path)
        check_bounds(self._config.rules, self.gold.items, paired=self._config.paired)
        self._folder = folder
        self._items = {item.id: item for item in self.gold.items}
        self._responses: dict[str, Response | Exception] = {}

    @cached_property
    def library(self) -> Library:
        """The library that is asked."""
        if not self._config.articles:
            return Library.open(self._config.library, create=False)
        library = Library.open(self._folder())
        for error in library.add(self._config.articles).failed:
            raise error
        return library

    @cached_property
    def _corpus(self) -> Corpus:
        return Corpus.of(self.library)

    @cached_property
    def _asker(self) -> Asker:
        return Asker(self.library.ask, self._corpus, self.library.summarize)

    @cached_property
    def _evidence(self) -> dict[str, tuple[tuple[Span, ...], ...]]:
        return located(self.gold, self._corpus)

    def _response(self, item: Item) -> Response | Exception:
        if item.id not in self._responses:
            withheld = self._evidence[item.id] if self._config.paired else ()
            self._responses[item.id] = asked(self._asker, item, withheld)
        return self._responses[item.id]

    def outcome(self, id: str) -> Outcome:
        """How one item ends; asked at the first call."""
        item = self._items[id]
        return self._scored([item]).outcomes[0]

    def report(self) -> Report:
        """All items; those not asked yet are asked."""
        return self._scored(list(self.gold.items))

    def verdict(self) -> Verdict:
        """The verdict on all items, as `rag eval` gives it."""
        known = self._config.baseline
        baseline = load_report(known) if known.is_file() else None
        return judge(self.report(), self._config.rules, baseline)

    def _scored(self, items: list[Item]) -> Report:
        gold = replace(self.gold, items=tuple(items))
        responses = [self._response(item) for item in items]
        return score(gold, responses, self._corpus, self._evidence, self._config.rules.metrics)
