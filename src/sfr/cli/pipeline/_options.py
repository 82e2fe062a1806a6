"""What the commands of ``sfr pipeline`` share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from sfr.data.configs import checked_config
from sfr.pipeline.environments import InstallError, environment_of, problems_of, python_of
from sfr.pipeline.folders import RunFolder
from sfr.pipeline.plans import Plan, plan_of
from sfr.pipeline.profiles import Profile, ProfileError, profile_of
from sfr.pipeline.recipes import RecipeError
from sfr.pipeline.stages import REWARDS, Kind, Way
from sfr.reports import visible

__all__ = ["ENVIRONMENTS", "found_profile", "found_pythons", "plan_from", "plan_options", "python_options"]

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_ENVIRONMENTS = Path("environments")
ENVIRONMENTS = click.option(
    "--environments",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_ENVIRONMENTS,
    show_default=True,
    help="The folder of the trainers' environments.",
)
_KINDS: tuple[Kind, ...] = ("supervised", "exploration")


def plan_options(command: F) -> F:
    """The options that say what is run."""
    for option in reversed(
        (
            click.option(
                "--data",
                type=click.Path(exists=True, file_okay=False, path_type=Path),
                help="Built data sets, as sfr data build writes them.",
            ),
            click.option("--model", help="What training begins with: a folder, or a name on the hub."),
            click.option(
                "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of data, model and trainers."
            ),
            click.option(
                "--without",
                type=click.Choice(["sa", "de"]),
                multiple=True,
                help="Leave a stage out, as in Table 5; may be repeated.",
            ),
            click.option(
                "--reward",
                type=click.Choice(list(REWARDS)),
                default="sfr",
                show_default=True,
                help="What DE earns, as in Table 7.",
            ),
            click.option(
                "--order",
                type=click.Choice(["chain", "apart", "mixed"]),
                default="chain",
                show_default=True,
                help="The phases of DE one after the other, each from the stage before DE, or as one.",
            ),
            click.option(
                "--remedy",
                type=click.Choice(["kl", "replay"]),
                help="Against forgetting: stay near the policy that a phase begins with, or rows of earlier tasks.",
            ),
            click.option(
                "--control", is_flag=True, help="In the place of DE, supervised steps for as long as DE took."
            ),
            click.option(
                "--set",
                "settings",
                metavar="STAGE.KEY=VALUE",
                multiple=True,
                help="A setting of a stage's trainer; may be repeated.",
            ),
        )
    ):
        command = option(command)
    return command


def python_options(command: F) -> F:
    """The options that say which interpreters run the trainers."""
    return click.option(
        "--python",
        "named",
        metavar="[KIND=]PATH",
        multiple=True,
        help="An interpreter to run supervised stages or exploration with, in place of the environment that was made.",
    )(ENVIRONMENTS(command))


def found_profile(name: str) -> Profile:
    """The profile of that name, or of that file."""
    try:
        return profile_of(name)
    except ProfileError as error:
        raise click.UsageError(visible(str(error), lines=True)) from None
    except OSError as error:
        raise click.ClickException(f"cannot read {name}: {error.strerror}") from None


def plan_from(profile: Profile, folder: Path, options: Mapping[str, Any]) -> Plan:
    """The plan that the options describe."""
    try:
        profile = _changed(profile, options["model"], options["settings"])
        way = Way(
            without=frozenset(options["without"]),
            reward=options["reward"],
            order=options["order"],
            remedy=options["remedy"],
            control=options["control"],
        )
        return plan_of(RunFolder(folder.absolute()), profile, way, seed=options["seed"], data=options["data"])
    except (RecipeError, ValueError) as error:
        raise click.UsageError(visible(str(error), lines=True)) from None


def _changed(profile: Profile, model: str | None, settings: tuple[str, ...]) -> Profile:
    """A profile with another model to begin with, and settings of stages."""
    values = profile.model_dump(mode="json")
    if model is not None:
        values["model"] = {"path": str(Path(model).resolve()) if model and Path(model).is_dir() else model}
    for setting in settings:
        place, equals, value = setting.partition("=")
        stage, _, key = place.partition(".")
        if not (equals and stage and key):
            raise ValueError(f"--set {setting!r}: expected STAGE.KEY=VALUE, such as cm_1.learning_rate=1e-5")
        below = values["stages"].setdefault(stage, {"rows": None, "settings": {}})["settings"]
        *outer, last = key.split(".")
        for name in outer:
            below = below.setdefault(name, {})
            if not isinstance(below, dict):
                raise ValueError(f"--set {setting!r}: {name} has a value of its own, and nothing below it")
        below[last] = _value(setting, value)
    return checked_config(Profile, values, profile.name, ProfileError)


def _value(setting: str, text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise ValueError(f"--set {setting!r}: expected a value of YAML after the sign =") from None


def found_pythons(asked: str, profile: Profile, environments: Path, named: tuple[str, ...]) -> dict[Kind, Path]:
    """The interpreter of each kind of stage: one that was named, or that of an environment that was made.

    ``asked`` is what the profile was called by.
    """
    given = _named(named)
    install = f"sfr pipeline install {asked}"
    install += "" if environments == DEFAULT_ENVIRONMENTS else f" --environments {environments}"
    found: dict[Kind, Path] = {}
    problems: list[str] = []
    for kind in _KINDS:
        environment = environment_of(profile.environments.of(kind))
        if kind in given:
            try:
                problems += [f"{given[kind]}: {problem}" for problem in problems_of(environment, given[kind])]
            except InstallError as error:
                problems.append(str(error))
            found[kind] = given[kind]
            continue
        python = python_of(environment, environments)
        if python is None:
            problems.append(f"there is no environment {environment.name} in {environments}")
        else:
            found[kind] = python.absolute()  # trainers work in folders of their own
    if problems:
        said = "\n".join(dict.fromkeys(problems))
        raise click.ClickException(visible(f"{said}\n{install} makes what is wanted", lines=True))
    return found


def _named(named: tuple[str, ...]) -> dict[Kind, Path]:
    found: dict[Kind, Path] = {}
    for one in named:
        kind, equals, path = one.rpartition("=")
        kinds = [known for known in _KINDS if known == kind or not equals]
        if not kinds:
            raise click.BadParameter(
                f"{one!r} is not PATH, supervised=PATH or exploration=PATH", param_hint="'--python'"
            )
        # Not resolved: the interpreter of an environment is a link to another one.
        found |= {known: Path(path).absolute() for known in kinds}
    return found
