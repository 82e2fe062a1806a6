"""Groups of commands that are loaded when they are asked for."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

__all__ = ["Commands"]


class Commands(click.Group):
    """Commands by name, each in a module that has it as ``NAME_command``, in the order in which they are used.

    ``extras`` names, for commands that may miss a library, the extra of this package that brings it;
    without it the command stands in the list and says so.
    """

    def __init__(self, *args: Any, modules: Mapping[str, str], extras: Mapping[str, str], **kwargs: Any) -> None:
        """Keep where the commands are."""
        super().__init__(*args, **kwargs)
        self.modules = modules
        self.extras = extras

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in self.modules:
            return None
        try:
            module = import_module(self.modules[cmd_name])
        except ModuleNotFoundError as error:
            library = (error.name or "").partition(".")[0]
            if library == "sfr" or cmd_name not in self.extras:
                raise
            return _without(cmd_name, library, self.extras[cmd_name])
        found: click.Command = getattr(module, f"{cmd_name}_command")
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the system refuses, such as to write on a full disk, ends it with a line."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read has read enough, as head does; click ends in silence
                raise
            _drop_unwritten()
            raise click.ClickException(str(error)) from None


def _drop_unwritten() -> None:
    """Give up what standard output still holds and cannot write, so that the end does not fail on it once more."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _without(name: str, library: str, extra: str) -> click.Command:
    """The command in the place of one that misses a library."""
    problem = f"takes {library}: python -m pip install 'sfr[{extra}]'"

    @click.pass_context
    def refuse(ctx: click.Context, /, **_: Any) -> None:
        raise click.ClickException(f"{ctx.command_path} {problem}")

    anything = click.Argument(["anything"], nargs=-1, type=click.UNPROCESSED)
    return click.Command(
        name,
        callback=refuse,
        params=[anything],
        short_help=f"({problem})",
        add_help_option=False,
        context_settings={"ignore_unknown_options": True},
    )
