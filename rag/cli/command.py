"""What all commands have in common: how they explain themselves, and how they fail."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

import click

from rag.cli.settings import Settings
from rag.cli.terminal import tell

FAILED = 1
WRONG_USE = 2
INTERRUPTED = 130  # as a shell says that SIGINT ended a program
NOBODY_READS = 141  # and SIGPIPE


class Explained(click.Command):
    """A command whose help also says what it prints and gives examples."""

    def __init__(
        self, *args: Any, prints: str = "", examples: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.prints = prints
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.prints:
            with formatter.section("Prints"):
                formatter.write_text(self.prints)
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{example}\n")
        super().format_epilog(ctx, formatter)


class ExplainedGroup(Explained, click.Group):
    """A group of commands that is explained like one."""

    command_class = Explained


class Root(ExplainedGroup):
    """The whole command: what goes wrong below becomes one line and an exit code here."""

    group_class = ExplainedGroup

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's interface
        return list(self.commands)  # in the order of a user's way, not of the alphabet

    def invoke(self, ctx: click.Context) -> Any:
        with _one_line(ctx):
            result = super().invoke(ctx)
            if sys.stdout is not None:
                sys.stdout.flush()  # so that a reader who has gone is noticed here
            return result


@contextmanager
def at_interrupt(act: Callable[[], None]) -> Iterator[None]:
    """Lets Ctrl-C call `act`, where it would raise KeyboardInterrupt at whatever runs just then."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield  # whoever runs us has another way
        return
    signal.signal(signal.SIGINT, lambda *_: act())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def _one_line(ctx: click.Context) -> Iterator[None]:
    """Turns whatever goes wrong into a line on standard error and an exit code."""
    try:
        yield
    except (click.exceptions.Exit, click.ClickException, click.Abort):
        raise
    except KeyboardInterrupt:
        _stopped(ctx)
    except Exception as error:
        _failed(ctx, error)


def _stopped(ctx: click.Context) -> NoReturn:
    tell(ctx.ensure_object(Settings).when_stopped)
    raise click.exceptions.Exit(INTERRUPTED)


def _failed(ctx: click.Context, error: Exception) -> NoReturn:
    from rag.errors import Cancelled, RagError, UsageError

    if isinstance(error, OSError) and error.errno == errno.EPIPE:
        _forget_output()
        raise click.exceptions.Exit(NOBODY_READS) from error
    if isinstance(error, Cancelled):
        _stopped(ctx)
    if ctx.ensure_object(Settings).debug:
        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    tell(f"rag: error: {error if isinstance(error, RagError) else _foreign(error)}")
    code = WRONG_USE if isinstance(error, UsageError) else FAILED
    raise click.exceptions.Exit(code) from error


def _foreign(error: Exception) -> str:
    """What to say of an error that Citespan didn't raise."""
    if isinstance(error, ImportError):
        return f"a package is missing or broken: {error} (`rag doctor` says which)"
    if isinstance(error, MemoryError):
        return "there isn't enough memory (close other programs, or take a smaller model)"
    reason = str(error) or "no reason given"
    if isinstance(error, OSError):
        return f"{reason} (--debug shows where)"
    return f"a fault in Citespan: {type(error).__name__}: {reason} (--debug shows where)"


def _forget_output() -> None:
    """Lets what is left in the buffer go nowhere, or Python would complain of it at its end."""
    # Where standard output isn't a file, nothing is flushed to one.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
