"""``sfr serve``."""

from __future__ import annotations

import errno
import os
import socket
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import click

from sfr.cli._shared import fields_option, profile_option
from sfr.grading import BadGold, Grader, Granularity, Thinking, grader
from sfr.reports import visible
from sfr.serving import Limits, TokenError, Workers, application, as_token, bound, is_loopback, run
from sfr.structures import TASKS

__all__ = ["serve_command"]

_LOG = click.Path(file_okay=False, path_type=Path)
_BYTES = 1024 * 1024
_OWN_OPTIONS = ("profile", "granularity", "thinking", "bad_gold", "log")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8_060, show_default=True, help="0: any that is free.")
@profile_option
@fields_option
@click.option(
    "--granularity",
    type=click.Choice(get_args(Granularity)),
    default="both",
    show_default=True,
    help="Which terms count.",
)
@click.option(
    "--thinking",
    type=click.Choice(get_args(Thinking)),
    default="allow",
    show_default=True,
    help="What becomes of outputs that think.",
)
@click.option(
    "--bad-gold",
    type=click.Choice(get_args(BadGold)),
    default="raise",
    show_default=True,
    help="What becomes of ground truths that nothing can be scored with: an error, or a reward of 0.",
)
@click.option("--log", type=_LOG, help="A folder for the terms of every output.")
@click.option(
    "-j", "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes; 1: a thread of this one."
)
@click.option("--token-env", metavar="VARIABLE", help="The environment variable that holds the token to ask for.")
@click.option(
    "--max-body",
    type=click.FloatRange(0, 1_024, min_open=True),
    default=8,
    show_default=True,
    help="The largest request, in MiB.",
)
@click.option(
    "--max-batch", type=click.IntRange(min=1), default=1_024, show_default=True, help="The most outputs of a request."
)
@click.option(
    "--max-waiting",
    type=click.IntRange(min=1),
    default=512,
    show_default=True,
    help="The most requests under way; what comes on top is answered with 429.",
)
def serve_command(  # noqa: PLR0913 - one parameter for each option
    *,
    host: str,
    port: int,
    settings: tuple[str, ...],
    jobs: int,
    token_env: str | None,
    max_body: float,
    max_batch: int,
    max_waiting: int,
    **options: Any,
) -> None:
    """Give rewards over HTTP, to trainers in other processes or languages.

    \b
    Ask for one, or for many at a time:
      POST /score     {"ground_truth", "output"}
      POST /batch     {"ground_truth": [...], "output": [...]}
      POST /openrlhf  as OpenRLHF asks a remote reward model
      POST /slime     as slime asks a remote reward model
      GET  /health    whether it is there
      GET  /metrics   counts and times, for Prometheus

    A host that other machines can reach takes a token. Ctrl-C or SIGTERM ends the server when the
    requests under way are answered.
    """
    token = _token(token_env)
    limits = Limits(body=int(max_body * _BYTES), batch=max_batch, waiting=max_waiting)
    chosen = _grader(settings, options)
    with closing(_listener(host, port, has_token=token is not None)) as listener:
        with closing(Workers(chosen, processes=jobs, max_batch=max_batch)) as workers:
            workers.warm()
            run(application(workers, limits, token=token), listener, lambda: _say_ready(listener, chosen, jobs))
        click.echo("stopped", err=True)


def _grader(settings: tuple[str, ...], options: dict[str, Any]) -> Grader:
    fields: dict[str, Any] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not (name and equals):
            raise click.BadParameter(f"{setting!r} is not FIELD=VALUE", param_hint="'--set'")
        if name in _OWN_OPTIONS:
            option = f"--{name.replace('_', '-')}"
            raise click.BadParameter(f"{name} has an option of its own, {option}", param_hint="'--set'")
        fields[name] = value
    folder = options["log"]
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise click.BadParameter(
                f"cannot make the folder {folder}: {error.strerror}", param_hint="'--log'"
            ) from None
    try:
        return grader(**options, **fields)
    except ValueError as error:
        raise click.UsageError(visible(str(error), lines=True)) from None


def _token(variable: str | None) -> str | None:
    if variable is None:
        return None
    text = os.environ.get(variable, "")
    if not text.strip():
        raise click.BadParameter(f"the variable {variable!r} is not set, or empty", param_hint="'--token-env'")
    try:
        return as_token(text)
    except TokenError as error:
        raise click.BadParameter(f"the variable {variable!r} {error}", param_hint="'--token-env'") from None


def _listener(host: str, port: int, *, has_token: bool) -> socket.socket:
    """A socket that has the address; one that other machines can reach is refused without a token."""
    if not host:
        raise click.BadParameter("expected an address, such as 127.0.0.1", param_hint="'--host'")
    try:
        listener = bound(host, port)
    except (OSError, UnicodeError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise click.ClickException(f"port {port} of {host} is in use; --port names another") from None
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise click.ClickException(visible(f"cannot listen on port {port} of {host}: {why}")) from None
    if not has_token and not is_loopback(listener):
        listener.close()
        raise click.UsageError(
            f"other machines can reach {host}, so that the server must ask for a token; make one with\n"
            "  export SFR_TOKEN=$(python -c 'import secrets; print(secrets.token_urlsafe(32))')\n"
            "and start with --token-env SFR_TOKEN, or listen on 127.0.0.1"
        )
    return listener


def _say_ready(listener: socket.socket, chosen: Grader, jobs: int) -> None:
    """One line when requests are answered, and the signatures that give the same rewards again."""
    address, port = listener.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    for task in TASKS:
        click.echo(chosen.rewards[task].signature)
    click.echo(f"ready at http://{shown}:{port}, grading in {'a thread' if jobs == 1 else f'{jobs} processes'}")
