"""Words of a question, as the library's full-text index sees them, and BM25 over a few texts.

SQLite's FTS5 has the one tokenizer and the one BM25 here (Robertson and Zaragoza, "The
probabilistic relevance framework", 2009; k1 = 1.2, b = 0.75): a table in memory serves where the
texts aren't in the library.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence

from rag.read import normalise

POSTINGS = 20_000  # occurrences that a query may touch: keeps it under 30 ms in any library
_WORD = re.compile(r"\w+")
# Words that ask rather than name. Rarer in articles than in questions, so that BM25 overrates them.
_ASKING = frozenset(
    "a an and are as at be been by can could did do does for from had has have how in is it its of "
    "on or say says that the their them there they this to was were what when where which who whom "
    "whose why will with would you your i me my we us our tell please about many much".split()
)


def words(question: str) -> list[str]:
    """The distinct words of a question that say what it is about; all of them if none does."""
    # Lower case is only for telling words apart: the index has its own ("ß" is no "ss" there).
    every = {word.lower(): word for word in _WORD.findall(normalise(question))}
    return [word for lower, word in every.items() if lower not in _ASKING] or list(every.values())


def match(some: Sequence[str]) -> str:
    """An FTS5 query for any of these words. Each is quoted: raw text would be read as syntax."""
    return " OR ".join(f'"{word}"' for word in some)


def affordable(some: Sequence[str], frequency: Callable[[str], int]) -> list[str]:
    """The rarest words that together occur at most `POSTINGS` times; none if each has more.

    A word that is in so many passages says little, and all of them would have to be scored.

    Args:
        frequency: in how many passages a term of the index occurs.
    """
    counted = sorted((frequency(term), word) for word, term in terms(some).items())
    chosen: list[str] = []
    total = 0
    for count, word in counted:
        total += count
        if total > POSTINGS:
            break
        if count:
            chosen.append(word)
    return chosen


def terms(some: Sequence[str]) -> dict[str, str]:
    """Words to the terms of the index that they become (lower case, no accents, stemmed)."""
    table = _table(some)
    table.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(texts, instance)")
    rows = table.execute("SELECT doc, term FROM vocabulary ORDER BY doc, offset DESC").fetchall()
    table.close()
    return {some[doc]: term for doc, term in rows}


def bm25(some: Sequence[str], texts: Sequence[str]) -> list[float]:
    """How well each text matches any of these words, among just these texts; 0 is not at all."""
    scores = [0.0] * len(texts)
    if not some or not texts:
        return scores
    table = _table(texts)
    query = "SELECT rowid, -rank FROM texts WHERE texts MATCH ?"
    for at, score in table.execute(query, (match(some),)):
        scores[at] = score
    table.close()
    return scores


def _table(texts: Sequence[str]) -> sqlite3.Connection:
    table = sqlite3.connect(":memory:")
    table.execute(
        "CREATE VIRTUAL TABLE texts USING "
        "fts5(text, tokenize='porter unicode61 remove_diacritics 2')"
    )
    table.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", list(enumerate(texts)))
    return table
