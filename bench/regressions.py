"""`python -m bench.regressions`: breaks Citespan on purpose and shows what `rag eval` says of it.

Takes about ten minutes. The baseline is the unbroken run, which is made twice and has to give the
same bytes. What changes the system is run again; what changes answers is made of the baseline's.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest import mock

from rag import Library
from rag.article import Span
from rag.citation import Citation, Claim
from rag.evaluate import Corpus, Report, judge, load_gold, replay, run
from rag.evaluate.config import read_config
from rag.split import sentences

GOLD = Path("eval/gold.jsonl")
Change = Callable[[Claim], Claim]


def main() -> None:
    """Prints a Markdown table."""
    config = read_config(GOLD)
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(folder, notice=lambda _: None)
        library.add(config.articles)
        baseline, again = measured(library), measured(library)
        print("| change | exit code | says first |\n|---|---|---|")
        same = "the same bytes" if again.to_json() == baseline.to_json() else "other bytes"
        print(f"| none, a second time | {judge(again, config.rules, baseline).code} | {same} |")
        for name, allowed, report in broken(library, baseline):
            rules = replace(config.rules, allowed=frozenset(allowed))
            verdict = judge(report, rules, baseline)
            first = verdict.reasons[0] if verdict.reasons else "nothing"
            more = f" (and {len(verdict.reasons) - 1} more)" if len(verdict.reasons) > 1 else ""
            print(f"| {name} | {verdict.code} | {first}{more} |", flush=True)


def measured(library: Library) -> Report:
    """A run."""
    return run(load_gold(GOLD), library.ask, paired=True)


def broken(library: Library, baseline: Report) -> Iterator[tuple[str, Sequence[str], Report]]:
    """What is broken, what of the system may differ for it, and the run."""
    shifted = partial(_shifted, library)
    for name, change in (
        ("citations shifted by one sentence", shifted),
        ("citations one character too long", _stretched),
        ("numbers rounded in the answers", _rounded),
    ):
        yield name, (), _with_claims(library, baseline, change)
    with mock.patch("rag.ask.PASSAGES", 1):
        yield "retrieval: k to 1", (), measured(library)
    with mock.patch.dict(Library.ask.__kwdefaults__, doubt=1.0):
        yield "abstention off", (), measured(library)
    with _prompt_line_removed():
        report = measured(library)
    yield "a line of the prompt removed", (), report
    yield "the same, with `--allow prompt`", ("prompt",), report


def _with_claims(library: Library, baseline: Report, change: Change) -> Report:
    """The baseline's answers with every claim changed."""
    outcomes = []
    for one in baseline:
        assert one.response
        claims = tuple(map(change, one.response.claims))
        outcomes.append(replace(one, response=replace(one.response, claims=claims)))
    changed = replace(baseline, outcomes=outcomes)
    return replay(load_gold(GOLD), changed, Corpus.of(library))


@contextmanager
def _prompt_line_removed() -> Iterator[None]:
    shipped = Path("prompts/read.txt").read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        kept = shipped.replace("\n\n", "\n")
        assert kept != shipped
        (Path(folder) / "read.txt").write_text(kept, "utf-8")
        with mock.patch.dict("os.environ", {"RAG_PROMPTS": folder}):
            yield


def _shifted(library: Library, claim: Claim) -> Claim:
    """Citing the sentence after each that is cited."""
    shifted = []
    for citation in claim.citations:
        article = library.article(citation.article.id)
        some = sentences(article)
        following = [one for one in some if one.start >= citation.end] or list(some)
        span = Span(article.id, following[0].start, following[0].end)
        shifted.append(Citation.of(article, span))
    return replace(claim, citations=tuple(shifted))


def _stretched(claim: Claim) -> Claim:
    some = (replace(one, end=one.end + 1) for one in claim.citations)
    return replace(claim, citations=tuple(some))


def _rounded(claim: Claim) -> Claim:
    """2,700 becomes 3,000, and 41 becomes 40."""

    def to_one_digit(found: re.Match[str]) -> str:
        value = int(found[0].replace(",", ""))
        return f"{round(value, 1 - len(str(value))):,}"

    text = re.sub(r"\d{1,3}(?:,\d{3})+|\d{2,}", to_one_digit, claim.text)
    return replace(claim, text=text)


if __name__ == "__main__":
    main()
