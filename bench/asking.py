"""How long the answers to the questions of a gold file take in a process that runs already.

    python -m bench.asking GOLD [--articles FOLDER] [--most N]

Prints medians over its answerable questions, after one that nothing is taken of: to the first word,
to the end, of each step, and how much is none of the networks'. Leave the machine alone meanwhile.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.answers import options
from bench.measure import Row, machine, table
from rag import Library
from rag.evaluate import load_gold

MOST = 40  # questions
STEPS = {  # of a trace, by what they are
    "encode_ms": "encoder",
    "locate_ms": "locator",
    "prompt_ms": "reader, reading",
    "generate_ms": "reader, weighing",
}


def rows(questions: Iterable[str], library: Library) -> list[Row]:
    """Medians over the questions but for the first."""
    taken = [_timed(library, question) for question in questions][1:]

    def median(name: str) -> float:
        return statistics.median(one.get(name, 0.0) for one in taken)

    networks = statistics.median(sum(one.get(step, 0.0) for step in STEPS) for one in taken)
    return [
        Row(f"first word, median of {len(taken)}", f"{median('first'):.0f} ms", "500 ms"),
        Row("end", f"{median('end'):.0f} ms", "1200 ms"),
        *(Row(name, f"{median(step):.0f} ms") for step, name in STEPS.items()),
        Row("floor: all four", f"{networks:.0f} ms"),
        Row("end / floor", f"{median('end') / networks:.2f}"),
    ]


def _timed(library: Library, question: str) -> dict[str, float]:
    """Milliseconds to the first word and the end, and those of the trace."""
    began = time.perf_counter()
    stream = library.ask(question, stream=True)
    next(iter(stream), None)
    first = time.perf_counter()
    answer = stream.answer
    end = time.perf_counter()
    return {
        **answer.trace.milliseconds,
        "first": 1000 * (first - began),
        "end": 1000 * (end - began),
    }


def main() -> None:
    """Prints a Markdown table."""
    parser = options("python -m bench.asking")
    parser.add_argument("--most", type=int, default=MOST)
    given = parser.parse_args()
    asked = [item.question for item in load_gold(given.gold).items if item.kind == "answerable"]
    with TemporaryDirectory() as folder:
        library = Library.open(Path(folder))
        library.add(given.articles)
        print(f"{machine()}\n\n{table(rows(asked[: given.most + 1], library))}")


if __name__ == "__main__":
    main()
