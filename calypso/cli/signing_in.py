"""`calypso login` and `logout`."""

from pathlib import Path
from typing import Annotated

import typer

from calypso.cli.client import Client
from calypso.cli.passwords import read_password

User = Annotated[str, typer.Option("--user", "-u", help="Who signs in.")]
From = Annotated[
    Path | None, typer.Option("--password-file", help="Read the password from there; - is stdin.")
]


def login(ctx: typer.Context, user: User = "admin", password_file: From = None) -> None:
    """Sign in; the session is kept in a file only you may read."""
    client = Client(ctx.obj)
    client.sign_in(user, read_password(password_file, prompt=f"Password of {user}"))
    typer.echo(f"Signed in as {user} at {client.url}")


def logout(ctx: typer.Context) -> None:
    """Sign out: the session ends, here and at the API."""
    client = Client(ctx.obj)
    ended = client.sign_out()
    typer.echo(f"Signed out at {client.url}" if ended else f"Nobody was signed in at {client.url}")
