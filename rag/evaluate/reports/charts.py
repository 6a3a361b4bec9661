"""Drawings of a report, as inline SVG: colours and strokes are those of its style sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.evaluate.report import Value
from rag.markup import Html, element, joined

_BAR, _INSET = 180, 5  # of an interval: its width, and room for a dot at the ends
_LEFT, _TOP, _WIDTH, _HEIGHT = 54, 12, 400, 240  # of the plane of the curve

Curve = Sequence[tuple[float, float]]


def bar(value: Value, then: float | None = None) -> Html | None:
    """A share between 0 and 1 with its interval, and a stroke where the baseline was.

    Nothing for other values, which have no common scale. Its numbers stand beside it, so that it
    is hidden from screen readers.
    """
    places = [value.value, value.low, value.high, then]
    if not all(0.0 <= place <= 1.000001 for place in places if place is not None):
        return None
    spread = None
    if value.low is not None and value.high is not None:
        left, right = _across(value.low), _across(value.high)
        spread = element(
            "rect", x=left, y=5, width=max(right - left, 1.0), height=6, rx=3, class_="spread"
        )
    stroke = None
    if then is not None:
        x = _across(then)
        stroke = element("line", x1=x, x2=x, y1=1, y2=15, class_="then")
    return element(
        "svg",
        element("line", x1=_INSET, x2=_BAR - _INSET, y1=8, y2=8, class_="track"),
        spread,
        stroke,
        element("circle", cx=_across(value.value), cy=8, r=3.5, class_="dot"),
        viewBox=f"0 0 {_BAR} 16",
        width=_BAR,
        height=16,
        class_="bar",
        aria_hidden="true",
    )


def _across(share: float) -> float:
    return round(_INSET + share * (_BAR - 2 * _INSET), 1)


def risk_chart(curve: Curve, baseline: Curve = ()) -> Html:
    """The coverage-risk curve, with that of the baseline dashed."""
    return element(
        "svg",
        element("title", "Coverage-risk curve"),
        element("desc", described(curve)),
        *_grid(),
        _line(baseline, "curve before") if baseline else None,
        _line(curve, "curve"),
        *(
            element("circle", cx=_x(coverage), cy=_y(risk), r=3.5, class_="dot")
            for coverage, risk in curve[-1:]
        ),
        viewBox=f"0 0 {_LEFT + _WIDTH + 20} {_TOP + _HEIGHT + 48}",
        class_="chart",
        role="img",
    )


def described(curve: Curve) -> str:
    """What the curve shows, in words."""
    coverage, risk = curve[-1]
    half = min(curve, key=lambda point: abs(point[0] - coverage / 2))
    return (
        f"Of the {coverage:.0%} of questions that were answered, {risk:.0%} are wrong; of the "
        f"surest {half[0]:.0%}, {half[1]:.0%}."
    )


def _grid() -> Iterator[Html]:
    bottom, right = _TOP + _HEIGHT, _LEFT + _WIDTH
    for quarter in range(5):
        share = quarter / 4
        x, y = _x(share), _y(share)
        yield element("line", x1=x, x2=x, y1=_TOP, y2=bottom, class_="grid")
        yield element("line", x1=_LEFT, x2=right, y1=y, y2=y, class_="grid")
        yield element("text", f"{share:.0%}", x=x, y=bottom + 17, text_anchor="middle")
        yield element("text", f"{share:.0%}", x=_LEFT - 8, y=y + 4, text_anchor="end")
    middle = (_LEFT + right) / 2
    yield element(
        "text", "share of all questions answered, the surest first",
        x=middle, y=bottom + 38, text_anchor="middle",
    )  # fmt: skip
    height = _TOP + _HEIGHT / 2
    yield element(
        "text", "share of these that are wrong",
        x=12, y=height, text_anchor="middle", transform=f"rotate(-90 12 {height:g})",
    )  # fmt: skip


def _line(curve: Curve, kind: str) -> Html:
    points = " ".join(f"{_x(coverage):g},{_y(risk):g}" for coverage, risk in curve)
    return joined(element("polyline", points=points, class_=kind))


def _x(coverage: float) -> float:
    return round(_LEFT + coverage * _WIDTH, 1)


def _y(risk: float) -> float:
    return round(_TOP + (1.0 - risk) * _HEIGHT, 1)
