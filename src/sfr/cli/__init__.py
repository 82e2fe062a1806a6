"""The command line: a module a command."""

from __future__ import annotations

import click

from sfr._version import __version__
from sfr.cli._evaluate import evaluate_command
from sfr.cli._explain import explain_command
from sfr.cli._rerun import rerun_command
from sfr.cli._samples import samples
from sfr.cli._score import score
from sfr.cli.data import data

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sfr")
def main() -> None:
    """Rewards for training language models to extract entities, relations and events.

    \b
    Start with
      sfr samples -o samples.jsonl
      sfr score samples.jsonl -o scores.jsonl --by kind
      sfr explain samples.jsonl --id re-01/partial
    """


main.add_command(score)
main.add_command(evaluate_command)
main.add_command(rerun_command)
main.add_command(explain_command)
main.add_command(samples)
main.add_command(data)
