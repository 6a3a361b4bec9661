"""`rag ask`, `rag summarize` and `rag search`, with the real embedded models."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from rag.ask import DOUBT

Rag = Callable[..., Result]
Done = Callable[..., str]
Exact = Callable[[dict[str, Any], Path], bool]


def test_ask_prints_the_answer_and_numbered_citations(done: Done, shared: Path) -> None:
    printed = done("ask", "How many people saw the bridge open?", library=shared)
    answer, *citations = printed.split("\n\n")
    assert "[1]" in answer
    assert citations[0].startswith('[1] "')
    assert " \u2014 " in citations[0]


def test_ask_says_what_it_understood_where_a_slip_was_mended(rag: Rag, shared: Path) -> None:
    mended = rag("ask", "how many peolpe saw the bridge open", library=shared)
    assert "understood as: how many people saw the bridge open" in mended.stderr
    plain = rag("ask", "how many people saw the bridge open", library=shared)
    assert "understood" not in plain.stderr
    assert mended.stdout == plain.stdout


def test_ask_json_keeps_its_contract(done: Done, span_is_exact: Exact, shared: Path) -> None:
    answer = json.loads(done("ask", "What did the new bridge cost?", "--json", library=shared))
    assert {"question", "text", "abstained", "claims", "trace"} <= answer.keys()
    assert answer["question"] == "What did the new bridge cost?"
    assert answer["claims"]
    for claim in answer["claims"]:
        assert {"text", "support", "citations"} <= claim.keys()
        for citation in claim["citations"]:
            assert citation.keys() == {"article", "start", "end", "quote"}
            assert {"id", "title", "source", "path"} <= citation["article"].keys()
            assert span_is_exact(citation, shared)


def test_the_question_may_be_several_words_or_standard_input(done: Done, shared: Path) -> None:
    words = ("who", "composed", "the", "opera", "Tosca?")
    asked = json.loads(done("ask", *words, "--json", library=shared))["question"]
    assert asked == " ".join(words)
    options: dict[str, Any] = {"library": shared, "input": "who composed the\nopera Tosca?\n"}
    assert json.loads(done("ask", "-", "--json", **options))["question"] == asked
    assert json.loads(done("search", "-", "--json", **options))["query"] == asked


def test_ask_says_that_the_articles_do_not_say(done: Done, shared: Path) -> None:
    printed = done("ask", "Who composed the opera Tosca?", library=shared)
    assert printed.startswith("Not in the articles.\n")
    assert "Nearest passages, which may not answer it:" in printed


def test_the_help_tells_the_doubt_that_is_used(done: Done) -> None:
    # It stands there as text: help that loads what answers would be slow.
    assert f"[default: {DOUBT}]" in " ".join(done("ask", "--help").split())


def test_filters_choose_articles(done: Done, shared: Path, articles: Path) -> None:
    def titles(*filters: str) -> set[str]:
        found = json.loads(
            done("search", "bridge museum bread", *filters, "--json", library=shared)
        )
        return {hit["article"]["title"][:6] for hit in found["hits"]}

    assert titles("--since", "2024") == {"Bridge"}
    assert titles("--until", "2023-11") == {"Storm "}
    assert titles("--source", "harbour") == {"Storm "}
    assert titles("--title", "storm") == {"Storm "}
    assert titles(
        "--article", str(articles / "bread.txt"), "--article", "storm closes the museum"
    ) == {
        "bread",
        "Storm ",
    }
    assert titles("--since", "2025") == set()


@pytest.mark.parametrize(
    "wrong",
    [
        ("ask",),
        ("ask", ""),
        ("ask", " ", "\t"),
        ("search", ""),
        ("ask", "why", "--since", "yesterday"),
        ("ask", "why", "--since", "2024-13"),
        ("ask", "why", "--since", "2024-02-30"),
        ("ask", "why", "--since", "2024", "--until", "2023"),
        ("search", "bread", "-k", "0"),
        ("summarize",),
        ("summarize", "--all", "bread"),
        ("summarize", "--all", "--length", "epic"),
        ("summarize", "--all", "--length", "0"),
        ("add",),
        ("add", "https://example.org/"),
        ("add", "no such file"),
        ("add", "nothing-*.txt"),
        ("show", "bread", "--span", "5"),
        ("show", "bread", "--span", "9:5"),
        ("show", "bread", "--span", "0:100000"),
        ("show", "bread", "--text", "--json"),
        ("models", "pull", "gpt-17"),
        ("frobnicate",),
        ("list", "--frobnicate"),
    ],
)
def test_wrong_use_is_exit_code_2(rag: Rag, wrong: tuple[str, ...], shared: Path) -> None:
    result = rag(*wrong, library=shared)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr


def test_summarize_keeps_its_contract(
    done: Done, span_is_exact: Exact, shared: Path, articles: Path
) -> None:
    path = articles / "museum.md"
    summary = json.loads(done("summarize", path, "--length", "headline", "--json", library=shared))
    assert [article["title"] for article in summary["articles"]] == ["Storm closes the museum"]
    assert summary["claims"]
    for claim in summary["claims"]:
        assert claim["citations"]
        assert all(span_is_exact(citation, shared) for citation in claim["citations"])
    assert '[1] "Storm closes the museum", 2023-11-20' in done(
        "summarize", path, "--length", "999", library=shared
    )


def test_summarize_what_a_filter_or_a_search_admits(
    done: Done, rag: Rag, shared: Path, articles: Path
) -> None:
    def titles(*arguments: str | Path) -> set[str]:
        found = done("summarize", *arguments, "--length", "2000", "--json", library=shared)
        return {article["title"][:6] for article in json.loads(found)["articles"]}

    assert titles("--since", "2024") == {"Bridge"}
    assert titles(articles, "--until", "2023") == {"Storm "}
    assert titles("--search", "roof of the museum", "--source", "harbour") == {"Storm "}
    refused = rag("summarize", "bread", "--since", "2024", library=shared)
    assert refused.exit_code == 1
    assert "widen it" in refused.stderr


def test_search_shows_sentences_and_ranks(done: Done, shared: Path) -> None:
    printed = done("search", "roof", "torn", "off", library=shared)
    assert printed.startswith('1. "Storm closes the museum", 2023-11-20 (')
    assert "A storm tore the roof off" in printed
    assert "meaning #1 (" in printed
    assert "\x1b" not in printed
    assert "\x1b[1m" in done("search", "roof torn off", library=shared, color=True)


def test_search_json_keeps_its_contract(done: Done, span_is_exact: Exact, shared: Path) -> None:
    found = json.loads(done("search", "rye bread", "--json", "-k", "1", library=shared))
    assert found.keys() == {"query", "hits", "milliseconds"}
    assert found["query"] == "rye bread"
    (hit,) = found["hits"]
    assert {"article", "start", "end", "text", "scores", "sentences"} <= hit.keys()
    assert span_is_exact({**hit, "quote": hit["text"]}, shared)
