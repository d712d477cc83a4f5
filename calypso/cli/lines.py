"""`calypso locks` and `calypso queues`: why something waits."""

from typing import Annotated

import typer

from calypso.cli.client import Client
from calypso.cli.inventory import AsJson, show

Node = Annotated[str | None, typer.Option(help="Of one node only.")]


def locks(ctx: typer.Context, node: Node = None, as_json: AsJson = False) -> None:
    """Show what jobs hold, and who waits for it in which order."""
    asked = {} if node is None else {"node": node}
    show(Client(ctx.obj).get("/locks", params=asked), as_json=as_json)


def queues(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show what is under way in each queue, and how many serve it."""
    show(Client(ctx.obj).get("/queues"), as_json=as_json)
