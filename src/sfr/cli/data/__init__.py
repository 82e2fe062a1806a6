"""``sfr data``: its commands are loaded when they are asked for, since they take an extra."""

from __future__ import annotations

import click

from sfr.cli._lazy import Commands

__all__ = ["data_command"]

_MODULES = {
    "list": "sfr.cli.data._catalogue",
    "show": "sfr.cli.data._catalogue",
    "rules": "sfr.cli.data._catalogue",
    "build": "sfr.cli.data._build",
    "mix": "sfr.cli.data._mix",
    "prompt": "sfr.cli.data._prompt",
    "export": "sfr.cli.data._export",
    "check": "sfr.cli.data._check",
}


@click.group("data", cls=Commands, modules=_MODULES, extras=dict.fromkeys(_MODULES, "data"))
def data_command() -> None:
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
