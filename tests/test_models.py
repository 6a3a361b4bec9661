"""Which model, prepared how: caches that can't be written, files that are no models, pulling."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import types
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import rag.prepared
from rag import models
from rag.encode import PreparedEncoder
from rag.errors import ModelError
from rag.models import REGISTRY
from rag.prepared import cache_directory, file_digest

Python = Callable[..., "subprocess.CompletedProcess[str]"]

NOWHERE = "/dev/null/cache"  # can't be made, not even by root
KNOWN = REGISTRY[0]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RAG_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


# Digests


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read to be hashed."""
    names: list[str] = []
    digest = hashlib.file_digest

    def counting(stream: object, kind: str) -> object:
        names.append(Path(stream.name).name)  # type: ignore[attr-defined]
        return digest(stream, kind)  # type: ignore[arg-type]

    monkeypatch.setattr("hashlib.file_digest", counting)
    return names


def test_a_digest_is_remembered_until_the_file_changes(
    cache: Path, tmp_path: Path, hashed: list[str]
) -> None:
    file = tmp_path / "a.bin"
    for content, count in ((b"one", 1), (b"other", 2), (b"three", 3)):
        file.write_bytes(content)
        os.utime(file, ns=(count, count))
        for _ in range(2):
            assert file_digest(file) == hashlib.sha256(content).hexdigest()
        assert len(hashed) == count
    replacement = tmp_path / "b.bin"
    replacement.write_bytes(b"THREE")
    os.utime(replacement, ns=(3, 3))
    replacement.replace(file)
    assert file_digest(file) == hashlib.sha256(b"THREE").hexdigest()
    assert file_digest(file, trust_memory=False)
    assert len(hashed) == 5


@pytest.mark.parametrize("memory", ["", "{", "[]", "3", '{"PATH": 3}', '{"PATH": null}', "\0"])
def test_a_damaged_memory_of_digests_is_none(cache: Path, tmp_path: Path, memory: str) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(b"one")
    cache.mkdir()
    (cache / "digests.json").write_text(memory.replace("PATH", str(file)))
    assert file_digest(file) == hashlib.sha256(b"one").hexdigest()


def test_a_digest_needs_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_CACHE", NOWHERE)
    (tmp_path / "a.bin").write_bytes(b"one")
    assert file_digest(tmp_path / "a.bin") == hashlib.sha256(b"one").hexdigest()
    with pytest.raises(ModelError, match="can't be read"):
        file_digest(tmp_path / "none")


# Files that are no models

LOADING = """
import sys
from pathlib import Path
from rag import models
from rag.errors import ModelError
from rag.generate import LlamaModel
for file in sys.argv[1:]:
    try:
        LlamaModel(models.model_file(file), context=256)
    except ModelError as error:
        assert error.where == file
        print(error.what)
"""


