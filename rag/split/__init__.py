"""Cut an article into sentences, and sentences into passages.

>>> from rag.article import Article
>>> article = Article.of("Dr. Ada Low resigned. She gave no reason.", title="Resignation")
>>> found = sentences(article)
>>> [sentence.quote(article) for sentence in found]
['Dr. Ada Low resigned.', 'She gave no reason.']
>>> def words(texts):
...     return [len(text.split()) for text in texts]
>>> [(one.first, one.last) for one in passages(article, found, words, size=6, overlap=2)]
[(0, 1), (1, 2)]

Every offset is counted while splitting; nothing is searched for afterwards.
"""

from rag.split.passage import TokenCounter, passages
from rag.split.sentence import LONGEST, sentences

__all__ = ["LONGEST", "TokenCounter", "passages", "sentences"]
