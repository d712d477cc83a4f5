"""`calypso job …`: start jobs, find them, follow them, stop them, over the API."""

import json
import time
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape

from calypso.cli import remedies, shown
from calypso.cli.client import ENDED, Client
from calypso.cli.facts import facts
from calypso.cli.job_run import TypesGroup, agreed, follow
from calypso.cli.watching import end_with, watch_to_end

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Start jobs, find, follow and stop them."
)
app.add_typer(
    typer.Typer(cls=TypesGroup, no_args_is_help=True, pretty_exceptions_enable=False),
    name="run",
    help="Start a job of a type; `calypso job run TYPE --help` shows its parameters.",
)

JobId = Annotated[UUID, typer.Argument(metavar="JOB", help="The job's id.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LOG_LOOK_S = 0.5


@app.command("list")
def list_jobs(
    ctx: typer.Context,
    *,
    state: Annotated[list[str] | None, typer.Option(help="Any of these states.")] = None,
    type_: Annotated[list[str] | None, typer.Option("--type", help="Any of these types.")] = None,
    subsystem: Annotated[str | None, typer.Option()] = None,
    node: Annotated[str | None, typer.Option()] = None,
    user: Annotated[str | None, typer.Option(help="Who asked for it.")] = None,
    parent: Annotated[UUID | None, typer.Option(help="Jobs it started, and its reruns.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Created then or later, UTC.")] = None,
    q: Annotated[str | None, typer.Option(help="Part of the title.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    cursor: Annotated[str | None, typer.Option(help="Where an earlier list ended.")] = None,
    as_json: AsJson = False,
) -> None:
    """List jobs, newest first."""
    asked: dict[str, Any] = {
        "state": state, "type": type_, "subsystem": subsystem, "node": node, "user": user,
        "parent": None if parent is None else str(parent),
        "since": None if since is None else f"{since.isoformat()}Z", "q": q,
        "limit": limit, "cursor": cursor,
    }  # fmt: skip
    params = {name: value for name, value in asked.items() if value is not None}
    page = Client(ctx.obj).get("/jobs", params=params)
    if as_json:
        typer.echo(json.dumps(page, indent=1))
        return
    shown.console.print(shown.job_table(page["items"]))
    if page["next_cursor"]:
        shown.console.print(f"More: --cursor {page['next_cursor']}", highlight=False)


@app.command()
def show(ctx: typer.Context, job: JobId, as_json: AsJson = False) -> None:
    """Show everything about a job."""
    found = Client(ctx.obj).get(f"/jobs/{job}")
    if as_json:
        typer.echo(json.dumps(found, indent=1))
    else:
        shown.console.print(facts(found))


@app.command()
def watch(ctx: typer.Context, job: JobId, as_json: AsJson = False) -> None:
    """Follow a job to its end: 0 succeeded, 1 failed or lost, 3 cancelled.

    Ctrl-C ends the watching, not the job.
    """
    end_with(watch_to_end(Client(ctx.obj), str(job)), as_json=as_json)


@app.command()
def cancel(
    ctx: typer.Context,
    job: JobId,
    wait: Annotated[bool, typer.Option(help="Return when it has ended.")] = True,
) -> None:
    """Cancel a job; returns when all its processes are gone."""
    client = Client(ctx.obj)
    found = client.post(f"/jobs/{job}/cancel")
    if wait and found["state"] not in ENDED:
        found = watch_to_end(client, str(job))
    said = shown.verdict(found) if found["state"] in ENDED else escape(shown.state_line(found))
    shown.console.print(said, highlight=False)
    # An end of its own may come first; who asked for a cancel must hear that.
    raise typer.Exit(0 if found["state"] not in ENDED or found["state"] == "cancelled" else 1)


@app.command()
def rerun(
    ctx: typer.Context,
    job: JobId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Do not wait.")] = False,
) -> None:
    """Start an ended job's request anew, as a new job."""
    client = Client(ctx.obj)
    earlier = client.get(f"/jobs/{job}")
    body = {"plan_hash": agreed(client, earlier, yes=yes)} if _destroys(client, earlier) else {}
    follow(client, client.post(f"/jobs/{job}/rerun", body), detach=detach)


@app.command()
def log(
    ctx: typer.Context,
    job: JobId,
    follow_: Annotated[bool, typer.Option("--follow", "-f", help="Go on until it ends.")] = False,
) -> None:
    """Print what a job wrote."""
    client, offset = Client(ctx.obj), 0
    while True:
        ended = client.get(f"/jobs/{job}")["state"] in ENDED  # before the last look at the log
        while True:
            text, following = client.log_from(str(job), offset)
            typer.echo(text, nl=False)
            if following == offset:
                break
            offset = following
        if ended or not follow_:
            return
        time.sleep(LOG_LOOK_S)


@app.command()
def types(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the job types."""
    found = Client(ctx.obj).get("/job-types")
    if as_json:
        typer.echo(json.dumps(found, indent=1))
        return
    for one in found:
        mark = " [red](destroys)[/]" if one["destructive"] else ""
        shown.console.print(f"[bold]{one['name']}[/]  {escape(one['title'])}{mark}")


app.command()(remedies.doctor)
app.command()(remedies.release)


def _destroys(client: Client, job: dict[str, Any]) -> bool:
    found = [one for one in client.get("/job-types") if one["name"] == job["type"]]
    return bool(found and found[0]["destructive"])
