"""Writes docs/cli.md from the help of the commands: python docs/make_cli.py"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from rag.cli import rag

HEADER = """# The `rag` command

Made from the help of the commands by `python docs/make_cli.py`; a test compares them.
"""
WIDTH = 88


def manual() -> str:
    """The whole page."""
    sections = [HEADER]
    for name, command, context in _commands("rag", rag, None):
        sections.append(f"## {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(sections)


def _commands(
    name: str, command: click.Command, parent: click.Context | None
) -> Iterator[tuple[str, click.Command, click.Context]]:
    """A command and all below it, each with a context of fixed width."""
    last = name.rpartition(" ")[2]
    context = click.Context(
        command, parent, info_name=last, terminal_width=WIDTH, **command.context_settings
    )
    yield name, command, context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            yield from _commands(f"{name} {below}", command.commands[below], context)


if __name__ == "__main__":
    Path(__file__).with_name("cli.md").write_text(manual(), "utf-8")
