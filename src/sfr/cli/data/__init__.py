"""``sfr data``: its commands are loaded when they are asked for, since they take an extra."""

from __future__ import annotations

from importlib import import_module

import click

__all__ = ["data"]

_COMMANDS = {
    "list": "sfr.cli.data._catalogue",
    "show": "sfr.cli.data._catalogue",
    "rules": "sfr.cli.data._catalogue",
    "build": "sfr.cli.data._build",
    "mix": "sfr.cli.data._mix",
    "prompt": "sfr.cli.data._prompt",
    "export": "sfr.cli.data._export",
    "check": "sfr.cli.data._check",
}


class _Commands(click.Group):
    """The commands by name, in the order in which they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        try:
            module = import_module(_COMMANDS[cmd_name])
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] not in {"pydantic", "yaml"}:
                raise
            raise click.ClickException(f"sfr data takes {error.name}: python -m pip install 'sfr[data]'") from None
        found: click.Command = getattr(module, f"{cmd_name}_command")
        return found


@click.group(cls=_Commands)
def data() -> None:
    """Turn published data sets into training files.

    \b
    From raw files to the rows of a trainer:
      sfr data list                                      what there is
      sfr data show bc5cdr                               what one is, and where to get it
      sfr data build RAW -o built                        checked examples, one folder a data set
      sfr data mix cm_1 --from built -o mixed            a mixture of the paper
      sfr data export mixed/cm_1.jsonl --for llamafactory -o rows
      sfr data check rows/cm_1.jsonl                     before the training begins
    """
