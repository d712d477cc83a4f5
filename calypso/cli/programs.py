"""`calypso api`, `scheduler`, `migrate`: the programs an appliance runs as services."""

import json
import os
import sys
from typing import Annotated, NoReturn

import typer

from calypso import config
from calypso.errors import Misconfigured
from calypso.store import migrate as migrations
from calypso.store.engine import make_engine

At = Annotated[str | None, typer.Option("--listen", metavar="HOST:PORT", help="Where it listens.")]


def api(listen: At = None) -> None:
    """Serve the HTTP API until SIGTERM."""
    become("api", **({"CALYPSO_LISTEN": listen} if listen else {}))


def scheduler() -> None:
    """Tend timers, hints and history until SIGTERM; any number may run."""
    become("workers.scheduler")


Program = Annotated[
    list[str] | None,
    typer.Argument(metavar="PROGRAM", help="api, scheduler, or worker SUBSYSTEM."),
]
Bound = Annotated[
    str | None, typer.Option("--listen", metavar="HOST:PORT", help="Where no socket is passed.")
]
Keeper = Annotated[
    int | None, typer.Option("--reload", metavar="PID", help="Ask this keeper for the change.")
]


def keep(program: Program = None, listen: Bound = None, reload: Keeper = None) -> None:
    """Keep a program running, as a service; on a reload change releases without a gap.

    The program of the release that `current` names starts beside the one before, which ends when
    the new one is ready and its own work is done. One that does not get ready changes nothing.
    """
    if reload is not None:  # systemd gives a reload no credentials, and it needs no settings
        _execute("calypso.keeper", "--reload", str(reload))
    options = [] if listen is None else ["--listen", listen]
    become("calypso.keeper", *options, *(program or []))


Check = Annotated[bool, typer.Option("--check", help="Say how it is, as JSON; change nothing.")]


def migrate(check: Check = False) -> None:
    """Bring the database's schema up to what this release needs; twice is as good as once."""
    url = config.load().database_url.get_secret_value()
    if not url:
        raise Misconfigured("CALYPSO_DATABASE_URL names no database; `calypso up` has its own.")
    if check:
        engine = make_engine(url, pool_size=1)
        typer.echo(json.dumps(migrations.state(engine)))
        return
    migrations.upgrade(url)
    typer.echo("The schema is up to date.")


def become(module: str, *words: str, **environment: str) -> NoReturn:
    """Turn this process into another program of ours, so that signals and exit codes are its own.

    It starts anew: what a server of greenlets sets up must come before all imports.
    """
    config.load()  # a setting that cannot work is told here, in one line
    _execute(module, *words, **environment)


def _execute(module: str, *words: str, **environment: str) -> NoReturn:
    sys.stdout.flush()
    argv = [sys.executable, "-m", module, *words]
    os.execve(sys.executable, argv, {**os.environ, **environment})  # noqa: S606 - no shell is wanted: it is ourselves
