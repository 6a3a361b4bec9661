"""Makes the form of a model that runs fast here, once; `rag.models` keeps the result.

Runs in a process of its own (`python -m rag.prepare`): torch and NNCF take seconds to import and
gigabytes to run, which a question must never pay for.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag import adapter
from rag.encode import Card
from rag.locate import WINDOW
from rag.network import block_telemetry

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

MAX_WINDOW = 512  # tokens: longer texts are better cut into passages


def encoder(source: str, name: str, fingerprint: str, target: Path) -> None:
    """Converts a sentence-transformers model to int8 for OpenVINO.

    Pooling and normalisation are part of the converted graph. Writes `model.xml`, `model.bin`,
    `tokenizer.json`, `encoder.json`.
    """
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(source, device="cpu", local_files_only=True).eval()
    tokenizer = model.tokenizer
    window = min(model.max_seq_length or MAX_WINDOW, MAX_WINDOW)
    samples = [tokenizer(text, truncation=True, max_length=window) for text in _texts()]
    _quantise(_graph(model), ("input_ids", "attention_mask"), samples, target)
    tokenizer.backend_tokenizer.save(str(target / "tokenizer.json"))
    prompts = model.prompts or {}
    card = Card(
        name=name,
        fingerprint=fingerprint,
        dimension=int(model.get_embedding_dimension() or 0),
        window=window,
        query_prefix=prompts.get("query") or "",
        passage_prefix=prompts.get("document") or prompts.get("passage") or "",
    )
    (target / "encoder.json").write_text(json.dumps(asdict(card), indent=1), "utf-8")


def _texts() -> list[str]:
    """Texts to calibrate on."""
    return resources.files("rag").joinpath("calibration.txt").read_text("utf-8").splitlines()


def _quantise(
    network: Any, inputs: Sequence[str], samples: Sequence[Mapping[str, Any]], target: Path
) -> None:
    """Writes a torch network in int8 for OpenVINO, calibrated on tokenised samples.

    NNCF's post-training quantisation of weights and activations with SmoothQuant
    (arXiv:2211.10438).
    """
    import nncf
    import numpy as np
    import openvino
    import torch

    # Two rows: of one, the conversion would take the number of rows to be fixed.
    example = {name: torch.ones(2, 8, dtype=torch.int64) for name in inputs}
    with torch.no_grad():
        converted = openvino.convert_model(
            network,
            example_input=example,
            input=[(name, [-1, -1], openvino.Type.i64) for name in inputs],
        )

    def arrays(sample: Mapping[str, Any]) -> dict[str, Any]:
        return {name: np.array([sample[name]]) for name in inputs}

    quantised = nncf.quantize(
        converted,
        nncf.Dataset(samples, arrays),
        model_type=nncf.ModelType.TRANSFORMER,
        subset_size=len(samples),
    )
    openvino.save_model(quantised, target / "model.xml")


def _graph(model: SentenceTransformer) -> Any:
    import torch

    class Graph(torch.nn.Module):  # type: ignore[misc]  # torch is untyped here
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            vectors = self.model(features)["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, dim=-1)

    return Graph()


def locator(source: str, changes: str, fingerprint: str, target: Path) -> None:
    """Makes the locator of the encoder in `source` and the adapter in the file `changes`, in int8.

    Writes `model.xml`, `model.bin`, `tokenizer.json`, `locator.json`.
    """
    import torch
    from transformers import AutoModel, AutoTokenizer

    encoder = AutoModel.from_pretrained(source, local_files_only=True, attn_implementation="eager")
    base = {f"encoder.{name}": value.numpy() for name, value in encoder.state_dict().items()}
    tuned = adapter.apply(Path(changes), base)
    network = _locator_graph(encoder.eval())
    network.load_state_dict({name: torch.from_numpy(value) for name, value in tuned.items()})
    tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=True)
    # The last sentence of a text does for a question about it.
    pairs = [(text.rsplit(". ", 1)[-1], text) for text in _texts()]
    samples = [tokenizer(*pair, truncation="only_second", max_length=WINDOW) for pair in pairs]
    _quantise(network, ("input_ids", "attention_mask", "token_type_ids"), samples, target)
    tokenizer.backend_tokenizer.save(str(target / "tokenizer.json"))
    card = {
        "fingerprint": fingerprint,
        "first": tokenizer.cls_token_id,
        "last": tokenizer.sep_token_id,
    }
    (target / "locator.json").write_text(json.dumps(card, indent=1), "utf-8")


def _locator_graph(encoder: Any) -> Any:
    import torch

    class Graph(torch.nn.Module):  # type: ignore[misc]  # torch is untyped here
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder
            self.head = torch.nn.Linear(encoder.config.hidden_size, 3)

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            out = self.encoder(input_ids, attention_mask, token_type_ids)
            return self.head(out.last_hidden_state)

    return Graph()


def reader(source: str, changes: str, target: Path) -> None:
    """Writes a GGUF model with the adapter in the file `changes`, as `model.gguf`.

    Its matrices become Q8_0, which llama.cpp runs with its fastest kernels on x86: from the
    embedded model's Q4_1 this loses nothing that shows, and reads a prompt 2.1 times as fast.
    """
    import gguf
    from gguf import GGMLQuantizationType as Kind
    from gguf.quants import dequantize, quantize

    original = gguf.GGUFReader(source)
    base = {one.name: dequantize(one.data, one.tensor_type) for one in original.tensors}
    tuned = adapter.apply(Path(changes), base)
    writer = _gguf_like(original, target / "model.gguf")
    for one in original.tensors:
        if len(one.shape) == 2:
            writer.add_tensor(one.name, quantize(tuned[one.name], Kind.Q8_0), raw_dtype=Kind.Q8_0)
        else:
            writer.add_tensor(one.name, tuned[one.name].astype("f4"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _gguf_like(original: Any, target: Path) -> Any:
    """A writer of a GGUF file with all that stands in another beside its tensors."""
    import gguf

    architecture = original.fields["general.architecture"].contents()
    writer = gguf.GGUFWriter(target, architecture)
    for one in original.fields.values():
        if one.name != "general.architecture" and not one.name.startswith("GGUF."):
            inner = one.types[-1] if one.types[0] == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(one.name, one.contents(), one.types[0], inner)
    return writer


def _go_offline() -> None:
    # Some of these ask a hub for newer files or report their use; preparing needs neither.
    os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "NNCF_CI": "1"}
    block_telemetry()


def main(arguments: list[str]) -> None:
    """Called by `rag.models`: `encoder SOURCE NAME FINGERPRINT TARGET`,
    `locator SOURCE ADAPTER FINGERPRINT TARGET` or `reader SOURCE ADAPTER TARGET`."""
    _go_offline()
    kind, *rest, target = arguments
    folder = Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if kind == "encoder":
            source, name, fingerprint = rest
            encoder(source, name, fingerprint, folder)
        elif kind == "locator":
            source, changes, fingerprint = rest
            locator(source, changes, fingerprint, folder)
        else:
            source, changes = rest
            reader(source, changes, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


if __name__ == "__main__":
    main(sys.argv[1:])
