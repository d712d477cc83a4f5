"""`calypso appliance …`: the appliance to one file, and back; straight on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr
from sqlalchemy import Engine

from calypso import config
from calypso.cli.passwords import read_password
from calypso.drivers.system import Appliance, Layout, backup_file, restoring
from calypso.drivers.system.appliance import back_up, backup_name
from calypso.drivers.system.backup_file import Manifest
from calypso.drivers.system.refusals import InstallationLive
from calypso.drivers.system.sealing import Lock, Opener
from calypso.errors import Misconfigured
from calypso.host.local import LocalHost
from calypso.store import migrate
from calypso.store.engine import make_engine
from calypso.store.standing import standing

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="The appliance itself: to a file, and back."
)
PassphraseFrom = Annotated[
    Path | None,
    typer.Option(help="Read the passphrase from there; - is stdin; asked for when empty."),
]
Recipients = Annotated[
    list[str] | None,
    typer.Option("--recipient", help="Public key age1… that may open it; as often as needed."),
]
Identity = Annotated[
    Path | None, typer.Option(help="File with the private key of a recipient, by age-keygen.")
]


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="A new file, or a folder to make one in.")],
    recipient: Recipients = None,
    passphrase_file: PassphraseFrom = None,
) -> None:
    """Back up database, configuration and secrets to one locked file.

    With recipients no passphrase is asked for.
    """
    passphrase = None
    if not recipient or passphrase_file is not None:
        told = read_password(passphrase_file, prompt="Passphrase of the backup", confirm=True)
        passphrase = SecretStr(told)
    here, lock = _appliance(), Lock(passphrase, tuple(recipient or ()))
    file = target / backup_name(here.node) if target.is_dir() else target
    made = back_up(here, file, lock)
    typer.echo(f"{file} holds {_what(made)}.")


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help="A backup of an appliance.")],
    check: Annotated[
        bool, typer.Option("--check", help="Read all of it and compare the checksums.")
    ] = False,
) -> None:
    """Show what a backup says of itself; no key is needed."""
    told = backup_file.check(file) if check else backup_file.read_manifest(file)
    typer.echo(told.model_dump_json(indent=2))


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="A backup of an appliance.")],
    passphrase_file: PassphraseFrom = None,
    identity: Identity = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a live installation.")] = False,
) -> None:
    """Bring an appliance back from its backup, on a machine where Calypso is installed and stopped.

    All is read and unlocked before anything is changed. Ended on the way, the same command again
    goes on.
    """
    manifest = restoring.check(source, migrate.known_revisions())
    here = _appliance()
    _refuse_what_lives(here, manifest, force=force)
    opener = _opener(passphrase_file, identity, manifest)
    catalog = restoring.restore(
        here,
        source,
        manifest,
        opener,
        own=_own_servers(),
        migrate=lambda: migrate.upgrade(here.database_url.get_secret_value()),
    )
    typer.echo(
        f"The appliance of {manifest.made_at:%Y-%m-%d %H:%M} UTC is back: {_what(manifest)}."
    )
    current = here.layout.current
    typer.echo(
        "Where its API listens is told to systemd by: "
        f"{current}/scripts/units.sh {current} && systemctl daemon-reload"
    )
    if catalog is not None:
        typer.echo(f"The director's catalog lies in {catalog}; pg_restore brings it back.")


def _refuse_what_lives(here: Appliance, manifest: Manifest, *, force: bool) -> None:
    """Let nobody overwrite what is of use unawares, nor what is in use at all."""
    with _database(here) as engine:
        found = standing(engine)
    if found is None:
        return
    if found.connections or found.live_workers:
        raise InstallationLive(
            f"{found.live_workers} workers use this database, and {found.connections} connections "
            "of Calypso's own are open to it. Stop all of it first, other nodes' as well: "
            "systemctl stop calypso.target. A worker counts for a minute after its end."
        )
    if found.is_of_use and not force and not restoring.is_going_on(here.layout, manifest):
        raise InstallationLive(
            f"There is a live installation here. Its database would be lost: {found.words}. "
            f"Back it up first, or say --force; {here.layout.etc} is put aside in any case."
        )


def _opener(passphrase_file: Path | None, identity: Path | None, manifest: Manifest) -> Opener:
    if identity is not None:
        try:
            return Opener(identity=SecretStr(identity.read_text("utf-8")))
        except (OSError, ValueError) as wrong:
            raise Misconfigured(f"{identity} cannot be read: {wrong}") from wrong
    if not manifest.passphrase:
        return Opener()
    return Opener(
        passphrase=SecretStr(read_password(passphrase_file, prompt="Passphrase of the backup"))
    )


def _appliance() -> Appliance:
    settings = config.load()
    if not settings.database_url.get_secret_value():
        raise Misconfigured(
            f"CALYPSO_DATABASE_URL names no database: say it in {Layout(settings.root).etc}/"
            "secrets.env or in the environment."
        )
    return Appliance.by(settings, LocalHost())


def _own_servers() -> dict[str, str]:
    """Return where the servers of this machine are: those of the lost one are no more."""
    settings = config.load()
    here = {
        "CALYPSO_DATABASE_URL": settings.database_url.get_secret_value(),
        "CALYPSO_REDIS_URL": settings.redis_url.get_secret_value(),
    }
    return {name: value for name, value in here.items() if value}


@contextmanager
def _database(here: Appliance) -> Iterator[Engine]:
    engine = make_engine(here.database_url.get_secret_value(), pool_size=1)
    try:
        yield engine
    finally:
        engine.dispose()


def _what(manifest: Manifest) -> str:
    size = sum(item.bytes for item in manifest.items.values())
    names = ", ".join(sorted(name.removesuffix(".age") for name in manifest.items))
    return f"{names}: {size} bytes of {manifest.node}, release {manifest.version}"
