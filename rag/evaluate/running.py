"""Gold items through a system: each asked, its answer recorded, scored and judged."""

from __future__ import annotations

import inspect
import resource
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

from rag.answer import Answer
from rag.article import Span
from rag.errors import Cancelled, UsageError
from rag.evaluate.case import Case, Corpus, Response, located
from rag.evaluate.gold import Gold, Item
from rag.evaluate.metrics import SHOWN, Metric
from rag.evaluate.metrics.abstention import coverage_risk
from rag.evaluate.report import Outcome, Report, Status, summed_up
from rag.library import Library
from rag.snapshot import Filter
from rag.summary import Summary

KEY_FACTS_NEEDED = 0.5  # share that a summary must say to pass

Task = Callable[..., Answer]
Progress = Callable[[int, int, str], None]
_Evidence = Mapping[str, tuple[tuple[Span, ...], ...]]


class NoAnswer(Exception):
    """Nobody could be asked; says why."""


class Recorded(Exception):
    """An error of a former run; says which."""


class Asker:
    """Asks a system, in whichever ways it can be asked.

    Args:
        task: gets a question and returns an `Answer`; one that takes `filter` can have evidence
            kept from it, one that takes `history`, the answers so far, can follow a conversation.
        summarize: gets article references and `length`, and returns a `Summary`.
    """

    def __init__(
        self, task: Task, corpus: Corpus, summarize: Callable[..., Summary] | None = None
    ) -> None:
        self._task = task
        self._corpus = corpus
        self._summarize = summarize

    def response(self, item: Item) -> Response:
        """What the system says to an item.

        Raises:
            NoAnswer: it can't be asked this.
        """
        if item.kind == "summary":
            if self._summarize is None:
                raise NoAnswer("no way to summarise was given")
            return Response.of(self._summarize(self._ids(item), length=item.length))
        return Response.of(self._ask(item))

    def refuses_without(self, item: Item, evidence: Sequence[Sequence[Span]]) -> bool | None:
        """Whether it abstains with the articles of the evidence withheld; None if nothing is left
        to ask."""
        withheld = {span.article for spans in evidence for span in spans}
        rest = tuple(id for id in self._corpus.articles if id not in withheld)
        if not rest or not withheld:
            return None
        if not _takes(self._task, "filter"):
            raise UsageError("evidence can only be withheld from a task that takes a filter")
        return self._ask(item, filter=Filter(articles=rest)).abstained

    def _ask(self, item: Item, **options: Any) -> Answer:
        if item.before:
            if not _takes(self._task, "history"):
                raise NoAnswer("a conversation, which this system can't follow")
            history: list[Answer] = []
            for question in item.before:
                history.append(self._task(question, history=list(history), **options))
            options["history"] = history
        return self._task(item.question, **options)

    def _ids(self, item: Item) -> list[str]:
        return summarised(item, self._corpus)


def summarised(item: Item, corpus: Corpus) -> list[str]:
    """The ids of the articles that an item wants a summary of."""
    return [article.id for name in item.summarize for article in corpus.named(name)]


def run(
    gold: Gold,
    task: Task,
    *,
    corpus: Corpus | Library | None = None,
    summarize: Callable[..., Summary] | None = None,
    paired: bool = False,
    repeats: int = 1,
    metrics: Sequence[Metric] = SHOWN,
    progress: Progress | None = None,
) -> Report:
    """Asks everything in a gold file and scores what comes.

    Args:
        task: any callable that takes a question and returns an `Answer`, such as `library.ask`.
        corpus: the articles that the evidence is in; those of the library if `task` is its method.
        summarize: as `library.summarize`, which is taken if `task` is a library's method.
        paired: also ask each answerable question with the articles of its evidence withheld.
        repeats: how often each item is asked; the first answer is scored, the others compared.
        progress: called with how many of how many items are done, and the id of the last.

    Raises:
        GoldError: the articles don't have the evidence.
        UsageError: there is no way to know the articles.
    """
    library = getattr(task, "__self__", None)
    if isinstance(library, Library):
        corpus = corpus or library
        summarize = summarize or library.summarize
    if corpus is None:
        raise UsageError("the articles aren't known", remedy="give the library as `corpus`")
    articles = Corpus.of(corpus) if isinstance(corpus, Library) else corpus
    asker = Asker(task, articles, summarize)
    evidence = located(gold, articles)
    began = perf_counter()
    unstable: list[str] = []

    def responses() -> Iterator[Response | Exception]:
        for number, item in enumerate(gold.items, 1):
            response = asked(asker, item, evidence[item.id] if paired else ())
            if not all(_same(response, asked(asker, item, ())) for _ in range(repeats - 1)):
                unstable.append(item.id)
            yield response
            if progress:
                progress(number, len(gold.items), item.id)

    report = score(gold, list(responses()), articles, evidence, metrics)
    report.unstable, report.repeats = unstable, repeats
    report.seconds, report.peak_memory = perf_counter() - began, _peak_memory()
    return report


def replay(
    gold: Gold, recorded: Report, corpus: Corpus, metrics: Sequence[Metric] = SHOWN
) -> Report:
    """Scores the answers of a former run anew, with these gold facts and without a model."""
    known = {outcome.id: outcome for outcome in recorded}
    responses = [_recorded(known.get(item.id)) for item in gold.items]
    report = score(gold, responses, corpus, located(gold, corpus), metrics)
    report.unstable = [item.id for item in gold.items if item.id in recorded.unstable]
    report.repeats = recorded.repeats
    return report


