"""Files, folders and web pages to articles.

>>> with Reader() as reader:
...     result = reader.read(b"Rain fell all night.", "flood.txt")
>>> result.articles[0].title, result.articles[0].text
('flood', 'Rain fell all night.')
"""

from __future__ import annotations

from rag.read.canonical import normalise
from rag.read.files import discover, load
from rag.read.limits import Limits
from rag.read.reader import Reader, ReadResult

__all__ = ["Limits", "ReadResult", "Reader", "discover", "load", "normalise"]
