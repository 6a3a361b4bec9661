from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rag.adapter import GROUP, STEPS, Weights, apply, save, save_factors
from rag.errors import ModelError

matrices = arrays(np.float32, (3, 2 * GROUP), elements=st.floats(-2, 2, width=16))


@given(base=matrices, tuned=matrices)
def test_each_weight_comes_back_to_half_a_step(
    tmp_path_factory: pytest.TempPathFactory, base: Weights, tuned: Weights
) -> None:
    path = tmp_path_factory.mktemp("adapter") / "one.safetensors"
    save(path, {"matrix": base}, {"matrix": tuned})
    found = apply(path, {"matrix": base})["matrix"]
    change = np.abs(tuned - base).reshape(3, 2, GROUP).max(axis=2, keepdims=True)
    error = np.abs(found - tuned).reshape(3, 2, GROUP)
    # Half a step, the rounding of its scale to 16 bits, and the smallest such numbers.
    assert (error <= change / STEPS * 0.5 + change * 0.001 + 1e-6).all()


def test_new_layers_and_vectors_come_back(tmp_path: Path) -> None:
    base = {"norm": np.ones(5, np.float32), "same": np.ones((2, GROUP), np.float32)}
    tuned = {
        "norm": np.array([1, 1.5, 1, 0.5, 1], np.float32),
        "same": base["same"],
        "head": np.arange(6, dtype=np.float32).reshape(2, 3),
    }
    path = tmp_path / "one.safetensors"
    save(path, base, tuned)
    found = apply(path, base)
    assert found.keys() == tuned.keys()
    assert all(np.array_equal(found[name], tuned[name]) for name in tuned)


def test_a_matrix_takes_little_more_than_half_a_byte_a_weight(tmp_path: Path) -> None:
    base = {"matrix": np.zeros((384, 384), np.float32)}
    tuned = {"matrix": np.random.default_rng(0).normal(size=(384, 384)).astype(np.float32)}
    path = tmp_path / "one.safetensors"
    save(path, base, tuned)
    assert path.stat().st_size < 0.54 * 384 * 384


def test_what_does_not_fit_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "one.safetensors"
    zeros = {"matrix": np.zeros((2, GROUP), np.float32)}
    save(path, zeros, {"matrix": np.ones((2, GROUP), np.float32)})
    with pytest.raises(ModelError, match="doesn't fit"):
        apply(path, {"other": np.zeros((2, GROUP), np.float32)})
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(ModelError, match=r"one\.safetensors"):
        apply(path, zeros)


def test_factors_are_multiplied_and_added(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    up = chance.normal(size=(6, 2)).astype(np.float32)
    down = chance.normal(size=(2, 10)).astype(np.float32)
    base = {"matrix": np.ones((6, 10), np.float32), "other": np.ones(3, np.float32)}
    path = tmp_path / "one.safetensors"
    save_factors(path, {"matrix": (up, down)})
    found = apply(path, base)
    assert np.allclose(found["matrix"], 1 + up @ down, atol=0.01)
    assert found["other"] is base["other"]
    with pytest.raises(ModelError, match="doesn't fit"):
        apply(path, {"matrix": np.ones((5, 10), np.float32)})
