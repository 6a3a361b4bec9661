"""Trains the locator: the embedded encoder, taught to find in passages what answers a question.

    python -m training.locator prepare DATA.jsonl SQUADSHIFTS CLAPNQ [SQUAD.json] [--typed TYPED]
    python -m training.locator train DATA.jsonl TRAINED.safetensors
    python -m training.locator mean MEAN.safetensors ONE.safetensors OTHER.safetensors
    python -m training.locator pack TRAINED.safetensors rag/adapters/locator.safetensors
    python -m training.locator unpack rag/adapters/locator.safetensors TRAINED.safetensors

One pass over `[CLS] question [SEP] heading. passage [SEP]` gives each token three logits: an
answer starts here, ends here, and this is part of a sentence that answers. A sentence's logit is
the mean of its tokens'. Each of the three is normalised over all passages of a question together
with a null of logit 0 ("shared normalisation", Clark and Gardner, ACL 2018), so that probabilities
of different passages compare and what is left for the null is the chance that none answers.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import Any

import torch

from rag import adapter, models
from rag.evaluate.metrics.answers import squad_words, word_f1
from rag.evaluate.stats import auc
from training.examples import (
    SHARES,
    Corpus,
    Text,
    add_hard,
    apart,
    clapnq,
    load,
    part,
    save,
    squad,
    thinned,
)
from training.running import Running
from training.samples import SEED, SENTENCES, Sample, Tokens, batch, batches, isolated
from training.typed import typed

# Without AVX-512, 16 bits are many times slower than 32.
WIDE = torch.backends.cpu.get_cpu_capability().startswith("AVX512")
ROWS = 16  # sentences that are read together
HEAD_RATE = 10  # of the linear layer, beside the encoder's
CHOOSE, REPORT = 0.15, 0.30  # paragraphs below these parts choose the recipe, and report on it


class Locator(torch.nn.Module):  # type: ignore[misc]
    """The encoder and a linear layer to three logits a token."""

    def __init__(self, source: str) -> None:
        super().__init__()
        from transformers import AutoModel

        # Each text is seen once or twice: dropout would only cost time.
        quiet = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
        self.encoder = AutoModel.from_pretrained(source, local_files_only=True, **quiet)
        self.encoder.embeddings.requires_grad_(False)
        self.head = torch.nn.Linear(self.encoder.config.hidden_size, 3)
        torch.nn.init.normal_(self.head.weight, std=0.02)
        torch.nn.init.constant_(self.head.bias, -3.0)

    def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
        hidden = self.encoder(input_ids, attention_mask, token_type_ids).last_hidden_state
        return self.head(hidden.float())


def sentence_logits(evidence: torch.Tensor, sentence: torch.Tensor) -> torch.Tensor:
    """Mean token logit of each sentence, (rows, SENTENCES); minus infinity where there is none."""
    sums = torch.zeros(len(evidence), SENTENCES + 1).scatter_add(1, sentence, evidence)
    counts = torch.zeros_like(sums).scatter_add(1, sentence, torch.ones_like(evidence))
    return torch.where(counts > 0, sums / counts.clamp(min=1), -torch.inf)[:, :SENTENCES]


def shared_loss(logits: torch.Tensor, target: torch.Tensor, groups: int) -> torch.Tensor:
    """Cross entropy over all places of a group's passages and the null, for each group."""
    logits = logits.reshape(groups, -1)
    target = target.reshape(groups, -1)
    null = torch.zeros(groups, 1)
    target = torch.cat([1 - target.sum(1, keepdim=True), target], 1).clamp(min=0)
    logs = torch.log_softmax(torch.cat([null, logits], 1), 1)
    return -(target * logs.masked_fill(target == 0, 0)).sum(1)


def loss(out: torch.Tensor, made: dict[str, torch.Tensor], groups: int) -> torch.Tensor:
    outside = made["body"] == 0
    start = shared_loss(out[..., 0].masked_fill(outside, -torch.inf), made["starts"], groups)
    end = shared_loss(out[..., 1].masked_fill(outside, -torch.inf), made["ends"], groups)
    logits = sentence_logits(out[..., 2], made["sentence"])
    chosen = shared_loss(logits, made["gold"][:, :SENTENCES], groups)
    gold = made["gold"].reshape(groups, -1).sum(1) > 0
    spanned = made["starts"].reshape(groups, -1).sum(1) > 0
    known = (spanned | ~gold).float()  # where only sentences are known, spans teach nothing
    return (chosen + 0.5 * known * (start + end)).mean()


