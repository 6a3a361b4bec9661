"""Adding articles, against the encoder alone and raw sentence-transformers on the same passages."""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from bench.measure import Row, best, made_up_articles
from rag import Library, models
from rag.encode import PreparedEncoder
from rag.snapshot import Filter

ARTICLES = 120


def rows() -> list[Row]:
    """Throughput in passages a second of adding and of each floor."""
    encoder = models.encoder()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "articles"
        source.mkdir()
        for number, text in enumerate(made_up_articles(ARTICLES)):
            (source / f"{number}.txt").write_text(text, "utf-8")
        library, passages, spent = _added(Path(folder) / "warm-up", source, encoder)
        texts = _texts(library)
        rates = []
        for attempt in range(2):
            _, passages, spent = _added(Path(folder) / f"library-{attempt}", source, encoder)
            rates.append(passages / spent)
        floor = len(texts) / best(lambda: encoder.encode(texts), 2)
        raw = {name: len(texts) / best(partial(e, texts), 1) for name, e in _raw().items()}
    adding = max(rates)
    ratio = adding / floor
    found = [
        Row("adding: files read, split, encoded, stored, indexed", f"{adding:.0f} passages/s"),
        Row("floor: the same passages through the int8 encoder alone", f"{floor:.0f} passages/s"),
        Row("adding / floor", f"{ratio:.2f}", "at least 0.9", ratio >= 0.9),
    ]
    for name, rate in raw.items():
        found.append(Row(f"floor: sentence-transformers, {name}", f"{rate:.0f} passages/s"))
        found.append(Row(f"adding / sentence-transformers, {name}", f"{adding / rate:.2f}"))
    return found


def _added(place: Path, source: Path, encoder: PreparedEncoder) -> tuple[Library, int, float]:
    began = time.perf_counter()
    library = Library.open(place, encoder=encoder)
    added = library.add(source)
    return library, added.passages, time.perf_counter() - began


def _texts(library: Library) -> list[str]:
    found = []
    for listing in library.articles(Filter()):
        with library._store.snapshot() as snapshot:
            article = snapshot.article(listing.id).article
            for _, passage in sorted(snapshot.passages(snapshot.keys().tolist()).items()):
                if passage.article == listing.id:
                    found.append(f"{article.title}. {passage.quote(article)}")
    return found


def _raw() -> dict[str, Any]:
    """sentence-transformers in torch, in the two precisions that it offers on any CPU."""
    import torch
    from sentence_transformers import SentenceTransformer

    source = str(models.embedded_encoder())
    torch.set_num_threads(2)
    found = {}
    for dtype in ("float32", "bfloat16"):
        model = SentenceTransformer(
            source, device="cpu", local_files_only=True, model_kwargs={"dtype": dtype}
        )
        found[f"torch {dtype}"] = lambda texts, m=model: m.encode(texts, batch_size=32)
    return found
