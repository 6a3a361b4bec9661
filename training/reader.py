"""Trains the embedded language model to say in a few words what located sentences answer.

    python -m training.reader train DATA OUT_FOLDER
    python -m training.reader pack OUT_FOLDER rag/adapters/reader.safetensors
    python -m training.reader unpack rag/adapters/reader.safetensors FOLDER  # to go on from it

A LoRA (arXiv:2106.09685) on all linear layers, in the very prompt of run time
(`prompts/read.txt`), with the loss on the answers alone. A context is a few sentences of one or two
paragraphs; several questions are asked of it, each of which sees the context and itself only, so
that the context is paid for once. Where its sentence isn't among them, "[0]" is right.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import torch

from rag import models
from rag.adapter import Weights, save_factors
from rag.network import cores
from training.contexts import Group, Nearness, Turns, batches, by_locator, by_words, groups
from training.examples import SHARES, Corpus, load, part
from training.locator import REPORT, WIDE
from training.running import Running
from training.samples import SEED
from training.wording import Synonyms


def loss(model: Any, some: Sequence[Group]) -> torch.Tensor:
    """Mean over the answers, longer ones counting a little more, of the loss of their tokens."""
    # Few widths: a new shape costs time to prepare.
    width = -(-max(map(len, some)) // 32) * 32
    ids = torch.zeros(len(some), width, dtype=torch.long)
    places = torch.zeros_like(ids)
    sees = torch.eye(width, dtype=torch.bool).repeat(len(some), 1, 1)
    take = torch.zeros(len(some), width - 1, dtype=torch.bool)
    weight = torch.zeros(len(some), width - 1)
    for at, group in enumerate(some):
        first = len(group.context)
        ids[at, :first] = torch.tensor(group.context)
        places[at, :first] = torch.arange(first)
        sees[at, :first, :first] = torch.ones(first, first, dtype=torch.bool).tril()
        start = first
        for branch, answered in group.branches:
            end = start + len(branch)
            ids[at, start:end] = torch.tensor(branch)
            places[at, start:end] = torch.arange(first, first + len(branch))
            sees[at, start:end, :first] = True
            sees[at, start:end, start:end] = torch.ones(end - start, end - start).tril().bool()
            take[at, start + answered - 1 : end - 1] = True
            weight[at, start + answered - 1 : end - 1] = (len(branch) - answered) ** -0.5
            start = end
    with torch.autocast("cpu", torch.bfloat16, enabled=WIDE):
        base = model.get_base_model()
        hidden = base.model(
            input_ids=ids, attention_mask=sees[:, None], position_ids=places, use_cache=False
        ).last_hidden_state[:, :-1]
        logits = base.lm_head(hidden[take]).float()
    each = torch.nn.functional.cross_entropy(logits, ids[:, 1:][take], reduction="none")
    return (each * weight[take]).sum() / weight[take].sum()


def trained_on(corpus: Corpus) -> Corpus:
    """What may be learnt from: the paragraphs that aren't held back."""
    first = REPORT if corpus.name == "new_wiki" else 0.05
    kept = [e for e in corpus.examples if part(corpus.texts[e.paragraph].text) >= first]
    return replace(corpus, examples=kept)


def adapted(start: Path | None, rank: int) -> tuple[Any, Any]:
    """The embedded model with an adapter, and its tokenizer."""
    from peft import LoraConfig, PeftModel, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    gguf = models.embedded_gguf()
    where = {"gguf_file": gguf.name, "local_files_only": True}
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, **where)
    base = AutoModelForCausalLM.from_pretrained(
        gguf.parent, dtype=torch.bfloat16 if WIDE else torch.float32, **where
    )
    if start:
        return PeftModel.from_pretrained(base, str(start), is_trainable=True), tokenizer
    config = LoraConfig(
        r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    return get_peft_model(base, config), tokenizer


def train(
    data: Path,
    out: Path,
    *,
    start: Path | None,
    shares: Mapping[str, float],
    rank: int,
    rate: float,
    size: int,
    minutes: float,
    threads: int,
    synonyms: Path | None,
    epoch: int,
    frozen: int,
    located: bool,
) -> None:
    """Trains for so many minutes and writes the adapter, in peft's form, to a folder.

    Args:
        start: an adapter to go on from, in that form.
        shares: how often an epoch takes each paragraph of a corpus, where not as often as usual.
        size: contexts a step.
        synonyms: what `training.synonyms` wrote; None leaves all in its own words.
        epoch: the first of those that decide which contexts are made.
        frozen: how many of the lower layers stay as they are.
        located: the sentences beside the right one are those that the locator takes for it, not
            those that share most words with the question.
    """
    torch.manual_seed(SEED)
    torch.set_num_threads(threads or cores())
    model, tokenizer = adapted(start, rank)
    for layer in model.get_base_model().model.layers[:frozen]:
        layer.requires_grad_(False)
    learn = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learn, lr=rate, weight_decay=0.0, fused=True)
    otherwise = json.loads(synonyms.read_text("utf-8")) if synonyms else None
    corpora = [trained_on(one) for one in load(data, {**SHARES, **shares})]
    near = by_locator(models.locator()) if located else by_words
    source = endless(corpora, Turns(tokenizer), size, epoch, otherwise, near)
    running = Running(minutes, warm=30)
    while running.done < 1:
        some = next(source)
        for group in optimiser.param_groups:
            group["lr"] = rate * running.pace
        value = loss(model, some)
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(learn, 1.0)
        optimiser.step()
        running.add(value.item(), sum(len(one.branches) for one in some), sum(map(len, some)))
        if running.step % 25 == 0:
            print(running.line(), flush=True)
        if running.step % 100 == 0:
            model.save_pretrained(out)
    model.save_pretrained(out)


