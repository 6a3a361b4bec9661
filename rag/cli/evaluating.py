"""`rag eval`: gold facts in, a verdict out."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.cli import gold as gold_files
from rag.cli.command import ExplainedGroup
from rag.cli.settings import Settings, as_json, everywhere, passed
from rag.cli.terminal import clean, counted, line, progress, say, say_json, tell

if TYPE_CHECKING:
    from rag.evaluate import Gold, Outcome, Report, Verdict
    from rag.evaluate.config import Config
    from rag.library import Library

BROKEN = 3
SYSTEM = ("gold", "articles", "model", "adapter", "encoder", "locator", "prompt", "summary_prompt")


class _WithRun(ExplainedGroup):
    """A group whose first argument may be a gold file instead of a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:  # what comes behind the options of every command
            rest = self.make_parser(ctx).parse_args(list(args))[1]
        except click.UsageError:  # an option of `run` alone
            rest = args
        if rest and rest[0] not in self.commands:
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(
    name="eval",
    cls=_WithRun,
    prints="`rag eval GOLD` prints a table of metrics, what is wrong, and the verdict. The exit "
    "code is 0: pass, 1: regression, 2: wrong use or gold file, 3: items ended in errors, 4: the "
    "baseline can't be compared. `rag eval run --help` says more.",
    examples=(
        "rag eval gold.jsonl --library indexes/news",
        "rag eval gold.jsonl --articles articles/ --baseline baseline.json --report out/",
        "rag eval check gold.jsonl --articles articles/",
        "rag eval compare before/report.json after/report.json",
        "rag eval new articles/ > gold.jsonl",
    ),
)
@everywhere(model=True)
def evaluation() -> None:
    """Measure answers against gold facts, and judge them against a baseline.

    No model judges and nothing leaves the machine: a gold file names the facts of a right answer
    and the text that proves them; docs/evaluation.md explains it.
    """


@evaluation.command(
    name="run",
    prints="A table of metrics with their 95 % intervals, what is wrong, and the verdict. The exit "
    "code is 0: pass, 1: regression, 2: wrong use or gold file, 3: items ended in errors, 4: the "
    "baseline can't be compared.",
    examples=(
        "rag eval gold.jsonl --library indexes/news",
        "rag eval gold.jsonl --articles articles/ --baseline baseline.json --report out/",
        "rag eval gold.jsonl --articles articles/ --bless baseline.json",
        "rag eval gold.jsonl --replay out/report.json",
    ),
)
@gold_files.gold_file
@gold_files.own_articles
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Compare with this run, which --bless wrote.",
)
@click.option(
    "--bless",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Make this run the baseline, if it passes by itself.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write report.html, report.json, times.json, summary.md and junit.xml.",
)
@click.option(
    "--allow",
    multiple=True,
    type=click.Choice(SYSTEM),
    help="Compare although this differs from the baseline's. May be repeated.",
)
@click.option("--repeat", type=click.IntRange(1), default=1, help="Ask each item so often.")
@click.option(
    "--replay",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Score the answers of this report.json; no model is asked.",
)
@click.option(
    "--paired/--no-paired",
    default=None,
    help="Also ask each question with the articles of its evidence withheld.",
)
@as_json
@everywhere(model=True)
@passed
def run_gold(
    settings: Settings, /, gold: Path, articles: Sequence[str], as_json: bool, **options: Any
) -> None:
    """Measure and judge.

    Floors, ceilings and tolerances are read from [tool.rag.eval] in the pyproject.toml nearest to
    the gold file. Without --articles or --library, the articles are those named there, or the
    folder `articles` beside the gold file; without --baseline it is `baseline.json` beside it.
    """
    from rag.evaluate import judge, load_gold, load_report
    from rag.evaluate.config import read_config
    from rag.evaluate.measurable import check_bounds

    chosen = _Options(**options)
    with _errors_are_broken():
        config = read_config(gold)
        items = load_gold(gold)
        # A recording may be of a paired run.
        paired = chosen.is_paired(config) or chosen.replay is not None
        check_bounds(config.rules, items.items, paired=paired)
        compared = chosen.baseline_of(config)
        baseline = load_report(compared) if compared else None
        chosen.make_folders()
        with _measured(settings, config, articles) as library:
            report = _report(settings, items, library, config, chosen)
            rules = replace(config.rules, allowed=frozenset(chosen.allow))
            verdict = judge(report, rules, baseline)
            if chosen.report:
                _write(chosen.report, report, verdict, library, baseline)
    if as_json:
        say_json({"verdict": _verdict_dict(verdict), **report.to_dict(), "times": report.times()})
    else:
        _show(report, verdict, baseline)
    if chosen.report:
        settings.notice(f"written: {line(str(chosen.report / 'report.html'))}")
    if chosen.bless:
        with _errors_are_broken():
            _bless(settings, chosen.bless, report, verdict)
    raise click.exceptions.Exit(verdict.code)


