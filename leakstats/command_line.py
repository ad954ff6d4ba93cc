"""What both commands share: sub-commands that load when they are called, and exit statuses 0, 1 and 2."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NoReturn

import click

from leakstats import __version__
from leakstats.errors import LeakstatsError
from leakstats.kept_code import kept_code

__all__ = ["CONTEXT_SETTINGS", "EXIT_ERROR", "EXIT_FINDINGS", "EXIT_OK", "LazyGroup", "run", "version_option"]

EXIT_OK, EXIT_FINDINGS, EXIT_ERROR = 0, 1, 2
"""No errors found; findings; could not run (arguments, unreadable file, broken contract). Nothing else."""

CONTEXT_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class LazyGroup(click.Group):
    """A group whose sub-commands are imported when they are called.

    ``lazy`` maps a command's name to ("module:attribute", one line of help); ``--help`` of the group prints those
    lines without importing anything.
    """

    def __init__(self, *args: Any, lazy: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = dict(lazy)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self._lazy]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._lazy:
            return None
        module, _, attribute = self._lazy[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}:{attribute} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._lazy.items()])


version_option = click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")


def run(command: click.Command, name: str) -> NoReturn:
    """Run a command; a user's mistake becomes one message on stderr and exit status 2, never a traceback."""
    try:
        with kept_code(name):
            status = command.main(prog_name=name, standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        status = done.exit_code
    except click.ClickException as error:
        error.show()
        status = EXIT_ERROR
    except click.Abort:
        click.echo(f"{name}: interrupted", err=True)
        status = 130
    except LeakstatsError as error:
        click.echo(f"{name}: {error}", err=True)
        status = EXIT_ERROR
    except BrokenPipeError:
        # The reader (head, less) went away; that is no mistake. Keep the interpreter from complaining at exit.
        sys.stderr.close()
        status = EXIT_OK
    except OSError as error:
        _stop_writing()
        click.echo(f"{name}: {_said(error)}", err=True)
        status = EXIT_ERROR
    sys.exit(status if isinstance(status, int) else EXIT_OK)


def _said(error: OSError) -> str:
    """What the system could not do, and with which file; without a file it could not write what the command printed."""
    reason = error.strerror or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename is not None else f"cannot write the output: {reason}"


def _stop_writing() -> None:
    """Drop what standard output did not take (a full disk), so that the interpreter does not try again at its end."""
    with contextlib.suppress(OSError):
        sys.stdout.close()
