"""Prompts: templates, chat formats, and the parts that a prompt is made of.

A prompt is a sequence of parts. Only parts that we wrote may hold a model's control tokens; what
comes from articles and users is `data`, of which no character is ever read as one.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.errors import UsageError

_SECTION = re.compile(r"^\[(system|user|assistant)\]\n", re.MULTILINE)
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a prompt.

    Attributes:
        control: it may hold control tokens.
        fixed: it is the same in all prompts of its template.
    """

    text: str
    control: bool = False
    fixed: bool = False


Prompt = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says: `role` is system, user or assistant."""

    role: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ChatFormat:
    """How a model wants turns to be marked.

    Attributes:
        sign: a control token that only models of this format have.
        before, after: by role.
    """

    name: str
    sign: str
    before: Mapping[str, str]
    after: Mapping[str, str]

    def render(self, turns: Iterable[Turn]) -> Prompt:
        """The prompt of these turns, open for the assistant's answer."""
        parts: list[Part] = []
        for turn in turns:
            parts.append(_mark(self.before[turn.role]))
            parts.extend(turn.parts)
            parts.append(_mark(self.after[turn.role]))
        return (*parts, _mark(self.before["assistant"]))


def _mark(text: str) -> Part:
    return Part(text, control=True, fixed=True)


def _roles(system: str, user: str, assistant: str) -> dict[str, str]:
    return {"system": system, "user": user, "assistant": assistant}


_IM = "<|im_start|>{}\n".format
_HEADER = "<|start_header_id|>{}<|end_header_id|>\n\n".format

CHAT_FORMATS = (
    ChatFormat(
        *("chatml", "<|im_start|>"),
        before=_roles(_IM("system"), _IM("user"), _IM("assistant")),
        after=dict.fromkeys(("system", "user", "assistant"), "<|im_end|>\n"),
    ),
    ChatFormat(
        *("llama3", "<|start_header_id|>"),
        before=_roles(_HEADER("system"), _HEADER("user"), _HEADER("assistant")),
        after=dict.fromkeys(("system", "user", "assistant"), "<|eot_id|>"),
    ),
    ChatFormat(
        *("gemma", "<start_of_turn>"),
        before=_roles("<start_of_turn>user\n", "<start_of_turn>user\n", "<start_of_turn>model\n"),
        after=dict.fromkeys(("system", "user", "assistant"), "<end_of_turn>\n"),
    ),
    ChatFormat(
        *("phi3", "<|assistant|>"),
        before=_roles("<|system|>\n", "<|user|>\n", "<|assistant|>\n"),
        after=dict.fromkeys(("system", "user", "assistant"), "<|end|>\n"),
    ),
)
PLAIN = ChatFormat(
    *("plain", ""),
    before=_roles("", "Question and sentences:\n", "Answer:\n"),
    after=dict.fromkeys(("system", "user", "assistant"), "\n\n"),
)


def chat_format(has_control_token: Callable[[str], bool]) -> ChatFormat:
    """The format of a model, told by the control tokens of its vocabulary.

    The template that a GGUF file carries is a program; it is never run.
    """
    return next((known for known in CHAT_FORMATS if has_control_token(known.sign)), PLAIN)


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt template: turns with fields such as {question}; see `prompts/README.md`."""

    name: str
    text: str

    @property
    def fingerprint(self) -> str:
        """First 16 hex digits of the SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    def turns(self, **fields: str) -> list[Turn]:
        """The template's turns, with the fields filled in as data."""
        pieces = _SECTION.split(self.text)[1:]
        sections = zip(pieces[::2], pieces[1::2], strict=True)
        return [Turn(role, tuple(_filled(body.strip("\n"), fields))) for role, body in sections]


def _filled(body: str, fields: Mapping[str, str]) -> Iterator[Part]:
    for place, piece in enumerate(_FIELD.split(body)):
        is_field = place % 2 == 1
        if text := fields[piece] if is_field else piece:
            yield Part(text, fixed=not is_field)


def load_template(name: str, folder: Path | None = None) -> Template:
    """A template by name: the user's own ($RAG_PROMPTS or `folder`) before the one shipped.

    Raises:
        UsageError: there is none, or a turn or a field of it isn't known.
    """
    own = folder or (Path(os.environ["RAG_PROMPTS"]) if os.environ.get("RAG_PROMPTS") else None)
    for place in [own, *_shipped()]:
        file = place / f"{name}.txt" if place else None
        if file and file.is_file():
            return _checked(Template(name, file.read_text("utf-8")), file)
    raise UsageError("no such prompt template", where=f"{name}.txt")


FIELDS = {
    "answer": {"sentences", "question"},
    "read": {"sentences", "question"},
    "summary": {"sentences", "task"},
}


def _checked(template: Template, file: Path) -> Template:
    found = set(_FIELD.findall(template.text))
    wanted = FIELDS[template.name]
    if found != wanted or not _SECTION.match(template.text):
        raise UsageError(
            f"a template with the fields {sorted(found)}, where {sorted(wanted)} are needed",
            where=str(file),
            remedy="begin it with [system] or [user] and use each field once",
        )
    return template


def _shipped() -> tuple[Path, ...]:
    here = Path(__file__).parent
    return (here / "prompts", here.parent / "prompts")  # in the wheel; in a checkout
