"""A GGUF model with an adapter merged into it."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest
from gguf.quants import dequantize

from rag.adapter import Weights, save_factors
from rag.errors import ModelError
from rag.generate import LlamaModel
from rag.models import ModelFile
from rag.prepare import reader
from rag.prompt import Part
from tests.random_gguf import KINDS, WIDTH, write

MATRIX = "blk.1.attn_q.weight"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("original") / "model.gguf"
    write(KINDS[0], path)
    return path


def weights(path: Path) -> dict[str, Weights]:
    found = gguf.GGUFReader(path).tensors
    return {one.name: dequantize(one.data, one.tensor_type) for one in found}


def test_the_change_is_in_its_matrix_and_nowhere_else(original: Path, tmp_path: Path) -> None:
    chance = np.random.default_rng(2)
    up = chance.normal(size=(WIDTH, 2)).astype(np.float32)
    down = chance.normal(size=(2, WIDTH)).astype(np.float32)
    save_factors(tmp_path / "changes", {MATRIX: (up, down)})
    reader(str(original), str(tmp_path / "changes"), tmp_path)
    before, after = weights(original), weights(tmp_path / "model.gguf")
    assert before.keys() == after.keys()
    step = 1 / 127  # of Q8_0, of the largest of 32 weights
    for name, old in before.items():
        wanted = old + up @ down if name == MATRIX else old
        assert np.abs(after[name] - wanted).max() <= step * np.abs(wanted).max(), name


def test_everything_else_is_kept(original: Path, tmp_path: Path) -> None:
    save_factors(tmp_path / "changes", {})
    reader(str(original), str(tmp_path / "changes"), tmp_path)
    fields = [gguf.GGUFReader(one).fields for one in (original, tmp_path / "model.gguf")]
    told = [
        {name: one.contents() for name, one in some.items() if not name.startswith("GGUF.")}
        for some in fields
    ]
    assert told[0] == told[1]
    model = LlamaModel(ModelFile("merged", tmp_path / "model.gguf", "merged"))
    assert "".join(model.generate((Part("The river"),), limit=2))
    model.close()


def test_a_model_that_the_adapter_does_not_fit(original: Path, tmp_path: Path) -> None:
    changes = tmp_path / "changes"
    save_factors(changes, {"blk.9.attn_q.weight": (np.ones((4, 1)), np.ones((1, 4)))})
    with pytest.raises(ModelError, match="doesn't fit the model"):
        reader(str(original), str(changes), tmp_path)
