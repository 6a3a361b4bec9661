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


@pytest.fixture(scope="module")
def change() -> tuple[Weights, Weights]:
    """What an adapter changes of one matrix, as two factors."""
    chance = np.random.default_rng(2)
    up = chance.normal(size=(WIDTH, 2)).astype(np.float32)
    return up, chance.normal(size=(2, WIDTH)).astype(np.float32)


@pytest.fixture(scope="module")
def merged(original: Path, change: tuple[Weights, Weights]) -> Path:
    folder = original.parent / "merged"
    folder.mkdir()
    save_factors(folder / "changes", {MATRIX: change})
    reader(str(original), str(folder / "changes"), folder)
    return folder / "model.gguf"


@pytest.fixture(scope="module")
def files(original: Path, merged: Path) -> list[gguf.GGUFReader]:
    """Both, read: this takes seconds."""
    return [gguf.GGUFReader(original), gguf.GGUFReader(merged)]


def weights(file: gguf.GGUFReader) -> dict[str, Weights]:
    return {one.name: dequantize(one.data, one.tensor_type) for one in file.tensors}


def test_the_change_is_in_its_matrix_and_nowhere_else(
    files: list[gguf.GGUFReader], change: tuple[Weights, Weights]
) -> None:
    up, down = change
    before, after = map(weights, files)
    assert before.keys() == after.keys()
    step = 1 / 127  # of Q8_0, of the largest of 32 weights
    for name, old in before.items():
        wanted = old + up @ down if name == MATRIX else old
        assert np.abs(after[name] - wanted).max() <= step * np.abs(wanted).max(), name


def test_everything_else_is_kept(files: list[gguf.GGUFReader], merged: Path) -> None:
    told = [
        {name: one.contents() for name, one in file.fields.items() if not name.startswith("GGUF.")}
        for file in files
    ]
    assert told[0] == told[1]
    model = LlamaModel(ModelFile("merged", merged, "merged"))
    assert "".join(model.generate((Part("The river"),), limit=2))
    model.close()


def test_a_model_that_the_adapter_does_not_fit(original: Path, tmp_path: Path) -> None:
    changes = tmp_path / "changes"
    save_factors(changes, {"blk.9.attn_q.weight": (np.ones((4, 1)), np.ones((1, 4)))})
    with pytest.raises(ModelError, match="doesn't fit the model"):
        reader(str(original), str(changes), tmp_path)
