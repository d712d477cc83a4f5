"""`calypso tape …`: what is on tape, over the API."""

import json
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

import typer

from calypso.cli import shown
from calypso.cli.client import Client

PAGE = 500

app = typer.Typer(no_args_is_help=True, add_completion=False, help="What is on tape.")


@app.callback()
def tape() -> None:
    """What is on tape."""


@app.command()
def files(
    ctx: typer.Context,
    archive: Annotated[UUID, typer.Argument(help="Archive; `calypso inventory tape/archives`.")],
    path: Annotated[
        str, typer.Argument(help=r"A file, or a folder with all below; \xff is a byte, \\ a \.")
    ] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one file a line.")] = False,
) -> None:
    """List the files of an archive, and the cartridges that a restore of each reads."""
    found = False
    for one in _files(Client(ctx.obj), archive, path):
        found = True
        typer.echo(json.dumps(one) if as_json else _line(one))
    if path and not found:
        typer.echo(f"calypso: There is no {path} in archive {archive}.", err=True)
        raise typer.Exit(1)


def _files(client: Client, archive: UUID, path: str) -> Iterator[dict[str, Any]]:
    """Yield files page by page: an archive may have millions."""
    asked: dict[str, Any] = {"limit": PAGE} | ({"path": path} if path else {})
    while True:
        page = client.get(f"/tape/archives/{archive}/files", params=asked)
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        asked["cursor"] = page["next_cursor"]


def _line(one: dict[str, Any]) -> str:
    size = shown.amount(one["size_bytes"], "bytes")
    at = shown.local(one["modified_at"]) if one["modified_at"] else ""
    where = ",".join(one["cartridges"])
    return f"{one['kind']:8} {size:>10} {at:19} {where}  {_printable(one['path'])}"


def _printable(path: str) -> str:
    """Return a path that does nothing to a terminal: names of files may hold what moves cursors."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in path
    )
