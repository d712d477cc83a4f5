"""`calypso user …`: accounts, straight in the database; for whoever runs this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from calypso import config
from calypso.cli.passwords import read_password
from calypso.cli.server import Place
from calypso.config import Settings
from calypso.embedded import record
from calypso.errors import Misconfigured, NotFound
from calypso.store.accounts import Accounts
from calypso.store.engine import make_engine

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Accounts, straight in the database."
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="How they sign in.")]
Roles = Annotated[
    list[str], typer.Option("--role", help="viewer, operator or admin; as often as needed.")
]
From = Annotated[
    Path | None,
    typer.Option(help="Read the password from there; - is stdin; asked for when empty."),
]


@app.command()
def add(ctx: typer.Context, name: Name, role: Roles, password_file: From = None) -> None:
    """Add a user. One who exists already is left alone, and that is said."""
    with _accounts(ctx.obj) as accounts:
        if accounts.user(name) is not None:
            typer.echo(
                f"{name} exists already; nothing was changed. "
                f"A new password: calypso user password {name}"
            )
            return
        password = read_password(password_file, prompt=f"Password of {name}", confirm=True)
        user = accounts.add_user(name, password, role)
    typer.echo(f"{user.name} was added as {', '.join(user.roles)}")


@app.command()
def password(ctx: typer.Context, name: Name, password_file: From = None) -> None:
    """Give a user a new password; their sessions and API tokens end."""
    with _accounts(ctx.obj) as accounts:
        user = accounts.user(name)
        if user is None:
            raise NotFound(f"There is no user {name}. `calypso user list` shows them.")
        new = read_password(password_file, prompt=f"New password of {name}", confirm=True)
        accounts.change_user(user.id, password=new)
    typer.echo(f"{name} has a new password")


@app.command("list")
def list_users(ctx: typer.Context) -> None:
    """List the users."""
    with _accounts(ctx.obj) as accounts:
        for user in accounts.users():
            state = " (disabled)" if user.disabled else ""
            typer.echo(f"{user.name}: {', '.join(user.roles)}{state}")


@contextmanager
def _accounts(place: Place) -> Iterator[Accounts]:
    engine = make_engine(_database(config.load(), place), pool_size=1)
    try:
        yield Accounts(engine)
    finally:
        engine.dispose()


def _database(settings: Settings, place: Place) -> str:
    """Return the configured database, or that of the local `up`."""
    if url := settings.database_url.get_secret_value():
        return url
    running = record.find(place.directory)
    own = record.addresses(place.directory, running) if running else {}
    if found := own.get("CALYPSO_DATABASE_URL"):
        return found
    raise Misconfigured(
        f"No database: CALYPSO_DATABASE_URL names none, and no `calypso up` runs on "
        f"{place.directory} whose database you may use."
    )
