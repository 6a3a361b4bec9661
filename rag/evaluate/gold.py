"""Gold items: questions with the facts of their right answers and the evidence for them.

A gold file is JSON lines, one item a line; `docs/evaluation.md` explains the fields.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from rag.errors import UsageError
from rag.evaluate.facts import Date, Fact, Forms, Number, plain
from rag.summarize import words_of

Kind = Literal["answerable", "unanswerable", "summary"]

_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)
_KNOWN = {
    *("id", "question", "answerable", "facts", "must_not", "evidence", "answer", "tags"),
    *("must_pass", "cluster", "turns", "summarize", "length"),
}

MOST = 1e300  # so that no sum of two numbers overflows

T = TypeVar("T")


class GoldError(UsageError):
    """A gold file that isn't one; says the line and the item."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece of evidence: by its text, or by offsets into the article's canonical text."""

    article: str
    quote: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One gold item.

    Attributes:
        line: of the gold file, from 1.
        question: the last one of a conversation; empty for a summary.
        before: the questions before it in a conversation.
        facts: all of them are in a right answer; for a summary, what matters most comes first.
        must_not: any of them makes an answer wrong.
        evidence: alternatives; the spans of one of them together prove the answer.
        answers: short gold answers, for exact match and token F1.
        cluster: items with the same one aren't independent, for the statistics.
        summarize: article references a summary is wanted of, of this `length`.
    """

    id: str
    line: int
    question: str = ""
    answerable: bool = True
    before: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    must_not: tuple[Forms, ...] = ()
    evidence: tuple[tuple[Quote, ...], ...] = ()
    answers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    must_pass: bool = False
    cluster: str = ""
    summarize: tuple[str, ...] = ()
    length: str | int = "short"

    @property
    def kind(self) -> Kind:
        if self.summarize:
            return "summary"
        return "answerable" if self.answerable else "unanswerable"

    @property
    def articles(self) -> list[str]:
        """What the item refers to, each article once."""
        quoted = [quote.article for quotes in self.evidence for quote in quotes]
        return list(dict.fromkeys([*self.summarize, *quoted]))


@dataclass(frozen=True, slots=True)
class Gold:
    """The items of a gold file.

    Attributes:
        fingerprint: first 16 hex digits of the SHA-256 of the file.
    """

    items: tuple[Item, ...]
    fingerprint: str
    path: str = ""


def load_gold(path: str | Path) -> Gold:
    """The items of a gold file.

    Raises:
        GoldError: it isn't one; all that is wrong is said, a line each.
    """
    file = Path(path)
    try:
        raw = file.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise GoldError(f"can't be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise GoldError("not UTF-8", where=str(path), remedy="save it as UTF-8") from error
    return parse_gold(text, str(path), hashlib.sha256(raw).hexdigest()[:16])


def parse_gold(text: str, path: str = "gold", fingerprint: str = "") -> Gold:
    """The items of the text of a gold file; see `load_gold`."""
    items: list[Item] = []
    wrong: list[str] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            item = _new(_item(_object(line), number), seen)
        except _Wrong as error:
            wrong.append(f"line {number}{f', item {error.id}' if error.id else ''}: {error.what}")
        else:
            seen[item.id] = number
            items.append(item)
    if wrong:
        count = f"{len(wrong)} item{'s' if len(wrong) > 1 else ''} can't be used"
        raise GoldError("\n".join([count, *wrong]), where=path)
    if not items:
        raise GoldError("there is no item in it", where=path, remedy="write one a line, as JSON")
    fingerprint = fingerprint or hashlib.sha256(text.encode()).hexdigest()[:16]
    return Gold(tuple(items), fingerprint, path)


def _new(item: Item, seen: Mapping[str, int]) -> Item:
    if item.id in seen:
        raise _Wrong(item.id, f"the same id stands in line {seen[item.id]}")
    return item


class _Wrong(Exception):
    def __init__(self, id: str, what: str) -> None:
        self.id, self.what = id, what
        super().__init__(id, what)


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise _Wrong("", "holds half a character (a lone surrogate)") from error
    except (ValueError, RecursionError) as error:
        raise _Wrong("", f"not JSON: {error}") from error
    if not isinstance(found, dict):
        raise _Wrong("", "not a JSON object")
    return found


@dataclass(slots=True)
class _Fields:
    """The fields of an item, taken one by one with their types proved."""

    values: dict[str, Any]
    id: str = ""

    def take(self, name: str, type: type[T], default: T) -> T:
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, type) or (isinstance(value, bool) and type is not bool):
            raise self.wrong(f'"{name}" is {_shown(value)}')
        return value

    def strings(self, name: str) -> tuple[str, ...]:
        """A list of texts; a single text is one of them."""
        value = self.values.get(name)
        if value is None:
            return ()
        return _strings([value] if isinstance(value, str) else value, name, self.wrong)

    def forms(self, name: str) -> tuple[Forms, ...]:
        return tuple(Forms((form,)) for form in _forms(self.strings(name), name, self.wrong))

    def objects(self, name: str) -> list[dict[str, Any]]:
        found: list[Any] = self.take(name, list, [])
        if not all(isinstance(one, dict) for one in found):
            raise self.wrong(f'"{name}" holds what is no object')
        return found

    def wrong(self, what: str) -> _Wrong:
        return _Wrong(self.id, what)


