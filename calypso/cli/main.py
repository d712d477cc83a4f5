"""The program `calypso`: its commands, each loaded when it is asked for."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from calypso import __version__
from calypso.cli.server import Place
from calypso.errors import CalypsoError

# Loading all of them takes a second and more; people who follow a job do not wait for that.
COMMANDS: Mapping[str, str] = {
    "up": "calypso.cli.up:up",
    "doctor": "calypso.cli.doctor:doctor",
    "config": "calypso.cli.configuration:app",
    "login": "calypso.cli.signing_in:login",
    "logout": "calypso.cli.signing_in:logout",
    "job": "calypso.cli.jobs:app",
    "schedule": "calypso.cli.schedules:app",
    "retention": "calypso.cli.retention:app",
    "locks": "calypso.cli.lines:locks",
    "queues": "calypso.cli.lines:queues",
    "alerts": "calypso.cli.alerts:alerts",
    "alert": "calypso.cli.alerts:app",
    "inventory": "calypso.cli.inventory:inventory",
    "tape": "calypso.cli.tape:app",
    "user": "calypso.cli.users:app",
    "node": "calypso.cli.nodes:app",
    "api": "calypso.cli.programs:api",
    "worker": "calypso.cli.worker:worker",
    "scheduler": "calypso.cli.programs:scheduler",
    "release": "calypso.cli.releases:app",
    "keep": "calypso.cli.programs:keep",
    "migrate": "calypso.cli.programs:migrate",
    "appliance": "calypso.cli.appliance:app",
}


class Commands(TyperGroup):
    """A group that imports a command's room when somebody enters it."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # typer's own Context is the same
        """Return every name, in the order in which people meet them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]  # as above
        """Return the command, or None when there is none of this name."""
        del ctx
        return _loaded(cmd_name) if cmd_name in COMMANDS else None

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # as above
        """Run what was asked for; what Calypso refuses is told in one line."""
        try:
            return super().invoke(ctx)
        except CalypsoError as refused:
            typer.echo(f"calypso: {refused.detail}", err=True)
            raise typer.Exit(1) from refused


@cache
def _loaded(name: str) -> TyperCommand | TyperGroup:
    module, _, attribute = COMMANDS[name].partition(":")
    return _command(name, getattr(import_module(module), attribute))


def _command(name: str, found: Any) -> TyperCommand | TyperGroup:
    """Return a Typer application, or a plain function, as a command."""
    holder = found
    if not isinstance(found, typer.Typer):
        holder = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        holder.command(name)(found)
    command = get_command(holder)
    command.name = name
    return cast("TyperCommand | TyperGroup", command)


app = typer.Typer(
    name="calypso",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"calypso {__version__}")
        raise typer.Exit


@app.callback()
def calypso(
    ctx: typer.Context,
    server: Annotated[
        str | None,
        typer.Option(
            envvar="CALYPSO_SERVER",
            metavar="URL",
            help="The API to talk to; the `calypso up` of this machine when empty.",
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Data directory of the `calypso up` to talk to.", show_default=False),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    """Control a backup appliance: storage, tape and backup jobs you can trust."""
    ctx.obj = Place(server, data)