def _recorded(outcome: Outcome | None) -> Response | Exception:
    if outcome is None:
        return NoAnswer("not in the recording")
    if outcome.response is None:
        return (NoAnswer if outcome.status == "missing" else Recorded)(outcome.reason)
    return outcome.response


def score(
    gold: Gold,
    responses: Sequence[Response | Exception],
    corpus: Corpus,
    evidence: _Evidence,
    metrics: Sequence[Metric],
) -> Report:
    """A report of what was said to the items of a gold file, in their order."""
    outcomes: list[Outcome] = []
    cases: list[tuple[Case, bool]] = []
    for item, response in zip(gold.items, responses, strict=True):
        if isinstance(response, Exception):
            named = isinstance(response, NoAnswer | Recorded)
            name = "" if named else f"{type(response).__name__}: "
            broken: Status = "missing" if isinstance(response, NoAnswer) else "error"
            outcomes.append(Outcome.of(item, broken, f"{name}{response}"))
            continue
        ids = tuple(summarised(item, corpus))
        case = Case(item, evidence[item.id], response, corpus.articles, ids)
        values = {metric.name: metric.value(case) for metric in metrics}
        # as a report's JSON has them: against a baseline from a file, what is equal stays equal
        known = {name: round(value, 6) for name, value in values.items() if value is not None}
        reason = why_not(case)
        status: Status = "fail" if reason else "pass"
        outcomes.append(Outcome.of(item, status, reason or "", case, values=known))
        cases.append((case, reason is None))
    report = Report(_system(gold, corpus, cases), outcomes, summed_up(metrics, outcomes, cases))
    report.curve = coverage_risk(cases)
    report.milliseconds = _mean_times(cases)
    return report


def why_not(case: Case) -> str | None:
    """Why an item doesn't pass; None if it does.

    A citation that isn't exact fails every kind. A question passes if it is answered with all
    facts and none that it mustn't say, or rightly refused; a summary if it says half of the key
    facts and nothing that it mustn't, every claim is cited, and no number is new.
    """
    from rag.evaluate.metrics.citations import citation_validity

    if (citation_validity(case, 0) or 0.0) < 1.0 and case.response.citations:
        return "a citation is not exact, or not of what was retrieved"
    if case.item.kind == "summary":
        return _why_no_summary(case)
    if case.item.kind == "unanswerable":
        return None if case.response.abstained else "answered, though the articles don't say"
    if case.response.abstained:
        return "refused, though the articles say"
    text = case.response.text
    if lost := [str(fact) for fact in case.item.facts if not fact.is_in(text)]:
        return f"doesn't say: {'; '.join(lost)}"
    return _why_wrong(case)


def _why_wrong(case: Case) -> str | None:
    said = [str(form) for form in case.item.must_not if form.is_in(case.response.text)]
    return f"says what it mustn't: {'; '.join(said)}" if said else None


def _why_no_summary(case: Case) -> str | None:
    from rag.evaluate.metrics.citations import citation_coverage
    from rag.evaluate.metrics.summaries import key_fact_recall, new_number_count

    if not case.response.claims:
        return "says nothing"
    if citation_coverage(case, 0) != 1.0:
        return "a statement without a citation"
    if new_number_count(case, 0):
        return "a number that is not in the cited spans"
    recall = key_fact_recall(case, 0)
    if recall is not None and recall < KEY_FACTS_NEEDED:
        return f"says {recall:.0%} of the key facts"
    return _why_wrong(case)


def asked(asker: Asker, item: Item, withheld: Sequence[Sequence[Span]]) -> Response | Exception:
    """What a system says to an item, or what broke.

    Args:
        withheld: evidence to keep from it in a second try; none to try once.
    """
    try:
        response = asker.response(item)
        if withheld and item.kind == "answerable":
            response = replace(response, withheld=asker.refuses_without(item, withheld))
    except (Cancelled, UsageError):
        raise
    except Exception as error:  # of a system that may be anybody's
        return error
    return response


def _same(one: Response | Exception, other: Response | Exception) -> bool:
    if isinstance(one, Response) and isinstance(other, Response):
        return replace(one, withheld=None).to_dict() == other.to_dict()
    return repr(one) == repr(other)


def _takes(function: Callable[..., object], name: str) -> bool:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    return name in parameters or any(
        one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values()
    )


def _system(
    gold: Gold, corpus: Corpus, cases: Sequence[tuple[Case, bool]]
) -> dict[str, str | None]:
    """What the run was made with."""
    found: dict[str, str | None] = {"gold": gold.fingerprint, "articles": corpus.fingerprint}
    for name in ("model", "adapter", "encoder", "locator"):
        found[name] = _fingerprint(name, [case for case, _ in cases])
    for name, summaries in (("prompt", False), ("summary_prompt", True)):
        some = [case for case, _ in cases if (case.item.kind == "summary") == summaries]
        found[name] = _fingerprint("prompt", some)
    return found


def _fingerprint(name: str, cases: Sequence[Case]) -> str | None:
    some = {case.response.fingerprints.get(name) for case in cases}
    return " ".join(sorted(one for one in some if one)) or None


def _mean_times(cases: Sequence[tuple[Case, bool]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for case, _ in cases:
        for step, spent in case.response.milliseconds.items():
            total[step] = total.get(step, 0.0) + spent
    return {step: spent / len(cases) for step, spent in total.items()}


def _peak_memory() -> float:
    """The most memory that this process had, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)
