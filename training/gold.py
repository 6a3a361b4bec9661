"""Gold facts of paragraphs that the locator wasn't trained on, for `rag eval`.

    python -m training.gold SQUADSHIFTS/new_wiki.json FOLDER

Writes FOLDER/articles with all paragraphs and FOLDER/choose.jsonl and FOLDER/report.jsonl with
questions: the first to choose by, the second to report on.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

from training.examples import Corpus, Example, part, squad
from training.locator import CHOOSE, REPORT
from training.samples import SEED

QUESTIONS = 500  # of each file


def write(source: Path, folder: Path) -> None:
    corpus = squad(source)
    articles = folder / "articles"
    articles.mkdir(parents=True, exist_ok=True)
    for place, text in enumerate(corpus.texts):
        (articles / name(corpus, place)).write_text(f"{text.text}\n", "utf-8")
    for split, low, high in (("choose", 0.0, CHOOSE), ("report", CHOOSE, REPORT)):
        some = [e for e in corpus.examples if low <= part(corpus.texts[e.paragraph].text) < high]
        random.Random(SEED).shuffle(some)
        items = [item(corpus, example, f"{split}-{n}") for n, example in enumerate(some, 1)]
        rows = [json.dumps(one) for one in items if one][:QUESTIONS]
        (folder / f"{split}.jsonl").write_text("\n".join(rows) + "\n", "utf-8")


def name(corpus: Corpus, place: int) -> str:
    """Of a paragraph's file; without its ending it is the title under which it is read."""
    return f"{corpus.texts[place].heading.replace('/', ' ')} {place}.txt"


def item(corpus: Corpus, example: Example, id: str) -> dict[str, Any] | None:
    """A gold item; None where the sentence that answers can't be told from another."""
    text = corpus.texts[example.paragraph]
    answers = list(dict.fromkeys(text.text[a:b] for a, b in example.answers))
    quotes = [text.sentence(number) for number in example.gold]
    # Reading makes one space of several.
    if any(text.text.count(quote) != 1 or "  " in quote for quote in quotes):
        return None
    article = name(corpus, example.paragraph)
    return {
        "id": id,
        "question": example.question,
        "answerable": True,
        "facts": [{"any": answers}],
        "answer": answers,
        "evidence": [[{"article": article, "quote": quote}] for quote in quotes],
        "cluster": article,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    write(given.source, given.folder)
