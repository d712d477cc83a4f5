"""`calypso config`: what the files of /etc/calypso say, and what is wrong with it."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from calypso.config.checking import check as find_problems
from calypso.config.files import Files
from calypso.config.problems import Problem

app = typer.Typer(help="Look at the configuration.", no_args_is_help=True)

Dir = Annotated[
    Path | None,
    typer.Option(
        "--dir", help="The folder to look at, alone; else /etc/calypso and the environment."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the problems as JSON.")]


@app.callback()
def configuration() -> None:
    """Look at the configuration."""


@app.command()
def check(dir_: Dir = None, as_json: AsJson = False) -> None:
    """Name every setting that is unknown, missing or dangerous.

    Ends with 0 when there is none, with 1 when all of them work all the same, with 2 when
    something does not.
    """
    if dir_ is not None and not dir_.is_dir():
        raise typer.BadParameter(f"{dir_} is no folder.", param_hint="--dir")
    alone = dir_ is not None
    found = find_problems(Files(dir_, handed=not alone), None if alone else os.environ)
    if as_json:
        typer.echo(json.dumps([_as_json(one) for one in found], indent=1))
    else:
        for one in found:
            typer.echo(f"{one.level.name.lower()}: {one}")
        typer.echo("No problem was found." if not found else _counted(found))
    raise typer.Exit(max((int(one.level) for one in found), default=0))


def _as_json(one: Problem) -> dict[str, str | int | None]:
    return {
        "level": one.level.name.lower(),
        "code": one.code,
        "setting": one.setting or None,
        "file": str(one.place.file) if one.place else None,
        "line": one.place.line or None if one.place else None,
        "message": one.message,
    }


def _counted(found: list[Problem]) -> str:
    errors = sum(one.level.name == "ERROR" for one in found)
    return f"{errors} errors, {len(found) - errors} warnings."