def test_a_file_that_is_no_model_is_an_error_and_the_process_lives(
    cache: Path, tmp_path: Path, python: Python
) -> None:
    real = models.embedded_gguf().read_bytes()
    no_magic = "not a GGUF model: it doesn't begin with GGUF"
    no_load = "llama.cpp can't load this model"
    files = {
        "text": (b"This is no model.", no_magic),
        "empty": (b"", no_magic),
        "magic": (b"GGUF", no_load),
        "ones": (b"GGUF" + b"\xff" * 1000, no_load),
        "zeros": (b"GGUF\3\0\0\0" + bytes(1000), no_load),
        "header": (real[:2000], no_load),
        "half": (real[: len(real) // 2], no_load),
        "most": (real[:-1000], no_load),
    }
    for name, (content, _) in files.items():
        (tmp_path / name).write_bytes(content)
    done = python(LOADING, *(tmp_path / name for name in files))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [expected for _, expected in files.values()]
    assert done.stderr == "", "llama.cpp has spoken"


@pytest.mark.parametrize("name", ["no-such-model", "/nowhere/model.gguf", "/tmp"])
def test_an_unknown_model_names_the_known_ones(cache: Path, name: str) -> None:
    with pytest.raises(ModelError, match=rf"{name}: no such model .*{KNOWN.name}"):
        models.model_file(name)


def test_a_model_may_come_from_the_environment(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.gguf").write_bytes(b"GGUF and more")
    monkeypatch.setenv("RAG_MODEL", str(tmp_path / "own.gguf"))
    found = models.model_file()
    assert (found.name, found.path) == ("own", tmp_path / "own.gguf")
    assert found.fingerprint == hashlib.sha256(b"GGUF and more").hexdigest()[:16]
    assert found.reliable


def test_a_folder_that_is_no_encoder_is_an_error(cache: Path, tmp_path: Path) -> None:
    for name in (tmp_path, "/nowhere", "no-such-encoder"):
        with pytest.raises(ModelError, match=r"not a sentence-transformers model.*name the folder"):
            models.encoder(str(name))


# Preparing


@pytest.fixture
def prepared(real_encoder: PreparedEncoder) -> Path:
    """Where the user's own cache holds the encoder."""
    return cache_directory() / "encoders" / real_encoder.fingerprint


@pytest.fixture
def runs(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Preparing an encoder copies the one that is there; where it was done."""
    folders: list[Path] = []

    def copy(_: Iterable[str], working: Path) -> None:
        folders.append(working)
        for name in ("model.xml", "model.bin", "tokenizer.json", "encoder.json"):
            shutil.copy(prepared / name, working)

    monkeypatch.setattr("rag.prepared._run_prepare", copy)
    return folders


def test_an_encoder_is_prepared_once(runs: list[Path], cache: Path, notices: list[str]) -> None:
    for _ in range(2):
        assert models.encoder(notice=notices.append).dimension == 384
    assert len(runs) == len(notices) == 1
    assert "preparing the encoder" in notices[0]
    (folder,) = (cache / "encoders").iterdir()
    assert (folder / "done").exists()


def test_a_half_prepared_encoder_is_prepared_again(runs: list[Path], cache: Path) -> None:
    models.encoder()
    (folder,) = (cache / "encoders").iterdir()
    (folder / "done").unlink()
    (folder / "model.bin").write_bytes(b"")
    assert models.encoder().dimension == 384
    assert len(runs) == 2
    assert [one.name for one in (cache / "encoders").iterdir()] == [folder.name]


WITHOUT_CACHE = """
import shutil, sys
from pathlib import Path
import rag.prepared
from rag import models
def copy(_, working):
    for name in ("model.xml", "model.bin", "tokenizer.json", "encoder.json"):
        shutil.copy(Path(sys.argv[1]) / name, working)
rag.prepared._run_prepare = copy
lines = []
for _ in range(2):
    encoder = models.encoder(notice=lines.append)
    assert encoder.encode(["a text"]).shape == (1, 384)
assert "preparing the encoder" in lines[0], lines
assert "the cache can't be written" in lines[1] and "for this run only" in lines[1], lines
print(rag.prepared._temporary())
assert len(list(rag.prepared._temporary().iterdir())) == 1
"""


def test_without_a_cache_an_encoder_is_prepared_for_the_run(
    prepared: Path, python: Python, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_CACHE", NOWHERE)
    done = python(WITHOUT_CACHE, prepared)
    assert done.returncode == 0, done.stderr
    folder = Path(done.stdout.strip())
    assert folder.name.startswith("citespan-")
    assert not folder.exists(), "it stays after the process has ended"


def test_without_a_cache_the_original_model_is_used(
    monkeypatch: pytest.MonkeyPatch, notices: list[str]
) -> None:
    monkeypatch.setenv("RAG_CACHE", NOWHERE)
    found = models.model_file(notice=notices.append)
    assert found.path == models.embedded_gguf()
    assert not found.reliable
    assert "going on with the original" in notices[-1]


def test_the_embedded_model_is_prepared_once(
    cache: Path, notices: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("locale.getencoding", lambda: "ascii")  # llama.cpp prints bytes of tokens
    found = [models.model_file(notice=notices.append) for _ in range(2)]
    assert found[0] == found[1]
    assert found[0].path.is_relative_to(cache)
    assert found[0].fingerprint.endswith("-q8_0")
    assert len(notices) == 1
    shutil.rmtree(cache)


def test_a_failed_preparation_says_why_and_leaves_nothing(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess([], 1, b"", b"token '\xc4'\nOSError: no room")

    monkeypatch.setattr("subprocess.run", fail)
    with pytest.raises(ModelError, match=r"can't be prepared: OSError: no room .*rag doctor"):
        models.encoder()
    assert list((cache / "encoders").iterdir()) == []


def test_preparing_what_is_no_model_fails(tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_bytes(b"GGUF nothing")
    with pytest.raises(ModelError, match="can't be prepared"):
        arguments = ("reader", str(tmp_path / "a.gguf"), str(tmp_path / "none.safetensors"))
        rag.prepared._run_prepare(arguments, tmp_path / "made")
    assert not (tmp_path / "made").exists()


# Pulling


@pytest.fixture
def hub(cache: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """A hub that serves these files."""
    files = {KNOWN.file: b"GGUF the first"}

    def download(repository: str, file: str, local_dir: Path) -> str:
        assert repository == KNOWN.repository
        local_dir.mkdir(parents=True, exist_ok=True)
        (local_dir / file).write_bytes(files[file])
        return str(local_dir / file)

    fake = types.SimpleNamespace(hf_hub_download=download)
    monkeypatch.setitem(sys.modules, "huggingface_hub", fake)  # type: ignore[arg-type]
    return files


def test_a_pulled_model_is_found_by_its_name(hub: dict[str, bytes], notices: list[str]) -> None:
    with pytest.raises(ModelError, match=f"`rag models pull {KNOWN.name}` fetches it"):
        models.model_file(KNOWN.name)
    pulled = models.pull(KNOWN.name, notices.append)
    assert pulled.fingerprint == hashlib.sha256(b"GGUF the first").hexdigest()[:16]
    assert models.model_file(KNOWN.name) == pulled
    assert models.pull(KNOWN.name) == pulled
    assert "huggingface.co" in notices[0]


def test_a_pulled_file_that_changed_is_refused(hub: dict[str, bytes]) -> None:
    path = models.pull(KNOWN.name).path
    path.write_bytes(b"GGUF another!")
    with pytest.raises(ModelError, match=r"isn't the one that was first fetched.*delete"):
        models.model_file(KNOWN.name)
    hub[KNOWN.file] = b"GGUF a later version on the hub"
    with pytest.raises(ModelError, match="isn't the one that was first fetched"):
        models.pull(KNOWN.name)
    shutil.rmtree(path.parent)
    assert models.pull(KNOWN.name).path.read_bytes() == hub[KNOWN.file]


def test_what_is_pulled_must_be_a_model(hub: dict[str, bytes]) -> None:
    hub[KNOWN.file] = b"<html>Log in</html>"
    with pytest.raises(ModelError, match="not a GGUF model"):
        models.pull(KNOWN.name)
    with pytest.raises(ModelError, match="isn't on the machine yet"):
        models.model_file(KNOWN.name)


def test_a_hub_that_fails_is_an_error(hub: dict[str, bytes]) -> None:
    hub.clear()
    with pytest.raises(ModelError, match=r"can't be fetched: .*give its path"):
        models.pull(KNOWN.name)
    with pytest.raises(ModelError, match=f"not a known model .one of: {KNOWN.name}"):
        models.pull("no-such-model")


def test_only_pulling_loads_the_client_of_a_hub(python: Python) -> None:
    code = (
        "import sys; from rag import models; from rag.generate import LlamaModel\n"
        "LlamaModel(models.model_file(), context=256); models.encoder().encode(['a'])\n"
        "print({'huggingface_hub', 'torch', 'transformers', 'requests'} & set(sys.modules))"
    )
    done = python(code)
    assert (done.stdout, done.stderr) == ("set()\n", "")
