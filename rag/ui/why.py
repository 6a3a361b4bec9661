"""Why an answer is as it is: its trace as a folded panel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rag.answer import Trace
from rag.markup import Html, element, inline

_STEPS = {
    "encode_ms": "question to vector",
    "dense_ms": "search by meaning",
    "text_ms": "search by words",
    "sentences_ms": "scoring sentences",
    "locate_ms": "pointing at sentences",
    "load_model_ms": "loading the model",
    "prompt_ms": "reading the prompt",
    "generate_ms": "writing",
}


def why(trace: Trace) -> Html:
    """The hits with their ranks, what was given to the model and left out, tokens and times."""
    return element(
        "details",
        element("summary", "Why this answer"),
        element("div", *_parts(trace), class_="panel"),
        class_="why",
    )


def _parts(trace: Trace) -> Iterator[Html]:
    for warning in trace.warnings:
        yield element("p", inline(warning), class_="failure")
    if trace.hits:
        yield element("h4", "Passages found")
        yield _hits(trace)
    if trace.given or trace.left_out:
        yield element("h4", "Sentences")
        yield _sentences(trace)
    yield element("h4", "What was used")
    yield element("dl", *_facts(_used(trace)))
    if trace.milliseconds:
        yield element("h4", "Milliseconds")
        yield element("dl", *_facts(_times(trace.milliseconds)))
    yield element("h4", "Made with")
    yield element("dl", *_facts(_makers(trace)))


def _hits(trace: Trace) -> Html:
    head = ("#", "Passage", "Meaning", "Words", "Total", "Used")
    rows = [_hit(at, hit, trace) for at, hit in enumerate(trace.hits, 1)]
    return element(
        "div",
        element(
            "table",
            element("thead", element("tr", *(element("th", name, scope="col") for name in head))),
            element("tbody", *rows),
        ),
        class_="wide",
        tabindex=0,
        role="region",
        aria_label="Passages found",
    )


def _hit(number: int, hit: Mapping[str, Any], trace: Trace) -> Html:
    scores = hit["scores"]
    used = sum(
        one["article"] == hit["article"]["id"]
        and hit["start"] <= one["start"] < one["end"] <= hit["end"]
        for one in trace.given
    )
    place = f"{hit['start']}\N{EN DASH}{hit['end']}"
    if hit["article"]["id"] in trace.elsewhere:
        place += ", hardly counted: it has none of the question's names"
    return element(
        "tr",
        element("td", str(number)),
        element(
            "th",
            inline(hit["article"]["title"]),
            element("span", place, class_="place"),
            scope="row",
        ),
        element("td", _rank(scores["dense_rank"], scores["dense"])),
        element("td", _rank(scores["words_rank"], scores["words"])),
        element("td", f"{scores['total']:.2f}"),
        element("td", f"{used} of {len(hit['sentences'])}"),
    )


def _sentences(trace: Trace) -> Html:
    """Those that were read, best first, and those that the search found beside them."""
    places = {(one["article"], one["start"], one["end"]) for one in trace.given}
    found = {
        (hit["article"]["id"], one["start"], one["end"]): (hit["article"]["title"], one["text"])
        for hit in trace.hits
        for one in hit["sentences"]
    }
    read = [said for place, said in found.items() if place in places]
    left = [said for place, said in found.items() if place not in places]
    return element("div", _quoted("Read", read), _quoted("Left out", left))


def _quoted(name: str, sentences: Sequence[tuple[str, str]]) -> Html:
    lines = [
        element("li", inline(text), element("span", inline(title), class_="place"))
        for title, text in sentences
    ]
    return element("details", element("summary", f"{name} ({len(lines)})"), element("ol", *lines))


def _rank(rank: int | None, score: float | None) -> str:
    return "\N{EN DASH}" if rank is None or score is None else f"#{rank} ({score:.2f})"


def _used(trace: Trace) -> Iterator[tuple[str, str]]:
    if trace.parts:
        yield "searched too", " / ".join(trace.parts)
    yield "sentences read", f"{len(trace.given)}, {trace.left_out} left out"
    if trace.none is not None:
        yield "doubt that any answers", f"{trace.none:.0%}"
    for name, count in trace.tokens.items():
        yield f"tokens {name}", f"{count:,}"


def _times(milliseconds: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    for step, spent in milliseconds.items():
        yield _STEPS.get(step, step.removesuffix("_ms").replace("_", " ")), f"{spent:.0f}"
    yield "together", f"{sum(milliseconds.values()):.0f}"


def _makers(trace: Trace) -> Iterator[tuple[str, str]]:
    makers = (
        ("model", trace.model or "none: the answer is in the articles' own words"),
        ("locator", trace.locator),
        ("encoder", trace.encoder),
        ("prompt", trace.prompt),
        ("library's generation", trace.generation),
    )
    for name, value in makers:
        if value is not None:
            yield name, str(value)


def _facts(facts: Iterator[tuple[str, str]]) -> Iterator[Html]:
    for name, value in facts:
        yield element("div", element("dt", name), element("dd", inline(value)))