def _bless(settings: Settings, file: Path, report: Report, verdict: Verdict) -> None:
    if verdict.code:
        tell("not blessed: a baseline has to pass by itself")
        return
    file.write_text(report.to_json(), "utf-8")
    settings.notice(f"blessed: {line(str(file))}")


@dataclass(frozen=True, slots=True)
class _Options:
    """The options of `rag eval run`."""

    baseline: Path | None
    bless: Path | None
    report: Path | None
    allow: Sequence[str]
    repeat: int
    replay: Path | None
    paired: bool | None

    def is_paired(self, config: Config) -> bool:
        return config.paired if self.paired is None else self.paired

    def make_folders(self) -> None:
        """Makes those to be written to: that one can't be is said before anything is asked."""
        from rag.errors import UsageError

        for folder in filter(None, (self.report, self.bless and self.bless.parent)):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                tempfile.TemporaryFile(dir=folder).close()
            except OSError as error:
                raise UsageError(
                    f"can't be written to: {error.strerror}",
                    where=str(folder),
                    remedy="name another folder",
                ) from error

    def baseline_of(self, config: Config) -> Path | None:
        """What to compare with: the one named, else the one configured if there is one."""
        if self.bless and self.baseline:
            raise click.UsageError("--bless makes a new baseline, so it takes no --baseline.")
        if self.bless:
            return None
        return self.baseline or (config.baseline if config.baseline.is_file() else None)


@contextmanager
def _errors_are_broken() -> Iterator[None]:
    """An error that ends the run means 3: exit code 1 is a regression and nothing else."""
    from rag.errors import Cancelled, RagError, UsageError

    try:
        yield
    except (UsageError, Cancelled):
        raise
    except (RagError, OSError) as error:
        tell(f"rag: error: {error}")
        raise click.exceptions.Exit(BROKEN) from error


@contextmanager
def _measured(settings: Settings, config: Config, articles: Sequence[str]) -> Iterator[Library]:
    """The library to be measured, made for it if it is one of articles."""
    settings, files = gold_files.measured(settings, config, articles)
    if not files:
        yield settings.existing()
        return
    with tempfile.TemporaryDirectory(prefix="citespan-eval-") as folder:
        library = replace(settings, library=folder).made()
        for error in library.add(files).failed:
            tell(f"failed: {line(str(error))}")
        yield library


def _report(
    settings: Settings, gold: Gold, library: Library, config: Config, options: _Options
) -> Report:
    from rag.evaluate import Corpus, load_report, replay, run

    if options.replay:
        recorded = load_report(options.replay)
        return replay(gold, recorded, Corpus.of(library), config.rules.metrics)
    with progress("item", shown=not settings.quiet) as advance:
        return run(
            gold,
            library.ask,
            paired=options.is_paired(config),
            repeats=options.repeat,
            metrics=config.rules.metrics,
            progress=advance,
        )


