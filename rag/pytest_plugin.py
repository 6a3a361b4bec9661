"""Collects gold files: `gold.jsonl` beside the tests gives one test an item, and one the verdict.

pytest loads this wherever Citespan is installed, so nothing heavy is imported before there is a
gold file. An item that doesn't pass is an expected failure, unless it must pass: what counts is
the verdict, which fails for the same reasons as `rag eval` (see `docs/evaluation.md`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from rag.evaluate.measurement import Measurement

NAME = "gold.jsonl"
MARKS = {
    "gold": "an item of a gold file, or the verdict on all of them",
    "answerable": "a gold item whose answer is in the articles",
    "unanswerable": "a gold item whose answer isn't in the articles",
    "summary": "a gold item that is a summary",
    "verdict": "the verdict on a gold file",
}


def pytest_configure(config: pytest.Config) -> None:
    for name, meaning in MARKS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> GoldFile | None:
    return GoldFile.from_parent(parent, path=file_path) if file_path.name == NAME else None


class GoldFile(pytest.File):
    """A gold file, collected as its items and a verdict."""

    def collect(self) -> Iterable[pytest.Item]:
        from rag.errors import UsageError
        from rag.evaluate.measurement import Measurement

        try:
            measured = Measurement(self.path, self._library_folder)
        except UsageError as error:
            raise self.CollectError(str(error)) from error
        for item in measured.gold.items:
            test = GoldTest.from_parent(self, name=item.id, measured=measured)
            for mark in ("gold", item.kind):
                test.add_marker(mark)
            test.extra_keyword_matches.update(item.tags)
            yield test
        verdict = VerdictTest.from_parent(self, name="verdict", measured=measured)
        for mark in ("gold", "verdict"):
            verdict.add_marker(mark)
        yield verdict

    def _library_folder(self) -> Path:
        """Where the library is kept: anew for each run, and for each process of pytest-xdist."""
        folder = tempfile.TemporaryDirectory(prefix="citespan-gold-")
        self.config.add_cleanup(folder.cleanup)
        return Path(folder.name)


class _Test(pytest.Item):
    def __init__(self, *, measured: Measurement, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.measured = measured

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any) -> Any:
        from rag.errors import RagError

        if isinstance(excinfo.value, RagError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


class GoldTest(_Test):
    """One item: fails if it ended in an error or must pass and doesn't."""

    def runtest(self) -> None:
        outcome = self.measured.outcome(self.name)
        if outcome.status in ("error", "missing"):
            pytest.fail(f"{outcome.status}: {outcome.reason}", pytrace=False)
        if outcome.values.get("citation_validity", 1.0) < 1.0:
            pytest.fail(outcome.reason, pytrace=False)
        if outcome.status == "fail" and outcome.must_pass:
            pytest.fail(f"must pass: {outcome.reason}", pytrace=False)
        if outcome.status == "fail":
            # Not every answer has to be right: the verdict says whether too many are wrong.
            pytest.xfail(outcome.reason)


class VerdictTest(_Test):
    """All items: asks those that no test has asked yet, and judges."""

    def runtest(self) -> None:
        verdict = self.measured.verdict()
        if verdict.code:
            pytest.fail("\n".join([verdict.banner, *verdict.reasons]), pytrace=False)