def isolated_loss(
    model: Any,
    some: Sequence[Sequence[Sample]],
    logits: torch.Tensor,
    tokens: Tokens,
    most: int,
) -> torch.Tensor:
    """The loss of each question's likeliest sentences read by themselves.

    Args:
        logits: of the sentences in their passages, (questions, passages, SENTENCES).
        most: how many of a question's sentences are read.
    """
    rows = [
        (at, n, one)
        for at, (passages, of) in enumerate(zip(some, logits, strict=True))
        for n, one in enumerate(isolated(passages, of, tokens, most))
    ]
    rows.sort(key=lambda row: len(row[2].row.ids))  # those of like length are read together
    alone = torch.full((len(some), most), -torch.inf)
    target = torch.zeros(len(some), most)
    for first in range(0, len(rows), ROWS):
        ats, ns, samples = zip(*rows[first : first + ROWS], strict=True)
        made = batch([[one] for one in samples], 1)
        read = sentence_logits(run(model, made).float()[..., 2], made["sentence"])
        alone[ats, ns] = read[:, 0]
        target[ats, ns] = made["gold"][:, 0]
    return shared_loss(alone, target, len(some)).mean()


def split(corpora: Sequence[Corpus], low: float, high: float) -> list[Corpus]:
    """The examples whose paragraph's part is in [low, high)."""
    return [
        replace(
            c, examples=[e for e in c.examples if low <= part(c.texts[e.paragraph].text) < high]
        )
        for c in corpora
    ]


def run(model: Any, made: dict[str, torch.Tensor]) -> torch.Tensor:
    with torch.autocast("cpu", torch.bfloat16, enabled=WIDE):
        return model(made["ids"], made["mask"], made["types"])


@torch.no_grad()  # type: ignore[untyped-decorator]
def score(
    model: Locator, corpus: Corpus, tokens: Tokens, most: int, others: int = 4
) -> dict[str, float]:
    """What a trained locator finds among a question's own paragraph and the hardest others."""
    model.eval()
    chance = random.Random(SEED)
    hard_ones = [e for e in corpus.examples if e.hard]
    examples = chance.sample(hard_ones, min(most, len(hard_ones)))
    best = f1 = exact = 0.0
    answerable, without = [], []
    spanned = 0
    for example in examples:
        own = corpus.texts[example.paragraph]
        hard = [corpus.texts[p] for p in example.hard[:others]]
        for withheld in (False, True):
            texts = hard + ([] if withheld else [own])
            some = [tokens.sample(example.question, t, [], {}) for t in texts]
            made = batch([some], len(some))
            out = run(model, made).float()
            logits = sentence_logits(out[..., 2], made["sentence"])
            chance_null = 1 / (1 + logits.exp().sum()).item()
            if withheld or not example.gold:
                without.append(chance_null)
                if not example.gold:
                    break
                continue
            answerable.append(chance_null)
            row, number = divmod(int(logits.argmax()), SENTENCES)
            best += row == len(some) - 1 and number in example.gold
            if example.answers:
                spanned += 1
                found = span(out, made, tokens, texts)
                forms = [own.text[a:b] for a, b in example.answers]
                f1 += max(token_f1(found, form) for form in forms)
                exact += max(token_f1(found, form) == 1 for form in forms)
    model.train()
    n = len(answerable) or 1
    return {
        "sentence": round(best / n, 3),
        "f1": round(f1 / max(spanned, 1), 3),
        "exact": round(exact / max(spanned, 1), 3),
        "auc": round(auc(answerable, without), 3),
    }


def span(
    out: torch.Tensor, made: dict[str, torch.Tensor], tokens: Tokens, texts: Sequence[Text]
) -> str:
    """The likeliest span of at most 30 tokens over all passages."""
    outside = made["body"] == 0
    start = out[..., 0].masked_fill(outside, -1e4)
    end = out[..., 1].masked_fill(outside, -1e4)
    width: int = start.shape[1]
    both = start[:, :, None] + end[:, None, :]
    near = torch.ones(width, width).triu() * torch.ones(width, width).tril(29)
    both = both.masked_fill(near == 0, -1e9)
    row, rest = divmod(int(both.argmax()), width * width)
    first, last = divmod(rest, width)
    front = int(made["body"][row].argmax())
    offsets = tokens(texts[row].text)[1]
    return texts[row].text[offsets[first - front][0] : offsets[last - front][1]]


