"""A run as JUnit XML, for CI systems that show tests.

The file says what the exit code says: it has a failure or an error exactly if the verdict isn't
PASS. So an item that fails without breaking any rule is skipped here, with its reason: a known
miss, as every real system has some.
"""

from __future__ import annotations

from collections.abc import Collection
from xml.etree import ElementTree

from rag.evaluate.report import Outcome, Report
from rag.evaluate.reports.shown import about, line
from rag.evaluate.verdict import PASS, REGRESSION, Verdict
from rag.markup import printable

MESSAGE = 1000  # characters of a message, 4 times as many of what was said


def junit(report: Report, verdict: Verdict, seconds: float | None = None) -> str:
    """The XML of a JUnit file: a test case an item, and one a reason of the verdict.

    Args:
        seconds: that the run took, where the report doesn't know.
    """
    reasons = list(about(verdict.reasons, report))
    blamed = {outcome.id for _, outcome in reasons if outcome}
    suite = ElementTree.Element("testsuite", name="rag eval")
    _properties(suite, report, verdict)
    for outcome in report:
        _item(suite, outcome, verdict, blamed)
    _verdict(suite, verdict)
    spent = report.seconds if seconds is None else seconds
    totals = {
        "tests": str(len(suite.findall("testcase"))),
        "failures": str(len(suite.findall("testcase/failure"))),
        "errors": str(len(suite.findall("testcase/error"))),
        "skipped": str(len(suite.findall("testcase/skipped"))),
        "time": f"{spent:.3f}",
    }
    suite.attrib.update(totals)
    root = ElementTree.Element("testsuites", {"name": "rag eval", **totals})
    root.append(suite)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _properties(suite: ElementTree.Element, report: Report, verdict: Verdict) -> None:
    found = {"verdict": verdict.banner, "exit code": str(verdict.code), **report.system}
    holder = ElementTree.SubElement(suite, "properties")
    for name, value in found.items():
        ElementTree.SubElement(
            holder, "property", name=printable(name), value=printable(value or "none")
        )


def _item(
    suite: ElementTree.Element, outcome: Outcome, verdict: Verdict, blamed: Collection[str]
) -> None:
    case = _case(suite, outcome.kind, outcome.id)
    if outcome.response and outcome.response.milliseconds:
        case.set("time", f"{sum(outcome.response.milliseconds.values()) / 1000:.3f}")
    is_red = verdict.code != PASS
    if is_red and outcome.status in ("error", "missing"):
        _result(case, "error", outcome.status, outcome.reason)
    elif is_red and outcome.id in blamed:
        _result(case, _colour(verdict), outcome.status, outcome.reason)
    elif outcome.status != "pass":
        _result(case, "skipped", "known miss", outcome.reason)
    else:
        return
    said = outcome.response.text if outcome.response else ""
    shown = f"question: {outcome.question}\nanswer: {said or 'none'}"
    output = ElementTree.SubElement(case, "system-out")
    output.text = printable(shown[: 4 * MESSAGE])


def _verdict(suite: ElementTree.Element, verdict: Verdict) -> None:
    """A test case for each reason; the banner stands for a verdict that gives none."""
    for reason in verdict.reasons or (verdict.banner,):
        case = _case(suite, "verdict", line(reason))
        if verdict.code != PASS:
            _result(case, _colour(verdict), verdict.banner, reason)


def _colour(verdict: Verdict) -> str:
    """What failed was judged; an error is what couldn't be."""
    return "failure" if verdict.code == REGRESSION else "error"


def _case(suite: ElementTree.Element, kind: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(
        suite, "testcase", classname=printable(kind), name=printable(name)
    )


def _result(case: ElementTree.Element, tag: str, kind: str, reason: str) -> None:
    ElementTree.SubElement(case, tag, type=printable(kind), message=line(reason or kind, MESSAGE))
