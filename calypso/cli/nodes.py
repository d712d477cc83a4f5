"""`calypso node …`: lets another machine work for this control plane, and joins one."""

import os
from pathlib import Path
from typing import Annotated

import typer

from calypso import config
from calypso.cli.joining import exchange
from calypso.cli.passwords import read_password
from calypso.config.files import secret_line
from calypso.embedded.keys import write_private
from calypso.engine import joining
from calypso.errors import Conflict, Invalid, Misconfigured
from calypso.models.node import NodeKeys
from calypso.store.engine import make_engine
from calypso.store.nodes import Nodes

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Machines that work for a control plane."
)

Name = Annotated[str, typer.Argument(metavar="NODE", help="What the node is called.")]


@app.command()
def token(
    node: Name,
    hours: Annotated[float, typer.Option(min=0.1, max=336, help="How long it is good.")] = 24.0,
) -> None:
    """Make a token with which one machine may join once, straight in the database."""
    settings = config.load()
    url = settings.database_url.get_secret_value()
    if not url:
        raise Misconfigured("CALYPSO_DATABASE_URL names no database: this is no control plane.")
    engine = make_engine(url, pool_size=1)
    try:
        made, text = joining.offer(Nodes(engine), settings, node, hours=hours, by="command line")
    finally:
        engine.dispose()
    typer.echo(f"Good once, for {node}, until {made.expires_at:%Y-%m-%d %H:%M} UTC:", err=True)
    typer.echo(text)


@app.command()
def join(
    url: Annotated[str, typer.Argument(metavar="URL", help="https:// address of the API.")],
    node: Annotated[str, typer.Option(help="The name the token was made for.")],
    into: Annotated[Path, typer.Option(help="Where the secrets are to be written; 0600.")],
    token_file: Annotated[
        Path | None, typer.Option(help="Read the token from there; - is stdin.")
    ] = None,
) -> None:
    """Exchange a token for what the workers of this machine need. The token is used up."""
    if into.exists():
        raise Conflict(f"{into} exists and would be overwritten. Is this machine a node already?")
    if not os.access(into.parent, os.W_OK):  # before the token is used up
        raise Invalid(f"{into.parent} is no folder that this user may write to.")
    text = read_password(token_file, prompt=f"Token for {node}")
    keys = exchange(url, text, node)
    lines = [secret_line(name, value) for name, value in _named(keys).items()]
    write_private(into, "".join(f"{line}\n" for line in lines))
    typer.echo(f"{node} may work for {url}; its secrets are in {into}")


def _named(keys: NodeKeys) -> dict[str, str]:
    return {
        "CALYPSO_DATABASE_URL": keys.database_url,
        "CALYPSO_REDIS_URL": keys.redis_url,
        "CALYPSO_REDIS_MASTER": keys.redis_master,
        "CALYPSO_SECRETS_KEY": keys.secrets_key,
    }
