"""The three reports for people and CI: they agree with the verdict, and no text breaks them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import chain, combinations
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.article import Article, Span
from rag.citation import Citation, Claim
from rag.evaluate.case import Response
from rag.evaluate.report import Outcome, Report, Value
from rag.evaluate.reports.excerpts import Cited, excerpts
from rag.evaluate.reports.html import html
from rag.evaluate.reports.junit import junit
from rag.evaluate.reports.markdown import escaped, markdown
from rag.evaluate.verdict import Rules, Verdict, judge
from rag.markup import printable

TEXT = (
    "The ferry left at noon, 12 minutes late, with 300 people aboard. "
    "A fire broke out in the engine room \U0001f525 before one. "
    "The captain, Ida Norr, turned back. "
    + "Nothing else of note happened on that grey day. " * 30
    + "The last passenger was ashore by four."
)
ARTICLE = Article.of(TEXT, title="Fire & <b>smoke</b>")
ARTICLES = {ARTICLE.id: ARTICLE}

HOSTILE = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)></details></table>",
    "xml": "]]> <!-- <![CDATA[ &lt; &#0; --> </testcase>",
    "attribute": '" onclick="x()" \' `',
    "controls": "a\x00b\x08c\x1bd\x7fe\x85f\ufffeg\ud800h",
    "direction": "safe \u202egnp.exe \u2066 more",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u00e9\u0301 \U0001f1f0\U0001f1f7",
    "long": "x" * 50_000,
    "lines": "# one\n\n---\n| a | b |\n- [ ] two\n```\n<details>",
    "markdown": "![x](http://evil.example/p.png) [a](javascript:b) **c** `d` | e \\| f \\",
    "list": "1. one",
    "links": "http://evil.example www.evil.example @someone $x$ ~~y~~",
}


def outcome(id: str = "q", status: Any = "pass", text: str = "300 people", **more: Any) -> Outcome:
    """An outcome whose answer cites `text` and whose evidence is the second sentence."""
    start, gold = TEXT.index(text), TEXT.index("A fire")
    citation = Citation.of(ARTICLE, Span(ARTICLE.id, start, start + len(text)))
    claim = Claim(f"It says {text}.", "supported", (citation,))
    fields: dict[str, Any] = {
        "kind": "answerable",
        "question": f"What about {id}?",
        "cluster": id,
        "must_pass": False,
        "facts": ("300", "fire / blaze"),
        "said": (True, False),
        "reason": "" if status == "pass" else "doesn't say: fire / blaze",
        "response": Response((claim,), abstained=False),
        "evidence": (((ARTICLE.id, gold, gold + 20),),),
        "values": {"fact_recall": 0.5, "half_hit@5": 1.0, "given_recall": 1.0},
    }
    return Outcome(id=id, status=status, **{**fields, **more})


def report(*outcomes: Outcome, **more: Any) -> Report:
    fields: dict[str, Any] = {
        "system": {"gold": "abc", "articles": "def", "model": "m", "adapter": None},
        "outcomes": list(outcomes),
        "values": {"fact_recall": Value(0.5, len(outcomes), 0.2, 0.8), "refused": Value(1.0, 3)},
        "curve": [(0.5, 0.0), (1.0, 0.25)],
    }
    return Report(**{**fields, **more})


def hostile(text: str) -> Report:
    """A report in which everything that comes from outside is `text`."""
    article = Article.of(TEXT, title=text)
    citation = Citation.of(article, Span(ARTICLE.id, 0, 9))
    response = Response((Claim(text, "partly", (citation,), text),), abstained=False)
    item = outcome(
        text, "fail", question=text, reason=text, facts=(text,), said=(False,), response=response
    )
    odd = outcome(
        f"{text}2", "error", kind=text, question=text, reason=text, response=None, said=()
    )
    system = {"model": text, "gold": "abc"}
    return report(item, odd, system=system, milliseconds={text: 1.0})


class Page(HTMLParser):
    """The tree of a page, proved to be one: every element is closed where it was opened."""

    VOID = frozenset({"meta", "input", "br", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found: tuple[str, dict[str, str | None], list[str]] = (tag, dict(attrs), [])
        self.elements.append(found)
        if tag not in self.VOID:
            self.open.append(found)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, _, texts in self.open:
            texts.append(data)

    def all(self, tag: str, **attributes: str) -> Iterator[tuple[dict[str, str | None], str]]:
        for name, found, texts in self.elements:
            if name == tag and attributes.items() <= {k: v or "" for k, v in found.items()}.items():
                yield found, "".join(texts)


def counted(text: str) -> tuple[ElementTree.Element, list[str]]:
    """A JUnit file, proved to count itself right, and what of its test cases is red."""
    root = ElementTree.fromstring(text)
    suite = root[0]
    red = [*suite.iter("failure"), *suite.iter("error")]
    assert int(suite.get("failures", "")) + int(suite.get("errors", "")) == len(red)
    assert int(suite.get("tests", "")) == len(list(suite.iter("testcase")))
    assert int(suite.get("skipped", "")) == len(list(suite.iter("skipped")))
    return root, [one.get("message", "") for one in red]


class TestJunit:
    def test_known_misses_are_no_failures(self) -> None:
        run = report(outcome("a"), outcome("b", "fail"))
        root, red = counted(junit(run, judge(run)))
        assert red == []
        assert [case.get("name") for case in root.iter("testcase")] == ["a", "b", "PASS"]
        [skipped] = root.iter("skipped")
        assert skipped.get("message") == "doesn't say: fire / blaze"

    def test_what_must_pass_is_red_and_so_is_its_reason(self) -> None:
        run = report(outcome("a"), outcome("b", "fail", must_pass=True), outcome("c", "fail"))
        verdict = judge(run)
        root, _ = counted(junit(run, verdict))
        red = [
            (case.get("classname"), case.get("name"))
            for case in root.iter("testcase")
            if case.find("failure") is not None
        ]
        assert red == [("answerable", "b"), ("verdict", "b must pass: doesn't say: fire / blaze")]

    def test_what_broke_is_an_error(self) -> None:
        run = report(outcome("a"), outcome("b", "error", reason="out of memory", response=None))
        root, red = counted(junit(run, judge(run)))
        assert red == ["out of memory", "b: error: out of memory"]
        assert not list(root.iter("failure"))

    def test_an_empty_run_is_red(self) -> None:
        assert counted(junit(report(), judge(report())))[1] == ["no item was asked"]

    @pytest.mark.parametrize("code", [0, 1, 3, 4])
    @pytest.mark.parametrize("reasons", [(), ("a: odd",), ("the model is another",)])
    @pytest.mark.parametrize("status", ["pass", "fail", "error", "missing"])
    def test_is_red_exactly_if_the_exit_code_is(
        self, code: int, reasons: tuple[str, ...], status: str
    ) -> None:
        run = report(outcome("a", status))
        assert bool(counted(junit(run, Verdict(code, reasons)))[1]) == bool(code)

    def test_times_are_those_of_the_run(self) -> None:
        response = replace(outcome().response or Response((), True), milliseconds={"a": 1500.0})
        run = report(outcome(response=response), seconds=7.0)
        root, _ = counted(junit(run, judge(run)))
        assert [case.get("time") for case in root.iter("testcase")] == ["1.500", None]
        assert root.get("time") == "7.000"
        assert counted(junit(run, judge(run), 9.0))[0].get("time") == "9.000"


class TestMarkdown:
    def test_says_verdict_reasons_and_values(self) -> None:
        run = report(outcome("a", "fail", must_pass=True))
        text = markdown(run, judge(run))
        assert text.startswith("## \u274c REGRESSION\n")
        assert "- a must pass: doesn't say: fire / blaze" in text
        assert "| `fact_recall` | 0.500 | 0.200 to 0.800 | 1 |" in text
        assert "| `refused` | 1.000 | \u2013 | 3 |" in text

    def test_shows_differences_and_changed_items(self) -> None:
        now = report(outcome("a", "fail"), outcome("b"))
        then = report(outcome("a"), outcome("b"))
        then.values["fact_recall"] = Value(0.75, 2, 0.4, 0.9)
        text = markdown(now, judge(now, baseline=then), then)
        assert "| 0.750 | \u22120.250 worse |" in text
        assert "### Compared with the baseline" in text
        assert "| a | pass \u2192 **fail** | doesn't say: fire / blaze | What about a? |" in text

    def test_lists_the_first_thirty(self) -> None:
        run = report(*(outcome(f"item-{at}", "fail") for at in range(40)))
        text = markdown(run, judge(run))
        assert "item-29 " in text
        assert "item-30 " not in text
        assert "\u2026 and 10 more items." in text

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    def test_a_text_says_just_itself(self, text: str) -> None:
        parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
        tokens = parser.parse(f"| a |\n|---|\n| {escaped(text, 10**6)} |\n")
        _, inline = [token for token in tokens if token.type == "inline"]
        kinds = {child.type for child in inline.children or []}
        assert kinds <= {"text", "text_special"}
        said = "".join(child.content for child in inline.children or [])
        flat = " ".join(printable(text).split())
        assert said == re.sub("[\u202a-\u202e\u2066-\u2069]", "\ufffd", flat)

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    def test_hostile_texts_make_no_structure(self, text: str) -> None:
        def shape(one: str) -> list[str]:
            run = hostile(one)
            found = MarkdownIt("commonmark").enable("table").parse(markdown(run, judge(run)))
            return [token.type for token in found]

        assert shape(text) == shape("harmless")
        assert "\u202e" not in markdown(hostile(text), judge(hostile(text)))


class TestHtml:
    def test_holds_every_item(self) -> None:
        run = report(*(outcome(f"item-{at}", "fail" if at % 2 else "pass") for at in range(9)))
        page = Page(html(run, judge(run), ARTICLES))
        found = list(page.all("details", **{"class": "item"}))
        assert [attributes["data-status"] for attributes, _ in found] == ["pass", "fail"] * 4 + [
            "pass"
        ]
        for at, (_, text) in enumerate(found):
            assert f"What about item-{at}?" in text

    def test_has_one_banner_and_links_its_reasons(self) -> None:
        run = report(outcome("a"), outcome("b", "fail", must_pass=True))
        page = Page(html(run, judge(run), ARTICLES))
        [(_, banner)] = page.all("h1")
        assert banner.endswith("REGRESSION")
        assert next(page.all("a", href="#item-2"))[1].startswith("b must pass")

    def test_runs_nothing_but_its_own_style_and_script(self) -> None:
        text = html(report(outcome()), Verdict(0), ARTICLES)
        page = Page(text)
        [(policy, _)] = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
        for tag in ("style", "script"):
            [(_, body)] = page.all(tag)
            digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in str(policy["content"])
        assert "default-src 'none'" in str(policy["content"])
        for _, attributes, _ in page.elements:
            assert not attributes.keys() & {"style", "src", "srcset", "action", "onclick"}
            assert str(attributes.get("href", "#")).startswith("#")
        assert not re.search(r"url\(|@import|https?:", text)

    def test_anchors_are_unique_and_links_lead_somewhere(self) -> None:
        now = report(outcome("a"), outcome("b", text="Ida Norr"))
        then = report(outcome("a", text="at noon"), outcome("b"))
        page = Page(html(now, judge(now), ARTICLES, then))
        ids = [str(one["id"]) for _, one, _ in page.elements if "id" in one]
        assert len(ids) == len(set(ids))
        links = [str(one["href"])[1:] for tag, one, _ in page.elements if tag == "a"]
        assert links
        assert set(links) <= set(ids)

    def test_highlights_are_the_spans_to_the_character(self) -> None:
        gold = TEXT.index("A fire")
        item = outcome(text="room \U0001f525 before", evidence=(((ARTICLE.id, gold, gold + 40),),))
        page = Page(html(report(item), Verdict(0), ARTICLES))
        marks = [(a["class"], a.get("data-marks"), t) for a, t in page.all("mark") if "title" in a]
        start = TEXT.index("room")
        assert marks == [
            ("gold", None, TEXT[gold:start]),
            ("both", None, TEXT[start : gold + 40]),
            ("cited", "[1]", TEXT[gold + 40 : start + len("room \U0001f525 before")]),
        ]
        [(_, quote)] = page.all("blockquote")
        assert quote.strip("\u2026") in TEXT

    def test_pieces_far_apart_are_apart(self) -> None:
        page = Page(html(report(outcome(text="by four")), Verdict(0), ARTICLES))
        first, last = [text for _, text in page.all("blockquote")]
        assert not first.startswith("\u2026")
        assert first.endswith("\u2026")
        assert last.startswith("\u2026")
        assert last.endswith("ashore by four.")

    def test_a_citation_that_is_not_exact_is_not_highlighted_but_told(self) -> None:
        item = outcome()
        assert item.response
        [claim] = item.response.claims
        [citation] = claim.citations
        wrong = replace(claim, citations=(replace(citation, quote="never written"),))
        item = replace(item, response=replace(item.response, claims=(wrong,)))
        page = Page(html(report(item), Verdict(0), ARTICLES))
        assert not list(page.all("mark", title="cited"))
        assert "not what stands there: never written" in next(page.all("li", id="i1nc1"))[1]

    def test_articles_that_are_not_at_hand_are_quoted(self) -> None:
        page = Page(html(report(outcome()), Verdict(0), {}))
        [(_, text)] = page.all("mark", title="cited")
        assert text == "300 people"

    def test_a_text_turns_no_line_of_ours_around(self) -> None:
        run = hostile(HOSTILE["direction"])
        page = Page(html(run, judge(run), ARTICLES))
        texts = [text for _, text in page.all("bdi")]
        assert "safe \ufffdgnp.exe \ufffd more" in texts
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", "".join(texts))

    def test_the_baseline_stands_beside(self) -> None:
        now = report(outcome("a", "fail"), outcome("b"))
        then = report(outcome("a", text="Ida Norr"), outcome("b"))
        page = Page(html(now, judge(now, baseline=then), ARTICLES, then))
        changed = [one["data-changed"] for one, _ in page.all("details", **{"class": "item"})]
        assert changed == ["status answer", ""]
        [(_, sides)] = page.all("div", **{"class": "sides"})
        assert "It says 300 people." in sides
        assert "It says Ida Norr." in sides

    def test_an_item_only_the_run_has_is_no_change(self) -> None:
        page = Page(html(report(outcome("new")), Verdict(0), ARTICLES, report(outcome("old"))))
        assert [a["data-changed"] for a, _ in page.all("details", **{"class": "item"})] == [""]

    @pytest.mark.parametrize(
        "run",
        [
            report(),
            report(outcome(status="missing", response=None, values={}, evidence=())),
            report(outcome(response=Response((), abstained=True, withheld=True))),
            report(outcome(status="odd"), values={"gone@7": Value(3.0, 1)}, curve=[]),
        ],
        ids=["empty", "missing", "refused", "of another version"],
    )
    def test_odd_runs_have_reports_too(self, run: Report) -> None:
        verdict = Verdict(1, ("because",))
        Page(html(run, verdict, ARTICLES, report(outcome())))
        assert "because" in markdown(run, verdict, report(outcome()))
        assert "because" in counted(junit(run, verdict))[1]


class TestAll:
    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    def test_hostile_texts_break_nothing(self, text: str) -> None:
        run, verdict = hostile(text), judge(hostile(text))

        def shape(one: str) -> list[tuple[str, list[str]]]:
            said = hostile(one)
            articles = {ARTICLE.id: Article.of(TEXT, title=one)}
            page = Page(html(said, judge(said), articles, said))
            return [(tag, list(attributes)) for tag, attributes, _ in page.elements]

        assert shape(text) == shape("harmless")
        found = html(run, verdict, ARTICLES)
        assert text.strip() not in found or not re.search("[<>&\"'\x00-\x08\ud800]", text)
        root, _ = counted(junit(run, verdict))
        names = [case.get("name") for case in root.iter("testcase")]
        assert names[0] == printable(text)
        for one in (found, markdown(run, verdict), junit(run, verdict)):
            one.encode("utf-8")
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", one)

    def test_the_same_run_gives_the_same_bytes(self) -> None:
        def all_three() -> tuple[str, ...]:
            run, then = report(outcome("a"), outcome("b", "fail")), report(outcome("a", "fail"))
            verdict = judge(run, Rules(), then)
            page = html(run, verdict, ARTICLES, then)
            return page, markdown(run, verdict, then), junit(run, verdict)

        assert all_three() == all_three()


SPAN = st.tuples(st.integers(0, 300), st.integers(0, 300)).map(lambda pair: tuple(sorted(pair)))


class TestExcerpts:
    @given(
        st.text(alphabet="ab \n\U0001f525\u0301", min_size=0, max_size=300),
        st.lists(SPAN, max_size=4),
        st.lists(SPAN, max_size=4),
        st.integers(0, 60),
    )
    def test_cut_the_text_exactly(
        self,
        text: str,
        gold: list[tuple[int, int]],
        spans: list[tuple[int, int]],
        context: int,
    ) -> None:
        cited = [Cited(start, end, mark) for mark, (start, end) in enumerate(spans, 1)]
        found = excerpts(text, gold, cited, context)
        shown: dict[int, tuple[bool, bool]] = {}
        for piece in found:
            assert "".join(one.text for one in piece.segments) == text[piece.start : piece.end]
            at = piece.start
            for segment in piece.segments:
                assert segment.text
                for place in range(at, at + len(segment.text)):
                    shown[place] = (segment.is_gold, segment.is_cited)
                at += len(segment.text)
        for one, other in combinations(found, 2):
            assert one.end < other.start
        inside = [
            {at for start, end in some if end <= len(text) for at in range(start, end)}
            for some in (gold, spans)
        ]
        assert set(chain(*inside)) <= shown.keys()
        for place, (is_gold, is_cited) in shown.items():
            assert (is_gold, is_cited) == (place in inside[0], place in inside[1])

    def test_a_mark_ends_where_its_citation_does(self) -> None:
        cited = [Cited(0, 4, 1), Cited(2, 6, 2), Cited(0, 6, 3)]
        [found] = excerpts("abcdefgh", [], cited)
        assert [(one.text, one.ends) for one in found.segments] == [
            ("ab", ()),
            ("cd", (1,)),
            ("ef", (2, 3)),
            ("gh", ()),
        ]
