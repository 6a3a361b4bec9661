"""Article(s) -> sentences that say something -> choose, trim (or a larger model) -> Summary.

Every sentence is read. On the embedded model the words of a summary are those of the sentences
themselves; a larger model writes them, and what it writes is checked.
"""

from rag.summarize.lengths import WORDS, Length, words_of
from rag.summarize.memory import Memory, memory_file
from rag.summarize.summary import SEARCHED, Report, Request, articles_found, summarize
from rag.summarize.write import CITATIONS

__all__ = [
    "CITATIONS",
    "SEARCHED",
    "WORDS",
    "Length",
    "Memory",
    "Report",
    "Request",
    "articles_found",
    "memory_file",
    "summarize",
    "words_of",
]
