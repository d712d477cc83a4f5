"""A group of commands with one for each job type, derived from what the API says of it."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from calypso.cli.client import Client
from calypso.cli.derived import command_of

Json = dict[str, Any]
Parameters = tuple[inspect.Parameter, ...]


def group_of(
    options: Callable[..., None],
    run: Callable[..., None],
    *,
    takes: Callable[[Json], bool] = lambda _info: True,
    further: Callable[[Json], Parameters] = lambda _info: (),
) -> type[TyperGroup]:
    """Return a group with a command for each type that `takes` takes.

    Each has the options of `options`, whose signature is read, and those that `further` returns for
    it, besides the type's own; `run` gets (context, what the API says of the type, params=…, and
    those options).
    """
    general = options_of(options)

    class Types(TyperGroup):
        """The job types of the API, as commands."""

        def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # typer's own Context is the same
            """Return the name of every job type."""
            return [one["name"] for one in _types(ctx) if takes(one)]

        def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]  # as above
            """Return the command of a type, or None when there is none."""
            found = next((one for one in _types(ctx) if one["name"] == cmd_name), None)
            if found is None or not takes(found):
                return None
            made = typer.Typer(
                rich_markup_mode=None,  # its table cuts long options off on a narrow terminal
                add_completion=False,
                pretty_exceptions_enable=False,
            )
            made.command(cmd_name)(command_of(found, general + further(found), partial(run, ctx)))
            return get_command(made)

    return Types


def options_of(options: Callable[..., None]) -> Parameters:
    """Return the options that a function's signature carries."""
    return tuple(inspect.signature(options).parameters.values())


def _types(ctx: typer.Context) -> list[Json]:
    """Return what the API says of its job types; it is asked once."""
    if "job_types" not in ctx.meta:
        ctx.meta["job_types"] = Client(ctx.obj).get("/job-types")
    found: list[Json] = ctx.meta["job_types"]
    return found