def token_f1(one: str, other: str) -> float:
    return word_f1(squad_words(one), squad_words(other))


def train(
    data: Path,
    out: Path,
    *,
    start: Path | None,
    shares: Mapping[str, float],
    epoch: int,
    epochs: float,
    rate: float,
    groups: int,
    size: int,
    minutes: float,
    synonyms: Path | None,
    frozen: int,
    checked: int,
    alone: int,
) -> None:
    """Trains for some epochs or minutes, whichever end first; goes on from `start` if given.

    Args:
        shares: how often an epoch takes each question of a corpus, where not as often as usual.
        epoch: decides which samples are made; another one for each run.
        synonyms: what `training.synonyms` wrote; None leaves all in its own words.
        frozen: how many of the lower layers stay as they are.
        checked: questions of each corpus that are asked at the end, a quarter of them on the way.
        alone: how many of a question's likeliest sentences are read by themselves too.
    """
    from safetensors.torch import load_file

    torch.manual_seed(SEED)
    source = str(models.embedded_encoder())
    tokens = Tokens(source)
    model = Locator(source)
    if start:
        model.load_state_dict(load_file(start))
    model.encoder.encoder.layer[:frozen].requires_grad_(False)
    otherwise = json.loads(synonyms.read_text("utf-8")) if synonyms else None
    learnt, checks = _learnt_and_checked(list(load(data, {**SHARES, **shares})))
    total = int(sum(len(c.examples) * c.share for c in learnt))
    optimiser = _optimiser(model, rate)
    running = Running(minutes, steps=int(epochs * total / groups))
    print(json.dumps({"examples": total, "steps": running.steps}), flush=True)
    epochs_of = (batches(learnt, tokens, n, groups, size, otherwise) for n in count(epoch))
    for some in chain.from_iterable(epochs_of):
        for at, parameters in enumerate(optimiser.param_groups):
            parameters["lr"] = (HEAD_RATE if at else 1) * rate * running.pace
        optimiser.zero_grad(set_to_none=True)
        value, tokens_read = _learn(model, some, tokens, size, alone)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        running.add(value, len(some), tokens_read)
        if running.step % 50 == 0:
            print(running.line(), flush=True)
            _save(model, out)
        if checked and running.step % 400 == 0:
            found = {n: score(model, c, tokens, checked // 4) for n, c in checks.items()}
            print(json.dumps({"step": running.step, "found": found}), flush=True)
        if running.done >= 1:
            break
    _save(model, out)
    found = {n: score(model, c, tokens, checked) for n, c in checks.items() if checked}
    print(running.line(), json.dumps({"end": found}), flush=True)


def _learnt_and_checked(corpora: Sequence[Corpus]) -> tuple[list[Corpus], dict[str, Corpus]]:
    """What is learnt from, and what the recipe is chosen by."""
    learnt = split(corpora, REPORT, 1.0)
    for c, whole in zip(learnt, corpora, strict=True):
        if c.name != "new_wiki":  # the report is on Wikipedia: the others give some for choosing
            c.examples = [e for e in whole.examples if part(whole.texts[e.paragraph].text) >= 0.05]
    choose = {c.name: c for c in split(corpora, 0, CHOOSE)}
    others = {c.name: c for c in split(corpora, 0, 0.05)}
    return learnt, {
        "new_wiki": choose["new_wiki"],
        "reddit": others["reddit"],
        "clapnq": others["clapnq"],
    }


def _optimiser(model: Locator, rate: float) -> torch.optim.Optimizer:
    body = [p for p in model.encoder.parameters() if p.requires_grad]
    heads = list(model.head.parameters())
    rates = [{"params": body, "lr": rate}, {"params": heads, "lr": HEAD_RATE * rate}]
    return torch.optim.AdamW(rates, weight_decay=0.01, fused=True)


def _learn(
    model: Locator, some: Sequence[Sequence[Sample]], tokens: Tokens, size: int, alone: int
) -> tuple[float, int]:
    """Adds the gradients of some questions; their loss, and how many tokens were read."""
    made = batch(some, size)
    read = run(model, made).float()
    value = loss(read, made, len(some))
    value.backward()
    total, seen = value.item(), int(made["mask"].sum())
    if alone:
        logits = sentence_logits(read[..., 2].detach(), made["sentence"])
        more = isolated_loss(model, some, logits.reshape(len(some), size, SENTENCES), tokens, alone)
        more.backward()
        total += more.item()
    return total, seen


def _save(model: Locator, out: Path) -> None:
    from safetensors.torch import save_file

    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, out)


def prepare(
    target: Path,
    *,
    squadshifts: Path,
    clapnq_folder: Path,
    squad_file: Path | None,
    typed_folder: Path | None,
) -> None:
    corpora = [
        squad(squadshifts / f"{name}.json") for name in ("new_wiki", "reddit", "amazon_reviews")
    ]
    files = [clapnq_folder / "answerable.jsonl", clapnq_folder / "unanswerable.jsonl"]
    corpora.append(clapnq(files))
    if squad_file:
        more = replace(thinned(squad(squad_file)), name="squad")
        corpora.append(apart(more, corpora[0]))
    encoder = models.encoder()
    for corpus in corpora:
        add_hard(corpus, encoder)
    if typed_folder:
        corpora.append(typed(typed_folder, encoder))
    for corpus in corpora:
        print(corpus.name, len(corpus.texts), len(corpus.examples), file=sys.stderr)
    save(corpora, target)


def mean(target: Path, one: Path, other: Path) -> None:
    """Writes the mean of the weights of two runs, one of which went on from the other."""
    from safetensors.torch import load_file, save_file

    first, second = load_file(one), load_file(other)
    save_file({name: ((first[name] + second[name]) / 2) for name in first}, target)


def pack(trained: Path, target: Path) -> None:
    """Writes the adapter that is shipped: how the trained weights differ from the encoder's."""
    from safetensors.numpy import load_file

    tuned = {name: value for name, value in load_file(trained).items() if "pooler" not in name}
    adapter.save(target, _untouched(), tuned)
    print(f"{target.stat().st_size / 1e6:.1f} MB", file=sys.stderr)


def unpack(packed: Path, target: Path) -> None:
    """Writes the weights of an adapter that is shipped, to go on from."""
    from safetensors.numpy import save_file

    save_file(adapter.apply(packed, _untouched()), target)


def _untouched() -> dict[str, adapter.Weights]:
    weights = Locator(str(models.embedded_encoder())).state_dict()
    return {name: value.numpy() for name, value in weights.items() if "head" not in name}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("prepare")
    one.add_argument("data", type=Path)
    one.add_argument("squadshifts", type=Path)
    one.add_argument("clapnq_folder", type=Path)
    one.add_argument("squad_file", type=Path, nargs="?")
    one.add_argument(
        "--typed", dest="typed_folder", type=Path, help="a folder as `training.typed` describes"
    )
    two = commands.add_parser("train")
    two.add_argument("data", type=Path)
    two.add_argument("out", type=Path)
    two.add_argument("--start", type=Path)
    two.add_argument("--shares", type=json.loads, default={}, help='such as {"squad": 1}')
    two.add_argument("--epoch", type=int, default=0)
    two.add_argument("--epochs", type=float, default=1)
    two.add_argument("--rate", type=float, default=2e-4)
    two.add_argument("--groups", type=int, default=12)
    two.add_argument("--size", type=int, default=3)
    two.add_argument("--minutes", type=float, default=45)
    two.add_argument("--synonyms", type=Path)
    two.add_argument("--frozen", type=int, default=0)
    two.add_argument("--checked", type=int, default=600)
    two.add_argument("--alone", type=int, default=0)
    between = commands.add_parser("mean")
    between.add_argument("target", type=Path)
    between.add_argument("one", type=Path)
    between.add_argument("other", type=Path)
    three = commands.add_parser("pack")
    three.add_argument("trained", type=Path)
    three.add_argument("target", type=Path)
    four = commands.add_parser("unpack")
    four.add_argument("packed", type=Path)
    four.add_argument("target", type=Path)
    given = vars(parser.parse_args())
    command = given.pop("command")
    if command == "prepare":
        prepare(given.pop("data"), **given)
    elif command in ("mean", "pack", "unpack"):
        commands_of: dict[str, Callable[..., None]] = {"mean": mean, "pack": pack, "unpack": unpack}
        commands_of[command](**given)
    else:
        train(given.pop("data"), given.pop("out"), **given)


if __name__ == "__main__":
    main()
