"""The `rag` command: parses, calls the library, prints.

Nothing heavy is imported before a command needs it, so `rag --help` is instant.
"""

from __future__ import annotations

import click

from rag import __version__
from rag.cli import adding, articles, asking, doctor, evaluating, serving, upkeep
from rag.cli.command import INTERRUPTED, Root
from rag.cli.settings import everywhere
from rag.cli.terminal import as_utf8, tell

__all__ = ["main", "rag"]


@click.group(
    cls=Root,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    examples=(
        "rag add articles/",
        'rag ask "How many soldiers were wounded?"',
        "rag summarize articles/korea.md",
        "rag COMMAND --help",
    ),
)
@click.version_option(__version__, prog_name="rag")
@everywhere(outermost=True)
@click.pass_context
def rag(ctx: click.Context) -> None:
    """Ask and summarise your own articles, with the exact place behind every statement.

    Standard output is only the result; notices, progress and errors go to standard error. The
    exit code is 0 if all was done, 1 if something failed, 2 if the command was used wrongly. The
    options below may stand before the command or after it.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


for _command in (
    adding.add,
    asking.ask,
    asking.summarize,
    asking.search,
    serving.ui,
    evaluating.evaluation,
    articles.list_,
    articles.show,
    articles.remove,
    upkeep.stats,
    upkeep.verify,
    upkeep.rebuild,
    upkeep.models,
    doctor.doctor,
):
    rag.add_command(_command)


def main() -> None:
    """Runs the command and ends the process with its exit code."""
    try:
        as_utf8()
        rag(prog_name="rag")
    except KeyboardInterrupt:
        tell("stopped")
        raise SystemExit(INTERRUPTED) from None