def endless(
    corpora: Sequence[Corpus],
    turns: Turns,
    size: int,
    first: int,
    synonyms: Synonyms | None,
    near: Nearness,
) -> Iterator[list[Group]]:
    """Batches of one epoch after the other."""
    for epoch in count(first):
        yield from batches(groups(corpora, turns, epoch, synonyms, near), size)


MATRICES = {  # in a layer, by peft and by llama.cpp
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def pack(folder: Path, out: Path) -> None:
    """Writes the adapter in a folder as it is shipped: for the matrices of the GGUF file."""
    from safetensors.numpy import load_file

    card = json.loads((folder / "adapter_config.json").read_text("utf-8"))
    heads = _heads()
    tensors = {
        name: value.astype(np.float32)
        for name, value in load_file(folder / "adapter_model.safetensors").items()
    }
    factors = {}
    for name, down in tensors.items():
        if ".lora_A." not in name:
            continue
        up = tensors[name.replace("lora_A", "lora_B")] * (card["lora_alpha"] / card["r"])
        layer, matrix = re.findall(r"layers\.(\d+)\.(\w+\.\w+)\.lora", name)[0]
        kind = MATRICES[matrix]
        up = interleaved(up, heads[kind]) if kind in heads else up
        factors[f"blk.{layer}.{kind}.weight"] = (up, down)
    save_factors(out, factors)


def unpack(adapter: Path, folder: Path) -> None:
    """Writes a shipped adapter in peft's form, for `train --start`."""
    from peft import set_peft_model_state_dict
    from safetensors.numpy import load_file

    factors = load_file(adapter)
    heads = _heads()
    rank = next(value.shape[1] for name, value in factors.items() if name.endswith(":up"))
    model, _ = adapted(None, rank)
    card = model.peft_config["default"]
    peft_names = {kind: matrix for matrix, kind in MATRICES.items()}
    tensors = {}
    for name in {key.rpartition(":")[0] for key in factors}:
        _, layer, kind, _ = name.split(".")
        up = factors[f"{name}:up"].astype(np.float32) * (card.r / card.lora_alpha)
        up = halved(up, heads[kind]) if kind in heads else up
        place = f"base_model.model.model.layers.{layer}.{peft_names[kind]}"
        tensors[f"{place}.lora_B.weight"] = torch.tensor(up)
        tensors[f"{place}.lora_A.weight"] = torch.tensor(factors[f"{name}:down"]).float()
    set_peft_model_state_dict(model, tensors)
    model.save_pretrained(folder)


def _heads() -> dict[str, int]:
    """How many heads the matrices have whose rows llama.cpp orders in its own way."""
    import gguf

    fields = gguf.GGUFReader(models.embedded_gguf()).fields
    queries = int(fields["llama.attention.head_count"].contents())
    keys = int(fields["llama.attention.head_count_kv"].contents())
    return {"attn_q": queries, "attn_k": keys}


def interleaved(rows: Weights, heads: int) -> Weights:
    """Rows of queries or keys in the order of llama.cpp, which turns neighbours together, where
    transformers turns the halves of a head (`permute` of llama.cpp's convert_hf_to_gguf.py)."""
    halves = rows.reshape(heads, 2, len(rows) // heads // 2, -1)
    return np.asarray(halves.swapaxes(1, 2).reshape(rows.shape))


def halved(rows: Weights, heads: int) -> Weights:
    """Rows in the order of transformers: undoes `interleaved`."""
    pairs = rows.reshape(heads, len(rows) // heads // 2, 2, -1)
    return np.asarray(pairs.swapaxes(1, 2).reshape(rows.shape))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("train")
    one.add_argument("data", type=Path)
    one.add_argument("out", type=Path)
    one.add_argument("--start", type=Path)
    one.add_argument("--rank", type=int, default=16)
    one.add_argument("--rate", type=float, default=4e-4)
    one.add_argument("--size", type=int, default=6)
    one.add_argument("--minutes", type=float, default=52)
    one.add_argument("--threads", type=int, default=0)
    one.add_argument("--synonyms", type=Path)
    one.add_argument("--epoch", type=int, default=0)
    one.add_argument("--frozen", type=int, default=0)
    one.add_argument("--shares", type=json.loads, default={})
    one.add_argument("--located", action="store_true")
    one.set_defaults(task=train)
    one = commands.add_parser("pack")
    one.add_argument("folder", type=Path)
    one.add_argument("out", type=Path)
    one.set_defaults(task=pack)
    one = commands.add_parser("unpack")
    one.add_argument("adapter", type=Path)
    one.add_argument("folder", type=Path)
    one.set_defaults(task=unpack)
    given = vars(parser.parse_args())
    given.pop("task")(**given)


if __name__ == "__main__":
    main()
