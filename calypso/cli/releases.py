"""`calypso release`: the releases on this machine, also where no API answers. As root."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from calypso import __version__, config
from calypso.drivers.system import System
from calypso.drivers.system.journal import Change
from calypso.drivers.system.layout import Layout
from calypso.drivers.system.releases import Releases
from calypso.host.local import LocalHost

app = typer.Typer(
    help="The releases on this machine: fetch, verify, put in use, go back.",
    no_args_is_help=True,
)
MIB = 1 << 20

Version = Annotated[str, typer.Argument(help="Of a release that is here.", show_default=False)]
Before = Annotated[
    str | None, typer.Argument(help="The one in use before when empty.", show_default=False)
]
Restore = Annotated[
    bool,
    typer.Option("--restore", help="Stop everything and bring the database of then back, too."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Keep = Annotated[int, typer.Option(min=2, help="How many releases stay.")]
Subsystems = Annotated[
    list[str] | None, typer.Argument(help="Whose workers are to answer.", show_default=False)
]
Within = Annotated[float, typer.Option(help="How long to wait for it.")]
Watch = Annotated[float, typer.Option(help="How long it must stay so then.")]
Api = Annotated[bool, typer.Option("--api", help="The API of this machine is to be ready, too.")]


@app.command("list")
def show() -> None:
    """List the releases, the one built last first."""
    releases = Releases(Layout(config.load().root))
    running = releases.running()
    for one in releases.all():
        marks = [
            *(["current"] if one.is_current else []),
            *(["previous"] if one.is_previous else []),
            *(["running"] if one.version in running and not one.is_current else []),
        ]
        typer.echo(f"{one.version:<20} built {one.built}  {' '.join(marks)}".rstrip())


@app.command()
def fetch(source: Annotated[str, typer.Argument(help="https:// address, or a file.")]) -> None:
    """Bring a release here, proven by the keys of this machine; nothing of it runs yet."""
    told = source if source.startswith("https://") else str(Path(source).resolve())
    version = _system().fetching(step=_show_bytes).fetch(told)
    typer.echo(f"{version} is here. Put it in use: calypso release activate {version}")


@app.command()
def verify(source: Annotated[Path, typer.Argument(help="A bundle, packed or unpacked.")]) -> None:
    """Prove that a bundle is whole and signed by a key of this machine."""
    found = _system().fetching().verify(source.resolve())
    typer.echo(f"calypso {found.version}, of {found.built}, is whole and signed.")


@app.command()
def activate(version: Version) -> None:
    """Put a release in use: check, put by, migrate, switch, see it serve; undone when it does not.

    Jobs that run end under the release that began them, and no request is refused.
    """
    _told(_system().activation(say=_say).activate(version))


@app.command()
def rollback(version: Before = None, restore: Restore = False, yes: Yes = False) -> None:
    """Put the release before in use again."""
    activation = _system().activation(say=_say)
    if not restore:
        _told(activation.rollback(version))
        return
    typer.echo(_what_is_lost(activation.put_by_when_left(version)))
    if not yes:
        typer.confirm("Go on?", abort=True)
    _told(activation.restore(version))


@app.command()
def recover() -> None:
    """Finish or undo a change that was killed; nothing happens where there is none."""
    change = _system().activation(say=_say).recover()
    if change is None:
        typer.echo("Nothing is half done.")
    else:
        _told(change)


@app.command()
def gc(keep: Keep = 3) -> None:
    """Remove old releases and dumps; never what is in use, before it, newer, or still runs."""
    for what in _system().remove_spare(keep):
        typer.echo(f"{what} is removed.")


@app.command()
def check(
    subsystems: Subsystems = None,
    api: Api = False,
    within_s: Within = 300.0,
    watch_s: Watch = 0.0,
) -> None:
    """Wait until this release serves: each of its workers on this node does what it is asked."""
    from calypso.cli.serving import InstalledApi  # noqa: PLC0415 - nobody else wants it
    from calypso.engine.gate import Gate  # noqa: PLC0415 - takes a second
    from calypso.wiring import build  # noqa: PLC0415 - as above

    settings = config.load()
    house = build(settings, role="cli")
    gate = Gate(house.ports, __version__, settings.node, subsystems or [])
    if api:
        gate = replace(gate, api=InstalledApi().complaint)
    complaints = gate.complaints(within_s=within_s, watch_s=watch_s)
    for line in complaints:
        typer.echo(line, err=True)
    if complaints:
        raise typer.Exit(1)


def _system() -> System:
    return System.by(config.load(), LocalHost())


def _what_is_lost(folder: Path) -> str:
    """Say in numbers what the database has that a folder put by before has not."""
    from calypso.store.engine import make_engine  # noqa: PLC0415 - takes a while to import
    from calypso.store.standing import standing  # noqa: PLC0415 - as above

    system = _system()
    began = system.keeping.began(folder).began
    engine = make_engine(system.database_url.get_secret_value(), pool_size=1)
    try:
        found = standing(engine, since=began)
    finally:
        engine.dispose()
    lost = "nothing, since Calypso's tables are not there" if found is None else found.words
    return (
        f"All services stop, and the database becomes what it was at {began:%Y-%m-%d %H:%M} UTC. "
        f"Made or changed since then, and lost with it: {lost}. A dump of it is put by first, in "
        f"{system.layout.dumps}."
    )


def _say(line: str) -> None:
    typer.echo(line)


def _told(change: Change) -> None:
    if change.detail:
        typer.echo(f"{change.version_from} is in use: {change.detail}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{change.version_to} is in use.")


def _show_bytes(done: int, total: int | None) -> None:
    of = "" if total is None else f" of {total // MIB}"
    typer.echo(f"\r{done // MIB}{of} MiB", nl=False, err=True)
