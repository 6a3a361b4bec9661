"""`python -m bench [PART ...]`: measures, and prints a Markdown table.

Parts: start, generating, overhead, adding, summarizing, and page, which needs chromium (about a
quarter of an hour together). Leave the machine alone meanwhile. Comparing encoders on a SQuAD file:
`python -m bench.encoders FILE`.
"""

from __future__ import annotations

import sys
from importlib import import_module

from bench.measure import machine, table

PARTS = ("start", "generating", "overhead", "adding", "summarizing", "page")


def main(wanted: list[str]) -> None:
    """Runs the parts that are named, or all."""
    print(f"{machine()}\n")
    rows = []
    for part in wanted or PARTS:
        if part not in PARTS:
            raise SystemExit(f"{__doc__}\nno part named {part}")
        print(f"measuring {part} …", file=sys.stderr)
        rows += import_module(f"bench.{part}").rows()
    print(table(rows))


main(sys.argv[1:])
