"""`calypso job doctor` and `calypso job release`: is it stuck, and what may be done about it."""

import json
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape

from calypso.cli import shown
from calypso.cli.client import Client

JobId = Annotated[UUID, typer.Argument(metavar="JOB", help="The job's id.", show_default=False)]
MARKS = {"ok": "[green]ok[/]     ", "bad": "[red]bad[/]    ", "unknown": "[yellow]unknown[/]"}
SOUND = ("ended", "waiting", "queued", "running", "cancelling")


def doctor(
    ctx: typer.Context,
    job: JobId,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find out whether a job is stuck, and what is safe to do: 0 it is well, 1 it is not."""
    found = Client(ctx.obj).post(f"/jobs/{job}/doctor")
    if as_json:
        typer.echo(json.dumps(found, indent=1))
    else:
        for line in diagnosis_lines(found):
            shown.console.print(line, highlight=False)
    raise typer.Exit(0 if found["verdict"] in SOUND else 1)


def release(
    ctx: typer.Context,
    job: JobId,
    note: Annotated[
        str | None, typer.Option(help="How you know that its node will not come back.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Give up a running job of a node that will not come back: lost, its locks free.

    Refused unless the node is silent. Only you can know that it is dead.
    """
    client = Client(ctx.obj)
    if not yes:
        found = client.get(f"/jobs/{job}")
        shown.console.print(f"{escape(found['title'])} on node {escape(found['node'])}")
        typer.confirm("Is that node off, and will it not come back as it was?", abort=True)
    body = {} if note is None else {"note": note}
    done = client.post(f"/jobs/{job}/release", body)
    shown.console.print(shown.verdict(done), highlight=False)


def diagnosis_lines(found: dict[str, Any]) -> Iterator[str]:
    """Yield a diagnosis as a person reads it; rich markup."""
    yield f"[bold]{found['verdict']}[/]  {escape(found['summary'])}"
    for one in found["findings"]:
        yield f"  {MARKS[one['verdict']]}  {escape(one['text'])}"
    for title, colour, name in (
        ("safe", "green", "safe_actions"),
        ("not safe", "red", "unsafe_actions"),
    ):
        for one in found[name]:
            yield f"[{colour}]{title}[/]: [bold]{one['action']}[/]  {escape(one['why'])}"