def _item(values: dict[str, Any], line: int) -> Item:
    fields = _Fields(values)
    fields.id = fields.take("id", str, "").strip()
    if not fields.id:
        raise fields.wrong('"id" is missing')
    before, fields.values = _turns(fields)
    _only(fields.values, _KNOWN, fields.wrong)
    item = Item(
        id=fields.id,
        line=line,
        question=fields.take("question", str, "").strip(),
        answerable=fields.take("answerable", bool, True),
        before=before,
        facts=tuple(_fact(one, fields.wrong) for one in fields.objects("facts")),
        must_not=fields.forms("must_not"),
        evidence=tuple(_evidence(fields)),
        answers=fields.strings("answer"),
        tags=fields.strings("tags"),
        must_pass=fields.take("must_pass", bool, False),
        cluster=fields.take("cluster", str, ""),
        summarize=fields.strings("summarize"),
        length=_length(fields),
    )
    if what := _contradiction(item):
        raise fields.wrong(what)
    return item if item.cluster else _clustered(item)


def _contradiction(item: Item) -> str | None:
    """What doesn't go together in an item."""
    if item.summarize:
        return '"question" and "summarize" exclude each other' if item.question else None
    if not item.question:
        return '"question" is missing'
    if item.answerable and not item.facts:
        return "an answerable question without facts"
    if not item.answerable and (item.facts or item.evidence):
        return "an unanswerable question with facts or evidence"
    return None


def _clustered(item: Item) -> Item:
    return replace(item, cluster=item.articles[0] if item.articles else item.id)


def _turns(fields: _Fields) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The questions before the last one of a conversation, and the fields with the last one's."""
    turns = fields.objects("turns")
    if not turns:
        return (), fields.values
    if "question" in fields.values:
        raise fields.wrong('"question" and "turns" exclude each other')
    questions = [_Fields(turn, fields.id).take("question", str, "").strip() for turn in turns]
    if not all(questions):
        raise fields.wrong('a turn without a "question"')
    for turn in turns[:-1]:
        _only(turn, {"question"}, fields.wrong)  # only the last answer is scored
    return tuple(questions[:-1]), {**fields.values, **turns[-1]}


def _length(fields: _Fields) -> str | int:
    length = fields.values.get("length")
    if length is None:
        return "short"
    if not isinstance(length, str | int) or isinstance(length, bool):
        raise fields.wrong(f'"length" is {_shown(length)}')
    try:
        words_of(length)
    except UsageError as error:
        raise fields.wrong(f'"length" is {_shown(length)}, not {error.remedy}') from error
    return length


