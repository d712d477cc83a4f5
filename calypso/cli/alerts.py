"""`calypso alerts` and `calypso alert …`: what needs attention, and that somebody has seen it."""

import json
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from calypso.cli import shown
from calypso.cli.client import Client
from calypso.cli.facts import facts
from calypso.cli.inventory import AsJson

COLOURS = {"info": "cyan", "warning": "yellow", "error": "red", "critical": "bold red"}
AlertId = Annotated[UUID, typer.Argument(metavar="ALERT", help="The alert's id.")]
ChannelName = Annotated[str, typer.Argument(metavar="CHANNEL", help="The channel's name or id.")]

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Show or dismiss an alert; test a channel."
)


def alerts(
    ctx: typer.Context,
    *,
    state: Annotated[str, typer.Option(help="active, dismissed, cleared or all.")] = "active",
    level: Annotated[list[str] | None, typer.Option(help="Any of these levels.")] = None,
    kind: Annotated[str | None, typer.Option(help="pool_full, say.")] = None,
    node: Annotated[str | None, typer.Option(help="Of one node only.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    cursor: Annotated[str | None, typer.Option(help="Where an earlier list ended.")] = None,
    as_json: AsJson = False,
) -> None:
    """List alerts, newest first; the active ones unless told otherwise."""
    asked: dict[str, Any] = {
        "state": state, "level": level, "kind": kind, "node": node,
        "limit": limit, "cursor": cursor,
    }  # fmt: skip
    params = {name: value for name, value in asked.items() if value is not None}
    page = Client(ctx.obj).get("/alerts", params=params)
    if as_json:
        typer.echo(json.dumps(page, indent=1))
        return
    if not page["items"]:
        shown.console.print(f"No {'' if state == 'all' else state + ' '}alerts.")
        return
    shown.console.print(alert_table(page["items"]))
    if page["next_cursor"]:
        shown.console.print(f"More: --cursor {page['next_cursor']}", highlight=False)


@app.command()
def show(ctx: typer.Context, alert: AlertId, as_json: AsJson = False) -> None:
    """Show everything about an alert."""
    found = Client(ctx.obj).get(f"/alerts/{alert}")
    if as_json:
        typer.echo(json.dumps(found, indent=1))
    else:
        shown.console.print(facts(found))


@app.command()
def dismiss(ctx: typer.Context, alert: AlertId) -> None:
    """Say that you have seen it: quiet until it is cleared or its level rises."""
    found = Client(ctx.obj).post(f"/alerts/{alert}/dismiss")
    shown.console.print(
        f"Dismissed by {escape(found['dismissed_by'])}: {escape(found['title'])}", highlight=False
    )


@app.command()
def test(ctx: typer.Context, channel: ChannelName) -> None:
    """Send a test over a channel and say what became of it."""
    client = Client(ctx.obj)
    channels = client.get("/alert-channels")["items"]
    ids = [one["id"] for one in channels if channel in (one["name"], one["id"])]
    if not ids:
        names = ", ".join(one["name"] for one in channels) or "none"
        typer.echo(f"calypso: There is no alert channel {channel!r}. There are: {names}.", err=True)
        raise typer.Exit(1)
    letter = client.post(f"/alert-channels/{ids[0]}/test")
    said = {
        "sent": "Sent.",
        "pending": "Not sent yet: the peer is slow, or no scheduler runs (`calypso doctor`).",
    }.get(letter["state"], f"Not sent: {letter['last_error']}")
    typer.echo(said, err=letter["state"] != "sent")
    raise typer.Exit(0 if letter["state"] == "sent" else 1)


def alert_table(rows: list[dict[str, Any]]) -> Table:
    """Return a list of alerts."""
    table = Table(box=None, pad_edge=False)
    for title in ("Alert", "Level", "What", "Seen", "Since", "How to mend it"):
        table.add_column(title, overflow="fold", no_wrap=title in ("Alert", "Level"))
    for row in rows:
        quiet = "" if row["state"] == "active" else f" ({row['state']})"
        table.add_row(
            row["id"], f"[{COLOURS[row['level']]}]{row['level']}[/]",
            escape(row["title"] + quiet), _times(row["count"]), shown.local(row["since"]),
            escape(row["detail"]),
        )  # fmt: skip
    return table


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
