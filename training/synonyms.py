"""Words that mean about the same, for `training.wording`: WordNet's that the encoder agrees to.

    pip install lemminflect
    apt-get download wordnet-base && dpkg -x wordnet-base*.deb wordnet
    python -m training.synonyms DATA.jsonl wordnet/usr/share/wordnet SYNONYMS.json

For each word in small letters of the questions, its synonyms and the words just above it (of verbs
below it, too), of its first senses, in the same form ("built": "constructed", "made"). WordNet
knows rare senses and rarer words: those that the encoder finds far from the word are left out.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

from rag import models
from training.examples import load

PARTS = {"NOUN": "noun", "VERB": "verb", "ADJ": "adj"}  # as lemminflect and as WordNet name them
SENSES = 3  # of a word, the commonest
NEXT = 3  # of the synsets next to a sense
NEAR = 0.4  # cosine of two words that count as alike
MOST = 5  # for each word
_FIXED = frozenset(
    "the and for with from what who whom whose which when where why how many much was were are been"
    " has have had does did done its his her their that this these those not she they you there can"
    " could will would may might should into about than then also any some more most other first"
    " one two three name type kind year people day time".split()
)
# Pointers to hypernyms, troponyms and similar adjectives
_NEXT = {"noun": {"@"}, "verb": {"@", "~"}, "adj": {"&"}}


class WordNet:
    """The synsets of a folder in WordNet's own format (wndb(5WN)), without phrases and names."""

    def __init__(self, folder: Path) -> None:
        self._senses: dict[tuple[str, str], list[str]] = {}
        self._synsets: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
        for part in PARTS.values():
            for fields in _lines(folder / f"index.{part}"):
                count = int(fields[2])
                self._senses[part, fields[0]] = fields[-count:]
            for fields in _lines(folder / f"data.{part}"):
                count = int(fields[3], 16)
                words = [word.split("(")[0] for word in fields[4 : 4 + 2 * count : 2]]
                rest = fields[5 + 2 * count :]
                pairs = zip(rest[::4], rest[1::4], strict=False)
                near = [offset for pointer, offset in pairs if pointer in _NEXT[part]]
                self._synsets[part, fields[0]] = (words, near[:NEXT])

    def synonyms(self, lemma: str, part: str) -> list[str]:
        """Of the lemma's first senses, and one or two of each synset next to them."""
        found: list[str] = []
        for sense in self._senses.get((part, lemma), [])[:SENSES]:
            words, near = self._synsets[part, sense]
            found += words
            for synset in near:
                found += self._synsets[part, synset][0][:2]
        return [word for word in dict.fromkeys(found) if word.isalpha() and word.islower()]


def _lines(path: Path) -> Iterator[list[str]]:
    for line in path.read_text("latin-1").splitlines():
        if not line.startswith(" "):  # the licence
            yield line.split(" | ")[0].split()


def others(word: str, wordnet: WordNet) -> list[str]:
    """The synonyms of a word, in its form."""
    import lemminflect

    found: list[str] = []
    for kind, lemmas in lemminflect.getAllLemmas(word).items():
        if kind not in PARTS:
            continue
        forms = lemminflect.getAllInflections(lemmas[0], kind)
        tags = [tag for tag, some in forms.items() if word in some]
        if tags:
            tag = min(tags, key=lambda one: forms[one].index(word))  # a plural may be as the word
            for synonym in wordnet.synonyms(lemmas[0], PARTS[kind]):
                found += lemminflect.getInflection(synonym, tag)[:1]
    return [one for one in dict.fromkeys(found) if one[:5] != word[:5]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("wordnet", type=Path)
    parser.add_argument("target", type=Path)
    given = parser.parse_args()
    asked = (e.question for corpus in load(given.data) for e in corpus.examples)
    words = sorted({word for one in asked for word in re.findall(r"\b[a-z]{3,}\b", one)} - _FIXED)
    wordnet = WordNet(given.wordnet)
    found = {word: some for word in words if (some := others(word, wordnet))}
    every = sorted({*found, *(one for some in found.values() for one in some)})
    vectors = dict(zip(every, models.encoder().encode(every), strict=True))
    near = {}
    for word, some in found.items():
        cosine = {one: float(vectors[word] @ vectors[one]) for one in some}
        kept = [one for one in sorted(some, key=lambda one: -cosine[one]) if cosine[one] >= NEAR]
        if kept:
            near[word] = kept[:MOST]
    given.target.write_text(json.dumps(near), "utf-8")


if __name__ == "__main__":
    main()
