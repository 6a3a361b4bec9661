"""A run as Markdown, for the summary page of a CI run.

Questions, reasons and names come from anybody's articles and models: each is escaped, so that it
can't become a heading, a link, an image or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.evaluate.report import Report
from rag.evaluate.reports import shown
from rag.evaluate.reports.shown import NONE, Pair, Row
from rag.evaluate.verdict import BROKEN, NOT_COMPARABLE, PASS, REGRESSION, Comparison, Verdict

FIRST = 30  # items of a list that are shown

_SIGNS = {PASS: "\u2705", REGRESSION: "\u274c", BROKEN: "\u26a0\ufe0f", NOT_COMPARABLE: "\u2754"}
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;", "@": "&#64;"}
_ENTITIES |= {"|": "&#124;", "\\": "&#92;"}  # tables are cut at pipes before escapes are read
_SPECIAL = re.compile(r"[`*_\[\]#~&<>$@|\\]|^[-+]|(?<=www)\.|:(?=//)", re.IGNORECASE)
_LIST = re.compile(r"^(\d+)([.)])")


def markdown(report: Report, verdict: Verdict, baseline: Report | None = None) -> str:
    """The summary of a run, with the differences from a baseline if there is one."""
    parts = [
        *_head(report, verdict),
        *_metrics(report, baseline),
        *_comparisons(verdict.comparisons),
        *_changes(shown.pairs(report, baseline)),
        *_failed(report),
        *_times(report),
    ]
    return "\n".join(parts) + "\n"


def escaped(text: str, limit: int = 300) -> str:
    """A text of others as one line of Markdown that says just this.

    >>> escaped("# <b>*bold*</b> [x](http://a)")
    '\\\\# &lt;b&gt;\\\\*bold\\\\*&lt;/b&gt; \\\\[x\\\\](http\\\\://a)'
    """
    harmless = _SPECIAL.sub(_character, shown.line(text, limit))
    return _LIST.sub(r"\1\\\2", harmless)


def _character(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0], f"\\{found[0]}")


def _head(report: Report, verdict: Verdict) -> Iterator[str]:
    yield f"## {_SIGNS.get(verdict.code, '')} {verdict.banner}"
    yield ""
    yield f"{shown.counted(report)}. {shown.MEANINGS.get(verdict.code, '')}"
    yield from _bullets(verdict.reasons)


def _bullets(texts: Sequence[str]) -> Iterator[str]:
    if texts:
        yield ""
        yield from (f"- {escaped(text)}" for text in texts[:FIRST])
        yield from _more(len(texts), "reasons")


def _more(count: int, what: str) -> Iterator[str]:
    if count > FIRST:
        yield ""
        yield f"\u2026 and {count - FIRST} more {what}."


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], figures: int) -> Iterator[str]:
    """A table; all columns but the first ones are figures, to the right, from number `figures`."""
    yield ""
    yield f"| {' | '.join(heads)} |"
    yield f"|{'|'.join('---' if at < figures else '--:' for at in range(len(heads)))}|"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _metrics(report: Report, baseline: Report | None) -> Iterator[str]:
    heads = ["Metric", "Value", "95 % interval", "n"]
    heads += ["Baseline", "Difference"] if baseline else []
    lines = []
    for group, rows in shown.grouped(report, baseline).items():
        lines.append([f"**{escaped(group)}**", *[""] * (len(heads) - 1)])
        lines.extend(_row(row)[: len(heads)] for row in rows)
    yield from ["", "### Metrics", *_table(heads, lines, 1)]
    yield from ["", "\u2193: lower is better."]


def _row(row: Row) -> list[str]:
    value = row.value
    trend = f" {row.trend}" if row.trend else ""
    lower = " \u2193" if row.better == "lower" else ""
    return [
        f"{_metric(row)}{lower}",
        shown.number(value.value if value else None),
        shown.spread(value),
        str(value.n) if value else NONE,
        shown.number(row.then),
        f"{shown.signed(row.difference)}{trend}",
    ]


def _metric(row: Row) -> str:
    """A name that we know is code; that of an unknown metric may be anything."""
    return f"`{row.name}`" if row.definition else escaped(row.name)


def _comparisons(comparisons: Sequence[Comparison]) -> Iterator[str]:
    if not comparisons:
        return
    heads = [
        "Metric",
        "Result",
        "Baseline",
        "Now",
        "Worse by",
        "p",
        "Smallest drop to be shown",
        "n",
    ]
    rows = [
        [
            f"`{one.metric}`",
            "**regression**" if one.is_regression else "no regression shown",
            shown.number(one.then),
            shown.number(one.now),
            shown.signed(one.worse),
            shown.chance(one.p),
            shown.number(one.needed) if one.needed is not None else "none: too few articles",
            f"{one.n} in {one.clusters}",
        ]
        for one in comparisons
    ]
    yield from ["", "### Compared with the baseline", *_table(heads, rows, 2)]


def _changes(pairs: Sequence[Pair]) -> Iterator[str]:
    changed = [pair for pair in pairs if pair.is_other_status]
    if not changed:
        return
    changed.sort(key=lambda pair: pair.now.status == "pass")  # what got worse comes first
    rows = [
        [
            escaped(pair.now.id, 80),
            f"{pair.then.status if pair.then else ''} \u2192 **{pair.now.status}**",
            escaped(pair.now.reason or NONE),
            escaped(pair.now.question),
        ]
        for pair in changed[:FIRST]
    ]
    yield from ["", f"### {len(changed)} items ended otherwise than in the baseline"]
    yield from _table(["Item", "Change", "Why", "Question"], rows, 4)
    yield from _more(len(changed), "items")


def _failed(report: Report) -> Iterator[str]:
    failed = [outcome for outcome in report if outcome.status != "pass"]
    if not failed:
        return
    rows = [
        [
            f"{escaped(one.id, 80)}{' (must pass)' if one.must_pass else ''}",
            one.status,
            escaped(one.reason or NONE),
            escaped(one.question),
        ]
        for one in failed[:FIRST]
    ]
    yield from ["", f"<details><summary>{len(failed)} items that don't pass</summary>"]
    yield from _table(["Item", "Status", "Why", "Question"], rows, 4)
    yield from _more(len(failed), "items")
    yield from ["", "</details>"]


def _times(report: Report) -> Iterator[str]:
    if not report.milliseconds:
        return
    rows = [[escaped(step), f"{spent:,.1f}"] for step, spent in report.milliseconds.items()]
    yield from ["", "<details><summary>Times of a mean item</summary>"]
    yield from _table(["Step", "Milliseconds"], rows, 1)
    yield ""
    yield f"The run took {report.seconds:,.1f} s and {report.peak_memory:,.0f} MB of memory."
    yield from ["", "</details>"]
