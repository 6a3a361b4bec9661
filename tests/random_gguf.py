"""GGUF models with random weights: other architectures and chat formats than the embedded one's.

They say nothing of worth, but llama.cpp loads and runs them as it does the models that people pull.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

from rag import models

WIDTH, HEADS, LAYERS, INNER = 64, 4, 2, 128
SEED = 5


@dataclass(frozen=True)
class Kind:
    """An architecture as llama.cpp names it, and the control tokens of its chat format.

    Attributes:
        control: the last of them ends a turn.
    """

    architecture: str
    control: tuple[str, ...]


KINDS = (
    Kind("qwen2", ("<|im_start|>", "<|im_end|>")),
    Kind("llama", ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")),
    Kind("gemma", ("<start_of_turn>", "<end_of_turn>")),
    Kind("phi3", ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>")),
)


def write(kind: Kind, path: Path) -> None:
    """A model of this kind with the embedded model's vocabulary, but for the control tokens."""
    writer = gguf.GGUFWriter(path, kind.architecture)
    writer.add_context_length(2048)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_key_length(WIDTH // HEADS)
    writer.add_value_length(WIDTH // HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    count = _add_vocabulary(writer, kind)
    chance = np.random.default_rng(SEED)
    for name, shape in _shapes(kind, count).items():
        weights = chance.normal(0, 0.5, shape) if len(shape) == 2 else np.ones(shape)
        writer.add_tensor(name, _half(weights) if len(shape) == 2 else weights.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _half(weights: NDArray[np.float64]) -> NDArray[np.float16]:
    return weights.astype(np.float16)


def _add_vocabulary(writer: gguf.GGUFWriter, kind: Kind) -> int:
    """Returns how many tokens there are."""
    fields = gguf.GGUFReader(models.embedded_gguf()).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    tokens = [token if token not in ("<|im_start|>", "<|im_end|>") else f"<unused{at}>"
              for at, token in enumerate(tokens)]  # fmt: skip
    first = tokens.index("<repo_name>")
    tokens[first : first + len(kind.control)] = kind.control
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types(fields["tokenizer.ggml.token_type"].contents())
    writer.add_token_merges(fields["tokenizer.ggml.merges"].contents())
    writer.add_eos_token_id(first + len(kind.control) - 1)
    writer.add_bos_token_id(0)
    writer.add_add_bos_token(False)
    return len(tokens)


def _shapes(kind: Kind, tokens: int) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (tokens, WIDTH),
        "output_norm.weight": (WIDTH,),
        "output.weight": (tokens, WIDTH),
    }
    if kind.architecture == "gemma":
        del found["output.weight"]  # always the embeddings
    for at in range(LAYERS):
        block = f"blk.{at}."
        square = (WIDTH, WIDTH)
        found |= {f"{block}{name}.weight": (WIDTH,) for name in ("attn_norm", "ffn_norm")}
        found |= {f"{block}attn_output.weight": square, f"{block}ffn_down.weight": (WIDTH, INNER)}
        if kind.architecture == "phi3":
            found[f"{block}attn_qkv.weight"] = (3 * WIDTH, WIDTH)
            found[f"{block}ffn_up.weight"] = (2 * INNER, WIDTH)
            continue
        found |= {f"{block}attn_{name}.weight": square for name in "qkv"}
        found |= {f"{block}ffn_{name}.weight": (INNER, WIDTH) for name in ("gate", "up")}
        if kind.architecture == "qwen2":
            found |= {f"{block}attn_{name}.bias": (WIDTH,) for name in "qkv"}
    return found
