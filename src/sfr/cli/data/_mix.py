"""``sfr data mix``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from sfr.cli._shared import consoles, progress, show
from sfr.cli.data._options import FOLDER, fail, made_folder
from sfr.data.mixes import MIXES, Mix, MixError, mix_of, read_mix
from sfr.data.mixing import write_mix
from sfr.data.sampling import Stratify
from sfr.reports import visible
from sfr.reports.datasets import mix_table, mixes_table

__all__ = ["mix_command"]


@click.command("mix")
@click.argument("mixes", nargs=-1, metavar="[MIX]...")
@click.option("--from", "built", type=FOLDER, help="The folder that sfr data build wrote.")
@click.option("-o", "--out", type=click.Path(file_okay=False, path_type=Path), help="The folder for the mixtures.")
@click.option(
    "--scale",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="Of the full size; the proportions stay.",
)
@click.option("--seed", type=int, help="Instead of the mixture's own.")
@click.option(
    "--stratify",
    type=click.Choice(["proportional", "even"]),
    help="Draw by how much there is to extract: each stratum as in the whole, or as many rows of each.",
)
@click.option("--again", is_flag=True, help="Make anew what stands there from the same files.")
def mix_command(  # noqa: PLR0913, PLR0917 - one parameter for each option
    mixes: tuple[str, ...],
    built: Path | None,
    out: Path | None,
    scale: float,
    seed: int | None,
    stratify: Stratify | None,
    again: bool,  # noqa: FBT001 - click passes by name
) -> None:
    """Make mixtures of built data sets: those of the paper, or your own.

    A MIX is one of the paper's (all of them: all), or a .yaml file of yours. Without one they are
    listed. Counts are exact at every scale, and the same input and seed give the same bytes on any
    machine. Of a data set with fewer rows than are drawn, all come equally often, or once more.

    \b
      sfr data mix cm_2 --from built -o mixed --scale 0.01
    """
    console, errors = consoles()
    if not mixes:
        show(console, mixes_table(map(mix_of, MIXES)))
        return
    if missing := [name for name, value in {"--from": built, "-o": out}.items() if value is None]:
        raise click.UsageError(f"a mixture takes {' and '.join(missing)}")
    if built is None or out is None:
        raise AssertionError
    chosen = [_found(name) for name in (MIXES if mixes == ("all",) else mixes)]
    made_folder(out)
    problems: list[str] = []
    unmade: list[str] = []
    for mix in chosen:
        target = out / f"{mix.name}.jsonl"
        try:
            with progress(errors, 1, mix.name) as advance:
                share = partial(_share, advance)
                options: dict[str, Any] = {"scale": scale, "seed": seed, "stratify": stratify, "again": again}
                made = write_mix(mix, built, target, progress=share, **options)
        except MixError as error:
            problems += str(error).splitlines()
            unmade.append(mix.name)
            continue
        except OSError as error:
            raise click.ClickException(str(error)) from None
        show(console, mix_table(made.result))
        show(console, f"wrote {target}" if made.fresh else f"{target} stood there already")
    if unmade:
        fail(errors, problems, len(problems), f"and nothing was written of {', '.join(unmade)}")


def _share(advance: Callable[[float], None], done: int, total: int) -> None:
    advance(done / total)


def _found(name: str) -> Mix:
    try:
        return read_mix(Path(name)) if name.endswith((".yaml", ".yml")) else mix_of(name)
    except MixError as error:
        raise click.UsageError(visible(str(error), lines=True)) from None
    except OSError as error:
        raise click.ClickException(f"cannot read {name}: {error.strerror}") from None
