"""The embedded encoder as prepared, and the fake in its place: both keep the same promises."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import models
from rag.encode import Encoder, PreparedEncoder, Recent
from rag.errors import ModelError
from rag.prepared import cache_directory
from rag.testing import FakeEncoder

TEXTS = [
    "The river rose by four metres.",
    "",
    "Beekeepers lost a third of their hives. " * 100,
    "👩‍👩‍👧 שלום 東京 \0 \u0301",
    "Snow.",
]


@pytest.fixture(params=["real", "fake"])
def either(request: pytest.FixtureRequest) -> Encoder:
    if request.param == "fake":
        return FakeEncoder()
    found: Encoder = request.getfixturevalue("real_encoder")
    return found


def test_vectors_have_unit_length_whatever_the_text(either: Encoder) -> None:
    counts: list[int] = []
    vectors = either.encode(TEXTS, counts.append)
    assert (vectors.shape, vectors.dtype) == ((len(TEXTS), either.dimension), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert sum(counts) == len(TEXTS)
    assert either.encode([]).shape == (0, either.dimension)
    query = either.encode_query(TEXTS[0])
    assert query.shape == (either.dimension,)
    assert float(query @ vectors[0]) == pytest.approx(1, abs=5e-3)


def test_the_same_text_has_the_same_vector_in_any_company(either: Encoder) -> None:
    alone = np.array([either.encode([text])[0] for text in TEXTS])
    together = either.encode(TEXTS * 15)
    for at, vector in enumerate(together):
        assert float(vector @ alone[at % len(TEXTS)]) > 0.99
    np.testing.assert_array_equal(either.encode(TEXTS), either.encode(TEXTS))


def test_what_is_alike_is_near(either: Encoder) -> None:
    one, near, far = either.encode(
        ["The river rose by four metres.", "The river rose again.", "Bees make honey in hives."]
    )
    assert one @ near > one @ far


def test_tokens_are_counted_without_special_ones(either: Encoder) -> None:
    assert either.count_tokens(["", "rain", "rain rain rain", "rain " * 600]) == [0, 1, 3, 600]
    assert either.window > 100


def test_the_encoder_is_what_its_card_says(real_encoder: PreparedEncoder) -> None:
    assert real_encoder.dimension == 384
    assert real_encoder.window == 254
    assert real_encoder.fingerprint.endswith(f"-{models.RECIPE}")
    query = "How far did the river rise?"
    good, bad = real_encoder.encode(["The water went up by four metres.", "The mayor is ill."])
    assert real_encoder.encode_query(query) @ good > real_encoder.encode_query(query) @ bad + 0.1


def _remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _cut(name: str, size: int) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:size])  # type: ignore[func-returns-value]


DAMAGE = {
    "no card": _remove("encoder.json"),
    "half a card": _cut("encoder.json", 30),
    "no graph": _remove("model.xml"),
    "half a graph": _cut("model.xml", 50_000),
    "no weights": _remove("model.bin"),
    "half the weights": _cut("model.bin", 10_000_000),
    "no weights at all": _cut("model.bin", 0),
    "no tokenizer": _remove("tokenizer.json"),
    "half a tokenizer": _cut("tokenizer.json", 1000),
}
LOADING = """
import sys
from pathlib import Path
from rag.encode import PreparedEncoder
from rag.errors import ModelError
for folder in sys.argv[1:]:
    try:
        PreparedEncoder(Path(folder)).encode(["a text"])
    except ModelError as error:
        assert error.where == folder, error.where
        print(error.what, error.remedy)
"""


def test_a_damaged_prepared_encoder_is_an_error_and_the_process_lives(
    real_encoder: PreparedEncoder,
    tmp_path: Path,
    python: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    whole = cache_directory() / "encoders" / real_encoder.fingerprint
    folders = []
    for number, damage in enumerate(DAMAGE.values()):
        folder = tmp_path / str(number)
        shutil.copytree(whole, folder, ignore=shutil.ignore_patterns("compiled"))
        damage(folder)
        folders.append(folder)
    done = python(LOADING, *folders, tmp_path / "nothing")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(folders) + 1
    assert set(lines) == {
        "the prepared encoder is damaged delete that folder; it is made anew from the original "
        "model"
    }


def test_a_folder_that_is_no_encoder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="damaged"):
        PreparedEncoder(tmp_path)


def test_several_threads_may_encode_at_once(real_encoder: PreparedEncoder) -> None:
    texts = [f"Text {number} is about rivers." for number in range(40)]
    with ThreadPoolExecutor(max_workers=4) as threads:
        together = list(threads.map(real_encoder.encode_query, texts))
    assert all(
        np.array_equal(vector, real_encoder.encode_query(text))
        for vector, text in zip(together, texts, strict=True)
    )


def test_what_an_encoder_makes_of_a_text_does_not_depend_on_the_others(either: Encoder) -> None:
    """What `Recent` rests on, to the last bit."""
    alone = np.stack([either.encode([text])[0] for text in TEXTS])
    assert np.array_equal(either.encode(TEXTS), alone)
    assert np.array_equal(either.encode(TEXTS[::-1])[::-1], alone)


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=6), max_size=12))
def test_recent_vectors_are_those_of_the_encoder(asked: list[list[str]]) -> None:
    encoder, plain = FakeEncoder(), FakeEncoder()
    recent = Recent(most=4)
    for texts in asked:
        assert np.array_equal(recent.encode(texts, encoder), plain.encode(texts))
    assert encoder.encoded <= plain.encoded


def test_recent_texts_are_not_encoded_again_and_old_ones_go() -> None:
    encoder, recent = FakeEncoder(), Recent(most=3)
    for texts, encoded in ((["a", "b", "a"], 2), (["b", "c"], 3), (["a", "c", "d"], 4), (["b"], 5)):
        recent.encode(texts, encoder)
        assert encoder.encoded == encoded
    assert recent.encode([], encoder).shape == (0, encoder.dimension)
