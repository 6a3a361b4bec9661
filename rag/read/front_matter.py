"""The block in front of a Markdown text that says what it is: YAML, or TOML as Hugo has it."""

from __future__ import annotations

import datetime
import re
from typing import Any, Final

from rag.read.draft import Draft, Source
from rag.read.metadata import language_code, parse_date

_BLOCK = r"(?:[ \t]*\n)*{0}[ \t]*\n(.{{0,20000}}?)\n{1}[ \t]*(?:\n|\Z)"
_YAML = re.compile(_BLOCK.format("---", r"(?:---|\.\.\.)"), re.DOTALL)
_TOML = re.compile(_BLOCK.format(r"\+\+\+", r"\+\+\+"), re.DOTALL)
_FIELD = re.compile(r"([A-Za-z_][\w.-]{0,40})[ \t]*(?::(?=\s|$)|=)[ \t]*(.*)")
_ITEM = re.compile(r"[ \t]*-[ \t]+(.*)")
_OTHER_LINES: Final = (" ", "\t", "#", "[")  # that go on, or tell nothing here
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
_DATES: Final = ("date", "published", "published_at", "publishedat", "published_date", "pubdate",
                 "publishdate", "publish_date", "created", "created_at")  # fmt: skip
_DEEPEST: Final = 2  # lists in lists; a link of Obsidian looks like one

Fields = dict[str, Any]


def split_front_matter(text: str, source: Source) -> tuple[Draft, str]:
    """What the front matter of `text` says, and the text without it."""
    fields, body = _split(text, source)
    return Draft(
        "",
        title=_string(fields.get("title")),
        date=_date(fields),
        author=_string(fields.get("author") or fields.get("authors")),
        source=_string(fields.get("source") or fields.get("url")),
        language=language_code(fields.get("language") or fields.get("lang")),
    ), body


def _split(text: str, source: Source) -> tuple[Fields, str]:
    if match := _YAML.match(text):
        fields = _yaml(match[1])
    elif match := _TOML.match(text):
        fields = _toml(match[1])
    if not match:
        return {}, text
    if fields is None:
        fields = _by_lines(match[1])
    if fields is None:
        source.warn("its front matter isn't YAML and was read as text")
    if not fields:
        return {}, text
    return {str(key).lower(): value for key, value in fields.items()}, text[match.end() :]


def _yaml(block: str) -> Fields | None:
    """The fields of a block; none where it's text between two rules, None where it is broken."""
    import yaml

    try:
        fields = yaml.safe_load(block)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else {}


def _toml(block: str) -> Fields | None:
    import tomllib

    try:
        return tomllib.loads(block)
    except (ValueError, RecursionError):
        return None


def _by_lines(block: str) -> Fields | None:
    """The fields of a block that isn't quite YAML or TOML; None if it is no list of fields.

    Most often there is a colon in a title without quotation marks.
    """
    fields: Fields = {}
    key = None
    strange = 0
    for line in block.split("\n"):
        if match := _FIELD.match(line):
            key = match[1]
            fields[key] = _value(match[2])
        elif key and (match := _ITEM.match(line)):
            items = fields[key]
            fields[key] = [*(items if isinstance(items, list) else []), _value(match[1])]
        elif line.strip() and not line.startswith(_OTHER_LINES):
            strange += 1
    return fields if strange < len(fields) and _FIELD.match(block) else None


def _value(text: str) -> Any:
    """The value in the rest of a line; the text itself where YAML can't or finds a field in it."""
    import yaml

    text = text.strip()
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return text.strip("\"'")
    return text if isinstance(value, dict) and not text.startswith("{") else value


def _date(fields: Fields) -> datetime.date | None:
    """The first date that is one: to Jekyll "published" says yes or no."""
    dates = (parse_date(fields.get(key)) for key in _DATES)
    return next(filter(None, dates), None)


def _string(value: object) -> str | None:
    return ", ".join(_names(value)) or None


def _names(value: object, depth: int = 0) -> list[str]:
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, list):
        inner = value if depth < _DEEPEST else []
        return [name for item in inner for name in _names(item, depth + 1)]
    if not isinstance(value, str | int | float):
        return []
    return [_WIKI_LINK.sub(r"\1", str(value))]
