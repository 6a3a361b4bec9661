"""The training of the locator from its data to what is shipped, on a handful of questions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from training.examples import Corpus, Example, Text, save
from training.locator import mean, pack, train, unpack


def corpus(name: str) -> Corpus:
    """Paragraphs about bridges, each with a question that its second sentence answers."""
    made = Corpus(name, [], [])
    for number in range(12):
        text = (
            f"Town {number} of {name} is old. Its bridge was built in {1900 + number}. It is long."
        )
        made.texts.append(Text.of(f"Town {number}", text))
        start = text.index("19")
        hard = [other for other in range(12) if other != number]
        question = f"When was the bridge of Town {number} built?"
        made.examples.append(Example(question, number, [(start, start + 4)], {1: 1.0}, hard))
    return made


def test_what_is_learnt_can_be_shipped(tmp_path: Path) -> None:
    data, synonyms, out = tmp_path / "data.jsonl", tmp_path / "synonyms.json", tmp_path / "out"
    save([corpus(name) for name in ("new_wiki", "reddit", "clapnq")], data)
    synonyms.write_text(json.dumps({"built": ["constructed"], "bridge": ["crossing"]}))
    train(
        data,
        out,
        start=None,
        shares={"reddit": 2},
        epoch=0,
        epochs=0.1,
        rate=1e-4,
        groups=3,
        size=2,
        minutes=5,
        synonyms=synonyms,
        frozen=5,
        checked=1,
        alone=3,
    )
    mean(tmp_path / "mean", out, out)
    pack(tmp_path / "mean", tmp_path / "adapter")
    layers = {name.split(".")[3] for name in load_file(tmp_path / "adapter") if "layer" in name}
    assert layers == {"5"}
    unpack(tmp_path / "adapter", tmp_path / "unpacked")
    trained, unpacked = load_file(tmp_path / "mean"), load_file(tmp_path / "unpacked")
    name = "encoder.encoder.layer.5.output.dense.weight"
    assert np.allclose(unpacked[name], trained[name], atol=1e-4)
    assert np.array_equal(unpacked["head.weight"], trained["head.weight"])
    assert all("pooler" in one for one in trained.keys() - unpacked.keys())
