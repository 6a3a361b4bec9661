"""Which form of the encoder is fastest here at equal quality of retrieval.

    python -m bench.encoders SQUAD.json

The file is in SQuAD's format: its paragraphs are encoded and its questions look for theirs. ONNX
forms are measured when onnx, onnxscript and onnxruntime are installed; Citespan doesn't need them.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.measure import best, machine
from rag import encode, models, network

PARAGRAPHS, QUESTIONS = 700, 2500
Encode = Callable[[Sequence[str]], encode.Vectors]


def main(file: Path) -> None:
    """Prints a table: passages a second, milliseconds a question, hit@1, hit@5, MRR."""
    paragraphs, questions = _squad(file)
    print(f"{machine()}; {len(paragraphs)} paragraphs, {len(questions)} questions\n")
    print("| form | passages/s | one question | hit@1 | hit@5 | MRR |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, make in _forms(Path(folder)):
            print(f"| {name} | {_measured(make(), paragraphs, questions)} |", flush=True)


def _squad(file: Path) -> tuple[list[str], list[tuple[str, int]]]:
    documents = json.loads(file.read_text("utf-8"))["data"]
    every = [paragraph for document in documents for paragraph in document["paragraphs"]]
    chosen = every[:PARAGRAPHS]
    questions = [(qa["question"], at) for at, p in enumerate(chosen) for qa in p["qas"]]
    return [paragraph["context"] for paragraph in chosen], questions[:QUESTIONS]


def _measured(run: Encode, paragraphs: Sequence[str], questions: Sequence[tuple[str, int]]) -> str:
    run(paragraphs[:64])
    rate = len(paragraphs) / best(lambda: run(paragraphs), 2)
    one = 1000 * best(lambda: run([questions[0][0]]), 20)
    passages, asked = run(paragraphs), run([question for question, _ in questions])
    scores = asked @ passages.T
    right = scores[np.arange(len(questions)), [at for _, at in questions]]
    ranks = (scores > right[:, None]).sum(axis=1)
    quality = (np.mean(ranks < 1), np.mean(ranks < 5), np.mean(1 / (ranks + 1)))
    return f"{rate:.0f} | {one:.1f} ms | " + " | ".join(f"{value:.3f}" for value in quality)


def _forms(folder: Path) -> Iterator[tuple[str, Callable[[], Encode]]]:
    yield "sentence-transformers, torch fp32", lambda: _torch("float32")
    yield "sentence-transformers, torch bf16", lambda: _torch("bfloat16")
    if all(importlib.util.find_spec(name) for name in ("onnx", "onnxscript", "onnxruntime")):
        yield "ONNX fp32", lambda: _onnx(folder, quantised=False)
        yield "ONNX int8 (dynamic)", lambda: _onnx(folder, quantised=True)
    yield "OpenVINO bf16", _openvino_unquantised
    yield "OpenVINO int8 (as Citespan runs it)", lambda: models.encoder().encode


def _model(dtype: str = "float32") -> Any:
    from sentence_transformers import SentenceTransformer

    source = str(models.embedded_encoder())
    return SentenceTransformer(
        source, device="cpu", local_files_only=True, model_kwargs={"dtype": dtype}
    ).eval()


def _torch(dtype: str) -> Encode:
    import torch

    torch.set_num_threads(network.cores())
    model = _model(dtype)
    return lambda texts: np.asarray(model.encode(list(texts), batch_size=32), np.float32)


def _onnx(folder: Path, quantised: bool) -> Encode:
    import onnxruntime
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    from rag.prepare import _graph

    model = _model()
    plain = folder / "plain.onnx"
    names = ["input_ids", "attention_mask"]
    example = model.tokenizer(["a text", "and another text"], padding=True, return_tensors="pt")
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _graph(model),
            tuple(example[name] for name in names),
            plain,
            input_names=names,
            output_names=["vector"],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in names},
            opset_version=17,
            dynamo=False,
        )
    chosen = plain
    if quantised:
        chosen = folder / "int8.onnx"
        quantize_dynamic(
            plain,
            chosen,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul"],
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = network.cores()
    session = onnxruntime.InferenceSession(chosen, options, providers=["CPUExecutionProvider"])
    return _like_ours(lambda inputs: session.run(None, inputs))


def _openvino_unquantised() -> Encode:
    import torch

    network.block_telemetry()
    import openvino

    from rag.prepare import _graph

    model = _model()
    example = model.tokenizer(["a text", "and another text"], padding=True, return_tensors="pt")
    inputs = {name: example[name] for name in ("input_ids", "attention_mask")}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        converted = openvino.convert_model(
            _graph(model),
            example_input=inputs,
            input=[(name, [-1, -1], openvino.Type.i64) for name in inputs],
        )
    compiled = openvino.compile_model(
        converted, "CPU", {"INFERENCE_NUM_THREADS": network.cores(), "PERFORMANCE_HINT": "LATENCY"}
    )
    return _like_ours(compiled)


def _like_ours(run: Callable[[dict[str, Any]], Any]) -> Encode:
    """The batching and tokens of our encoder around another engine."""
    ours = models.encoder()
    other = object.__new__(encode.PreparedEncoder)
    other.__dict__ |= ours.__dict__ | {"_run": run}
    return other.encode


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
