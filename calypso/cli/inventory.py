"""`calypso inventory`: what workers last saw."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from calypso.cli import shown
from calypso.cli.client import Client
from calypso.cli.watching import watch_to_end
from calypso.errors import Invalid

Name = Annotated[
    str | None, typer.Argument(metavar="TABLE", help="storage/pools, say; all when empty.")
]
Where = Annotated[
    list[str] | None, typer.Option("--where", metavar="COLUMN=VALUE", help="Only such rows.")
]
Columns = Annotated[
    str | None, typer.Option("--columns", metavar="NAME,…", help="Only these columns, in order.")
]
Refresh = Annotated[bool, typer.Option("--refresh", help="Have it read anew first.")]
HIDDEN = ("key",)  # made of other columns
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def inventory(
    ctx: typer.Context,
    table: Name = None,
    *,
    where: Where = None,
    columns: Columns = None,
    refresh: Refresh = False,
    as_json: AsJson = False,
) -> None:
    """Show a table of what workers last saw, or which tables there are."""
    client = Client(ctx.obj)
    if table is None:
        show(client.get("/inventory"), as_json=as_json)
        return
    if refresh:
        for job in client.post(f"/inventory/{table}/refresh")["items"]:
            watch_to_end(client, job["id"])
    filters = dict(word.partition("=")[::2] for word in where or ())
    page = client.get(f"/inventory/{table}", params=filters)
    rows = page["items"]
    while page["next_cursor"]:
        page = client.get(f"/inventory/{table}", params={**filters, "cursor": page["next_cursor"]})
        rows += page["items"]
    page["items"] = _only(columns, rows)
    show(page, as_json=as_json, hidden=() if columns else HIDDEN)


def _only(columns: str | None, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of these columns; Invalid for one that no row has."""
    if columns is None or not rows:
        return rows
    names = columns.split(",")
    if wrong := [name for name in names if name not in rows[0]]:
        raise Invalid(f"No column {', '.join(wrong)}: there are {', '.join(rows[0])}.")
    return [{name: row[name] for name in names} for row in rows]


def show(page: dict[str, Any], *, as_json: bool, hidden: Sequence[str] = HIDDEN) -> None:
    """Print a list of the API as a table, or as JSON."""
    if as_json:
        typer.echo(json.dumps(page, indent=1))
        return
    rows = page["items"]
    table = Table(box=None, pad_edge=False)
    columns = [name for name in (rows[0] if rows else ()) if name not in hidden]
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(name, row.get(name)) for name in columns))
    shown.console.print(table)
    if page.get("observed_at"):
        late = "; [yellow]nobody keeps it fresh[/]" if page["stale"] else ""
        shown.console.print(f"Seen at {shown.local(page['observed_at'])}{late}", highlight=False)


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return escape(", ".join(map(_brief, value)))
    if isinstance(value, dict):
        return escape(_brief(value))
    if name == "mode" and isinstance(value, int):  # of a file; a lock has a word
        return f"{value:04o}"
    if name == "bytes" or name.endswith("_bytes"):
        return shown.amount(value, "bytes")
    return escape(shown.local(value) if name.endswith("_at") else str(value))


# What stands for a thing within a thing, such as a pool's devices; JSON has the rest.
_TELLING = ("function", "name", "state", "health")


def _brief(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    return " ".join(str(value[name]) for name in _TELLING if value.get(name)) or str(value)
