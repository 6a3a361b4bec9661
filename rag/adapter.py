"""What training changed in a model's weights, in a small file; see `training/`.

A matrix's change is kept in 4 bits a weight: one scale for each group of `GROUP` weights of a row,
and whole steps from -7 to 7 of it; or as the product of two thin matrices (LoRA, arXiv:2106.09685).
Vectors and new layers are kept as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError

Weights = NDArray[np.float32]

GROUP = 64
STEPS = 7

_STEPS, _SCALE, _DELTA, _NEW = ":steps", ":scale", ":delta", ":new"
_UP, _DOWN = ":up", ":down"


def save(path: Path, base: Mapping[str, Weights], tuned: Mapping[str, Weights]) -> None:
    """Writes how `tuned` differs from `base`; what is the same in both costs nothing."""
    from safetensors.numpy import save_file

    tensors: dict[str, NDArray[np.generic]] = {}
    for name, weights in sorted(tuned.items()):
        if name not in base:
            tensors[name + _NEW] = weights.astype(np.float32)
        elif np.array_equal(weights, base[name]):
            continue
        elif weights.ndim == 2 and weights.shape[1] % GROUP == 0:
            steps, scale = _quantised(weights - base[name])
            tensors[name + _STEPS], tensors[name + _SCALE] = steps, scale
        else:
            tensors[name + _DELTA] = (weights - base[name]).astype(np.float16)
    save_file(tensors, path)


def save_factors(path: Path, factors: Mapping[str, tuple[Weights, Weights]]) -> None:
    """Writes changes `up @ down` of shapes (rows, rank) and (rank, columns), in 16 bits."""
    from safetensors.numpy import save_file

    tensors = {}
    for name, (up, down) in sorted(factors.items()):
        tensors[name + _UP], tensors[name + _DOWN] = up.astype("f2"), down.astype("f2")
    save_file(tensors, path)


def apply(path: Path, base: Mapping[str, Weights]) -> dict[str, Weights]:
    """The weights of `base` with the changes of the file, and the file's new ones.

    Raises:
        ModelError: the file is damaged, or was made for another model.
    """
    from safetensors.numpy import load_file

    tuned = dict(base)
    try:
        tensors = load_file(path)
        for key, tensor in tensors.items():
            name, _, kind = key.rpartition(":")
            if f":{kind}" == _NEW:
                tuned[name] = tensor
            elif f":{kind}" == _DELTA:
                tuned[name] = base[name] + tensor.astype(np.float32)
            elif f":{kind}" == _STEPS:
                tuned[name] = base[name] + _restored(tensor, tensors[name + _SCALE])
            elif f":{kind}" == _UP:
                down = tensors[name + _DOWN].astype(np.float32)
                tuned[name] = base[name] + tensor.astype(np.float32) @ down
    except Exception as error:  # safetensors raises its own, and a wrong base any other
        raise ModelError(
            f"the adapter doesn't fit the model: {error}",
            where=str(path),
            remedy="install citespan again, with the versions of models that it asks for",
        ) from error
    return tuned


def _quantised(change: Weights) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    grouped = change.reshape(len(change), -1, GROUP)
    scale = (np.abs(grouped).max(axis=2, keepdims=True) / STEPS).astype(np.float16)
    safe = np.where(scale == 0, 1, scale).astype(np.float32)
    steps = np.clip(np.rint(grouped / safe), -STEPS, STEPS).astype(np.int8) + STEPS + 1
    flat = steps.reshape(len(change), -1).astype(np.uint8)
    return flat[:, ::2] << 4 | flat[:, 1::2], scale[:, :, 0]


def _restored(packed: NDArray[np.uint8], scale: NDArray[np.float16]) -> Weights:
    flat = np.empty((len(packed), 2 * packed.shape[1]), np.float32)
    flat[:, ::2] = packed >> 4
    flat[:, 1::2] = packed & 15
    grouped = flat.reshape(len(packed), -1, GROUP) - (STEPS + 1)
    return np.asarray((grouped * scale[:, :, None].astype(np.float32)).reshape(flat.shape))