def _only(value: Mapping[str, Any], known: Collection[str], wrong: Callable[[str], _Wrong]) -> None:
    """A name that is written wrongly would be a condition that is silently lost."""
    for name in value:
        if name not in known:
            raise wrong(f"unknown field {name!r}")


def _fact(value: Mapping[str, Any], wrong: Callable[[str], _Wrong]) -> Fact:
    if "any" in value:
        _only(value, {"any"}, wrong)
        forms = _forms(_strings(value["any"], "any", wrong), "any", wrong)
        if not forms:
            raise wrong("a fact without a form")
        return Forms(forms)
    if "number" in value:
        _only(value, {"number", "unit", "tolerance"}, wrong)
        return _number(value, wrong)
    if "date" in value:
        _only(value, {"date"}, wrong)
        return _date(value["date"], wrong)
    raise wrong('a fact has "any", "number" or "date"')


def _date(value: Any, wrong: Callable[[str], _Wrong]) -> Date:
    found = _DATE.fullmatch(str(value))
    try:
        if not found:
            raise ValueError
        datetime.date(*(int(part or 1) for part in found.groups()))
    except ValueError:
        remedy = "not a date such as 2025-01-13, 2025-01 or 2025"
        raise wrong(f"{_shown(value)} is {remedy}") from None
    year, month, day = (int(part) if part else None for part in found.groups())
    return Date(year or 0, month, day)


def _number(value: Mapping[str, Any], wrong: Callable[[str], _Wrong]) -> Number:
    number, margin = value["number"], value.get("tolerance", 0)
    if not isinstance(number, int | float) or isinstance(number, bool) or not abs(number) <= MOST:
        raise wrong(f"{_shown(number)} is no number")
    units = value.get("unit", [])
    some = _strings([units] if isinstance(units, str) else units, "unit", wrong)
    try:
        if isinstance(margin, str) and margin.endswith("%"):
            tolerance = abs(number) * float(margin[:-1]) / 100
        else:
            tolerance = math.nan if isinstance(margin, bool | str) else float(margin)
        if not 0 <= tolerance <= MOST:
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise wrong(f'{_shown(margin)} is no tolerance such as 10 or "5%"') from None
    return Number(float(number), some, tolerance)


def _forms(some: Sequence[str], name: str, wrong: Callable[[str], _Wrong]) -> tuple[str, ...]:
    """Forms with a word in them: without one they would be in nothing, or in everything."""
    for form in some:
        if not plain(form):
            raise wrong(f'"{name}" holds {_shown(form)}, in which there is no word')
    return tuple(some)


def _evidence(fields: _Fields) -> Iterator[tuple[Quote, ...]]:
    for alternative in fields.take("evidence", list, []):
        if not isinstance(alternative, list) or not alternative:
            raise fields.wrong('"evidence" is a list of alternatives, each a list of quotes')
        yield tuple(_quote(one, fields.wrong) for one in alternative)


def _quote(value: Any, wrong: Callable[[str], _Wrong]) -> Quote:
    if not isinstance(value, dict) or not isinstance(value.get("article"), str):
        raise wrong('evidence without its "article"')
    _only(value, {"article", "quote", "start", "end"}, wrong)
    article, quote = value["article"], value.get("quote")
    if isinstance(quote, str) and quote.strip():
        return Quote(article, quote=quote)
    start, end = value.get("start"), value.get("end")
    # a bool is an int too
    if type(start) is int and type(end) is int and 0 <= start < end and quote is None:
        return Quote(article, start=start, end=end)
    raise wrong('evidence has a "quote", or "start" and "end"')


def _strings(value: Any, name: str, wrong: Callable[[str], _Wrong]) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise wrong(f'"{name}" is {_shown(value)}, not a list of texts')
    for one in value:
        if not isinstance(one, str) or not one.strip():
            raise wrong(f'"{name}" holds {_shown(one)}, which is no text')
    return tuple(value)


def _shown(value: object) -> str:
    return f"{json.dumps(value, ensure_ascii=False)[:40]}"