def _write(
    folder: Path, report: Report, verdict: Verdict, library: Library, baseline: Report | None
) -> None:
    from rag.evaluate import Corpus
    from rag.evaluate.reports import html, junit, markdown

    folder.mkdir(parents=True, exist_ok=True)
    articles = Corpus.of(library).articles
    files = {
        "report.html": html(report, verdict, articles, baseline),
        "report.json": report.to_json(),
        "times.json": json.dumps(report.times(), indent=1) + "\n",
        "summary.md": markdown(report, verdict, baseline),
        "junit.xml": junit(report, verdict),
    }
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")


def _show(report: Report, verdict: Verdict, baseline: Report | None) -> None:
    """The table of metrics and the verdict, for people."""
    from rag.evaluate import parse

    group = ""
    for name, found in report.values.items():
        if parse(name).group != group:
            group = parse(name).group
            say(f"\n{group}" if report.values else group)
        spread = f"{found.low:.3f} to {found.high:.3f}" if found.low is not None else ""
        then = baseline.values.get(name) if baseline else None
        change = f"{found.value - then.value:+.3f}" if then else ""
        say(f"  {name:22} {found.value:8.3f}  {spread:16} of {found.n:<4} {change}".rstrip())
    counts = report.counts()
    say("\n" + ", ".join(f"{counts[status]} {status}" for status in counts if counts[status]))
    _show_verdict(verdict)


def _show_verdict(verdict: Verdict) -> None:
    for one in verdict.comparisons:
        least = f"from {one.needed:.3f} on" if one.needed is not None else "too few articles"
        say(
            f"{one.metric:22} {one.then:.3f} -> {one.now:.3f}  p = {one.p:.4f}  "
            f"(a drop shows {least}; {one.n} items, {one.clusters} clusters)"
        )
    for reason in verdict.reasons:
        say(line(reason))
    say(f"\n{verdict.banner}")


def _verdict_dict(verdict: Verdict) -> dict[str, Any]:
    return {**asdict(verdict), "banner": verdict.banner}


@evaluation.command(
    prints="What changed for each item, the metrics side by side, and the verdict with its exit "
    "code, as if BEFORE were the baseline.",
    examples=("rag eval compare before/report.json after/report.json",),
)
@click.argument("before", type=click.Path(path_type=Path), metavar="BEFORE")
@click.argument("after", type=click.Path(path_type=Path), metavar="AFTER")
@click.option("--allow", multiple=True, type=click.Choice(SYSTEM), help="May differ. Repeatable.")
@as_json
@everywhere(library=False)
def compare(before: Path, after: Path, allow: Sequence[str], as_json: bool) -> None:
    """Compare two runs, question by question."""
    from rag.evaluate import Rules, judge, load_report

    old, now = load_report(before), load_report(after)
    verdict = judge(now, Rules(allowed=frozenset(allow)), old)
    then = {outcome.id: outcome for outcome in old}
    changed = [
        (then[outcome.id], outcome)
        for outcome in now
        if outcome.id in then
        and (outcome.status, outcome.response)
        != (then[outcome.id].status, then[outcome.id].response)
    ]
    if as_json:
        items = [{"before": a.to_dict(), "after": b.to_dict()} for a, b in changed]
        say_json({"verdict": _verdict_dict(verdict), "changed": items})
    else:
        for a, b in changed:
            say(f"{clean(b.id)}: {a.status} -> {b.status}: {line(b.question)}")
            for mark, one in (("-", a), ("+", b)):
                said = one.response.text if one.response else ""
                say(f"  {mark} {line(said) or 'refused'}")
        say(f"{counted(len(changed), 'item')} of {len(now.outcomes)} changed")
        _show(now, verdict, old)
    raise click.exceptions.Exit(verdict.code)


def _end(outcome: Outcome) -> tuple[str, object]:
    return outcome.status, outcome.response


evaluation.add_command(gold_files.check)
evaluation.add_command(gold_files.new)
