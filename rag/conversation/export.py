"""A conversation to be taken along: as Markdown, HTML or JSON, with every quote and its place."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator

from rag.answer import Answer
from rag.citation import Citation, pieces
from rag.conversation.kept import Conversation, Turn
from rag.evaluate.reports.markdown import escaped
from rag.markup import Html, element, inline

NEAREST = "The nearest passages, which may not answer it:"
LIMIT = 100_000  # characters of one text; Markdown is one line a text
_STYLE = (
    ":root{color-scheme:light dark}body{max-width:44rem;margin:2rem auto;padding:0 1rem;"
    "font:1.05rem/1.6 Georgia,serif}h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2.5rem}"
    "blockquote{margin:.2rem 0 1rem;padding-left:1rem;border-left:3px solid #8a8a8a}"
    "cite,small{font:.85rem/1.5 sans-serif}"
)


def to_json(conversation: Conversation) -> str:
    """All of it, traces included."""
    return json.dumps(conversation.to_dict(), ensure_ascii=False, indent=2) + "\n"


def to_markdown(conversation: Conversation) -> str:
    """Questions as headings, answers, and the quotes by their marks."""
    lines = [f"# {escaped(conversation.title)}", ""]
    for turn in conversation.turns:
        lines += [f"## {escaped(turn.answer.question, LIMIT)}", ""]
        lines += [_when(turn), "", _said(turn.answer), ""]
        lines += [f"- {escaped(doubt, LIMIT)}\n" for doubt in _doubts(turn.answer)]
        for number, citation in _numbered(turn.answer):
            lines.append(f"{number}. {escaped(_place(citation), LIMIT)}")
            lines += ["", f"   > {escaped(citation.quote, LIMIT)}", ""]
    return "\n".join(lines)


def to_html(conversation: Conversation) -> str:
    """One page that needs nothing else and runs nothing."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", conversation.title or "Conversation"),
        element("style", Html(_STYLE)),
    )
    parts = [part for turn in conversation.turns for part in _turn(turn)]
    body = element("body", element("h1", inline(conversation.title)), *parts)
    return f"<!doctype html>\n{element('html', head, body)}\n"


def _turn(turn: Turn) -> Iterator[Html]:
    answer = turn.answer
    yield element("h2", inline(answer.question))
    yield element("p", element("small", _when(turn)))
    if answer.claims:
        yield element("p", *(inline(piece) for piece in pieces(answer.claims)))
        yield from (element("p", element("small", inline(one))) for one in _doubts(answer))
    else:
        yield element("p", f"{answer.text} {NEAREST}" if answer.nearest else answer.text)
    for number, citation in _numbered(answer):
        yield element("cite", inline(f"[{number}] {_place(citation)}"))
        yield element("blockquote", inline(citation.quote))


def _doubts(answer: Answer) -> list[str]:
    """What was found wrong with the model's words, claim by claim."""
    return [f"“{one.text}”: {one.reason}" for one in answer.claims if one.reason]


def _said(answer: Answer) -> str:
    """The answer with its marks, and with what is doubtful said to be."""
    text = escaped(answer.text, LIMIT)
    return f"{text} {NEAREST}" if answer.nearest else text


def _numbered(answer: Answer) -> Iterator[tuple[int, Citation]]:
    yield from enumerate(answer.citations or answer.nearest, 1)


def _place(citation: Citation) -> str:
    article = citation.article
    parts = [article.title, article.date.isoformat() if article.date else "", article.source or ""]
    parts += [article.path or article.id, f"characters {citation.start}-{citation.end}"]
    return ", ".join(part for part in parts if part)


def _when(turn: Turn) -> str:
    return f"Asked {turn.asked.isoformat(timespec='minutes')}."
