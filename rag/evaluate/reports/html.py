"""A run as one HTML page, which works offline and loads nothing.

Questions, articles and answers come from anywhere: all text is escaped by `rag.markup`, and the
page's own policy lets no script and no style run but the two that are written here.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources

from rag.article import Article
from rag.evaluate.report import STATUSES, Report, Status
from rag.evaluate.reports import shown
from rag.evaluate.reports.charts import bar, described, risk_chart
from rag.evaluate.reports.html_items import SIGNS, item
from rag.evaluate.reports.shown import NONE, Pair, Row
from rag.evaluate.verdict import BROKEN, NOT_COMPARABLE, PASS, REGRESSION, Comparison, Verdict
from rag.markup import Child, Html, element, inline, joined

_LOOKS = {
    PASS: ("\u2713", "good"),
    REGRESSION: ("\u2717", "bad"),
    BROKEN: ("!", "broken"),
    NOT_COMPARABLE: ("\u2260", "broken"),
}


def html(
    report: Report,
    verdict: Verdict,
    articles: Mapping[str, Article],
    baseline: Report | None = None,
) -> str:
    """The page of a run.

    Args:
        articles: by id, for the text around what is cited; one that isn't there is shown by the
            quotes of its citations.
        baseline: what to show beside this run.
    """
    style, script = _asset("report.css"), _asset("report.js")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="robots", content="noindex"),
        element("title", f"{verdict.banner} \u2013 rag eval"),
        element("style", Html(style)),
    )
    body = element("body", *_page(report, verdict, articles, baseline), _script(script))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _page(
    report: Report,
    verdict: Verdict,
    articles: Mapping[str, Article],
    baseline: Report | None,
) -> Iterator[Html]:
    pairs = shown.pairs(report, baseline)
    yield _header(report, verdict, baseline)
    yield element(
        "main",
        *_metrics(report, baseline),
        *_comparisons(verdict, baseline),
        element("div", *_curve(report, baseline), *_times(report), class_="pair"),
        *_items(pairs, articles, baseline is not None),
    )


def _asset(name: str) -> str:
    return resources.files("rag.evaluate.reports").joinpath(name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _script(script: str) -> Html:
    return element("script", Html(script))


def _header(report: Report, verdict: Verdict, baseline: Report | None) -> Html:
    sign, look = _LOOKS.get(verdict.code, ("", "broken"))
    facts = [shown.counted(report), f"exit code {verdict.code}"]
    if report.repeats > 1:
        facts.append(f"asked {report.repeats} times")
    return element(
        "header",
        element("p", "Citespan regression eval", class_="over"),
        element("h1", element("span", sign, class_="sign", aria_hidden="true"), verdict.banner),
        element("p", " \u00b7 ".join(facts)),
        element("p", shown.MEANINGS.get(verdict.code, ""), class_="note"),
        *_reasons(report, verdict),
        _system(report, baseline),
        class_=f"banner {look}",
    )


def _reasons(report: Report, verdict: Verdict) -> Iterator[Html]:
    """Why, each reason with a link to the item that it is about."""
    if not verdict.reasons:
        return
    anchors = {outcome.id: number for number, outcome in enumerate(report, 1)}
    lines = []
    for reason, outcome in shown.about(verdict.reasons, report):
        text: Child = reason
        if outcome:
            text = element("a", reason, href=f"#item-{anchors[outcome.id]}")
        lines.append(element("li", text, dir="auto"))
    yield element("h2", "Why")
    yield element("ul", *lines, class_="reasons")


def _system(report: Report, baseline: Report | None) -> Html:
    """Fingerprints of what was run; those of the baseline where they differ."""
    then = baseline.system if baseline else {}
    entries = []
    for name, value in report.system.items():
        other = then.get(name)
        was = f" (baseline: {other or 'none'})" if baseline and other != value else None
        note = element("strong", was) if was else None
        entries += [element("dt", name), element("dd", element("code", value or "none"), note)]
    return element(
        "details",
        element("summary", "What was run"),
        element("dl", *entries),
        class_="more",
    )


def _table(heads: Sequence[Child], bodies: Sequence[Html], class_: str) -> Html:
    head = element("tr", *(element("th", one, scope="col") for one in heads))
    return element("table", element("thead", head), *bodies, class_=class_)


def _cell(label: str, *children: Child, class_: str | None = None) -> Html:
    """A cell that knows its column, for narrow screens, where rows become cards."""
    return element("td", *children, data_label=label, class_=class_)


def _metrics(report: Report, baseline: Report | None) -> Iterator[Html]:
    heads: list[Child] = ["Metric", "Value", "", "95 % interval", "n"]
    heads += ["Baseline", "Difference"] if baseline else []
    yield element("h2", "Metrics", id="metrics")
    yield element(
        "p",
        "Unfold a name for its definition. \u2193: lower is better. ",
        "The bar runs from 0 to 1 with the 95 % interval",
        ", and a stroke where the baseline was." if baseline else ".",
        class_="note",
    )
    bodies = []
    for group, rows in shown.grouped(report, baseline).items():
        title = element("th", group, colspan=len(heads), scope="rowgroup")
        lines = (_metric(row, baseline is not None) for row in rows)
        bodies.append(element("tbody", element("tr", title, class_="group"), *lines))
    yield _table(heads, bodies, "metrics")


def _metric(row: Row, with_baseline: bool) -> Html:
    value = row.value
    cells = [
        element("th", _name(row), scope="row"),
        _cell("Value", shown.number(value.value if value else None), class_="figure value"),
        element("td", bar(value, row.then) if value else None, class_="bar"),
        _cell("95 % interval", shown.spread(value), class_="figure"),
        _cell("n", str(value.n) if value else NONE, class_="figure"),
    ]
    if with_baseline:
        cells += [
            _cell("Baseline", shown.number(row.then), class_="figure"),
            _cell("Difference", _difference(row), class_="figure"),
        ]
    return element("tr", *cells)


def _difference(row: Row) -> Html:
    sign = {"better": " \u25b2 better", "worse": " \u25bc worse"}.get(row.trend, "")
    return element("span", shown.signed(row.difference), sign, class_=row.trend or None)


def _name(row: Row) -> Html:
    lower = element("span", " \u2193", title="lower is better") if row.better == "lower" else None
    name = element("code", row.name)
    if not row.definition:
        return joined(name, lower)
    return element("details", element("summary", name, lower), element("p", row.definition))


def _comparisons(verdict: Verdict, baseline: Report | None) -> Iterator[Html]:
    yield element("h2", "Compared with the baseline", id="comparison")
    if missing := shown.without_baseline(verdict, baseline):
        yield element("p", missing, class_="note")
        return
    yield element(
        "p",
        "Over the items that have the metric in both runs. p: how likely chance alone makes such "
        "a drop, corrected for the number of comparisons (Holm). A drop smaller than the smallest "
        "that could have been shown would have gone unseen.",
        class_="note",
    )
    heads = [
        "Metric",
        "Baseline",
        "Now",
        "Worse by",
        "p",
        "Smallest drop to be shown",
        "n",
        "Result",
    ]
    body = element("tbody", *map(_comparison, verdict.comparisons))
    yield _table(heads, [body], "comparisons")


def _comparison(one: Comparison) -> Html:
    needed = shown.number(one.needed) if one.needed is not None else "none: too few articles"
    result = element("strong", "\u2717 regression", class_="worse")
    return element(
        "tr",
        element("th", element("code", one.metric), scope="row"),
        _cell("Baseline", shown.number(one.then), class_="figure"),
        _cell("Now", shown.number(one.now), class_="figure"),
        _cell("Worse by", shown.signed(one.worse), class_="figure"),
        _cell("p", shown.chance(one.p), class_="figure"),
        _cell("Smallest drop to be shown", needed, class_="figure"),
        _cell("n", f"{one.n} in {one.clusters} clusters", class_="figure"),
        _cell("Result", result if one.is_regression else "none shown"),
    )


def _curve(report: Report, baseline: Report | None) -> Iterator[Html]:
    if not report.curve:
        return
    before = baseline.curve if baseline else []
    legend = " Solid: this run; dashed: the baseline." if before else ""
    caption = element("figcaption", f"{described(report.curve)}{legend}", class_="note")
    yield element(
        "section",
        element("h2", "Coverage and risk", id="curve"),
        element("figure", risk_chart(report.curve, before), caption, class_="plot"),
    )


def _times(report: Report) -> Iterator[Html]:
    """Of a run just made; a report that was saved has none, so that its bytes repeat."""
    if not report.milliseconds:
        return
    rows = [
        element("tr", element("th", step, scope="row"), element("td", f"{spent:,.1f}"))
        for step, spent in report.milliseconds.items()
    ]
    yield element(
        "section",
        element("h2", "Times", id="times"),
        _table(["Step", "ms, mean item"], [element("tbody", *rows)], "values"),
        element(
            "p",
            f"The run took {report.seconds:,.1f} s and at most {report.peak_memory:,.0f} MB.",
            class_="note",
        ),
    )


def _items(
    pairs: Sequence[Pair], articles: Mapping[str, Article], with_baseline: bool
) -> Iterator[Html]:
    yield element("h2", "Items", id="items")
    yield _filters(pairs, with_baseline)
    yield _legend()
    entries = (item(number, pair, articles) for number, pair in enumerate(pairs, 1))
    yield element("div", *entries, id="list")
    yield element("p", "No item is like that.", id="none", hidden=True)


def _filters(pairs: Sequence[Pair], with_baseline: bool) -> Html:
    """What narrows the list. It needs the script, which is why the script uncovers it."""
    statuses = Counter(pair.now.status for pair in pairs)
    kinds = Counter(pair.now.kind for pair in pairs)
    shown_statuses = {
        one: f"{SIGNS[one]} {one} {statuses[one]}" for one in STATUSES if statuses[one]
    }
    search = element("input", type="search", id="search", placeholder="Search", autocomplete="off")
    return element(
        "div",
        element("label", element("span", "Search", class_="unseen"), search, class_="search"),
        _choices("status", shown_statuses),
        _choices("kind", {one: f"{one} {count}" for one, count in kinds.items()}),
        _changed_filter(pairs) if with_baseline else None,
        element("button", "Unfold all", type="button", id="unfold"),
        element("button", "Fold all", type="button", id="fold"),
        element("output", id="count", aria_live="polite"),
        id="filters",
        role="search",
        hidden=True,
    )


def _choices(name: str, values: Mapping[Status, str] | Mapping[str, str]) -> Html:
    boxes = [
        joined(element("input", type="checkbox", name=name, value=key, checked=True), inline(text))
        for key, text in values.items()
    ]
    title = element("legend", name, class_="unseen")
    return element("fieldset", title, *(element("label", box) for box in boxes))


def _changed_filter(pairs: Sequence[Pair]) -> Html:
    options = {
        "": "changed since the baseline or not",
        "status": f"other status than the baseline ({sum(one.is_other_status for one in pairs)})",
        "answer": f"other answer than the baseline ({sum(one.is_other_answer for one in pairs)})",
    }
    written = (element("option", text, value=value) for value, text in options.items())
    label = element("span", "Against the baseline", class_="unseen")
    return element("label", label, element("select", *written, id="changed"))


def _legend() -> Html:
    return element(
        "p",
        "In the articles: ",
        element("mark", "gold evidence", class_="gold"),
        " ",
        element("mark", "cited", class_="cited"),
        " ",
        element("mark", "gold and cited", class_="both"),
        class_="legend",
    )
