"""`calypso job run TYPE …`: a command for each job type, derived from what the API says of it."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape

from calypso.cli import shown
from calypso.cli.client import Client
from calypso.cli.type_commands import group_of
from calypso.cli.watching import end_with, watch_to_end
from calypso.errors import Invalid

Json = dict[str, Any]


def _general(
    *,
    params_file: Annotated[
        Path | None,
        typer.Option("--params", metavar="FILE", help="Parameters as JSON; - reads stdin."),
    ] = None,
    node: Annotated[str | None, typer.Option("--on-node", help="On which node.")] = None,
    priority: Annotated[int | None, typer.Option(help="Higher runs earlier.")] = None,
    not_before: Annotated[
        datetime | None, typer.Option(help="It does not start earlier; UTC.")
    ] = None,
    after: Annotated[list[UUID] | None, typer.Option(help="Jobs it waits for.")] = None,
    even_if_failed: Annotated[
        bool, typer.Option("--even-if-failed", help="Run although one of --after failed.")
    ] = False,
    key: Annotated[
        str | None, typer.Option(help="Idempotency key: the same call again starts nothing.")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Only show what it would do.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Do not wait.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the job as JSON.")] = False,
) -> None:
    """Carry the options every type has; its signature is read, it is never called."""


def _start(
    ctx: typer.Context,
    info: Json,
    *,
    params: Json,
    params_file: Path | None,
    plan: bool,
    yes: bool,
    detach: bool,
    as_json: bool,
    key: str | None,
    **asked: Any,
) -> None:
    client = Client(ctx.obj)
    body = {"type": info["name"], "params": {**from_file(params_file), **params}}
    if asked["node"] is not None:
        body["node"] = asked["node"]
    if plan:
        _show_plan(client.post("/plans", body), as_json=as_json)
        return
    if info["destructive"]:
        body["plan_hash"] = agreed(client, body, yes=yes)
    headers = None if key is None else {"Idempotency-Key": key}
    job = client.post("/jobs", {**body, **_when(asked)}, headers=headers)
    follow(client, job, detach=detach, as_json=as_json)


TypesGroup = group_of(_general, _start)


def agreed(client: Client, body: Json, *, yes: bool) -> str:
    """Show what a job would do, ask whether it may, and return the plan's hash."""
    asked = {name: body[name] for name in ("type", "params", "node") if body.get(name)}
    found = client.post("/plans", asked)
    if not yes:
        _show_plan(found, as_json=False)
        typer.confirm("Do it?", abort=True, err=True)
    return str(found["plan_hash"])


def follow(client: Client, job: Json, *, detach: bool, as_json: bool = False) -> None:
    """Say which job it is, and follow it to its end unless nobody wants to wait."""
    if not detach:
        typer.echo(f"job {job['id']}", err=True)
        end_with(watch_to_end(client, job["id"]), as_json=as_json)
    typer.echo(json.dumps(job, indent=1) if as_json else job["id"])


def _when(asked: Json) -> Json:
    instant: datetime | None = asked["not_before"]
    told = {
        "priority": asked["priority"],
        "not_before": None if instant is None else f"{instant.isoformat()}Z",
        "after": [str(one) for one in asked["after"] or ()] or None,
        "run_even_if_failed": asked["even_if_failed"] or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def from_file(file: Path | None) -> Json:
    """Return the JSON object in a file, or on standard input; Invalid for anything else."""
    if file is None:
        return {}
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        found = json.loads(text)
    except (OSError, ValueError) as wrong:
        raise Invalid(f"--params {file} cannot be read: {wrong}") from wrong
    if not isinstance(found, dict):
        raise Invalid(f"--params {file} must hold a JSON object.")
    return found


def _show_plan(plan: Json, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(plan, indent=1))
        return
    titles = {"effects": "Effects", "destroys": "Destroys", "commands": "Commands"}
    for name, title in titles.items():
        for place, line in enumerate(plan[name]):
            text = " ".join(line) if isinstance(line, list) else line
            colour = "[red]" if name == "destroys" else "[default]"
            head = f"{title}:" if place == 0 else ""
            shown.console.print(f"[bold]{head:10}[/]{colour}{escape(text)}[/]", highlight=False)
