"""`python -m bench.regressions`: breaks Citespan on purpose and shows what `rag eval` says of it.

Takes about fifteen minutes. Each regression is made in this process alone; the baseline is the
unbroken run, which is made twice and has to give the same bytes.
"""

from __future__ import annotations

import dataclasses
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

from rag import Library, ask
from rag.answer import Answer, Citation, Claim
from rag.article import Span
from rag.evaluate import Report, judge, load_gold, run
from rag.evaluate.config import read_config
from rag.split import sentences

GOLD = Path("eval/gold.jsonl")
Change = Callable[[Answer], Answer]


def main() -> None:
    """Prints a Markdown table."""
    config = read_config(GOLD)
    rules = config.rules
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(folder, notice=lambda _: None)
        library.add(config.articles)
        baseline = measured(library)
        print("| change | exit code | says first |\n|---|---|---|")
        again = measured(library)
        same = "the same bytes" if again.to_json() == baseline.to_json() else "other bytes"
        print(f"| none, a second time | {judge(again, rules, baseline).code} | {same} |")
        for name, breaking, change, allowed in regressions(library):
            with breaking:
                report = measured(library, change)
            verdict = judge(report, dataclasses.replace(rules, allowed=allowed), baseline)
            first = verdict.reasons[0] if verdict.reasons else "nothing"
            more = f" (and {len(verdict.reasons) - 1} more)" if len(verdict.reasons) > 1 else ""
            print(f"| {name} | {verdict.code} | {first}{more} |", flush=True)


def measured(library: Library, change: Change | None = None) -> Report:
    """A run, with every answer changed."""

    def task(question: str, **options: Any) -> Answer:
        answer = library.ask(question, **options)
        return change(answer) if change else answer

    return run(load_gold(GOLD), task, corpus=library, summarize=library.summarize, paired=True)


_Regression = tuple[str, AbstractContextManager[Any], Change | None, frozenset[str]]


def regressions(library: Library) -> Iterator[_Regression]:
    """What is broken, how, and what of the system may differ for it."""
    none: frozenset[str] = frozenset()
    prompt = frozenset({"prompt"})
    yield "a line of the prompt removed", _prompt_line_removed(), None, none
    yield "the same, `--allow prompt`", _prompt_line_removed(), None, prompt
    yield "retrieval: k to 1", mock.patch("rag.ask.PASSAGES", 1), None, none
    shifted = _each_claim(lambda claim: _shifted(library, claim))
    yield "citations shifted by one sentence", nullcontext(), shifted, none
    yield "citations longer than what is stored", nullcontext(), _each_claim(_stretched), none
    yield "abstention off", mock.patch.object(ask.start, "__defaults__", (-1.0,)), None, none
    yield "numbers rounded in the answers", nullcontext(), _each_claim(_rounded), none


@contextmanager
def _prompt_line_removed() -> Iterator[None]:
    shipped = Path("prompts/answer.txt").read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        kept = re.sub(r"Answer the question[^\n]*\n", "Answer.\n", shipped)
        assert kept != shipped
        (Path(folder) / "answer.txt").write_text(kept, "utf-8")
        with mock.patch.dict("os.environ", {"RAG_PROMPTS": folder}):
            yield


def _each_claim(change: Callable[[Claim], Claim]) -> Change:
    return lambda answer: dataclasses.replace(answer, claims=tuple(map(change, answer.claims)))


def _shifted(library: Library, claim: Claim) -> Claim:
    """Citing the sentence after each that is cited."""
    shifted = []
    for citation in claim.citations:
        article = library.article(citation.article.id)
        some = sentences(article)
        following = [one for one in some if one.start >= citation.end] or list(some)
        span = Span(article.id, following[0].start, following[0].end)
        shifted.append(Citation.of(article, span))
    return dataclasses.replace(claim, citations=tuple(shifted))


def _stretched(claim: Claim) -> Claim:
    some = (dataclasses.replace(one, end=one.end + 1) for one in claim.citations)
    return dataclasses.replace(claim, citations=tuple(some))


def _rounded(claim: Claim) -> Claim:
    """2,700 becomes 3,000, and 41 becomes 40."""

    def to_one_digit(found: re.Match[str]) -> str:
        value = int(found[0].replace(",", ""))
        return f"{round(value, 1 - len(str(value))):,}"

    text = re.sub(r"\d{1,3}(?:,\d{3})+|\d{2,}", to_one_digit, claim.text)
    return dataclasses.replace(claim, text=text)


if __name__ == "__main__":
    main()
