"""How well the check of claims tells true from altered.

    python -m bench.verification [--clapnq FILE] [--articles FOLDER] [--misses KIND]

With no file: claims made from the sentences of `eval/articles`, and the answers of
`eval/gold.jsonl`. CLAPNQ's file of answerable questions (Rosenthal et al., 2024) adds answers
that people wrote, with the sentences that carry them. A true claim is refused if it comes out
unsupported, an altered one is caught unless it comes out supported.

The texts fall into two halves by their hash. Only the first is for developing: `--misses` shows
what went wrong there (of "true" or of one kind of alteration), and never the second.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bench.alterations import Names, Pair, alterations, dated, rewritten, true_claims
from bench.measure import ARTICLES
from rag.article import Article
from rag.evaluate.stats import wilson
from rag.ground import check
from rag.read import Reader
from rag.split import sentences

GOLD = ARTICLES.parent / "gold.jsonl"
SEED = 7
ASKED = "question told"
SHORTEST = 4  # words of a claim
HALVES = ("develop", "report")
REFUSED = 0.05  # at most, of true claims
CAUGHT = {  # at least, of those altered
    "number replaced": 0.95,
    "name replaced": 0.90,
    "negation inserted": 0.90,
    "negation removed": 0.90,
}


def main() -> None:
    """Prints a Markdown table for each half, or misses."""
    options = argparse.ArgumentParser(prog="python -m bench.verification")
    options.add_argument("--clapnq", type=Path)
    options.add_argument("--articles", type=Path, nargs="*", default=[ARTICLES])
    options.add_argument("--misses")
    chosen = options.parse_args()
    pairs = list(_pairs(chosen.clapnq, chosen.articles))
    if chosen.misses:
        _show(pairs, chosen.misses)
        return
    for half in HALVES:
        print(f"\n{half}:\n")
        print(_table([pair for pair in pairs if _half(pair) == half]))


def _half(pair: Pair) -> str:
    return HALVES[hashlib.sha256(pair.origin.encode()).digest()[0] & 1]


def _outcome(pair: Pair) -> tuple[str, str | None]:
    verdict = check(pair.claim, pair.evidence, pair.written, pair.asked)
    return verdict.support, verdict.reason


def _table(pairs: Sequence[Pair]) -> str:
    kinds = dict.fromkeys(pair.kind for pair in pairs)
    true = [kind for kind in kinds if kind.startswith("true") and ASKED not in kind]
    lines = ["| claims | n | supported | partly | unsupported | measured | target |"]
    lines.append("|---|---|---|---|---|---|---|")
    rows: list[tuple[str, Sequence[str]]] = [(kind, [kind]) for kind in sorted(kinds)]
    for name, some in [*rows, ("true, all", true)]:
        counted = Counter(_outcome(pair)[0] for pair in pairs if pair.kind in some)
        lines.append(_row(name, counted))
    return "\n".join(lines)


def _row(name: str, counted: Counter[str]) -> str:
    total = counted.total()
    true = name.startswith("true")
    hits = counted["unsupported"] if true else total - counted["supported"]
    low, high = wilson(hits, total)
    target = f"≤ {REFUSED}" if true else f"≥ {CAUGHT[name]:.2f}" if name in CAUGHT else ""
    shares = " | ".join(
        f"{counted[one] / total:.3f}" for one in ("supported", "partly", "unsupported")
    )
    measured = f"{'refused' if true else 'caught'} {hits / total:.3f} ({low:.2f}–{high:.2f})"
    return f"| {name} | {total} | {shares} | {measured} | {target} |"


def _show(pairs: Sequence[Pair], kind: str) -> None:
    wrong = "unsupported" if kind.startswith("true") else "supported"
    for pair in pairs:
        if _half(pair) == HALVES[0] and pair.kind.startswith(kind):
            support, reason = _outcome(pair)
            if support == wrong:
                print(f"{pair.kind}: {reason}\n  C {pair.claim}")
                print("".join(f"  E {one}\n" for one in pair.evidence))


def _pairs(clapnq: Path | None, folders: Sequence[Path]) -> Iterator[Pair]:
    """The true claims, and what is altered of them."""
    articles = [article for folder in folders for article in _articles(folder)]
    true = [*_answers(GOLD), *(_clapnq(clapnq) if clapnq else ())]
    bases = []
    for article in articles:
        some, whole = _of_article(article)
        true += some
        bases += whole
        if article.date:
            yield from _dated(whole, article.date)
    pool = Names()
    for text in dict.fromkeys(text for pair in [*true, *bases] for text in pair.evidence):
        pool.learn(text)
    kinds = alterations(pool)
    for pair in true:
        yield replace(pair, asked="")
        if pair.asked:
            yield replace(pair, kind=f"{pair.kind}, {ASKED}")
        for claim in rewritten(pair.claim, _chance("rewritten", pair.claim)):
            yield Pair("true, number rewritten", pair.origin, claim, pair.evidence)
    for pair in [*true, *bases]:
        for kind, alter in kinds.items():
            known = f"{' '.join(pair.evidence)} {pair.asked}"
            altered = alter(pair.claim, known, _chance(kind, pair.claim))
            if altered and altered != pair.claim:
                yield Pair(kind, pair.origin, altered, pair.evidence)
                if pair.asked and kind == "name replaced":
                    told = f"{kind}, {ASKED}"
                    yield Pair(told, pair.origin, altered, pair.evidence, asked=pair.asked)


def _dated(whole: Sequence[Pair], written: datetime.date) -> Iterator[Pair]:
    """Sentences with "on Monday" told as a date, and as one that is some days off."""
    for pair in whole:
        for day, before, after in dated(pair.claim, written):
            off = _chance("off", pair.claim).choice([-14, -3, -2, -1, 1, 2, 5, 7, 30, 365])
            for kind, one in (
                ("true, date told", day),
                ("date told, wrong", day + datetime.timedelta(off)),
            ):
                claim = f"{before}on {one.day} {one:%B %Y}{after}"
                yield Pair(kind, pair.origin, claim, pair.evidence, written)


def _chance(kind: str, claim: str) -> random.Random:
    return random.Random(f"{SEED} {kind} {claim}")


def _articles(folder: Path) -> Iterator[Article]:
    with Reader() as reader:
        for file in sorted(folder.iterdir()):
            yield from reader.read(file.read_bytes(), str(file)).articles


def _of_article(article: Article) -> tuple[list[Pair], list[Pair]]:
    """Claims made from its sentences, and the sentences themselves to be altered."""
    texts = [one.quote(article) for one in sentences(article)]
    origin = Path(article.path or "").name
    true, whole = [], []
    for at, text in enumerate(texts):
        if len(text.split()) < SHORTEST * 2 or text.endswith("?"):
            continue
        evidence = tuple(texts[at : at + _chance("evidence", text).choice([1, 2, 3])])
        whole.append(Pair("whole", origin, text, evidence))
        true += [Pair(f"true, {how}", origin, claim, evidence) for how, claim in true_claims(text)]
    return true, whole


def _answers(file: Path) -> Iterator[Pair]:
    """The answers of a gold file with their evidence."""
    for line in file.read_text("utf-8").splitlines():
        item = json.loads(line)
        if item.get("answer") and item.get("evidence"):
            quotes = tuple(span["quote"] for span in item["evidence"][0])
            asked = item["question"]
            yield Pair("true, gold", item["cluster"], item["answer"], quotes, asked=asked)


def _clapnq(file: Path) -> Iterator[Pair]:
    """The sentences of the answers with the sentences that were selected for them."""
    for line in file.read_text("utf-8").splitlines():
        item = json.loads(line)
        origin = item["passages"][0]["text"]
        asked = f"{item['input']} {item['passages'][0]['title']}"
        for output in item["output"]:
            evidence = tuple(_untokenised(one) for one in output["selected_sentences"])
            left_out = [_untokenised(one) for one in item["passages"][0]["sentences"]]
            left_out = [one for one in left_out if one not in evidence]
            answer = Article.of(_untokenised(output["answer"]), title="answer")
            for sentence in sentences(answer):
                claim = sentence.quote(answer)
                if len(claim.split()) >= SHORTEST and not _is_of(claim, left_out, evidence):
                    yield Pair("true, CLAPNQ", origin, claim, evidence, asked=asked)


def _is_of(claim: str, left_out: Sequence[str], evidence: Sequence[str]) -> bool:
    """Whether one sentence that was not selected has more of its words than all that were: then
    the selection is at fault, as in the answers with none."""
    words = set(claim.lower().split())
    most = max((len(words & set(one.lower().split())) for one in left_out), default=0)
    return most > len(words & set(" ".join(evidence).lower().split()))


def _untokenised(text: str) -> str:
    """Without the spaces that a tokeniser of the Penn treebank puts round punctuation."""
    text = re.sub(r"``\s*", "“", re.sub(r"\s*''", "”", text))
    text = re.sub(r"(?<=\w) - (?=\w)", "-", text.replace(" -- ", " – "))
    text = re.sub(r" (?=(?:['’](?:s|ll|re|ve|d|m)|n['’]t)\b)", "", text)
    text = re.sub(r"\s+(?=[,.;:?!)\]%”](?!\d))", "", text)
    text = re.sub(r"(?<=[(\[$£€“])\s+", "", text)
    text = re.sub(r"(?<=\d) / (?=\d)", "/", text)
    return " ".join(text.split())


if __name__ == "__main__":
    main()
